"""Subscriptions that begin in June, what they are to, and the drafts that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.models._build import Built
from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

__all__ = [
    "AUGUST",
    "JULY",
    "JUNE",
    "TEN",
    "TWENTY",
    "boundaries",
    "june",
    "land_catalogue",
    "lines",
    "versions",
]

JUNE, JULY, AUGUST = (f"2026-0{month}-01T00:00:00Z" for month in (6, 7, 8))
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "recurring_usage_type": "licensed",
}


def june(day: int) -> str:
    return f"2026-06-{day:02}T00:00:00Z"


def versions(name: str, *states: Mapping[str, Any], **always: Any) -> list[dict[str, Any]]:
    """Versions of one subscription, each in force `at` a day of June; the first begins it."""
    begun = states[0]["at"]
    return [
        {
            "id": f"sub_{name}",
            "customer": f"cus_{name}",
            "currency": "usd",
            "status": "active",
            "created_at": begun,
            "start_at": begun,
            "billing_cycle_anchor_at": begun,
            "effective_at": state["at"],
            **always,
            **{key: value for key, value in state.items() if key not in ("at", "items")},
            "items": [
                {"id": f"si_{name}_{item}", "quantity": 1, "created_at": begun, **terms}
                for item, terms in state["items"].items()
            ],
        }
        for state in states
    ]


TEN: Mapping[str, Any] = {"a": {"price": "ten"}}
TWENTY: Mapping[str, Any] = {"a": {"price": "twenty"}}


def land_catalogue(lake: Lake) -> None:
    """Land the prices: ten and twenty dollars a month, a year, and two that are metered."""
    lake.land(
        "products",
        [{"id": f"prod_{name}", "name": name.title(), "active": True} for name in ("gold", "use")],
    )
    lake.land(
        "prices",
        [
            {**RECURRING, "id": "ten", "product": "prod_gold", "unit_amount": 1000},
            {**RECURRING, "id": "twenty", "product": "prod_gold", "unit_amount": 2000},
            {
                **RECURRING,
                "id": "year",
                "product": "prod_gold",
                "unit_amount": 12000,
                "recurring_interval": "year",
            },
            *(
                {
                    **RECURRING,
                    "id": name,
                    "product": "prod_use",
                    "unit_amount": amount,
                    "transform_divide_by": 100,
                    "transform_round": "up",
                    "recurring_usage_type": "metered",
                    "recurring_meter": "mtr_1",
                }
                for name, amount in (("metered", 10), ("dearer", 15))
            ),
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )


def lines(drafts: Built, name: str, boundary: str) -> list[tuple[str, int]]:
    return drafts.rows(
        "select lines.description, lines.amount"
        " from draft_invoice_lines as lines inner join draft_invoices as invoices"
        " on lines.invoice_id = invoices.id"
        " where invoices.subscription_id = ? and invoices.period_end = ? order by line_position",
        [f"sub_{name}", datetime.fromisoformat(boundary[:10])],
    )


def boundaries(drafts: Built, name: str) -> list[str]:
    return [
        f"{boundary:%m-%d}"
        for (boundary,) in drafts.rows(
            "select period_end from draft_invoices where subscription_id = ? order by period_end",
            [f"sub_{name}"],
        )
    ]
