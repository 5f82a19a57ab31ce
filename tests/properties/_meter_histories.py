"""Random lives of meters: what landed of them, and what the oracle makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.models._lake import instant
from tests.oracle.meters import Adjustment, Judged, Meter, MeterEvent, effective, judge

__all__ = ["SPANS", "ZONES", "History", "draw_history"]

DAY = 86_400
FORMULAS = ("sum", "count", "last", "max", "min", "avg", "unique_count")
# Clocks change on these days: New York (forward, back), Lord Howe by half an hour (back, forward).
SPANS = tuple(
    int(datetime(*day, tzinfo=UTC).timestamp())
    for day in ((2026, 3, 7), (2026, 10, 31), (2026, 4, 3), (2026, 10, 2), (2026, 2, 27))
)
ZONES = (
    "UTC",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Chatham",
)


@dataclass
class History:
    """One meter with a few customers: what happened to it, in events and adjustments."""

    meter: Meter
    customers: list[str]
    first: int  # midnight UTC on which its three days start
    events: list[MeterEvent] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + 4 * DAY

    def judged(self, received_until: int | None = None) -> list[Judged]:
        return judge(
            self.events,
            self.adjustments,
            [self.meter],
            self.customers,
            received_until=received_until,
        )

    def counted(self, customer: str, received_until: int | None = None) -> list[Judged]:
        return effective(self.judged(received_until), self.meter, customer)

    def landed_meter(self) -> dict[str, Any]:
        return {
            "id": self.meter.id,
            "event_name": self.meter.event_name,
            "status": "active" if self.meter.is_active else "inactive",
            "default_aggregation_formula": self.meter.formula,
            "event_time_window": self.meter.event_time_window,
            "customer_payload_key": self.meter.customer_key,
            "value_payload_key": self.meter.value_key,
            "created_at": "2020-01-01",
        }

    def landed_events(self) -> Iterable[tuple[str, dict[str, Any]]]:
        for event in self.events:
            payload = dict(event.payload)
            value = payload.pop("value", None)
            yield (
                event.batch,
                {
                    "batch_row": event.row,
                    "identifier": event.identifier,
                    "event_name": event.event_name,
                    "event_at": instant(event.timestamp),
                    "received_at": instant(event.received_at),
                    "received_sequence": event.received_sequence,
                    "stripe_customer_id": payload.pop("stripe_customer_id", None),
                    "value": None if value is None else Decimal(value),
                    "payload": payload,
                },
            )

    def landed_adjustments(self) -> Iterable[dict[str, Any]]:
        for adjustment in self.adjustments:
            yield {
                "type": "cancel",
                "event_name": adjustment.event_name,
                "identifier": adjustment.identifier,
                "received_at": instant(adjustment.received_at),
            }


def draw_history(draw: random.Random, name: str, batches: list[str], rows: list[int]) -> History:
    """Draw one life; `rows` counts the rows that each of the shared `batches` has so far."""
    formula = draw.choice(FORMULAS)
    meter = Meter(
        id=f"mtr_{name}",
        event_name=f"event {name}",
        formula=formula,
        event_time_window=draw.choice([None, None, "hour", "day"]),
        customer_key=draw.choice(["stripe_customer_id", "stripe_customer_id", "account"]),
        value_key=draw.choice(["value", "value", "amount"]),
        is_active=draw.random() > 0.02,
    )
    history = History(meter, [f"cus_{name}_{place}" for place in range(2)], draw.choice(SPANS))
    seconds = _draw_seconds(draw, history)
    sequence = list(range(80))
    draw.shuffle(sequence)
    for number in range(draw.randrange(1, 40)):
        batch = draw.randrange(len(batches))
        rows[batch] += 1
        again = draw.choice(history.events) if history.events and draw.random() < 0.25 else None
        timestamp = draw.choice(seconds)
        event = MeterEvent(
            batch=batches[batch],
            row=rows[batch],
            event_name=meter.event_name if draw.random() > 0.03 else f"unheard {name}",
            timestamp=timestamp,
            received_at=timestamp + draw.choice([0, 1, 60, 3_600, 40_000, 36 * DAY]),
            received_sequence=sequence.pop(),
            payload=_draw_payload(draw, history),
            identifier=None if draw.random() < 0.2 else f"{name} {number}",
        )
        if again is not None:
            event = _sent_again(draw, again, event)
        history.events.append(event)
    _draw_adjustments(draw, history, name)
    return history


def _draw_seconds(draw: random.Random, history: History) -> list[int]:
    """Return seconds worth stamping: edges of hours, days and quarter-hours, and any other."""
    whole = [history.first + 900 * draw.randrange(3 * 96) for _ in range(12)]
    edges = [second + draw.choice([-1, 0, 1]) for second in whole]
    others = [history.first + draw.randrange(3 * DAY) for _ in range(6)]
    return edges + others


def _draw_payload(draw: random.Random, history: History) -> dict[str, str]:
    meter = history.meter
    payload: dict[str, str] = {}
    if draw.random() > 0.03:
        unknown = draw.random() < 0.03
        payload[meter.customer_key] = "cus_unknown" if unknown else draw.choice(history.customers)
    if draw.random() > 0.05:
        payload[meter.value_key] = draw.choice(
            ["1", "2", "3.5", "-4.25", "0", "1e-12", "999999999999999", "17"]
        )
    elif meter.value_key != "value" and draw.random() < 0.7:
        payload[meter.value_key] = draw.choice(["abc", "1.0", "01", "red", "blue"])
    if draw.random() < 0.2:
        payload["note"] = draw.choice(["x", "it's", '"quoted"', "a=b, c"])
    return payload


def _sent_again(draw: random.Random, first: MeterEvent, fresh: MeterEvent) -> MeterEvent:
    """Return `fresh` as a repetition of `first`, now and then with another content."""
    differs = draw.random() < 0.3
    return MeterEvent(
        batch=fresh.batch,
        row=fresh.row,
        event_name=first.event_name,
        timestamp=first.timestamp,
        received_at=first.received_at
        + draw.choice([-90, 0, 7, 20 * DAY, 35 * DAY, 35 * DAY + 1, 80 * DAY]),
        received_sequence=fresh.received_sequence,
        payload=fresh.payload if differs else first.payload,
        identifier=first.identifier,
    )


def _draw_adjustments(draw: random.Random, history: History, name: str) -> None:
    for event in history.events:
        if event.identifier is None or draw.random() > 0.12:
            continue
        history.adjustments.append(
            Adjustment(
                event.event_name if draw.random() > 0.2 else f"other {name}",
                event.identifier,
                event.received_at + draw.choice([-600, 0, 600, 40 * DAY]),
            )
        )
