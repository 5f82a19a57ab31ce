"""The documented worked numbers of usage, meters, periods and pages hold on the oracle."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.oracle import periods
from tests.oracle.meters import Meter, MeterEvent, billable, effective, judge, usage_of
from tests.oracle.pagination import PageError, page
from tests.oracle.rounding import half_away_from_zero
from tests.oracle.usage import UsageRecord, total_usage, usage_by_second
from tests.oracle.vectors import Vector, cases
from tests.oracle.windows import event_summaries, is_aligned


def _record(number: int, timestamp: int, action: str, quantity: int) -> UsageRecord:
    return UsageRecord(
        f"mbur_{number}", "si_1", timestamp, Fraction(quantity), action, 2_000_000_000 + number, 1
    )


@cases("usage_records.action")
def test_increments_add_and_sets_replace_one_second(vector: Vector) -> None:
    rows = vector["inputs"]["records"]
    usage = usage_by_second(
        _record(number, timestamp, action, quantity)
        for number, (timestamp, action, quantity) in enumerate(rows)
    )
    expected = vector["expected"].get("usage_at_timestamp", vector["expected"].get("quantity"))
    assert sum(usage.values()) == expected


@cases("usage_records.aggregate_usage")
def test_a_period_is_aggregated_as_the_price_says(vector: Vector) -> None:
    inputs = vector["inputs"]
    start, end = map(
        periods.instant,
        inputs.get("period", ["2022-06-01T00:00:00+00:00", "2022-07-01T00:00:00+00:00"]),
    )
    rows = [*inputs.get("usage_before_period", ()), *inputs["usage"]]
    usage = {periods.instant(at): Fraction(quantity) for at, quantity in rows}
    total = total_usage(inputs["aggregate_usage"], usage, start, end)
    assert total == vector["expected"]["quantity"]


@cases("usage_records.period")
def test_the_first_second_of_a_period_belongs_to_the_one_before(vector: Vector) -> None:
    start, end = vector["inputs"]["period"]
    usage = {at: Fraction(quantity) for at, quantity in vector["inputs"]["records"]}
    assert total_usage("sum", usage, start, end) == vector["expected"]["total_usage"]


def _judged(meter: Meter, rows: list[list[int]]) -> list[Any]:
    events = [
        MeterEvent(
            "b",
            row,
            "e",
            at,
            2_000_000_000 + row,
            row,
            {"stripe_customer_id": "c", "value": str(v)},
        )
        for row, (at, v) in enumerate(rows, start=1)
    ]
    return effective(judge(events, [], [meter], {"c"}), meter, "c")


@cases("meter.aggregation", "meter.event_time_window")
def test_a_meter_aggregates_what_counts(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    meter = Meter("mtr", "e", inputs["formula"], inputs.get("event_time_window"))
    counted = _judged(meter, inputs.get("events", inputs.get("events_in_arrival_order")))
    total = usage_of(counted, meter, 0, 2_000_000_000)
    assert total == expected["aggregated_value"]
    if "invoice_quantity" in expected:
        assert billable(total) == expected["invoice_quantity"]


@cases("meter_event_summaries")
def test_windows_come_newest_first_and_empty_ones_are_left_out(vector: Vector) -> None:
    inputs = vector["inputs"]
    meter = Meter("mtr", "e")
    found = event_summaries(
        _judged(meter, inputs["events"]),
        meter,
        inputs["start_time"],
        inputs["end_time"],
        inputs["value_grouping_window"],
    )
    assert [
        {
            "start_time": each.start,
            "end_time": each.end,
            "aggregated_value": each.aggregated_value,
        }
        for each in found
    ] == vector["expected"]["data"]


@cases("meter_event_summaries.alignment")
def test_bounds_lie_on_the_windows_boundaries(vector: Vector) -> None:
    inputs = vector["inputs"]
    aligned = is_aligned(inputs["start_time"], inputs["end_time"], inputs["value_grouping_window"])
    assert aligned == vector["expected"]["accepted"]


@cases("billing_cycle.anchor")
def test_boundaries_are_counted_from_the_anchor(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    if "day_of_month" in inputs:
        first, anchor = periods.anchor_of_day(
            periods.instant(inputs["created"]), inputs["day_of_month"], inputs["interval_count"]
        )
        assert f"{periods.moment(first):%Y-%m-%d}" == expected["first_full_invoice"]
        assert f"{periods.moment(anchor):%Y-%m-%d}" == expected["billing_cycle_anchor"]
        on_grid = periods.first_boundary_after(
            anchor, "month", inputs["interval_count"], periods.instant(inputs["created"])
        )
        assert on_grid == first
        return
    anchor = periods.instant(inputs["anchor"])
    starts = [
        periods.boundary(anchor, inputs["interval"], 1, number) for number in range(inputs["n"] + 1)
    ]
    assert starts == [periods.instant(start) for start in expected["starts"]]


@cases("trial.anchor")
def test_after_a_trial_the_first_charge_covers_what_is_left_until_the_anchor(
    vector: Vector,
) -> None:
    assert vector["inputs"]["trial_days"] == 7
    subscribed, as_of = (periods.instant(day) for day in ("2026-03-15", "2026-04-10"))
    found = periods.periods(
        periods.instant("2026-04-01"),
        "month",
        start=subscribed,
        as_of=as_of,
        trial_end=subscribed + 7 * 86_400,
    )
    shown = [
        (f"{periods.moment(each.start):%d}", f"{periods.moment(each.end):%d}", each.is_trial)
        for each in found
    ]
    assert shown == [("15", "22", True), ("22", "01", False), ("01", "01", False)]


@cases("cancel_at")
def test_a_cancellation_shortens_the_period_to_the_second(vector: Vector) -> None:
    inputs = vector["inputs"]
    start, cancel_at = (periods.instant(inputs[key]) for key in ("period_start", "cancel_at"))
    (cut,) = periods.periods(start, "year", start=start, as_of=start, end=cancel_at)
    share = Fraction(cut.end - cut.start, periods.full_length_of(start, "year", 1, cut))
    assert share == Fraction(182, 366)
    assert half_away_from_zero(inputs["unit_amount"] * share) == 5967
    assert vector["expected"]["docs_rounded_amount"] == 6000  # the page rounds to half a year


@cases("pagination")
def test_pages_are_cut_as_documented(vector: Vector) -> None:
    inputs, expected = dict(vector["inputs"]), vector["expected"]
    newest_first = inputs.pop("newest_first", ["s1"])
    if "error" in expected:
        with pytest.raises(PageError) as raised:
            page(newest_first, **inputs)
        assert raised.value.code == expected["error"]["code"]
        assert raised.value.param == expected["error"]["param"]
        assert raised.value.http_status == expected["http_status"]
        return
    found = page(newest_first, **inputs)
    assert (list(found.data), found.has_more) == (expected["data"], expected["has_more"])
