"""What the catalogue says of subscriptions and items, and whether a usage record would be taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.models._build import Built
from tests.models._lake import Lake
from tests.models._usage import build_usage, price, subscription

AS_OF = "2024-05-15 00:00:00"
START = "2024-01-10"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def said(
    name: str, start: str, end: str, items: list[dict[str, Any]] | None = None, **columns: Any
) -> dict[str, Any]:
    """Return a subscription that says which period was current when it came into force."""
    return subscription(
        f"sub_{name}",
        START,
        items or {f"si_{name}": "price_sum"},
        **{
            "current_period_start_at": start,
            "current_period_end_at": end,
            "effective_at": "2024-03-20",
            **columns,
        },
    )


SUBSCRIPTIONS: list[dict[str, Any]] = [
    said("agrees", "2024-03-10", "2024-04-10"),
    said("starts_elsewhere", "2024-03-09", "2024-04-10"),
    said("ends_elsewhere", "2024-03-10", "2024-04-09"),
    said("another_cycle", "2024-03-01", "2024-04-01"),
    said("canceled", "2024-03-10", "2024-04-10", status="canceled", ended_at="2024-03-20"),
    said("unpriced", "2024-03-10", "2024-04-10", items=[{"id": "si_unpriced", "price": "price_x"}]),
    # The subscription's period began before the item that was swapped in.
    said(
        "swapped",
        "2024-03-10",
        "2024-04-10",
        items=[{"id": "si_swapped", "price": "price_sum", "created_at": "2024-03-15"}],
    ),
    said(
        "several",
        "2024-03-10",
        "2024-04-10",
        items=[
            {"id": "si_weekly", "price": "price_week"},
            {"id": "si_several", "price": "price_sum"},
        ],
    ),
    subscription("sub_max", START, {"si_max": "price_max"}),
    subscription("sub_licensed", START, {"si_licensed": "price_licensed"}),
    subscription(
        "sub_thresholds", START, {"si_thresholds": "price_sum"}, billing_thresholds_amount_gte=5000
    ),
    subscription(
        "sub_item_threshold",
        START,
        [{"id": "si_item_threshold", "price": "price_sum", "billing_thresholds_usage_gte": 100}],
    ),
    subscription("sub_ending", START, {"si_ending": "price_sum"}, cancel_at="2024-05-20"),
    subscription("sub_live", START, {"si_live": "price_sum"}, livemode=True),
    subscription("sub_removal", START, [{"id": "si_removed", "price": "price_sum", "quantity": 3}]),
    subscription("sub_removal", START, {"si_kept": "price_sum"}, effective_at="2024-04-01"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("catalogue")
    lake = Lake(folder / "lake")
    lake.land(
        "prices",
        [
            price("price_sum"),
            price("price_max", "max"),
            price("price_licensed", None),
            price("price_week", every="1 week"),
        ],
    )
    lake.land("subscriptions", SUBSCRIPTIONS)
    return build_usage(lake, folder / "build", as_of=AS_OF)


def item(built: Built, name: str, *columns: str) -> tuple[Any, ...]:
    (row,) = built.rows(
        f"select {', '.join(columns)} from subscription_items where id = ?", [f"si_{name}"]
    )
    return row


def acceptance(built: Built, name: str, at: str, *columns: str) -> tuple[Any, ...]:
    """Return columns of usage_record_acceptance for the item at an instant."""
    (row,) = built.rows(
        f"select {', '.join(columns)} from usage_record_acceptance(?, ?)",
        [f"si_{name}", seconds(at)],
    )
    return row


def test_a_reported_period_that_disagrees_is_a_row(built: Built) -> None:
    found = dict(built.rows("select subscription_id, reason from billing_period_breaks"))
    assert found == {
        "sub_starts_elsewhere": "start_differs",
        "sub_ends_elsewhere": "end_differs",
        "sub_another_cycle": "both_differ",
        "sub_unpriced": "no_period",
    }


def test_a_break_shows_both_sides(built: Built) -> None:
    (row,) = built.rows(
        "select reported_period_start, reported_period_end, computed_period_start, "
        "computed_period_end, said_at from billing_period_breaks "
        "where subscription_id = 'sub_another_cycle'"
    )
    assert [value.date().isoformat() for value in row] == [
        "2024-03-01",
        "2024-04-01",
        "2024-03-10",
        "2024-04-10",
        "2024-03-20",
    ]


def test_thresholds_of_the_subscription_or_of_any_item_are_the_items_too(built: Built) -> None:
    names = ("thresholds", "item_threshold", "max")
    assert [item(built, name, "has_billing_thresholds")[0] for name in names] == [True, True, False]


def test_an_item_no_longer_listed_says_since_when(built: Built) -> None:
    columns = ("deleted_at", "quantity", "current_period_end")
    since = datetime(2024, 4, 1)
    assert item(built, "removed", *columns) == (since, 3, since)
    assert item(built, "kept", "deleted_at") == (None,)


def test_an_ended_subscription_is_canceled(built: Built) -> None:
    assert item(built, "canceled", "subscription_status") == ("canceled",)
    assert item(built, "ending", "subscription_status") == ("active",)


def test_an_unknown_item_has_no_row(built: Built) -> None:
    assert built.rows("from usage_record_acceptance('si_nobody', 1715731200)") == []


def test_what_decides_about_a_record_is_in_one_row(built: Built) -> None:
    columns = (
        "subscription_status",
        "usage_type",
        "aggregate_usage",
        "has_billing_thresholds",
        "livemode",
    )
    assert acceptance(built, "live", "2024-05-15", *columns) == (
        *("active", "metered", "sum"),
        *(False, True),
    )
    assert acceptance(built, "licensed", "2024-05-15", "usage_type") == ("licensed",)


def test_a_timestamp_lies_in_the_period_and_at_most_five_minutes_ahead(built: Built) -> None:
    at = "2024-05-15T12:00:00"
    window = acceptance(built, "max", at, "earliest_time", "latest_time")
    assert window == (seconds("2024-05-10"), seconds(at) + 300)


@pytest.mark.parametrize(
    ("name", "at", "earliest"),
    [
        ("agrees", "2024-05-10T00:05:00", "2024-05-09T23:55:00"),
        ("agrees", "2024-05-10T00:05:01", "2024-05-10T00:00:00"),
        ("max", "2024-05-10T00:05:00", "2024-05-10T00:00:00"),
        # Nothing came before the first period that such usage could belong to.
        ("agrees", "2024-01-10T00:05:00", "2024-01-10T00:00:00"),
    ],
)
def test_drift_across_a_periods_start_is_taken_for_sums_only(
    built: Built, name: str, at: str, earliest: str
) -> None:
    assert acceptance(built, name, at, "earliest_time") == (seconds(earliest),)


def test_no_timestamp_lies_after_the_items_end(built: Built) -> None:
    assert acceptance(built, "ending", "2024-05-19T23:58:00", "latest_time") == (
        seconds("2024-05-20"),
    )


def test_a_period_that_began_since_the_build_is_known(built: Built) -> None:
    columns = ("current_period_start", "current_period_end")
    assert acceptance(built, "agrees", "2024-07-01", *columns) == (
        seconds("2024-06-10"),
        seconds("2024-07-10"),
    )


def test_after_the_end_no_period_holds(built: Built) -> None:
    columns = ("subscription_status", "current_period_start", "earliest_time", "latest_time")
    assert acceptance(built, "ending", "2024-05-20", *columns) == ("canceled", None, None, None)
    assert acceptance(built, "ending", "2024-05-19", *columns)[0] == "active"
    assert acceptance(built, "removed", "2024-05-19", "is_deleted", "latest_time") == (True, None)
