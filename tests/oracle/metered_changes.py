"""What becomes of metered usage when its price changes in mid-period, or the start is backdated.

Source: the comparison of billing modes. Meter prices: classic bills only the usage after the change
and at the new price, flexible bills each part at the price in force when it was reported
(documented: 0.75 against 1.75). Backdated usage: classic adds it up into one line, flexible shows
one line for each period (documented: 250.00, against 100.00 and 150.00).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracle.pricing import Price, amount_of

__all__ = ["backdated_lines", "price_change_lines"]


def price_change_lines(segments: Sequence[tuple[Price, Fraction]], billing_mode: str) -> list[int]:
    """Return the amounts billed for segments of a period, oldest first, each with its usage."""
    billed = segments if billing_mode == "flexible" else segments[-1:]
    return [amount_of(price, quantity) for price, quantity in billed]


def backdated_lines(price: Price, quantities: Sequence[Fraction], billing_mode: str) -> list[int]:
    """Return the amounts of the first invoice for usage of several periods, oldest first."""
    if billing_mode == "flexible":
        return [amount_of(price, quantity) for quantity in quantities]
    return [amount_of(price, sum(quantities, Fraction(0)))]
