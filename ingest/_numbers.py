"""Numbers from text, exactly: a pattern decides before any cast."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import (
    DECIMAL_PATTERN,
    DECIMAL_PLACES,
    DECIMAL_PRECISION,
    WHOLE_DIGITS,
    parse_decimal,
)
from ingest._columns import has_only, mask_of, matches, pc, without
from ingest._rows import Mask

__all__ = ["DECIMAL", "decimals_beyond", "text_to_decimals", "text_to_integers"]

DECIMAL: Final = pa.decimal128(DECIMAL_PRECISION, DECIMAL_PLACES)
_LARGEST: Final = Decimal("9" * WHOLE_DIGITS + "." + "9" * DECIMAL_PLACES)

# Every text this matches fits DECIMAL(38, 12) exactly, so the cast that follows cannot round.
_FITS: Final = (
    rf"[+-]?0*(?:[0-9]{{1,{WHOLE_DIGITS}}}(?:\.[0-9]{{0,{DECIMAL_PLACES}}}0*)?"
    rf"|\.[0-9]{{1,{DECIMAL_PLACES}}}0*)"
)
_INTEGER: Final = r"[+-]?0*[0-9]{1,18}(?:\.0*)?"


def text_to_decimals(texts: pa.Array[Any]) -> tuple[pa.Array[Any], Mask, Mask]:
    """Return the exact decimals of texts; which are no numbers; which do not fit."""
    nothing = np.zeros(len(texts), np.bool_)
    if has_only(texts, b"0123456789", shortest=1, longest=WHOLE_DIGITS):
        return texts.cast(DECIMAL), nothing, nothing
    fits = matches(texts, _FITS)
    valid = mask_of(texts.is_valid())
    left = valid & ~fits
    if not left.any():
        return texts.cast(DECIMAL), nothing, nothing
    slow, not_numbers, outside = _one_by_one(texts, left)
    fast = without(texts, ~fits).cast(DECIMAL)
    return pc.coalesce(fast, slow), not_numbers, outside


def _one_by_one(texts: pa.Array[Any], rows: Mask) -> tuple[pa.Array[Any], Mask, Mask]:
    values: list[Decimal | None] = [None] * len(texts)
    not_numbers = np.zeros(len(texts), np.bool_)
    outside = np.zeros(len(texts), np.bool_)
    for row in np.flatnonzero(rows):
        text: str = texts[int(row)].as_py()
        value = parse_decimal(text)
        if value is not None:
            values[row] = value
        elif DECIMAL_PATTERN.fullmatch(text):
            outside[row] = True
        else:
            not_numbers[row] = True
    return pa.array(values, type=DECIMAL), not_numbers, outside


def decimals_beyond(values: pa.Array[Any]) -> Mask:
    """Return which decimals have more than 38 digits.

    Arrow's JSON reader bounds a value by its 128 bits, which hold somewhat more than 38 digits.
    """
    return mask_of(pc.greater(pc.abs(values), pa.scalar(_LARGEST, DECIMAL)))


def text_to_integers(texts: pa.Array[Any]) -> tuple[pa.Array[Any], Mask, Mask]:
    """Return the 64-bit integers of texts; which are none (`1.6`, `x`); which do not fit.

    A number with an all-zero fraction is the integer that it equals.
    """
    nothing = np.zeros(len(texts), np.bool_)
    if has_only(texts, b"0123456789", shortest=1, longest=18):
        return texts.cast(pa.int64()), nothing, nothing
    fits = matches(texts, _INTEGER)
    valid = mask_of(texts.is_valid())
    plain = pc.replace_substring_regex(without(texts, ~fits), r"^\+|\.0*$", "")
    fast = plain.cast(pa.int64())
    left = valid & ~fits
    if not left.any():
        return fast, nothing, nothing
    values: list[int | None] = [None] * len(texts)
    not_integers = np.zeros(len(texts), np.bool_)
    outside = np.zeros(len(texts), np.bool_)
    for row in np.flatnonzero(left):
        text: str = texts[int(row)].as_py()
        number = parse_decimal(text)
        if number is None:
            outside[row] = DECIMAL_PATTERN.fullmatch(text) is not None
            not_integers[row] = not outside[row]
        elif number != number.to_integral_value():
            not_integers[row] = True
        elif not -(2**63) <= int(number) < 2**63:
            outside[row] = True
        else:
            values[row] = int(number)
    return pc.coalesce(fast, pa.array(values, type=pa.int64())), not_integers, outside
