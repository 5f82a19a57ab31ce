"""Corner cases of meters, identifiers and windows of time."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from tests.oracle.meters import (
    WINDOW_OF_IDENTIFIERS,
    Adjustment,
    Meter,
    MeterEvent,
    effective,
    judge,
    usage_of,
)
from tests.oracle.periods import instant, moment
from tests.oracle.windows import event_summaries, window_starts, windowed_usage

METER = Meter("mtr_1", "calls")


def event(row: int, at: int, value: str = "1", **more: object) -> MeterEvent:
    payload = {"stripe_customer_id": "cus_1", "value": value}
    fields: dict[str, object] = {"received_at": at, "identifier": f"e{row}", "payload": payload}
    return MeterEvent("b", row, "calls", at, received_sequence=row, **(fields | more))  # type: ignore[arg-type]


def verdicts(events: list[MeterEvent], *adjustments: Adjustment, **more: int) -> Counter[str]:
    judged = judge(events, adjustments, [METER], {"cus_1"}, **more)
    return Counter(each.verdict for each in judged)


def test_a_thousand_copies_of_one_event_count_once() -> None:
    copies = [event(row, 1_000, identifier="same") for row in range(1, 1_001)]
    assert verdicts(copies) == {"effective": 1, "duplicate": 999}


def test_two_equal_rows_without_an_identifier_are_two_events() -> None:
    rows = [event(row, 1_000, identifier=None) for row in (1, 2)]
    assert verdicts(rows) == {"effective": 2}


def test_an_identifier_is_free_again_after_its_window() -> None:
    first = event(1, 1_000, identifier="x")
    last = first.received_at + WINDOW_OF_IDENTIFIERS
    assert verdicts([first, event(2, last, identifier="x")]) == {"effective": 1, "duplicate": 1}
    assert verdicts([first, event(2, last + 1, identifier="x")]) == {"effective": 2}


def test_a_duplicate_with_another_value_is_a_conflict() -> None:
    rows = [event(1, 1_000, "5", identifier="x"), event(2, 1_000, "6", identifier="x")]
    judged = judge(rows, [], [METER], {"cus_1"})
    assert [(each.verdict, each.is_conflict) for each in judged] == [
        ("effective", False),
        ("duplicate", True),
    ]


def test_a_cancellation_takes_its_event_whichever_came_first_and_nothing_else() -> None:
    rows = [event(1, 1_000), event(2, 1_001)]
    for received_at in (500, 5_000):
        by_name = Adjustment("calls", "e1", received_at)
        other_name = Adjustment("other", "e2", received_at)
        assert verdicts(rows, by_name, other_name) == {"cancelled": 1, "effective": 1}


def test_a_cancellation_takes_the_event_that_its_identifier_named_when_it_came() -> None:
    silence = WINDOW_OF_IDENTIFIERS + 1
    first = event(1, 1_000, identifier="x")
    second = event(2, 1_000 + silence, identifier="x")
    for received_at, taken in ((500, 0), (999 + silence, 0), (1_000 + silence, 1)):
        judged = judge([first, second], [Adjustment("calls", "x", received_at)], [METER], {"cus_1"})
        assert [each.verdict == "cancelled" for each in judged].index(True) == taken
        assert [each.verdict for each in judged].count("cancelled") == 1


def test_what_was_received_later_was_not_known_then() -> None:
    rows = [event(1, 1_000), event(2, 1_000, received_at=9_000)]
    cancel = Adjustment("calls", "e1", 8_000)
    assert verdicts(rows, cancel, received_until=7_999) == {"effective": 1}
    assert verdicts(rows, cancel, received_until=8_000) == {"cancelled": 1}
    assert verdicts(rows, cancel, received_until=9_000) == {"cancelled": 1, "effective": 1}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sum", "13"),
        ("count", "4"),
        ("last", "1"),
        ("max", "7"),
        ("min", "1"),
        ("avg", "3.25"),
        ("unique_count", "3"),
    ],
)
def test_each_formula_over_the_same_events(formula: str, expected: str) -> None:
    meter = Meter("mtr_1", "calls", formula)
    rows = [event(1, 40, "4"), event(2, 10, "7"), event(3, 50, "1.0"), event(4, 20, "1")]
    counted = effective(judge(rows, [], [meter], {"cus_1"}), meter, "cus_1")
    assert usage_of(counted, meter, 0, 100) == Fraction(expected)
    assert usage_of(counted, meter, 60, 100) == 0


def test_an_average_without_end_is_rounded_to_twelve_places() -> None:
    meter = Meter("mtr_1", "calls", "avg")
    rows = [event(1, 1, "1"), event(2, 2, "1"), event(3, 3, "0")]
    counted = effective(judge(rows, [], [meter], {"cus_1"}), meter, "cus_1")
    assert usage_of(counted, meter, 0, 10) == Fraction("0.666666666667")


def test_of_equal_timestamps_the_one_received_last_is_last() -> None:
    meter = Meter("mtr_1", "calls", "last")
    rows = [event(1, 10, "3", received_at=30), event(2, 10, "8", received_at=20)]
    counted = effective(judge(rows, [], [meter], {"cus_1"}), meter, "cus_1")
    assert usage_of(counted, meter, 0, 100) == 3


def starts(day: str, until: str, window: str, zone: str) -> list[str]:
    found = window_starts(instant(day), instant(until), window, zone)
    return [f"{moment(at):%dT%H:%M}" for at in found]


def test_a_day_in_new_york_has_23_or_25_hours_when_the_clock_changes() -> None:
    spring = starts("2026-03-07T05:00:00", "2026-03-10T04:00:00", "day", "America/New_York")
    assert spring == ["07T05:00", "08T05:00", "09T04:00"]
    autumn = starts("2026-10-31T04:00:00", "2026-11-03T05:00:00", "day", "America/New_York")
    assert autumn == ["31T04:00", "01T04:00", "02T05:00"]


def test_a_clock_that_moves_half_an_hour_makes_short_hours_and_no_overlap() -> None:
    # Lord Howe, 5 April 2026: at 15:00 UTC the clock goes back from 02:00 (+11) to 01:30 (+10:30).
    back = starts("2026-04-04T14:00:00", "2026-04-04T17:00:00", "hour", "Australia/Lord_Howe")
    assert back == ["04T14:00", "04T15:00", "04T15:30", "04T16:30"]
    # 4 October 2026: at 15:30 UTC it goes forward from 02:00 (+10:30) to 02:30 (+11).
    forth = starts("2026-10-03T14:30:00", "2026-10-03T17:30:00", "hour", "Australia/Lord_Howe")
    assert forth == ["03T14:30", "03T15:30", "03T16:00", "03T17:00"]


def test_hours_and_days_in_kathmandu_start_a_quarter_past_in_utc() -> None:
    assert starts("2026-04-01T00:00:00", "2026-04-01T02:00:00", "hour", "Asia/Kathmandu") == [
        "01T00:00",
        "01T00:15",
        "01T01:15",
    ]
    days = starts("2026-04-01T18:15:00", "2026-04-03T18:15:00", "day", "Asia/Kathmandu")
    assert days == ["01T18:15", "02T18:15"]


def test_weeks_start_on_monday_and_months_on_the_first() -> None:
    weeks = starts("2026-04-06T00:00:00", "2026-04-21T00:00:00", "week", "UTC")
    assert weeks == ["06T00:00", "13T00:00", "20T00:00"]
    months = starts("2026-01-15T00:00:00", "2026-04-01T00:00:00", "month", "UTC")
    assert months == ["15T00:00", "01T00:00", "01T00:00"]


def test_empty_windows_are_left_out_unless_they_are_asked_for() -> None:
    counted = effective(judge([event(1, 7_300)], [], [METER], {"cus_1"}), METER, "cus_1")
    assert [each.start for each in event_summaries(counted, METER, 0, 14_400, "hour")] == [7_200]
    filled = windowed_usage(counted, METER, 0, 14_400, "hour", zero_filled=True)
    assert [(each.start, each.aggregated_value) for each in filled] == [
        (10_800, 0),
        (7_200, 1),
        (3_600, 0),
        (0, 0),
    ]
    assert event_summaries(counted, METER, 0, 3_600, None) == []
