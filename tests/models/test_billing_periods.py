"""Where billing periods begin and end: the item's life, the subscription's, trials, anchors."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.models._build import Built
from tests.models._lake import Lake
from tests.models._subscription_lives import SUBSCRIPTIONS
from tests.models._usage import build_usage, periods, price

AS_OF = "2024-08-01 00:00:00"
DAY = "T00:00:00"


def bounds(*days: str) -> list[tuple[str, str]]:
    """Return the periods between consecutive days, or instants."""
    instants = [day if "T" in day else day + DAY for day in days]
    return list(pairwise(instants))


EXPECTED: dict[str, list[tuple[str, str]]] = {
    # The period that begins at the very as-of is there, and it is the open one.
    "on_as_of": bounds("2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
    "not_started": [],
    "anchored_later": bounds("2024-05-10", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
    "anchored_before": bounds("2024-05-10", "2024-05-31", "2024-06-30", "2024-07-31", "2024-08-31"),
    "ended": bounds("2024-04-30", "2024-05-30", "2024-06-10"),
    "ended_on_boundary": bounds("2024-04-30", "2024-05-30", "2024-06-30"),
    "cancel_at_later": bounds("2024-06-15", "2024-07-15", "2024-08-15"),
    "cancel_at_soon": bounds("2024-06-15", "2024-07-15", "2024-08-03"),
    "cancel_undone": bounds("2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
    "at_period_end": bounds("2024-05-15", "2024-06-15", "2024-07-15"),
    "at_period_end_said": bounds("2024-05-15", "2024-06-15", "2024-07-15"),
    "deleted": bounds("2024-05-01", "2024-06-01", "2024-06-10"),
    "trial": bounds("2024-05-01", "2024-06-20", "2024-07-20", "2024-08-20"),
    "trial_ended_early": bounds(
        "2024-05-01", "2024-05-11", "2024-06-11", "2024-07-11", "2024-08-11"
    ),
    "trial_added": bounds("2024-05-01", "2024-05-11", "2024-06-05", "2024-07-05", "2024-08-05"),
    "anchor_now": bounds("2024-05-01", "2024-06-01", "2024-06-20", "2024-07-20", "2024-08-20"),
    "anchor_now_seen_late": bounds(
        "2024-05-01", "2024-06-01", "2024-06-20", "2024-07-20", "2024-08-20"
    ),
    "anchor_ahead": bounds("2024-05-01", "2024-06-01", "2024-06-20", "2024-07-10", "2024-08-10"),
    "same_anchor_again": bounds(
        "2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"
    ),
    "seen_late": bounds("2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
    "interval_changed": bounds(
        "2024-05-01",
        "2024-06-01",
        "2024-07-01",
        "2024-07-13",
        "2024-07-20",
        "2024-07-27",
        "2024-08-03",
    ),
    "interval_changed_on_anchor": bounds(
        "2024-05-01", "2024-06-01", "2024-06-13", "2024-07-01", "2024-09-01"
    ),
    "two_intervals": bounds("2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
    "two_intervals_weekly": bounds(
        "2024-06-01",
        "2024-06-08",
        "2024-06-15",
        "2024-06-22",
        "2024-06-29",
        "2024-07-06",
        "2024-07-13",
        "2024-07-20",
        "2024-07-27",
        "2024-08-03",
    ),
    "item_created_with_it": bounds("2024-06-10", "2024-07-10", "2024-08-10"),
    "item_there": bounds("2024-06-10", "2024-07-10", "2024-08-10"),
    "item_added": [
        *bounds("2024-06-25T08:00:00", "2024-07-10", "2024-07-20"),
        *bounds("2024-07-25", "2024-08-10"),
    ],
    "configured": bounds(
        "2024-01-15T10:20:30",
        "2024-01-31T06:20:30",
        "2024-02-29T06:20:30",
        "2024-03-31T06:20:30",
        "2024-04-30T06:20:30",
        "2024-05-31T06:20:30",
        "2024-06-30T06:20:30",
        "2024-07-31T06:20:30",
        "2024-08-31T06:20:30",
    ),
    # The time of day is the subscription's, not the trial's.
    "configured_trial": bounds(
        "2024-06-15T10:20:30",
        "2024-06-22T08:00:00",
        "2024-07-01T10:20:30",
        "2024-08-01T10:20:30",
    ),
    "configured_month": bounds(
        "2023-05-10",
        "2023-07-31",
        "2023-10-31",
        "2024-01-31",
        "2024-04-30",
        "2024-07-31",
        "2024-10-31",
    ),
    "month_of_29_days": bounds(
        "2021-01-10", "2021-02-28", "2022-02-28", "2023-02-28", "2024-02-29", "2025-02-28"
    ),
    "order_by_observation": bounds(
        "2024-05-01", "2024-06-01", "2024-06-20", "2024-07-20", "2024-08-20"
    ),
    "after_as_of": bounds("2024-05-01", "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("periods")
    lake = Lake(folder / "lake")
    lake.land(
        "prices",
        [
            price("price_month"),
            price("price_week", every="1 week"),
            price("price_2month", every="2 month"),
            price("price_3month", every="3 month"),
            price("price_year", every="1 year"),
        ],
    )
    # Newest versions land first: landing order says nothing.
    for versions_of_one in SUBSCRIPTIONS.values():
        for version in reversed(versions_of_one):
            lake.land("subscriptions", [version])
    return build_usage(lake, folder / "build", as_of=AS_OF)


@pytest.mark.parametrize("name", EXPECTED)
def test_periods_are_those_of(built: Built, name: str) -> None:
    assert periods(built, f"si_{name}") == EXPECTED[name]
