"""Quantities and unit prices as exact text: DECIMAL(38, 12), never a float.

A number is a decimal of ours when its text matches `DECIMAL_PATTERN` and its value needs at most 26
digits before the point and 12 after it. Zeros beyond the twelfth place lose nothing and are taken;
any other thirteenth place is refused, because a cast would round it without a word.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final

__all__ = [
    "DECIMAL_PATTERN",
    "DECIMAL_PLACES",
    "DECIMAL_PRECISION",
    "WHOLE_DIGITS",
    "decimal_text",
    "parse_decimal",
]

DECIMAL_PRECISION: Final = 38
DECIMAL_PLACES: Final = 12
WHOLE_DIGITS: Final = DECIMAL_PRECISION - DECIMAL_PLACES

# ASCII digits only: `\d` would take the digits of every script.
DECIMAL_PATTERN: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

# Longer exponents than this cannot fit and would make Decimal build absurd numbers on the way.
_LONGEST_EXPONENT: Final = 6
_EXACT: Final = Context(prec=400)


def parse_decimal(text: str) -> Decimal | None:
    """Return the exact decimal that `text` writes, None where it is none of ours.

    None for anything the pattern refuses (`NaN`, `1_000`, `0x10`, ` 5`) and for a value that does
    not fit DECIMAL(38, 12) exactly. The result compares equal to the text's value; its exponent is
    not normalised.
    """
    if len(text) > 300 or DECIMAL_PATTERN.fullmatch(text) is None:
        return None
    _, mark, exponent = text.lower().partition("e")
    if mark and len(exponent.lstrip("+-")) > _LONGEST_EXPONENT:
        return None
    value = Decimal(text)
    return value if _fits(value) else None


def _fits(value: Decimal) -> bool:
    if not value:
        return True
    if value.adjusted() >= WHOLE_DIGITS or value.adjusted() < -DECIMAL_PLACES:
        return False
    return value == value.quantize(Decimal(1).scaleb(-DECIMAL_PLACES), context=_EXACT)


def decimal_text(value: Decimal | int) -> str:
    """Return every digit of `value`: no exponent, no trailing zeros after the point, no `-0`.

    Raises:
        ValueError: for NaN and infinities, which are not numbers of ours.
    """
    if isinstance(value, int):
        return str(value)
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that can be written exactly")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
