"""Prices, subscriptions and usage records as a test would say them, and the models they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.models._build import Built, build
from tests.models._lake import Lake, instant

__all__ = ["USAGE_MODELS", "build_usage", "periods", "price", "subscription", "summaries", "usage"]

USAGE_MODELS = (
    "+usage_record_summaries",
    "+billing_periods",
    "+subscription_items",
    "+uncounted_usage_records",
    "+billing_period_breaks",
)


def price(identifier: str, aggregate: str | None = "sum", every: str = "1 month") -> dict[str, Any]:
    """Return a price metered by usage records, or a licensed one where `aggregate` is None."""
    count, interval = every.split()
    return {
        "id": identifier,
        "currency": "usd",
        "type": "recurring",
        "recurring_interval": interval,
        "recurring_interval_count": int(count),
        "recurring_usage_type": "licensed" if aggregate is None else "metered",
        "recurring_aggregate_usage": aggregate,
    }


def subscription(
    identifier: str,
    start: str,
    items: Mapping[str, str] | Sequence[Mapping[str, Any]],
    **columns: Any,
) -> dict[str, Any]:
    """Return a version of a subscription, anchored at its start unless `columns` say otherwise.

    `items` maps each item to its price, or lists the items whole.
    """
    listed = (
        [{"id": item, "price": of, "created_at": start} for item, of in items.items()]
        if isinstance(items, Mapping)
        else list(items)
    )
    return {
        "id": identifier,
        "customer": f"cus_{identifier}",
        "created_at": start,
        "start_at": start,
        "billing_cycle_anchor_at": start,
        "status": "active",
        "items": listed,
        **columns,
    }


def usage(item: str, records: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return usage records of `item` from (when, quantity) or (when, quantity, action)."""
    return [
        {
            "subscription_item": item,
            "event_at": instant(when),
            "quantity": Decimal(quantity),
            **({"action": action[0]} if action else {}),
        }
        for when, quantity, *action in records
    ]


def build_usage(lake: Lake, folder: Path, *, as_of: str, variables: str | None = None) -> Built:
    """Build the usage branch over `lake`."""
    return build(lake.folder, folder, select=USAGE_MODELS, as_of=as_of, variables=variables)


def periods(built: Built, item: str) -> list[tuple[str, str]]:
    """Return the item's billing periods, oldest first, as ISO 8601 to the second."""
    return [
        (start.isoformat(), end.isoformat())
        for start, end in built.rows(
            "select period_start, period_end from billing_periods "
            "where subscription_item_id = ? order by period_start",
            [item],
        )
    ]


def summaries(built: Built, item: str) -> list[tuple[str, Decimal]]:
    """Return (period start, total usage) of the item's summaries, oldest first."""
    return [
        (start.isoformat(), total)
        for start, total in built.rows(
            "select period_start, total_usage from usage_record_summaries "
            "where subscription_item_id = ? order by period_start",
            [item],
        )
    ]
