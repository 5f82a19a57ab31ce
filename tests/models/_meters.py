"""Histories of meter events, each on a meter and a customer of its own, many in one lake.

dbt takes seconds to start, so tests share a build: a `Histories` collects what each of them lands,
builds once, and answers by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.models._build import Built, build
from tests.models._lake import Lake, instant

__all__ = ["METERING", "Histories", "Summary", "event"]

METERING = (
    "+meters",
    "+meter_event_summaries",
    "+meter_event_summaries_daily",
    "+meter_event_errors",
    "+meter_event_conflicts",
    "+meter_event_accounting",
)

Row = dict[str, Any]


def event(at: int, value: int | str | None = None, **given: Any) -> Row:
    """Return an event stamped `at` Unix seconds; its receipt is its stamp unless told otherwise.

    `meter`, `customer` and `payload` are filled in by the history it is landed in.
    """
    row: Row = {
        "event_at": at,
        "received_at": instant(given.pop("received_at", at)),
        "value": None if value is None else Decimal(value),
        "payload": {},
        **given,
    }
    return row


@dataclass(frozen=True, slots=True)
class Summary:
    """One event summary, times in Unix seconds."""

    start_time: int
    end_time: int
    aggregated_value: Decimal


@dataclass
class Histories:
    """Meters, customers, events and adjustments to land, and the build over them."""

    folder: Path
    meters: list[Row] = field(default_factory=list[Row])
    customers: set[str] = field(default_factory=set[str])
    batches: list[tuple[str, list[Row]]] = field(default_factory=list[tuple[str, list[Row]]])
    adjustments: list[Row] = field(default_factory=list[Row])
    retractions: list[Row] = field(default_factory=list[Row])
    built: Built | None = None

    def meter(self, name: str, formula: str = "sum", **given: Any) -> str:
        """Add the meter `mtr_<name>` for events named `name`, and the customer `cus_<name>`."""
        self.meters.append(
            {
                "id": f"mtr_{name}",
                "event_name": name,
                "status": "active",
                "default_aggregation_formula": formula,
                **given,
            }
        )
        self.customers.add(f"cus_{name}")
        return name

    def events(self, name: str, rows: Iterable[Row], batch_id: str | None = None) -> None:
        """Land `rows` as one batch: events named `name` of `cus_<name>` where they do not say."""
        filled = [{"event_name": name, "stripe_customer_id": f"cus_{name}", **row} for row in rows]
        self.batches.append((batch_id or f"{name}_{len(self.batches):05d}", filled))

    def cancel(self, name: str, identifier: str, received_at: int, **given: Any) -> None:
        """Land an adjustment of the event `identifier` named `name`."""
        self.adjustments.append(
            {
                "type": "cancel",
                "event_name": name,
                "identifier": identifier,
                "received_at": instant(received_at),
                **given,
            }
        )

    def build(self, select: Sequence[str] = METERING, **arguments: Any) -> Built:
        """Land everything and build it."""
        lake = Lake(self.folder / "lake")
        lake.land("meters", self.meters)
        lake.land("customers", [{"id": customer} for customer in sorted(self.customers)])
        for batch_id, rows in self.batches:
            lake.land("meter_events", rows, batch_id=batch_id)
        lake.land("meter_event_adjustments", self.adjustments)
        lake.land("retractions", self.retractions)
        self.built = build(
            lake.folder,
            self.folder / "build",
            select=select,
            as_of=arguments.pop("as_of", "2026-06-01 00:00:00"),
            **arguments,
        )
        return self.built

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """Return the rows of a query over the build."""
        assert self.built is not None
        return self.built.rows(query, parameters)  # type: ignore[arg-type]

    def summaries(
        self, name: str, start: int, end: int, window: str | None, customer: str | None = None
    ) -> list[Summary]:
        """Return what the stored function of event summaries answers, in its order."""
        found = self.rows(
            "select epoch_ms(start_time) // 1000, epoch_ms(end_time) // 1000, aggregated_value "
            "from meter_event_summaries($1, $2, $3, $4, $5)",
            [f"mtr_{name}", customer or f"cus_{name}", start, end, window],
        )
        return [Summary(*row) for row in found]

    def total(self, name: str, start: int, end: int) -> Decimal | None:
        """Return the one value of a range, None where it holds no event."""
        found = self.summaries(name, start, end, None)
        return found[0].aggregated_value if found else None
