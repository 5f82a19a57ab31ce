"""What a quantity costs under a price.

Sources: the pricing-models and tiered-pricing pages (volume and graduated tiers, `up_to` inclusive,
flat fees, the first tier's flat fee billed at quantity 0 in both modes); the quantities page
(`transform_quantity` divides and rounds before the price); manage-prices (one rounding per line); a
real invoice (each tier reached is a usage line and then a flat-fee line, each rounded on its own).
Choices where they are silent: no flat-fee line where the tier has no `flat_amount`; a volume
price shows the tier that matched; a negative quantity is billed as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from tests.oracle.rounding import half_away_from_zero

__all__ = ["Price", "PricedPart", "Tier", "amount_of", "priced_parts", "transformed"]


@dataclass(frozen=True)
class Tier:
    up_to: int | None  # inclusive; None: no end
    unit_amount: Fraction | None  # minor units for one
    flat_amount: Fraction | None  # minor units, once


@dataclass(frozen=True)
class Price:
    currency: str
    unit_amount: Fraction | None = None
    tiers_mode: str | None = None  # graduated, volume, or None: per unit
    tiers: tuple[Tier, ...] = ()
    divide_by: int | None = None
    round_to: str | None = None  # up or down


@dataclass(frozen=True)
class PricedPart:
    """One line of an invoice before discounts and tax."""

    tier: int | None  # from 1; None where the price has no tiers
    part: str  # usage or flat
    quantity: Fraction  # 0 for a flat fee, as the real invoice shows it
    unit_amount: Fraction  # the flat fee itself for a flat fee
    exact_amount: Fraction
    amount: int


def transformed(quantity: Fraction, divide_by: int | None, round_to: str | None) -> Fraction:
    """Return the units that are billed for a quantity: whole packages, up or down."""
    if divide_by is None:
        return quantity
    packages = quantity / divide_by
    return Fraction(ceil(packages) if round_to == "up" else floor(packages))


def _usage(tier: int | None, quantity: Fraction, unit: Fraction, units: Fraction) -> PricedPart:
    cost = unit * units
    return PricedPart(tier, "usage", quantity, unit, cost, half_away_from_zero(cost))


def _flat(tier: int, fee: Fraction) -> PricedPart:
    return PricedPart(tier, "flat", Fraction(0), fee, fee, half_away_from_zero(fee))


def _tier_parts(number: int, tier: Tier, quantity: Fraction) -> list[PricedPart]:
    parts = [_usage(number, quantity, tier.unit_amount or Fraction(0), quantity)]
    if tier.flat_amount is not None:
        parts.append(_flat(number, tier.flat_amount))
    return parts


def _graduated(tiers: tuple[Tier, ...], quantity: Fraction) -> list[PricedPart]:
    parts: list[PricedPart] = []
    below = Fraction(0)
    for number, tier in enumerate(tiers, start=1):
        if number > 1 and quantity <= below:
            break
        top = quantity if tier.up_to is None else min(quantity, Fraction(tier.up_to))
        parts += _tier_parts(number, tier, top - below)
        if tier.up_to is None:
            break
        below = Fraction(tier.up_to)
    return parts


def _volume(tiers: tuple[Tier, ...], quantity: Fraction) -> list[PricedPart]:
    for number, tier in enumerate(tiers, start=1):
        if tier.up_to is None or quantity <= tier.up_to:
            return _tier_parts(number, tier, quantity)
    raise ValueError(f"the quantity {quantity} lies beyond the last tier")


def priced_parts(price: Price, quantity: Fraction) -> list[PricedPart]:
    """Return the parts that a quantity costs, in the order in which an invoice shows them."""
    billed = max(quantity, Fraction(0))
    if price.tiers_mode == "graduated":
        return _graduated(price.tiers, billed)
    if price.tiers_mode == "volume":
        return _volume(price.tiers, billed)
    assert price.unit_amount is not None
    units = transformed(billed, price.divide_by, price.round_to)
    return [_usage(None, billed, price.unit_amount, units)]


def amount_of(price: Price, quantity: Fraction) -> int:
    return sum(part.amount for part in priced_parts(price, quantity))
