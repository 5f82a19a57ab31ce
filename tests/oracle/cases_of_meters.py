"""Random histories of meter events, for holding SQL to the oracle."""

from __future__ import annotations

from random import Random

from tests.oracle.meters import Adjustment, MeterEvent
from tests.oracle.periods import instant

__all__ = ["meter_history"]


def meter_history(
    seed: int, events: int, customers: int = 3, days: int = 40
) -> tuple[list[MeterEvent], list[Adjustment]]:
    """Return events of the names `calls` and `bytes` with duplicates, conflicts and cancellations.

    Customers are `cus_0` and so on; one event in fifty names a customer or an event that is not
    there, or no value. Times start at 2026-01-01 and gather on hours, days and equal seconds.
    """
    random = Random(seed)
    begin = instant("2026-01-01")
    found: list[MeterEvent] = []
    for row in range(1, events + 1):
        at = begin + random.randrange(days * 24) * 3_600 + random.choice((0, 0, 899, 900, 3_599))
        value = f"{random.randint(-5, 500)}.{random.choice(('0', '5', '000000000001'))}"
        payload = {
            "stripe_customer_id": f"cus_{random.randrange(customers)}",
            "value": value,
            "region": random.choice(("eu", "us")),
        }
        name = random.choice(("calls", "bytes"))
        fault = random.randrange(200)
        if fault == 0:
            payload["stripe_customer_id"] = "cus_nobody"
        elif fault == 1:
            del payload["stripe_customer_id"]
        elif fault == 2:
            del payload["value"]
        elif fault == 3:
            name = "unheard_of"
        found.append(
            MeterEvent(
                batch=f"batch_{row % 4}",
                row=row,
                event_name=name,
                timestamp=at,
                received_at=at + random.choice((0, 1, 60, 90_000)),
                received_sequence=row,
                payload=payload,
                identifier=None if random.random() < 0.05 else f"id_{row}",
            )
        )
    repeated = random.choices(found, k=events // 20)
    for row, first in enumerate(repeated, start=events + 1):
        payload = dict(first.payload)
        if random.random() < 0.2:
            payload["value"] = "99"
        later = random.choice((0, 5, 34 * 86_400, 36 * 86_400))
        found.append(
            MeterEvent(
                batch=f"batch_{row % 4}",
                row=row,
                event_name=first.event_name,
                timestamp=first.timestamp,
                received_at=first.received_at + later,
                received_sequence=row,
                payload=payload,
                identifier=first.identifier,
            )
        )
    adjustments = [
        Adjustment(each.event_name, each.identifier, each.received_at + random.randint(-60, 3_600))
        for each in random.choices(found, k=events // 50)
        if each.identifier is not None
    ]
    return found, adjustments
