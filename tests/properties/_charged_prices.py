"""Random prices of every kind, each in every currency."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from tests.oracle.pricing import Price, Tier

__all__ = ["CURRENCIES", "SHAPES", "Prices", "Shape", "random_prices"]

# Two decimals, none, three, and the two that have none but are kept with two.
CURRENCIES = ("usd", "jpy", "kwd", "bhd", "isk", "ugx")


@dataclass(frozen=True)
class Shape:
    """A price, in every currency."""

    name: str
    usage_type: str
    mode: str | None = None
    meter: str | None = None
    divide_by: int | None = None
    unit_label: str | None = None
    has_options: bool = False  # one price with currency_options, not a price for each currency

    def price_id(self, currency: str) -> str:
        return self.name if self.has_options else f"{self.name}_{currency}"


SHAPES = (
    Shape("seat", "licensed", has_options=True),
    Shape("block", "licensed", "graduated"),
    Shape("plan", "licensed", "volume", has_options=True),
    Shape("record", "metered"),
    Shape("step", "metered", "graduated", has_options=True, unit_label="call"),
    Shape("call", "metered", meter="mtr_a"),
    Shape("slope", "metered", "graduated", meter="mtr_a"),
    Shape("mass", "metered", "volume", meter="mtr_b", has_options=True),
    Shape("pack", "metered", meter="mtr_b", divide_by=7),
)

Prices = dict[tuple[str, str], Price]  # by name of the shape and currency


def _unit_amount(random: Random) -> Fraction:
    """Return a unit price: whole, ending on a tie, tiny, or with all twelve places."""
    return random.choice(
        (
            Fraction(random.randint(1, 2_000)),
            Fraction(random.randint(1, 4_000), 2),
            Fraction(random.randint(1, 10_000), 10**6),
            Fraction(random.randint(1, 10**14), 10**12),
        )
    )


def _price(random: Random, shape: Shape, currency: str) -> Price:
    if shape.mode is None:
        rounds = "up" if shape.divide_by else None
        unit = _unit_amount(random)
        return Price(currency, unit, divide_by=shape.divide_by, round_to=rounds)
    bounds = (*sorted(random.sample((3, 10, 40, 100), random.randint(1, 3))), None)
    tiers = (
        Tier(
            bound,
            _unit_amount(random),
            random.choice((None, Fraction(0), Fraction(random.randint(1, 3_000), 2))),
        )
        for bound in bounds
    )
    return Price(currency, tiers_mode=shape.mode, tiers=tuple(tiers))


def random_prices(seed: int) -> Prices:
    random = Random(seed)
    return {
        (shape.name, currency): _price(random, shape, currency)
        for shape in SHAPES
        for currency in CURRENCIES
    }
