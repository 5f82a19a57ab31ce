"""The one rounding of money, and decimal text in and out.

Source: Stripe's manage-prices page rounds each invoice line once, 1.5 cents to 2; for negative ties
the pages are silent and the choice is half away from zero, so that a credit mirrors its charge.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

__all__ = ["decimal_text", "exact", "half_away_from_zero", "to_places"]


def exact(value: str | int | Decimal | Fraction) -> Fraction:
    """Return the number as written; floats are refused, because they are not as written."""
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float")
    return Fraction(value)


def half_away_from_zero(amount: Fraction) -> int:
    """Return the nearest whole number; of two equally near, the one farther from zero."""
    magnitude, rest = divmod(abs(amount), 1)
    rounded = int(magnitude) + (1 if rest >= Fraction(1, 2) else 0)
    return rounded if amount >= 0 else -rounded


def to_places(amount: Fraction, places: int) -> Fraction:
    """Return the amount rounded half away from zero to so many decimal places."""
    scale = 10**places
    return Fraction(half_away_from_zero(amount * scale), scale)


def decimal_text(amount: Fraction) -> str:
    """Return every digit, without exponent and trailing zeros; an endless fraction is an error."""
    numerator, denominator = amount.numerator, amount.denominator
    places = 0
    while denominator != 1:
        if places > 60:
            raise ValueError(f"{amount} has no end in decimal digits")
        numerator, places = numerator * 10, places + 1
        common = Fraction(numerator, denominator)
        numerator, denominator = common.numerator, common.denominator
    digits = str(abs(numerator)).rjust(places + 1, "0")
    sign = "-" if numerator < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
