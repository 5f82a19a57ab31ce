"""Random cases with what must come out of them, for holding SQL to the oracle by the thousand.

Every function takes a seed and a number of cases and returns each case with the rows expected of
it, so that the inputs can be laid out as a table. Values gather where rules bend: at tier bounds
and one beside them, at ties, at zero, at equal seconds, at month ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from tests.oracle.discounts import Coupon, Discount, DiscountableLine, discounted
from tests.oracle.periods import Period, boundary, instant, periods
from tests.oracle.pricing import Price, PricedPart, Tier, priced_parts
from tests.oracle.proration import Change, ProrationLine, prorations
from tests.oracle.tax import Rate, TaxAmount, line_taxes
from tests.oracle.usage import UsageRecord, total_usage, usage_by_second

__all__ = [
    "DiscountCase",
    "PeriodCase",
    "PricingCase",
    "ProrationCase",
    "TaxCase",
    "UsageCase",
    "discount_cases",
    "period_cases",
    "pricing_cases",
    "proration_cases",
    "tax_cases",
    "usage_cases",
]

_CURRENCIES = ("usd", "eur", "jpy", "kwd", "isk", "ugx")
_AGGREGATES = ("sum", "max", "last_during_period", "last_ever")
_INTERVALS = (("day", 1), ("week", 2), ("month", 1), ("month", 3), ("year", 1))


@dataclass(frozen=True)
class PricingCase:
    number: int
    price: Price
    quantity: Fraction
    parts: tuple[PricedPart, ...]

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True)
class UsageCase:
    number: int
    aggregate_usage: str
    records: tuple[UsageRecord, ...]
    period: tuple[int, int]
    total_usage: Fraction


@dataclass(frozen=True)
class PeriodCase:
    number: int
    anchor: int
    interval: str
    interval_count: int
    start: int
    as_of: int
    end: int | None
    trial_end: int | None
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class ProrationCase:
    number: int
    period: tuple[int, int]
    first: int | None
    changes: tuple[Change, ...]
    billing_mode: str
    lines: tuple[ProrationLine, ...]


@dataclass(frozen=True)
class DiscountCase:
    number: int
    lines: tuple[DiscountableLine, ...]
    discounts: tuple[Discount, ...]
    amounts: tuple[tuple[tuple[str, int], ...], ...]  # by line: discount, amount


@dataclass(frozen=True)
class TaxCase:
    number: int
    amount: int
    rates: tuple[Rate, ...]
    taxes: tuple[TaxAmount, ...]


def _unit_amount(random: Random) -> Fraction:
    """Return a unit price: whole, ending on a tie, tiny, or with all twelve places."""
    kind = random.randrange(4)
    if kind == 0:
        return Fraction(random.randint(0, 5_000))
    if kind == 1:
        return Fraction(random.randint(0, 20_000), 2)
    if kind == 2:
        return Fraction(random.randint(0, 10_000), 10**12)
    return Fraction(random.randint(0, 10**15), 10**12)


def _tiers(random: Random) -> tuple[Tier, ...]:
    bounds = sorted(random.sample(range(1, 50), random.randint(0, 4)))
    if random.random() < 0.3:
        bounds = [bound * 1_000 for bound in bounds]

    def flat() -> Fraction | None:
        return random.choice((None, Fraction(0), _unit_amount(random)))

    return tuple(Tier(bound, _unit_amount(random), flat()) for bound in [*bounds, None])


def _quantity(random: Random, tiers: tuple[Tier, ...]) -> Fraction:
    """Return a quantity: zero, around a tier's bound, a fraction, large, or below zero."""
    kind = random.randrange(6)
    bounds = [tier.up_to for tier in tiers if tier.up_to is not None]
    if kind == 0:
        return Fraction(0)
    if kind <= 2 and bounds:
        return random.choice(bounds) + Fraction(random.choice((-1, 0, 1)), random.choice((1, 1000)))
    if kind == 3:
        return Fraction(random.randint(0, 10**8), 10 ** random.randint(1, 6))
    if kind == 4:
        return Fraction(-random.randint(1, 100))
    return Fraction(random.randint(0, 200_000))


def pricing_cases(seed: int, count: int) -> list[PricingCase]:
    """Return prices of every kind with a quantity each, and the lines it costs."""
    random = Random(seed)
    found: list[PricingCase] = []
    for number in range(count):
        mode = random.choice((None, "graduated", "volume"))
        tiers = _tiers(random) if mode else ()
        divide_by = random.choice((None, None, 3, 7, 1_000)) if mode is None else None
        price = Price(
            random.choice(_CURRENCIES),
            None if mode else _unit_amount(random),
            mode,
            tiers,
            divide_by,
            random.choice(("up", "down")) if divide_by else None,
        )
        quantity = _quantity(random, tiers)
        found.append(PricingCase(number, price, quantity, tuple(priced_parts(price, quantity))))
    return found


