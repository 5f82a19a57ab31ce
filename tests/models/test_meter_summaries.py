"""Event summaries and meter usage: Stripe's worked numbers, windows, zones, and as known at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models._lake import instant
from tests.models._meters import Histories, Summary, event
from tests.oracle.vectors import Vector, all_vectors

NOON = 1_767_268_800  # 2026-01-01 12:00:00 UTC
DAY = 86_400
VECTORS: dict[str, Vector] = {
    vector["id"]: vector for vector in all_vectors() if vector["topic"].startswith("meter")
}


def at(*moment: int) -> int:
    """Return the Unix seconds of a UTC date and time."""
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """One build of every history of this module."""
    made = Histories(tmp_path_factory.mktemp("meter_summaries"))
    _vectors(made)
    _formulas(made)
    _zones(made)
    _dimensions(made)
    _known_at(made)
    made.build()
    return made


def _vectors(made: Histories) -> None:
    hours = VECTORS["meter-hour-omit-empty"]["inputs"]
    made.meter("omit_empty")
    made.events("omit_empty", [event(*row) for row in hours["events"]])
    made.meter("negative")
    made.events(
        "negative", [event(*row) for row in VECTORS["meter-sum-negative"]["inputs"]["events"]]
    )
    made.meter("latest", "last")
    made.events("latest", [event(*row) for row in VECTORS["meter-last"]["inputs"]["events"]])
    made.meter("replaced", "sum", event_time_window="hour")
    arrivals = VECTORS["meter-preagg-hour"]["inputs"]["events_in_arrival_order"]
    made.events(
        "replaced",
        [event(*row, received_at=100_000 + place) for place, row in enumerate(arrivals)],
    )


def test_empty_hours_are_left_out_and_the_newest_comes_first(books: Histories) -> None:
    vector = VECTORS["meter-hour-omit-empty"]
    inputs = vector["inputs"]
    found = books.summaries(
        "omit_empty", inputs["start_time"], inputs["end_time"], inputs["value_grouping_window"]
    )
    assert found == [Summary(**row) for row in vector["expected"]["data"]]


def test_a_negative_total_is_shown_as_it_is(books: Histories) -> None:
    assert (
        books.total("negative", 1_711_656_000, 1_711_656_120)
        == (VECTORS["meter-sum-negative"]["expected"]["aggregated_value"])
    )


def test_last_is_the_latest_by_the_events_own_time(books: Histories) -> None:
    assert books.total("latest", 0, 60) == VECTORS["meter-last"]["expected"]["aggregated_value"]


def test_within_an_event_time_window_only_the_event_received_last_counts(
    books: Histories,
) -> None:
    assert (
        books.total("replaced", 0, DAY)
        == (VECTORS["meter-preagg-hour"]["expected"]["aggregated_value"])
    )


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS.values() if vector["topic"].endswith("alignment")],
    ids=lambda vector: vector["id"],
)
def test_misaligned_times_are_refused(books: Histories, vector: Vector) -> None:
    inputs = vector["inputs"]
    asked = (inputs["start_time"], inputs["end_time"], inputs["value_grouping_window"])
    if vector["expected"]["accepted"]:
        books.summaries("omit_empty", *asked)
    else:
        with pytest.raises(duckdb.Error, match="must be aligned with"):
            books.summaries("omit_empty", *asked)


@pytest.mark.parametrize(
    ("start", "end", "window", "refusal"),
    [
        (0, 0, None, "end_time must be after start_time: 0 is not after 0"),
        (3600, 0, "hour", "end_time must be after start_time: 0 is not after 3600"),
        (0, 3600, "week", "value_grouping_window is 'week'; it can be 'hour', 'day' or null"),
        (0, 3600, "') --", "value_grouping_window is"),
        (None, 3600, None, "start_time is null; it must be whole seconds since 1970"),
    ],
)
def test_a_malformed_question_is_refused_with_the_reason(
    books: Histories, start: int, end: int, window: str | None, refusal: str
) -> None:
    with pytest.raises(duckdb.Error) as refused:
        books.summaries("no such meter", start, end, window)
    assert refusal in str(refused.value)


@pytest.mark.parametrize("text", ["'", "x'); --", "mtr_omit_empty\n", "\t", "", None])
def test_any_text_is_only_a_name(books: Histories, text: str | None) -> None:
    query = "from meter_event_summaries($1, $2, 0, 3600, null)"
    with pytest.raises(duckdb.InvalidInputException) as refused:
        books.rows(query, [text, "cus_omit_empty"])
    assert f"No such meter: '{text or ''}'." in str(refused.value)
    assert books.rows(query, ["mtr_omit_empty", text]) == []


FORMULAS = ("sum", "count", "last", "max", "min", "avg", "unique_count")
VALUES: Sequence[tuple[int, str]] = (
    (NOON + 5, "0.000000000001"),
    (NOON + 3_700, "-2"),
    (NOON + 3_700, "-2.5"),
    (NOON + 7_300, "-2.50"),
    (NOON + 7_301, "1000000.000000000002"),
    (NOON + DAY, "3"),
)


def _formulas(made: Histories) -> None:
    for formula in FORMULAS:
        made.meter(formula, formula)
        made.events(
            formula,
            [
                event(second, value, received_at=second + place)
                for place, (second, value) in enumerate(VALUES)
            ],
        )


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("sum", "999996.000000000003"),
        ("count", "6"),
        ("last", "3"),
        ("max", "1000000.000000000002"),
        ("min", "-2.5"),
        ("avg", "166666.000000000001"),  # 166666.0000000000005, half away from zero
        ("unique_count", "5"),
    ],
)
def test_every_formula_keeps_every_digit(books: Histories, formula: str, value: str) -> None:
    assert books.total(formula, NOON, NOON + 2 * DAY) == Decimal(value)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_range_cut_to_the_minute_agrees_with_its_whole(books: Histories, formula: str) -> None:
    start, end = NOON - 720, NOON + 2 * DAY + 60
    assert books.total(formula, start, end) == books.total(formula, NOON, NOON + 2 * DAY)
    # The events at 5 s and at 7300 and 7301 s are cut off.
    inside = [Decimal(value) for second, value in VALUES[1:3]]
    expected = {
        "sum": sum(inside),
        "count": Decimal(2),
        "last": inside[1],
        "max": max(inside),
        "min": min(inside),
        "avg": sum(inside) / 2,
        "unique_count": Decimal(2),
    }
    assert books.total(formula, NOON + 60, NOON + 7_260) == expected[formula]


@pytest.mark.parametrize("formula", ["sum", "count"])
def test_hours_add_up_to_days(books: Histories, formula: str) -> None:
    hours = books.summaries(formula, NOON - NOON % DAY, NOON - NOON % DAY + 3 * DAY, "hour")
    days = books.summaries(formula, NOON - NOON % DAY, NOON - NOON % DAY + 3 * DAY, "day")
    added = {
        day.start_time: sum(
            hour.aggregated_value
            for hour in hours
            if hour.start_time // DAY * DAY == day.start_time
        )
        for day in days
    }
    assert added == {day.start_time: day.aggregated_value for day in days}


@pytest.mark.parametrize(("mart", "window"), [("", "hour"), ("_daily", "day")])
def test_the_mart_holds_what_the_function_answers(books: Histories, mart: str, window: str) -> None:
    in_mart = books.rows(f"from meter_event_summaries{mart} order by id")
    start = NOON - NOON % DAY
    asked = [
        row
        for meter, customer in {(row[1], row[2]) for row in in_mart}
        for row in books.rows(
            "from meter_event_summaries($1, $2, $3, $4, $5)",
            [meter, customer, 0, start + 400 * DAY, window],
        )
    ]
    assert sorted(asked) == in_mart


def test_an_id_names_meter_customer_and_window(books: Histories) -> None:
    ids = [
        row[0]
        for window, start, end in (
            (None, NOON, NOON + 3600),
            ("hour", NOON, NOON + 3600),
            ("hour", NOON, NOON + 7200),
            (None, NOON, NOON + 7200),
        )
        for row in books.rows(
            "select id from meter_event_summaries('mtr_sum', 'cus_sum', $1, $2, $3)",
            [start, end, window],
        )
    ]
    # The same hour has the same id, whichever range it is asked in.
    assert len(ids) == 5
    assert len(set(ids)) == 4
    assert all(made.startswith("mtrusg_") for made in ids)


def _zones(made: Histories) -> None:
    made.meter("zoned")
    made.events("zoned", [event(at(2026, 1, 1) + 900 * step, 1) for step in range(400 * 96)])


def usage(
    books: Histories, start: int, end: int, window: str | None, zone: str, **given: Any
) -> list[tuple[int, int, Decimal]]:
    names = "".join(f", {name} := ${place}" for place, name in enumerate(given, start=5))
    return books.rows(
        "select epoch_ms(starts_at) // 1000, epoch_ms(ends_at) // 1000, aggregated_value "
        f"from meter_usage(['mtr_zoned'], 'cus_zoned', $1, $2, $3, timezone := $4{names})",
        [start, end, window, zone, *given.values()],
    )


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        # clocks go forward, back
        ("America/New_York", at(2026, 3, 8, 5), 23),
        ("America/New_York", at(2026, 11, 1, 4), 25),
        # back by half an hour, forward by half an hour
        ("Australia/Lord_Howe", at(2026, 4, 4, 13), 24.5),
        ("Australia/Lord_Howe", at(2026, 10, 3, 13, 30), 23.5),
        # an offset of 5:45, never changed
        ("Asia/Kathmandu", at(2026, 7, 1, 18, 15), 24),
        # midnight itself does not exist: the day starts at 01:00
        ("America/Havana", at(2026, 3, 8, 5), 23),
        # the hour after midnight comes twice
        ("America/Havana", at(2026, 11, 1, 4), 25),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_of_its_zone(
    books: Histories, zone: str, start: int, hours: float
) -> None:
    days = usage(books, start - 10 * DAY, start + 10 * DAY, "day", zone)
    end = start + int(hours * 3600)
    assert [day for day in days if day[0] == start] == [(start, end, Decimal(int(hours * 4)))]
    assert all(before[1] == after[0] for before, after in pairwise(days))


def test_the_two_hours_between_which_a_clock_is_set_back_stay_two(books: Histories) -> None:
    start = at(2026, 11, 1, 4)
    hours = usage(books, start, start + 5 * 3600, "hour", "America/New_York")
    assert [(first - start) // 3600 for first, _, _ in hours] == [0, 1, 2, 3, 4]


def test_an_hour_ends_where_the_clock_is_set_by_half_an_hour(books: Histories) -> None:
    start = at(2026, 4, 4, 14)  # 01:00 on Lord Howe; at 02:00 it is 01:30 again
    hours = usage(books, start, start + 2 * 3600, "hour", "Australia/Lord_Howe")
    assert [(first - start, end - start, count) for first, end, count in hours] == [
        (0, 3600, 4),
        (3600, 5400, 2),
        (5400, 7200, 2),
    ]


def test_weeks_start_on_monday_and_months_on_their_first(books: Histories) -> None:
    start, end = at(2026, 2, 1), at(2026, 4, 1)
    weeks = usage(books, start, end, "week", "UTC")
    assert [first for first, _, _ in weeks][:2] == [start, at(2026, 2, 2)]
    months = usage(books, start, end, "month", "UTC")
    assert months == [
        (start, at(2026, 3, 1), 28 * 96),
        (at(2026, 3, 1), end, 31 * 96),
    ]


def test_without_a_window_the_whole_range_is_one_row(books: Histories) -> None:
    start = at(2026, 2, 1)
    assert usage(books, start, start + 7 * DAY, None, "UTC") == [(start, start + 7 * DAY, 7 * 96)]


def test_minutes_come_from_the_events(books: Histories) -> None:
    start = at(2026, 2, 1)
    assert usage(books, start, start + 1801, "minute", "UTC") == [
        (start, start + 60, 1),
        (start + 900, start + 960, 1),
        (start + 1800, start + 1801, 1),
    ]


def test_a_zone_of_before_whole_quarter_hours_is_still_exact(books: Histories) -> None:
    # Until 1972 Monrovia was 44 minutes and 30 seconds behind; the events lie in 2026, so the range
    # shows only that such an offset can be asked with.
    start = at(1971, 12, 31)
    filled = usage(books, start, start + DAY, "hour", "Africa/Monrovia", is_zero_filled=True)
    assert [end for _, end, _ in filled][:2] == [start + 44 * 60 + 30, start + 3600 + 44 * 60 + 30]


def test_windows_without_events_are_filled_on_request(books: Histories) -> None:
    start = at(2025, 12, 31)
    asked = (start, start + 2 * DAY, "day", "UTC")
    assert usage(books, *asked) == [(start + DAY, start + 2 * DAY, 96)]
    assert usage(books, *asked, is_zero_filled=True) == [
        (start, start + DAY, 0),
        (start + DAY, start + 2 * DAY, 96),
    ]


@pytest.mark.parametrize(
    ("window", "end", "refusal"),
    [("fortnight", DAY, "value_grouping_window is 'fortnight'"), ("day", 0, "must be after")],
)
def test_malformed_usage_is_refused(books: Histories, window: str, end: int, refusal: str) -> None:
    with pytest.raises(duckdb.Error, match=refusal):
        usage(books, 0, end, window, "UTC")


@pytest.mark.parametrize("customer", ["cus_sum", "cus_nobody", None])
@pytest.mark.parametrize("meters", [["mtr_nope"], ["mtr_sum", "mtr_nope"]])
def test_usage_of_an_unknown_meter_is_refused(
    books: Histories, meters: list[str], customer: str | None
) -> None:
    with pytest.raises(duckdb.Error, match="No such meter: 'mtr_nope'"):
        books.rows("from meter_usage($1, $2, $3, $4)", [meters, customer, NOON, NOON + DAY])
    with pytest.raises(duckdb.Error, match="No such meter: 'mtr_nope'"):
        books.rows("select 1 from meter_usage($1, $2, 0, 900)", [meters, customer])


def _dimensions(made: Histories) -> None:
    made.meter("dimensioned", dimension_payload_keys=["region", 'the model\'s "name"'])
    model = 'the model\'s "name"'
    made.events(
        "dimensioned",
        [
            event(NOON, 1, payload={"region": "eu", model: "s", "other": "x"}),
            event(NOON, 2, payload={"region": "us", model: "s"}),
            event(NOON, 4, payload={"region": "us", model: 'l"}'}),
            event(NOON + DAY, 8, payload={"region": "eu", model: "l,'"}),
        ],
    )
    made.meter("plain")
    made.events("plain", [event(NOON, 16)])
    made.meter("tied", event_time_window="day", dimension_payload_keys=["region"])
    for place, region in enumerate(("eu", "us", "af")):
        made.events(
            "tied",
            [event(NOON, 1, received_sequence=1, payload={"region": region})],
            f"tied_{'bac'[place]}",
        )


def by_dimension(
    books: Histories, filters: str | None, keys: list[str] | None, meters: list[str]
) -> dict[str, Decimal]:
    return dict(
        books.rows(
            "select concat(meter_id, ' ', dimensions), aggregated_value from meter_usage("
            "$1, null, $2, $3, dimension_filters := $4, dimension_group_by_keys := $5)",
            [[f"mtr_{name}" for name in meters], NOON, NOON + 2 * DAY, filters, keys],
        )
    )


def test_usage_is_filtered_by_dimension(books: Histories) -> None:
    asked = '{"region": ["us"], "the model\'s \\"name\\"": ["s", "l,\'"]}'
    assert by_dimension(books, asked, None, ["dimensioned"]) == {"mtr_dimensioned {}": 2}
    assert by_dimension(books, '{"region": ["absent"]}', None, ["dimensioned"]) == {}
    assert by_dimension(books, "{}", None, ["dimensioned"]) == {"mtr_dimensioned {}": 15}


def test_usage_is_grouped_by_dimension(books: Histories) -> None:
    assert by_dimension(books, None, ["region"], ["dimensioned"]) == {
        'mtr_dimensioned {"region":"eu"}': 9,
        'mtr_dimensioned {"region":"us"}': 6,
    }
    model = 'the model\'s "name"'
    by_both = by_dimension(books, '{"region":["us"]}', [model, "region"], ["dimensioned", "plain"])
    assert sorted(by_both.values()) == [2, 4]
    # `plain` declares no dimension, another of the meters does
    assert by_dimension(books, None, ["region"], ["plain", "dimensioned"]) == {
        'mtr_dimensioned {"region":"eu"}': 9,
        'mtr_dimensioned {"region":"us"}': 6,
        'mtr_plain {"region":null}': 16,
    }


@pytest.mark.parametrize(
    ("filters", "keys", "meters"),
    [
        ('{"regoin": ["us"]}', None, ["dimensioned"]),
        (None, ["region", "regoin"], ["dimensioned", "plain"]),
        ('{"region": ["us"], "regoin": ["us"]}', ["region"], ["dimensioned", "tied"]),
    ],
)
def test_a_dimension_that_no_meter_declares_is_refused(
    books: Histories, filters: str | None, keys: list[str] | None, meters: list[str]
) -> None:
    with pytest.raises(duckdb.Error, match="No such dimension: 'regoin'"):
        by_dimension(books, filters, keys, meters)


def test_null_arguments_are_refused_by_name(books: Histories) -> None:
    for asked, refusal in (
        ("meter_usage(['mtr_sum'], 'cus_sum', null, 900)", "starts_at is null"),
        ("meter_usage(['mtr_sum'], 'cus_sum', 0, null)", "ends_at is null"),
        ("meter_usage(null, 'cus_sum', 0, 900)", "meters names no meter"),
        ("meter_usage([], 'cus_sum', 0, 900)", "meters names no meter"),
        ("meter_event_summaries('mtr_sum', 'cus_sum', null, 900)", "start_time is null"),
        ("meter_event_summaries('mtr_sum', 'cus_sum', 0, null)", "end_time is null"),
    ):
        with pytest.raises(duckdb.Error, match=refusal):
            books.rows(f"from {asked}")


def test_a_dimension_named_twice_groups_once(books: Histories) -> None:
    model = 'the model\'s "name"'
    once = by_dimension(books, None, ["region", model], ["dimensioned"])
    twice = by_dimension(books, None, ["region", "region", model, "region"], ["dimensioned"])
    assert twice == once


def test_of_events_received_at_once_the_batch_does_not_decide_whose_dimensions_count(
    books: Histories,
) -> None:
    assert by_dimension(books, None, ["region"], ["tied"]) == {'mtr_tied {"region":"us"}': 1}


def test_several_meters_are_asked_at_once(books: Histories) -> None:
    assert by_dimension(books, None, None, ["plain", "dimensioned"]) == {
        "mtr_plain {}": 16,
        "mtr_dimensioned {}": 15,
    }


def _known_at(made: Histories) -> None:
    for name, window in (("known", None), ("known_window", "day")):
        made.meter(name, event_time_window=window)
        made.events(
            name,
            [
                event(NOON, 1, identifier=f"{name} 1", received_at=NOON + 10),
                event(NOON, 2, identifier=f"{name} 2", received_at=NOON + 20),
                event(NOON, 4, identifier=f"{name} 2", received_at=NOON + 30),
                event(NOON, 8, identifier=f"{name} 8", received_at=NOON + 40),
                event(NOON, 16, identifier=f"{name} retracted", received_at=NOON + 15),
            ],
        )
        made.retractions.append(
            {
                "stream": "meter_events",
                "key": f"{name} retracted",
                "reason": "of other books",
                "received_at": instant(NOON + 55),
            }
        )
        made.cancel(name, f"{name} 8", NOON + 50)
        made.cancel(name, f"{name} 2", NOON + 60)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("known", {9: None, 10: 1, 19: 1, 20: 3, 30: 3, 40: 11, 49: 11, 50: 3, 60: 1}),
        ("known_window", {9: None, 10: 1, 19: 1, 20: 2, 30: 2, 40: 8, 49: 8, 50: 2, 60: 1}),
    ],
)
def test_usage_is_as_the_books_said_at_an_instant(
    books: Histories, name: str, expected: dict[int, int | None]
) -> None:
    found = {
        second: books.rows(
            f"select aggregated_value from meter_usage(['mtr_{name}'], 'cus_{name}', $1, $2, "
            "received_until := $3)",
            [NOON, NOON + 900, NOON + second],
        )
        for second in expected
    }
    assert {second: rows[0][0] if rows else None for second, rows in found.items()} == expected
    assert books.total(name, NOON, NOON + 900) == expected[60]


def test_the_functions_answer_with_external_access_off(books: Histories) -> None:
    assert books.built is not None
    with duckdb.connect(books.built.file, read_only=True) as connection:
        connection.execute(f"set allowed_directories = ['{books.built.file.parent}']")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        connection.execute("prepare cut as from meter_event_summaries($1, $2, $3, $4, $5)")
        rows = connection.execute(
            f"execute cut('mtr_sum', 'cus_sum', {NOON}, {NOON + 60}, null)"
        ).fetchall()
        assert [row[5] for row in rows] == [Decimal("0.000000000001")]
        rows = connection.execute(
            "from meter_usage($1, $2, $3, $4, received_until := $5)",
            [["mtr_sum"], "cus_sum", NOON, NOON + DAY, NOON + DAY],
        ).fetchall()
        assert len(rows) == 1


def test_arrival_decides_nothing(books: Histories, tmp_path: Path) -> None:
    """The same rows in other batches and another order make the same marts."""
    other = Histories(tmp_path, meters=books.meters, customers=books.customers)
    rows = [
        {**row, "received_sequence": place + 1}
        for _, batch in books.batches
        for place, row in enumerate(batch)
    ]
    other.batches = [(f"split_{part}", rows[part::7][::-1]) for part in range(7)]
    other.adjustments = books.adjustments[::-1]
    other.retractions = books.retractions
    other.build()
    for mart in ("meter_event_summaries", "meter_event_summaries_daily"):
        assert other.rows(f"from {mart} order by id") == books.rows(f"from {mart} order by id")
