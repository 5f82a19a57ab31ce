"""Lives of subscriptions: for each name the versions that landed of it, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.models._usage import subscription

__all__ = ["SUBSCRIPTIONS"]


def versions(
    name: str, start: str, *changes: tuple[str | None, dict[str, Any]], item: str | None = None
) -> Iterable[dict[str, Any]]:
    """Yield versions of sub_<name> with item si_<name>, each from an instant, None for the first.

    A change's columns stay in the versions after it.
    """
    columns: dict[str, Any] = {}
    for effective_at, change in changes:
        columns |= change
        row = subscription(f"sub_{name}", start, {item or f"si_{name}": "price_month"}, **columns)
        if effective_at is not None:
            row["effective_at"] = effective_at
        yield row


def items(**price_of: str) -> list[dict[str, Any]]:
    return [{"id": f"si_{name}", "price": f"price_{of}"} for name, of in price_of.items()]


SUBSCRIPTIONS: dict[str, list[dict[str, Any]]] = {
    "on_as_of": list(versions("on_as_of", "2024-06-01", (None, {}))),
    "not_started": list(versions("not_started", "2024-08-02", (None, {}))),
    "anchored_later": list(
        versions("anchored_later", "2024-05-10", (None, {"billing_cycle_anchor_at": "2024-06-01"}))
    ),
    "anchored_before": list(
        versions("anchored_before", "2024-05-10", (None, {"billing_cycle_anchor_at": "2024-03-31"}))
    ),
    "ended": list(
        versions(
            "ended",
            "2024-04-30",
            (None, {}),
            ("2024-06-10", {"status": "canceled", "ended_at": "2024-06-10"}),
        )
    ),
    "ended_on_boundary": list(
        versions(
            "ended_on_boundary",
            "2024-04-30",
            (None, {"status": "canceled", "ended_at": "2024-06-30"}),
        )
    ),
    "cancel_at_later": list(
        versions("cancel_at_later", "2024-06-15", (None, {"cancel_at": "2024-12-25"}))
    ),
    "cancel_at_soon": list(
        versions("cancel_at_soon", "2024-06-15", (None, {"cancel_at": "2024-08-03"}))
    ),
    "cancel_undone": list(
        versions(
            "cancel_undone",
            "2024-05-01",
            (None, {}),
            ("2024-05-02", {"cancel_at": "2024-05-20"}),
            ("2024-05-10", {"cancel_at": None}),
        )
    ),
    "at_period_end": list(
        versions(
            "at_period_end",
            "2024-05-15",
            (None, {}),
            ("2024-06-20", {"cancel_at_period_end": True}),
        )
    ),
    "at_period_end_said": list(
        versions(
            "at_period_end_said",
            "2024-05-15",
            (None, {}),
            (
                "2024-06-20",
                {
                    "cancel_at_period_end": True,
                    "current_period_start_at": "2024-06-15",
                    "current_period_end_at": "2024-07-15",
                },
            ),
        )
    ),
    "deleted": [
        *versions("deleted", "2024-05-01", (None, {})),
        {"id": "sub_deleted", "is_deleted": True, "effective_at": "2024-06-10", "items": None},
    ],
    "trial": list(
        versions(
            "trial",
            "2024-05-01",
            (
                None,
                {
                    "status": "trialing",
                    "trial_start_at": "2024-05-01",
                    "trial_end_at": "2024-06-20",
                    "billing_cycle_anchor_at": "2024-06-20",
                },
            ),
        )
    ),
    "trial_ended_early": list(
        versions(
            "trial_ended_early",
            "2024-05-01",
            (
                None,
                {
                    "trial_start_at": "2024-05-01",
                    "trial_end_at": "2024-06-20",
                    "billing_cycle_anchor_at": "2024-06-20",
                },
            ),
            ("2024-05-11", {"trial_end_at": "2024-05-11", "billing_cycle_anchor_at": "2024-05-11"}),
        )
    ),
    "trial_added": list(
        versions(
            "trial_added",
            "2024-05-01",
            (None, {}),
            (
                "2024-05-11",
                {
                    "trial_start_at": "2024-05-11",
                    "trial_end_at": "2024-06-05",
                    "billing_cycle_anchor_at": "2024-06-05",
                },
            ),
        )
    ),
    "anchor_now": list(
        versions(
            "anchor_now",
            "2024-05-01",
            (None, {}),
            ("2024-06-20", {"billing_cycle_anchor_at": "2024-06-20"}),
        )
    ),
    "anchor_now_seen_late": list(
        versions(
            "anchor_now_seen_late",
            "2024-05-01",
            (None, {}),
            ("2024-06-23T02:00:00", {"billing_cycle_anchor_at": "2024-06-20"}),
        )
    ),
    "anchor_ahead": list(
        versions(
            "anchor_ahead",
            "2024-05-01",
            (None, {}),
            ("2024-06-20", {"billing_cycle_anchor_at": "2024-07-10"}),
        )
    ),
    "same_anchor_again": list(
        versions(
            "same_anchor_again",
            "2024-05-01",
            (None, {}),
            ("2024-06-20", {"collection_method": "send_invoice"}),
            ("2024-07-07", {"status": "past_due"}),
        )
    ),
    "seen_late": list(versions("seen_late", "2024-05-01", ("2024-07-20", {}))),
    "interval_changed": [
        subscription("sub_interval_changed", "2024-05-01", items(interval_changed="month")),
        subscription(
            "sub_interval_changed",
            "2024-05-01",
            items(interval_changed="week"),
            effective_at="2024-07-13",
            billing_cycle_anchor_at="2024-07-13",
        ),
    ],
    "interval_changed_on_anchor": [
        subscription("sub_ica", "2024-05-01", items(interval_changed_on_anchor="month")),
        subscription(
            "sub_ica",
            "2024-05-01",
            items(interval_changed_on_anchor="2month"),
            effective_at="2024-06-13",
        ),
    ],
    "two_intervals": [
        subscription(
            "sub_two_intervals",
            "2024-06-01",
            items(two_intervals="month", two_intervals_weekly="week"),
        ),
    ],
    "item_created_with_it": [
        subscription(
            "sub_item_created_with_it",
            "2024-06-10",
            [
                {
                    "id": "si_item_created_with_it",
                    "price": "price_month",
                    "created_at": "2024-06-10T00:00:02",
                }
            ],
        ),
    ],
    "item_added": [
        subscription("sub_item_added", "2024-06-10", items(item_there="month")),
        subscription(
            "sub_item_added",
            "2024-06-10",
            [
                *items(item_there="month"),
                {
                    "id": "si_item_added",
                    "price": "price_month",
                    "created_at": "2024-06-25T08:00:00",
                },
            ],
            effective_at="2024-06-25T08:00:03",
        ),
        subscription(
            "sub_item_added", "2024-06-10", items(item_there="month"), effective_at="2024-07-20"
        ),
        subscription(
            "sub_item_added",
            "2024-06-10",
            [
                *items(item_there="month"),
                {
                    "id": "si_item_added",
                    "price": "price_month",
                    "created_at": "2024-06-25T08:00:00",
                },
            ],
            effective_at="2024-07-25",
        ),
    ],
    "configured": [
        subscription(
            "sub_configured",
            "2024-01-15T10:20:30",
            items(configured="month"),
            billing_cycle_anchor_at=None,
            anchor_day_of_month=31,
            anchor_hour=6,
        ),
    ],
    "configured_trial": [
        subscription(
            "sub_configured_trial",
            "2024-06-15T10:20:30",
            items(configured_trial="month"),
            billing_cycle_anchor_at=None,
            anchor_day_of_month=1,
            trial_end_at="2024-06-22T08:00:00",
        ),
    ],
    "configured_month": [
        subscription(
            "sub_configured_month",
            "2023-05-10",
            items(configured_month="3month"),
            billing_cycle_anchor_at=None,
            anchor_day_of_month=31,
            anchor_month=1,
        ),
    ],
    "month_of_29_days": [
        subscription(
            "sub_month_of_29_days",
            "2021-01-10",
            items(month_of_29_days="year"),
            billing_cycle_anchor_at=None,
            anchor_day_of_month=31,
            anchor_month=2,
        ),
    ],
    "order_by_observation": [
        subscription("sub_order", "2024-05-01", items(order_by_observation="month")),
        subscription(
            "sub_order",
            "2024-05-01",
            items(order_by_observation="month"),
            effective_at="2024-06-20",
            observed_at="2024-06-22",
            billing_cycle_anchor_at="2024-06-20",
        ),
        subscription(
            "sub_order",
            "2024-05-01",
            items(order_by_observation="month"),
            effective_at="2024-06-20",
            observed_at="2024-06-21",
            billing_cycle_anchor_at="2024-06-19",
        ),
    ],
    "after_as_of": list(
        versions(
            "after_as_of",
            "2024-05-01",
            (None, {}),
            (
                "2024-08-10",
                {
                    "billing_cycle_anchor_at": "2024-08-10",
                    "status": "canceled",
                    "ended_at": "2024-08-10",
                },
            ),
        )
    ),
}