def usage_cases(seed: int, count: int) -> list[UsageCase]:
    """Return histories of one item each (`si_case_<number>`) with the usage of one period.

    Records crowd on few seconds, the period's own bounds among them, and share instants of receipt,
    where their sequence decides.
    """
    random = Random(seed)
    found: list[UsageCase] = []
    for number in range(count):
        start = 1_700_000_000 + random.randint(0, 1_000) * 60
        end = start + random.randint(1, 10)
        records = tuple(
            UsageRecord(
                id=f"mbur_case_{number}_{position}",
                subscription_item=f"si_case_{number}",
                timestamp=random.randint(start - 3, end + 3),
                quantity=Fraction(random.randint(0, 50)),
                action=random.choice(("increment", "increment", "set")),
                received_at=end + random.randint(1, 4),
                received_sequence=position,
            )
            for position in random.sample(range(1, 40), random.randint(0, 12))
        )
        aggregate = random.choice(_AGGREGATES)
        total = total_usage(aggregate, usage_by_second(records), start, end)
        found.append(UsageCase(number, aggregate, records, (start, end), total))
    return found


def period_cases(seed: int, count: int) -> list[PeriodCase]:
    """Return anchors, many at month ends, with the periods up to an instant."""
    random = Random(seed)
    found: list[PeriodCase] = []
    for number in range(count):
        interval, interval_count = random.choice(_INTERVALS)
        day = random.choice((1, 15, 28, 29, 30, 31, 31))
        month = random.choice((1, 3, 5, 7, 8, 10, 12))
        clock = f"{random.randrange(24):02}:{random.randrange(60):02}:00"
        anchor = instant(f"{random.randint(2021, 2024)}-{month:02}-{day:02}T{clock}")
        start = anchor - random.choice((0, 0, random.randint(1, 20 * 86_400)))
        steps = random.randint(0, 8)
        as_of = boundary(anchor, interval, interval_count, steps)
        as_of += random.choice((0, 1, -1, 86_400))
        as_of = max(as_of, start)
        end = random.choice((None, None, start + random.randint(1, 400) * 86_400))
        trial_end = random.choice((None, None, start + random.randint(1, 40) * 86_400))
        row = periods(
            anchor,
            interval,
            interval_count,
            start=start,
            as_of=as_of,
            end=end,
            trial_end=trial_end,
        )
        found.append(
            PeriodCase(
                number,
                anchor,
                interval,
                interval_count,
                start,
                as_of,
                end,
                trial_end,
                tuple(row),
            )
        )
    return found


def proration_cases(seed: int, count: int) -> list[ProrationCase]:
    """Return periods with up to three changes of what an item costs, in either billing mode."""
    random = Random(seed)
    found: list[ProrationCase] = []
    for number in range(count):
        start = 1_700_000_000
        end = start + random.choice((3, 86_400, 2_419_200, 2_678_400, 31_622_400))
        first = random.choice((None, random.randint(0, 100_000)))
        instants = sorted({random.randint(start, end - 1) for _ in range(random.randint(1, 3))})
        changes = tuple(
            Change(
                at,
                random.choice((None, random.randint(0, 100_000))),
                prorates=random.random() < 0.8,
            )
            for at in instants
        )
        mode = random.choice(("classic", "flexible"))
        lines = tuple(prorations(start, end, first, changes, mode))
        found.append(ProrationCase(number, (start, end), first, changes, mode, lines))
    return found


def discount_cases(seed: int, count: int) -> list[DiscountCase]:
    """Return invoices of up to six lines with up to three discounts on the whole."""
    random = Random(seed)
    found: list[DiscountCase] = []
    for number in range(count):
        lines = tuple(
            DiscountableLine(
                random.choice((0, -random.randint(1, 500), random.randint(1, 20_000))),
                product=random.choice(("prod_a", "prod_b")),
                discountable=random.random() < 0.9,
            )
            for _ in range(random.randint(1, 6))
        )
        discounts = tuple(
            Discount(
                f"di_{position}",
                Coupon(
                    percent_off=random.choice((Fraction(25, 2), Fraction(50), Fraction("33.33")))
                    if percent
                    else None,
                    amount_off=None if percent else random.randint(1, 30_000),
                    applies_to=random.choice((None, frozenset({"prod_a"}))),
                ),
            )
            for position, percent in enumerate(
                random.choices((True, False), k=random.randint(1, 3))
            )
        )
        amounts = tuple(tuple(row) for row in discounted(lines, discounts))
        found.append(DiscountCase(number, lines, discounts, amounts))
    return found


def tax_cases(seed: int, count: int) -> list[TaxCase]:
    """Return amounts with one to five rates each, inclusive and exclusive ones mixed."""
    random = Random(seed)
    found: list[TaxCase] = []
    for number in range(count):
        rates = tuple(
            Rate(
                f"txr_{position}",
                Fraction(random.choice(("5", "7", "10", "19", "20", "25", "8.875"))),
                random.random() < 0.5,
            )
            for position in range(random.randint(1, 5))
        )
        amount = random.randint(0, 10**6)
        found.append(TaxCase(number, amount, rates, tuple(line_taxes(amount, rates))))
    return found
