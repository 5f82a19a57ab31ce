"""Usage records and the summaries of periods.

Sources: the create page of usage records (`increment` adds to the usage at a second, `set`
replaces it); Stripe staff on stripe/stripe-python#607 (`set` replaces one second, not the period)
and on corrections (`set` after increments replaces their sum); the summary object's `period`
("after start, up to and including end"); the documentation of `aggregate_usage`.

Choices where they are silent: records at one second fold in order of (received_at, sequence), and
by id where both are equal; `max` and the two `last` formulas look at the total of each second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.periods import Period

__all__ = ["Summary", "UsageRecord", "summaries", "total_usage", "usage_by_second"]


@dataclass(frozen=True)
class UsageRecord:
    id: str
    subscription_item: str
    timestamp: int
    quantity: Fraction
    action: str  # increment or set
    received_at: int
    received_sequence: int


@dataclass(frozen=True)
class Summary:
    subscription_item: str
    period: Period
    total_usage: Fraction
    record_count: int
    is_open: bool


def usage_by_second(records: Iterable[UsageRecord]) -> dict[int, Fraction]:
    """Return the usage at each second, after increments and sets in the order of receipt."""
    usage: dict[int, Fraction] = {}
    in_order = sorted(records, key=lambda r: (r.received_at, r.received_sequence, r.id))
    for record in in_order:
        before = Fraction(0) if record.action == "set" else usage.get(record.timestamp, Fraction(0))
        usage[record.timestamp] = before + record.quantity
    return usage


def total_usage(aggregate_usage: str, usage: dict[int, Fraction], start: int, end: int) -> Fraction:
    """Return the billed quantity of (start, end] by the price's `aggregate_usage`."""
    inside = {second: used for second, used in usage.items() if start < second <= end}
    if aggregate_usage == "sum":
        return sum(inside.values(), Fraction(0))
    if aggregate_usage == "max":
        return max(inside.values(), default=Fraction(0))
    if aggregate_usage == "last_during_period":
        return inside[max(inside)] if inside else Fraction(0)
    if aggregate_usage == "last_ever":
        ever = [second for second in usage if second <= end]
        return usage[max(ever)] if ever else Fraction(0)
    raise ValueError(f"aggregate_usage {aggregate_usage!r} is unknown")


def summaries(
    subscription_item: str,
    aggregate_usage: str,
    records: Iterable[UsageRecord],
    billing_periods: Iterable[Period],
    as_of: int,
) -> list[Summary]:
    """Return one summary per period, newest first; a period without usage has one too."""
    mine = [record for record in records if record.subscription_item == subscription_item]
    usage = usage_by_second(mine)
    found = [
        Summary(
            subscription_item,
            period,
            total_usage(aggregate_usage, usage, period.start, period.end),
            sum(1 for record in mine if period.start < record.timestamp <= period.end),
            period.end > as_of,
        )
        for period in billing_periods
    ]
    return sorted(found, key=lambda summary: summary.period.start, reverse=True)
