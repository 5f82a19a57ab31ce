"""Random lives of subscription items: what landed of them, and what the oracle makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.models._lake import instant
from tests.models._usage import price
from tests.oracle.periods import (
    AnchorChange,
    Period,
    anchor_of_day,
    boundary,
    periods,
    periods_through_changes,
)
from tests.oracle.usage import UsageRecord, total_usage, usage_by_second

__all__ = ["AS_OF", "PRICES", "History", "draw_history"]

AS_OF = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp())
FIRST_START = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp())
DAY = 86_400
AGGREGATES = ("sum", "max", "last_during_period", "last_ever")
INTERVALS = (
    ("day", 1),
    ("day", 17),
    ("week", 1),
    ("week", 3),
    ("month", 1),
    ("month", 1),
    ("month", 2),
    ("month", 3),
    ("month", 7),
    ("year", 1),
    ("year", 2),
)
PRICES = [
    price(f"price_{aggregate}_{interval}_{count}", aggregate, f"{count} {interval}")
    for aggregate in AGGREGATES
    for interval, count in sorted(set(INTERVALS))
]


@dataclass
class History:
    """One item of a subscription of its own: what landed of it, and its periods as expected."""

    name: str
    interval: str
    count: int
    start: int
    versions: list[dict[str, Any]] = field(default_factory=list)
    prices: list[tuple[int, str]] = field(default_factory=list)  # from when, which aggregate
    periods: list[Period] = field(default_factory=list)
    records: list[UsageRecord] = field(default_factory=list)

    def landed_records(self) -> Iterable[dict[str, Any]]:
        for record in self.records:
            yield {
                "id": record.id,
                "subscription_item": record.subscription_item,
                "event_at": instant(record.timestamp),
                "quantity": Decimal(record.quantity.numerator),
                "action": record.action,
                "received_at": instant(record.received_at),
                "received_sequence": record.received_sequence,
            }

    def expected(self) -> list[tuple[int, int, Fraction, int, bool]]:
        """Return (start, end, total, records, open) of every summary, oldest first."""
        # No record from before the first period was ever taken, so none can be carried from it.
        taken = [record for record in self.records if record.timestamp > self.start]
        usage = usage_by_second(taken)
        return [
            (
                period.start,
                period.end,
                total_usage(self._aggregate_of(period), usage, period.start, period.end),
                sum(1 for record in taken if period.start < record.timestamp <= period.end),
                period.end > AS_OF,
            )
            for period in self.periods
        ]

    def _aggregate_of(self, period: Period) -> str:
        """Return the aggregate of the price in force when the period ends, or as of now."""
        return [aggregate for since, aggregate in self.prices if since < period.end][-1]


def draw_history(draw: random.Random, name: str) -> History:
    """Draw one life: an anchor, perhaps a trial, changes, an end; and records on its edges."""
    interval, count = draw.choice(INTERVALS)
    start = FIRST_START + draw.randrange(AS_OF - FIRST_START)
    history = History(name, interval, count, start)
    history.prices = [(0, draw.choice(AGGREGATES))]
    columns: dict[str, Any] = {"start_at": instant(start), "created_at": instant(start)}
    anchor = _draw_anchor(draw, history, columns)
    end = _draw_end(draw, start, columns)
    kind = draw.choice(["plain", "plain", "trial", "added", "reset"])
    if kind == "trial" and "anchor_day_of_month" in columns:
        kind = "plain"  # a vector says which day such a trial is followed by
    changes: list[tuple[int, dict[str, Any]]] = []
    span = {"interval": interval, "interval_count": count, "as_of": AS_OF, "end": end}
    if kind == "trial":
        trial_end = start + draw.randrange(1, 60 * DAY)
        columns |= {"trial_start_at": instant(start), "trial_end_at": instant(trial_end)}
        history.periods = periods(anchor, start=start, trial_end=trial_end, **span)
    elif kind == "added":
        history.start = start + draw.randrange(61, 90 * DAY)
        history.periods = periods(anchor, start=history.start, **span)
    elif kind == "reset":
        resets = _draw_resets(draw, history, anchor)
        changes = [
            (reset.effective_at, {"billing_cycle_anchor_at": instant(reset.anchor)})
            for reset in resets[1:]
        ]
        history.periods = periods_through_changes(resets, start=start, **span)
    else:
        history.periods = periods(anchor, start=start, **span)
    history.periods = [p for p in history.periods if end is None or p.start < end]
    _draw_versions(draw, history, columns, changes)
    _draw_records(draw, history)
    return history


def _draw_anchor(draw: random.Random, history: History, columns: dict[str, Any]) -> int:
    start = history.start
    kind = draw.choice(["start", "start", "before", "ahead", "month end", "configured"])
    if kind == "configured" and history.interval == "month":
        day = draw.choice([1, 15, 28, 29, 30, 31])
        columns |= {"billing_cycle_anchor_at": None, "anchor_day_of_month": day}
        return anchor_of_day(start, day, history.count)[1]
    anchor = {
        "before": start - draw.randrange(400 * DAY),
        "ahead": start + draw.randrange(40 * DAY),
        "month end": boundary(FIRST_START + 30 * DAY + draw.randrange(DAY), "month", 2, 3),
    }.get(kind, start)
    columns["billing_cycle_anchor_at"] = instant(anchor)
    return anchor


def _draw_end(draw: random.Random, start: int, columns: dict[str, Any]) -> int | None:
    if draw.random() < 0.6:
        return None
    end = start + draw.randrange(1, 900 * DAY)
    columns[draw.choice(["cancel_at", "ended_at"])] = instant(end)
    return end


def _draw_resets(draw: random.Random, history: History, anchor: int) -> list[AnchorChange]:
    """Draw changes of the anchor: to the very instant, or ahead of it, or seen a little later."""
    resets = [AnchorChange(history.start, anchor)]
    for _ in range(draw.randrange(1, 3)):
        at = resets[-1].effective_at + draw.randrange(2 * DAY, 300 * DAY)
        if at >= AS_OF:
            break
        new = at + draw.choice([0, 0, draw.randrange(1, 20 * DAY)])
        resets.append(AnchorChange(at, new))
    return resets


def _draw_versions(
    draw: random.Random,
    history: History,
    columns: dict[str, Any],
    changes: list[tuple[int, dict[str, Any]]],
) -> None:
    begun = columns["start_at"]
    item_start = instant(history.start)
    for _ in range(draw.choice([0, 0, 1, 2])):
        at = history.prices[-1][0] or history.start
        at += draw.randrange(DAY, 500 * DAY)
        if at < AS_OF:
            history.prices.append((at, draw.choice(AGGREGATES)))
    steps = {history.start if since == 0 else since: {} for since, _ in history.prices}
    for at, change in changes:
        steps[at] = change
    current = dict(columns)
    for number, at in enumerate(sorted(steps)):
        current |= steps[at]
        aggregate = [a for since, a in history.prices if since <= at][-1]
        of = f"price_{aggregate}_{history.interval}_{history.count}"
        history.versions.append(
            {
                **current,
                "id": f"sub_{history.name}",
                "customer": "cus_1",
                "status": "active",
                "effective_at": begun if number == 0 else instant(at),
                "items": [{"id": f"si_{history.name}", "price": of, "created_at": item_start}],
            }
        )


def _draw_records(draw: random.Random, history: History) -> None:
    edges = [second for period in history.periods for second in (period.start, period.end)]
    edges.append(history.start)
    crowded = [draw.choice(edges) + draw.randrange(-1, 2) for _ in range(3)]
    for number in range(draw.randrange(14)):
        second = draw.choice(
            [draw.choice(crowded), draw.choice(edges), history.start + draw.randrange(400 * DAY)]
        )
        history.records.append(
            UsageRecord(
                f"mbur_{history.name}_{number}",
                f"si_{history.name}",
                second,
                Fraction(draw.randrange(20)),
                draw.choice(["increment", "increment", "set"]),
                AS_OF - draw.randrange(3),
                number,
            )
        )
    draw.shuffle(history.records)
