"""Corner cases of billing periods."""

from __future__ import annotations

from calendar import monthrange
from itertools import pairwise

from tests.oracle.periods import (
    AnchorChange,
    Period,
    anchor_of_day,
    boundary,
    instant,
    moment,
    periods,
    periods_through_changes,
)


def days(found: list[Period]) -> list[tuple[str, str]]:
    return [(f"{moment(p.start):%Y-%m-%d}", f"{moment(p.end):%Y-%m-%d}") for p in found]


def test_a_31st_comes_back_after_every_shorter_month_for_48_periods() -> None:
    anchor = instant("2023-01-31T06:00:00")
    for number in range(49):
        at = moment(boundary(anchor, "month", 1, number))
        assert at.day == min(31, monthrange(at.year, at.month)[1])
        assert (at.year, at.month) == (2023 + number // 12, number % 12 + 1)


def test_a_29th_of_february_comes_back_in_the_next_leap_year() -> None:
    anchor = instant("2024-02-29")
    found = [f"{moment(boundary(anchor, 'year', 1, n)):%Y-%m-%d}" for n in range(5)]
    assert found == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_a_start_before_the_anchor_makes_a_stub_period() -> None:
    found = periods(
        instant("2026-02-01"),
        "month",
        start=instant("2026-01-20"),
        as_of=instant("2026-02-10"),
    )
    assert days(found) == [("2026-01-20", "2026-02-01"), ("2026-02-01", "2026-03-01")]


def test_the_period_that_ends_now_is_followed_by_the_open_one() -> None:
    start = instant("2026-01-01")
    found = periods(start, "month", start=start, as_of=instant("2026-02-01"))
    assert days(found) == [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")]


def test_nothing_starts_after_a_cancellation() -> None:
    start = instant("2026-01-01")
    found = periods(
        start, "month", start=start, as_of=instant("2026-06-01"), end=instant("2026-02-10")
    )
    assert days(found) == [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-02-10")]


def test_a_cancellation_on_a_boundary_makes_no_empty_period() -> None:
    start = instant("2026-01-01")
    found = periods(
        start, "month", start=start, as_of=instant("2026-06-01"), end=instant("2026-02-01")
    )
    assert days(found) == [("2026-01-01", "2026-02-01")]


def test_a_cancellation_in_the_trial_ends_it() -> None:
    start = instant("2026-01-01")
    found = periods(
        start,
        "month",
        start=start,
        as_of=instant("2026-06-01"),
        end=instant("2026-01-05"),
        trial_end=instant("2026-01-15"),
    )
    assert found == [Period(start, instant("2026-01-05"), True)]


def test_a_long_trial_is_one_period() -> None:
    start, trial_end = instant("2026-01-01"), instant("2026-03-15")
    found = periods(
        trial_end, "month", start=start, as_of=instant("2026-04-20"), trial_end=trial_end
    )
    assert days(found) == [
        ("2026-01-01", "2026-03-15"),
        ("2026-03-15", "2026-04-15"),
        ("2026-04-15", "2026-05-15"),
    ]


def test_an_anchor_reset_to_now_cuts_the_period_and_starts_a_new_run() -> None:
    first, reset = instant("2026-01-01"), instant("2026-02-10T12:00:00")
    found = periods_through_changes(
        [AnchorChange(first, first), AnchorChange(reset + 3, reset)],
        "month",
        start=first,
        as_of=instant("2026-03-20"),
    )
    assert days(found) == [
        ("2026-01-01", "2026-02-01"),
        ("2026-02-01", "2026-02-10"),
        ("2026-02-10", "2026-03-10"),
        ("2026-03-10", "2026-04-10"),
    ]
    assert found[1].end == reset


def test_periods_lie_next_to_each_other_whatever_the_interval() -> None:
    anchor = instant("2023-12-31T23:59:59")
    for interval in ("day", "week", "month", "year"):
        for count in (1, 2, 3):
            found = periods(
                anchor, interval, count, start=anchor - 5_000_000, as_of=anchor + 90_000_000
            )
            assert all(before.end == after.start for before, after in pairwise(found))
            assert found[-1].start <= anchor + 90_000_000 < found[-1].end


def test_a_day_of_the_month_that_is_today_is_the_first_boundary() -> None:
    created = instant("2026-04-30T10:00:00")
    assert anchor_of_day(created, 31, 1) == (created, instant("2026-05-31T10:00:00"))
    assert anchor_of_day(created, 1, 1)[0] == instant("2026-05-01T10:00:00")
