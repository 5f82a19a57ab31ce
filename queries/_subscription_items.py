"""Subscription items: parts of landed subscriptions, listed and retrieved on their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from queries._expand import Object
from queries._landed import decoded
from queries._page import Key, Listing
from queries._reader import Reader

_ITEMS = """
select
    items.id,
    epoch_ms(items.created_at) // 1000 as created,
    landed.object_json as subscription_json
from {source} as items
inner join main.landed_objects as landed
    on
        landed.object = 'subscription'
        and landed.id_hash = intermediate.lookup_hash(items.subscription_id)
        and landed.id = items.subscription_id
where ($livemode is null or landed.livemode = $livemode)
"""

ITEMS_OF_SUBSCRIPTION = Listing(
    noun="subscription_item",
    rows=_ITEMS.format(source="intermediate.listed_subscription_items($subscription)"),
    keys=(Key("created"), Key("id")),
)


def item_of(row: dict[str, Any]) -> Object | None:
    """Take one item out of its subscription; None where the subscription holds it no longer."""
    subscription = decoded(row["subscription_json"])
    items = cast("dict[str, Any]", subscription.get("items") or {})
    for item in cast("list[Object]", items.get("data") or []):
        if item.get("id") == row["id"]:
            item.setdefault("subscription", subscription["id"])
            return item
    return None


def find_subscription_items(
    reader: Reader, identifiers: Sequence[str], livemode: bool | None
) -> dict[str, Object]:
    """Give the current subscription items with these ids, by id."""
    rows = reader.rows(
        _ITEMS.format(source="main.subscription_items") + " and list_contains($ids, items.id)",
        {"ids": list(identifiers), "livemode": livemode},
    )
    found = {row["id"]: item_of(row) for row in rows}
    return {identifier: item for identifier, item in found.items() if item is not None}
