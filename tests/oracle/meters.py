"""Meters: which events count, and what they come to.

Sources: the configure page (formulas, pre-aggregation: within a UTC hour or day only the event
received last counts; negative corrections are allowed); the meter event pages (identifiers unique
over a rolling window; adjustments cancel by event name and identifier; the codes of the error
report); the event summaries page ([start, end), newest first, empty windows left out).

Choices where they are silent: the window of identifiers is 35 days from the last receipt under the
identifier, whether that one counted or not, its end included, and spans all event names of one
livemode; where an
identifier names several events, an adjustment cancels the one it named at the adjustment's receipt;
the order of the verdicts
is duplicate, erroneous, cancelled; `last` means the latest by timestamp and among equal ones the
one received last; `avg` is rounded to 12 places; `unique_count` counts equal numbers once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.rounding import to_places

__all__ = [
    "WINDOW_OF_IDENTIFIERS",
    "Adjustment",
    "Judged",
    "Meter",
    "MeterEvent",
    "aggregate",
    "billable",
    "effective",
    "judge",
    "usage_of",
]

WINDOW_OF_IDENTIFIERS = 35 * 86_400
_WINDOW_SECONDS = {"hour": 3_600, "day": 86_400}


@dataclass(frozen=True)
class Meter:
    id: str
    event_name: str
    formula: str = "sum"
    event_time_window: str | None = None
    customer_key: str = "stripe_customer_id"
    value_key: str = "value"
    is_active: bool = True
    livemode: bool = False


@dataclass(frozen=True)
class MeterEvent:
    batch: str
    row: int  # from 1, unique in the batch
    event_name: str
    timestamp: int
    received_at: int
    received_sequence: int
    payload: dict[str, str] = field(default_factory=dict)
    identifier: str | None = None
    livemode: bool = False

    @property
    def order_of_receipt(self) -> tuple[int, int, str, int]:
        return (self.received_at, self.received_sequence, self.batch, self.row)

    def content(self) -> tuple[object, ...]:
        """Return what two events must share for the second to be a plain repetition."""
        return (self.event_name, self.timestamp, tuple(sorted(self.payload.items())))


@dataclass(frozen=True)
class Adjustment:
    event_name: str
    identifier: str
    received_at: int


@dataclass(frozen=True)
class Judged:
    """An event and its verdict: effective, duplicate, cancelled, or a code of the error report."""

    event: MeterEvent
    verdict: str
    meter: Meter | None = None
    customer: str | None = None
    value: Fraction | None = None
    is_conflict: bool = False  # a duplicate whose content differs from the event that counts


def _key(event: MeterEvent) -> object:
    if event.identifier is None:
        return (event.batch, event.row)
    return (event.livemode, event.identifier)


def _duplicates(events: Sequence[MeterEvent], window: int) -> dict[int, MeterEvent]:
    """Return, by the position of each duplicate, the event that counts in its place."""
    counting: dict[object, MeterEvent] = {}
    last_received: dict[object, int] = {}
    found: dict[int, MeterEvent] = {}
    for position in sorted(range(len(events)), key=lambda at: events[at].order_of_receipt):
        event = events[position]
        key = _key(event)
        if key in counting and event.received_at <= last_received[key] + window:
            found[position] = counting[key]
        else:
            counting[key] = event
        last_received[key] = event.received_at
    return found


def _meant(adjustment: Adjustment, firsts: Iterable[MeterEvent]) -> list[tuple[str, int]]:
    """Return the event that an identifier named when its adjustment came: of each livemode.

    That is the last received by then, or, where none had been, the first received after it.
    """
    found: list[tuple[str, int]] = []
    for livemode in (False, True):
        named = sorted(
            (
                event
                for event in firsts
                if (event.livemode, event.event_name, event.identifier)
                == (livemode, adjustment.event_name, adjustment.identifier)
            ),
            key=lambda event: event.order_of_receipt,
        )
        earlier = [event for event in named if event.received_at <= adjustment.received_at]
        found += [(event.batch, event.row) for event in (earlier[-1:] or named[:1])]
    return found


def _number(text: str | None) -> Fraction | None:
    try:
        return None if text is None else Fraction(text)
    except ValueError:
        return None


def _judge_content(
    event: MeterEvent, meters: dict[tuple[str, bool], Meter], customers: Collection[str]
) -> Judged:
    meter = meters.get((event.event_name, event.livemode))
    if meter is None:
        return Judged(event, "no_meter")
    if not meter.is_active:
        return Judged(event, "archived_meter", meter)
    customer = event.payload.get(meter.customer_key)
    if customer is None:
        return Judged(event, "meter_event_no_customer_defined", meter)
    if customer not in customers:
        return Judged(event, "meter_event_customer_not_found", meter, customer)
    text = event.payload.get(meter.value_key)
    value = _number(text)
    if meter.formula != "count" and text is None:
        return Judged(event, "meter_event_value_not_found", meter, customer)
    if meter.formula not in ("count", "unique_count") and value is None:
        return Judged(event, "meter_event_invalid_value", meter, customer)
    return Judged(event, "effective", meter, customer, value)


def judge(
    events: Iterable[MeterEvent],
    adjustments: Iterable[Adjustment],
    meters: Iterable[Meter],
    customers: Collection[str],
    *,
    received_until: int | None = None,
    window: int = WINDOW_OF_IDENTIFIERS,
) -> list[Judged]:
    """Return every known event with its verdict; each event has exactly one.

    With `received_until` only what was received by then, that second included, is known: later
    events, later cancellations and later duplicates do not exist.
    """
    known = [e for e in events if received_until is None or e.received_at <= received_until]
    by_name = {(meter.event_name, meter.livemode): meter for meter in meters}
    duplicates = _duplicates(known, window)
    firsts = [event for position, event in enumerate(known) if position not in duplicates]
    cancelled = {
        meant
        for a in adjustments
        if received_until is None or a.received_at <= received_until
        for meant in _meant(a, firsts)
    }
    verdicts: list[Judged] = []
    for position, event in enumerate(known):
        first = duplicates.get(position)
        if first is not None:
            conflict = first.content() != event.content()
            verdicts.append(Judged(event, "duplicate", is_conflict=conflict))
            continue
        judged = _judge_content(event, by_name, customers)
        if judged.verdict == "effective" and (event.batch, event.row) in cancelled:
            judged = Judged(event, "cancelled", judged.meter, judged.customer, judged.value)
        verdicts.append(judged)
    return verdicts


def effective(judged: Iterable[Judged], meter: Meter, customer: str) -> list[Judged]:
    """Return the events that count for a customer, after pre-aggregation by UTC windows."""
    counted = [
        j
        for j in judged
        if j.verdict == "effective" and j.meter == meter and j.customer == customer
    ]
    if meter.event_time_window is None:
        return counted
    seconds = _WINDOW_SECONDS[meter.event_time_window]
    last_received: dict[int, Judged] = {}
    for each in sorted(counted, key=lambda j: j.event.order_of_receipt):
        last_received[each.event.timestamp // seconds] = each
    return list(last_received.values())


def aggregate(formula: str, counted: Sequence[Judged], value_key: str = "value") -> Fraction:
    """Return what events come to under a formula; nothing at all comes to 0."""
    values = [j.value for j in counted if j.value is not None]
    if formula == "count":
        return Fraction(len(counted))
    if formula == "unique_count":
        seen = {j.value if j.value is not None else j.event.payload[value_key] for j in counted}
        return Fraction(len(seen))
    if not values:
        return Fraction(0)
    if formula == "sum":
        return sum(values, Fraction(0))
    if formula == "max":
        return max(values)
    if formula == "min":
        return min(values)
    if formula == "avg":
        return to_places(sum(values, Fraction(0)) / len(values), 12)
    if formula == "last":
        latest = max(counted, key=lambda j: (j.event.timestamp, j.event.order_of_receipt))
        assert latest.value is not None
        return latest.value
    raise ValueError(f"the formula {formula!r} is unknown")


def usage_of(counted: Sequence[Judged], meter: Meter, start: int, end: int) -> Fraction:
    """Return the usage of [start, end)."""
    inside = [j for j in counted if start <= j.event.timestamp < end]
    return aggregate(meter.formula, inside, meter.value_key)


def billable(total: Fraction) -> Fraction:
    """Return the quantity that is invoiced: a total below zero is invoiced as zero."""
    return max(total, Fraction(0))
