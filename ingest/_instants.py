"""Instants from text: seconds since 1970, ISO 8601, RFC 3339. UTC, to the microsecond.

Digits beyond the microsecond are cut, towards the past. An ISO text without an offset is UTC.
Instants lie from 1970-01-01 to the end of 9999.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ingest._columns import as_numpy, filled, has_only, mask_of, matches
from ingest._rows import Mask

__all__ = ["END_OF_TIME", "INSTANT", "instant_text", "parse_instant", "seconds", "text_to_instants"]

INSTANT: Final = pa.timestamp("us")
_MICRO: Final = 1_000_000
END_OF_TIME: Final = 253_402_300_800  # 10000-01-01, exclusive, in seconds

_SECONDS: Final = r"-?[0-9]{1,18}(?:\.[0-9]+)?"
_ISO: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:[Zz]|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)
# What Arrow's own parser reads, nanoseconds at most; two patterns, because it takes one at a time.
_ARROW_NAIVE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
_ARROW_ZONED: Final = _ARROW_NAIVE + r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"

_SECONDS_PATTERN: Final = re.compile(_SECONDS)
_ISO_PATTERN: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str) -> int | str:
    """Return the microseconds since 1970 that `text` names, or the reason why it names none."""
    if _SECONDS_PATTERN.fullmatch(text):
        whole, _, fraction = text.partition(".")
        micros = int(whole) * _MICRO
        part = int((fraction + "000000")[:6])
        micros += -part if text.startswith("-") else part
    else:
        found = _ISO_PATTERN.fullmatch(text)
        if found is None:
            return "not_a_timestamp"
        year, month, day, hour, minute, second, fraction, _, sign, ahead, ahead_minutes = (
            found.groups()
        )
        offset = timedelta(hours=int(ahead or 0), minutes=int(ahead_minutes or 0))
        try:
            instant = datetime(
                int(year),
                int(month),
                int(day),
                int(hour or 0),
                int(minute or 0),
                int(second or 0),
                int(((fraction or "") + "000000")[:6]),
                tzinfo=timezone(-offset if sign == "-" else offset),
            )
        except ValueError:
            return "not_a_timestamp"
        micros = (instant - _EPOCH) // timedelta(microseconds=1)
    if not 0 <= micros < END_OF_TIME * _MICRO:
        return "timestamp_out_of_range"
    return micros


def seconds(whole: pa.Array[Any]) -> tuple[pa.Array[Any], Mask]:
    """Return the instants of integer seconds, and which of them lie out of range."""
    valid = mask_of(whole.is_valid())
    values = as_numpy(filled(whole, 0), np.int64)
    outside = valid & ((values < 0) | (values >= END_OF_TIME))
    micros = np.where(outside, 0, values) * _MICRO
    return pa.array(micros, mask=~valid).view(INSTANT), outside


def text_to_instants(texts: pa.Array[Any]) -> tuple[pa.Array[Any], Mask, Mask]:
    """Return the instants that texts name; which texts name none; which lie out of range."""
    if has_only(texts, b"0123456789", shortest=1, longest=12):
        instants, outside = seconds(texts.cast(pa.int64()))
        return instants, np.zeros(len(texts), np.bool_), outside
    micros = np.zeros(len(texts), np.int64)
    valid = mask_of(texts.is_valid())
    left = valid.copy()
    for pattern, kind in (
        (_ARROW_NAIVE, pa.timestamp("ns")),
        (_ARROW_ZONED, pa.timestamp("ns", tz="UTC")),
    ):
        fits = matches(texts, pattern) & left
        if not fits.any():
            continue
        try:
            parsed = texts.filter(pa.array(fits)).cast(kind).cast(pa.int64())
        except pa.ArrowInvalid:
            # A 30th of February, or a year beyond nanoseconds: row by row then.
            continue
        nanos = as_numpy(parsed, np.int64)
        micros[fits] = nanos // 1000
        left &= ~fits
        # Nanoseconds end in 2262, long before END_OF_TIME.
    unreadable = np.zeros(len(texts), np.bool_)
    outside = valid & ~left & (micros < 0)
    for row in np.flatnonzero(left):
        found = parse_instant(texts[int(row)].as_py())
        if isinstance(found, int):
            micros[row] = found
        elif found == "timestamp_out_of_range":
            outside[row] = True
        else:
            unreadable[row] = True
    return pa.array(micros, mask=~valid).view(INSTANT), unreadable, outside


def instant_text(micros: int) -> str:
    """Return an instant as people and JSON read it: ISO 8601, UTC, no trailing zeros."""
    instant = _EPOCH + timedelta(microseconds=micros)
    text = instant.strftime("%Y-%m-%dT%H:%M:%S")
    if instant.microsecond:
        text += f".{instant.microsecond:06d}".rstrip("0")
    return text + "Z"
