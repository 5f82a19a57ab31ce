"""The subscriptions that a customer shows where they are expanded: Stripe's list within."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from queries._expand import Object
from queries._landed import IN_MODE, decoded
from queries._reader import Reader

_SHOWN = 10
"""As many as a list gives where no limit is asked for; the list's address has all."""


def find_subscriptions_of(
    reader: Reader, customers: Sequence[str], livemode: bool | None
) -> dict[str, Object]:
    """Give the list of each customer's subscriptions, newest first, all but canceled ones."""
    rows = reader.rows(
        f"""
        select listed.customer_id, listed.object_json
        from intermediate.every_listed_subscriptions() as listed
        where
            list_contains($customers, listed.customer_id)
            and coalesce(listed.status, '') != 'canceled'
            and {IN_MODE}
        qualify row_number() over (
            partition by listed.customer_id order by listed.created desc, listed.id
        ) <= {_SHOWN + 1}
        order by listed.created desc, listed.id
        """,
        {"customers": list(customers), "livemode": livemode},
    )
    found: dict[str, list[Object]] = {customer: [] for customer in customers}
    for row in rows:
        found[row["customer_id"]].append(decoded(row["object_json"]))
    return {
        customer: {
            "object": "list",
            "data": held[:_SHOWN],
            "has_more": len(held) > _SHOWN,
            "url": f"/v1/subscriptions?customer={quote(customer, safe='')}",
        }
        for customer, held in found.items()
    }
