"""Instants from text in a format of one's own, and from local time, for whole columns at once."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation.errors import UsageError
from ingest._columns import as_numpy, filled, mask_of, pc
from ingest._instants import INSTANT
from ingest._rows import Mask

__all__ = ["from_format", "from_local"]

_MONTHS: Final = [
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
]
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "b": r"(?P<b>[A-Za-z]{3})",
    "d": r"(?P<d>[0-9]{1,2})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "p": r"(?P<p>[AaPp][Mm])",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}


def from_format(texts: pa.Array[Any], form: str) -> tuple[pa.Array[Any], Mask]:
    """Return the instants that texts name in a strptime format, and which texts do not match it.

    Digits beyond the microsecond are cut. A text without %z is taken as UTC.
    """
    found: Any = pc.extract_regex(texts, pattern=_pattern(form))
    matched = mask_of(found.is_valid())
    valid = mask_of(texts.is_valid())
    parts = {name: found.field(place) for place, name in enumerate(_names(form))}

    def number(name: str, absent: int) -> Any:
        if name not in parts:
            return np.full(len(texts), absent, np.int64)
        digits = pc.if_else(pa.array(matched), parts[name], str(absent))
        return as_numpy(filled(digits, str(absent)).cast(pa.int64()), np.int64)

    year = number("Y", 1970) if "Y" in parts else 2000 + number("y", -30)
    month = _months(parts["b"], matched) if "b" in parts else number("m", 1)
    day, hour, minute, second = (
        number("d", 1),
        number("H", 0),
        number("M", 0),
        number("S", 0),
    )
    if "I" in parts:
        twelve = number("I", 12)
        after_noon = np.zeros(len(texts), np.int64)
        if "p" in parts:
            after_noon = as_numpy(
                filled(pc.equal(pc.ascii_lower(parts["p"]), "pm"), False), np.int64
            )
        hour = np.where((twelve < 1) | (twelve > 12), 99, twelve % 12 + 12 * after_noon)
    fits = (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59)
    month = np.clip(month, 1, 12)
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    fits &= (day >= 1) & (day <= length)
    seconds = (first + day - 1) * 86400 + hour * 3600 + minute * 60 + second
    if "z" in parts:
        seconds -= _offsets(parts["z"], matched)
    micros = seconds * 1_000_000
    if "f" in parts:
        micros += _fractions(parts["f"], matched)
    good = matched & fits
    return pa.array(micros, mask=~good).view(INSTANT), valid & ~good


def _pattern(form: str) -> str:
    pieces = re.split(r"%(.)", form)
    out = re.escape(pieces[0])
    for directive, literal in zip(pieces[1::2], pieces[2::2], strict=True):
        if directive not in _DIRECTIVES:
            raise UsageError(
                f"The time format {form!r} uses %{directive}; known are "
                f"{', '.join(f'%{name}' for name in _DIRECTIVES)}."
            )
        out += _DIRECTIVES[directive] + re.escape(literal)
    return rf"^{out}\z"


def _names(form: str) -> list[str]:
    return [name for name in re.findall(r"%(.)", form) if name != "%"]


def _months(names: pa.Array[Any], matched: Mask) -> Any:
    place: Any = pc.index_in(pc.ascii_lower(names), value_set=pa.array(_MONTHS))
    return np.where(matched, as_numpy(filled(place, -1), np.int64) + 1, 1)


def _offsets(zones: pa.Array[Any], matched: Mask) -> Any:
    plain = pc.replace_substring(pc.if_else(pc.equal(zones, "Z"), "+0000", zones), ":", "")
    plain = filled(pc.if_else(pa.array(matched), plain, "+0000"), "+0000")
    sign = np.where(as_numpy(pc.starts_with(plain, "-"), np.bool_), -1, 1)
    hours = as_numpy(pc.utf8_slice_codeunits(plain, 1, 3).cast(pa.int64()), np.int64)
    minutes = as_numpy(pc.utf8_slice_codeunits(plain, 3, 5).cast(pa.int64()), np.int64)
    return sign * (hours * 3600 + minutes * 60)


def _fractions(digits: pa.Array[Any], matched: Mask) -> Any:
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, width=6, padding="0"), 0, 6)
    padded = filled(pc.if_else(pa.array(matched), padded, "0"), "0")
    return as_numpy(padded.cast(pa.int64()), np.int64)


def from_local(local: pa.Array[Any], zone: str, ambiguous: str) -> tuple[pa.Array[Any], Mask, Mask]:
    """Return the UTC instants of local times; which of them occur twice; which never.

    A time that occurs twice is taken as the earlier or the later one where `ambiguous` says so.
    """
    earliest = _assumed(local, zone, "earliest", "earliest")
    latest = _assumed(local, zone, "latest", "earliest")
    after_gap = _assumed(local, zone, "earliest", "latest")
    absent = mask_of(pc.not_equal(earliest, after_gap))
    twice = mask_of(pc.not_equal(earliest, latest)) & ~absent
    chosen = latest if ambiguous == "latest" else earliest
    if ambiguous != "reject":
        twice = np.zeros(len(local), np.bool_)
    return chosen, twice, absent


def _assumed(local: pa.Array[Any], zone: str, ambiguous: str, nonexistent: str) -> pa.Array[Any]:
    zoned = pc.assume_timezone(local, zone, ambiguous=ambiguous, nonexistent=nonexistent)
    return zoned.cast(pa.int64()).view(INSTANT)
