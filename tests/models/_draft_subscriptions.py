"""Subscriptions that end, that are paused, that are several of one customer, and their prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

__all__ = ["APR", "AS_OF", "FEB", "MAR", "MAY", "PRICES", "april", "draft_subscriptions"]

AS_OF = "2026-04-15 00:00:00"
FEB, MAR, APR, MAY = (datetime(2026, month, 1) for month in range(2, 6))
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "recurring_usage_type": "licensed",
    "product": "prod_thing",
}
METERED: Mapping[str, Any] = {
    **RECURRING,
    "recurring_usage_type": "metered",
    "recurring_meter": "mtr_1",
}
SEAT: Mapping[str, Any] = {"seat": {"price": "seat", "quantity": 1}}
BOTH: Mapping[str, Any] = {**SEAT, "used": {"price": "used", "quantity": None}}
# What the customer sees of a unit price: currency, minor units, text.
PRICES = [
    ("kwd", "1230", "KWD 1.230"),
    ("kwd", "1234.5", "KWD 1.2345"),
    ("bhd", "0.5", "BHD 0.0005"),
    ("bhd", "1234567", "BHD 1,234.567"),
    ("tnd", "0", "TND 0.000"),
    ("jpy", "1234567", "¥1,234,567"),
    ("jpy", "0.25", "¥0.25"),
    ("isk", "100000", "ISK 1,000.00"),
    ("ugx", "1049", "UGX 10.49"),
    ("usd", "0.000000000001", "$0.00000000000001"),
]
TIERS = [
    {"up_to": 10, "unit_amount_decimal": Decimal(100), "flat_amount_decimal": Decimal(7)},
    {"up_to": 20, "unit_amount_decimal": Decimal(50)},
    {"up_to": None, "unit_amount_decimal": Decimal("3.6")},
]


def april(day: int) -> datetime:
    return datetime(2026, 4, day)


def versions(name: str, *states: Mapping[str, Any], **always: Any) -> list[dict[str, Any]]:
    """Versions of one monthly subscription, each in force `at` a time; the first begins it."""
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
                {"id": f"si_{name}_{item}", "created_at": begun, **terms}
                for item, terms in state["items"].items()
            ],
        }
        for state in states
    ]


def _ending() -> list[dict[str, Any]]:
    begun = {"at": MAR, "items": BOTH}
    ends = {"cancel_at_period_end": True, "canceled_at": april(10)}
    return [
        *versions("plain", begun),
        *versions(
            "never_paid",
            {**begun, "status": "incomplete"},
            {**begun, "status": "incomplete_expired", "at": datetime(2026, 3, 2)},
        ),
        *versions("not_yet_paid", {**begun, "status": "incomplete"}),
        *versions("period_end", begun, {**begun, "at": april(10), **ends}),
        *versions(
            "period_end_passed",
            {"at": FEB, "items": BOTH},
            {"at": datetime(2026, 3, 10), "items": BOTH, "cancel_at_period_end": True},
        ),
        *versions(
            "period_end_seats",
            {"at": MAR, "items": SEAT},
            {"at": april(10), "items": SEAT, **ends},
        ),
        *versions(
            "period_end_undone",
            begun,
            {**begun, "at": april(10), **ends},
            {**begun, "at": april(12), "cancel_at_period_end": False},
        ),
        *versions("at_boundary", begun, {**begun, "at": april(10), "cancel_at": MAY}),
        *versions("at_inside", begun, {**begun, "at": april(10), "cancel_at": april(21)}),
        *versions(
            "at_later", begun, {**begun, "at": april(10), "cancel_at": datetime(2026, 5, 11)}
        ),
        *(
            version
            for name, behavior in (
                ("at_once", {}),
                ("at_once_none", {"proration_behavior": "none"}),
                ("at_once_prorated", {"proration_behavior": "create_prorations"}),
            )
            for version in versions(
                name,
                begun,
                {
                    **begun,
                    "at": april(10),
                    "status": "canceled",
                    "canceled_at": april(10),
                    "ended_at": april(10),
                    **behavior,
                },
            )
        ),
        *versions(
            "at_inside_none",
            begun,
            {**begun, "at": april(5), "cancel_at": april(10)},
            {
                **begun,
                "at": april(10),
                "status": "canceled",
                "cancel_at": april(10),
                "ended_at": april(10),
                "proration_behavior": "none",
            },
        ),
        *versions(
            "at_of_a_year",
            {
                "at": datetime(2024, 1, 1),
                "items": {"year": {"price": "year", "quantity": 1}},
                "cancel_at": datetime(2024, 7, 1),
            },
        ),
    ]


def _paused() -> list[dict[str, Any]]:
    begun = {"at": MAR, "items": BOTH}
    return [
        version
        for behavior in ("keep_as_draft", "mark_uncollectible", "void")
        for version in versions(
            behavior,
            begun,
            {**begun, "at": datetime(2026, 3, 20), "pause_behavior": behavior},
        )
    ]


def _several() -> list[dict[str, Any]]:
    """One customer's subscriptions in three currencies, two of them in one."""
    many = {"customer": "cus_many"}
    used = {"used": {"price": "used", "quantity": None}}
    return [
        *versions("many_usd", {"at": MAR, "items": SEAT}, **many),
        *versions("many_usd_later", {"at": datetime(2026, 3, 10), "items": SEAT}, **many),
        *versions("many_eur", {"at": MAR, "items": {**SEAT, **used}}, currency="eur", **many),
        *versions("many_jpy", {"at": MAR, "items": SEAT}, currency="jpy", **many),
    ]


def _priced() -> list[dict[str, Any]]:
    return [
        *(
            version
            for place, (currency, _, _) in enumerate(PRICES)
            for version in versions(
                f"text{place}",
                {"at": MAR, "items": {"a": {"price": f"text{place}", "quantity": 3}}},
                currency=currency,
            )
        ),
        *(
            version
            for name in ("tiers", "tiers_turned")
            for version in versions(
                name, {"at": MAR, "items": {"a": {"price": name, "quantity": 51}}}
            )
        ),
        *versions(
            "superseded",
            {
                "at": FEB,
                "items": SEAT,
                "discounts": [{"id": "di_month", "coupon": "month", "start_at": FEB}],
            },
        ),
    ]


def _catalogue(lake: Lake) -> None:
    lake.land("products", [{"id": "prod_thing", "name": "Thing", "active": True}])
    others = {"eur": 900, "jpy": 1500}
    tiered = {**RECURRING, "billing_scheme": "tiered", "tiers_mode": "graduated"}
    lake.land(
        "prices",
        [
            {
                **RECURRING,
                "id": "seat",
                "unit_amount": 1000,
                "currency_options": [
                    {"currency": currency, "unit_amount_decimal": Decimal(amount)}
                    for currency, amount in others.items()
                ],
            },
            {
                **METERED,
                "id": "used",
                "unit_amount": 10,
                "currency_options": [{"currency": "eur", "unit_amount_decimal": Decimal(9)}],
            },
            {**RECURRING, "id": "year", "recurring_interval": "year", "unit_amount": 36_600},
            {**tiered, "id": "tiers", "tiers": TIERS},
            {**tiered, "id": "tiers_turned", "tiers": TIERS[::-1]},
            *(
                {
                    **RECURRING,
                    "id": f"text{place}",
                    "currency": currency,
                    "unit_amount_decimal": Decimal(amount),
                }
                for place, (currency, amount, _) in enumerate(PRICES)
            ),
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )
    lake.land(
        "coupons",
        [
            {"id": "half", "percent_off": Decimal(50), "duration": "forever"},
            {
                "id": "month",
                "percent_off": Decimal(10),
                "duration": "repeating",
                "duration_in_months": 1,
            },
            {"id": "dollars", "amount_off": 100, "currency": "usd", "duration": "forever"},
        ],
    )


def draft_subscriptions(folder: Path) -> Path:
    """Land every subscription that the tests look at, and return the lake."""
    lake = Lake(folder)
    _catalogue(lake)
    subscriptions = [*_ending(), *_paused(), *_several(), *_priced()]
    lake.land("subscriptions", subscriptions)
    names = sorted({row["customer"] for row in subscriptions} - {"cus_many", "cus_superseded"})
    many = {"id": "cus_many", "currency": "usd"}
    lake.land(
        "customers",
        [
            *({"id": name, "currency": "usd"} for name in names),
            {**many, "balance": -500, "discount_coupon": "dollars"},
            {"id": "cus_superseded", "currency": "usd", "discount_coupon": "half"},
        ],
    )
    # Ten on the fifth, a hundred on the twenty-fifth: of April only the first has been.
    lake.land(
        "meter_events",
        [
            {
                "identifier": f"{name}_{at}",
                "event_name": "used",
                "event_at": at,
                "received_at": at,
                "stripe_customer_id": name,
                "value": Decimal(value),
            }
            for name in (*names, "cus_many")
            for at, value in (
                (datetime(2026, 3, 5), 10),
                (datetime(2026, 3, 25), 100),
                (april(5), 10),
            )
        ],
    )
    waiting = {"customer": "cus_many", "date_at": april(2), "discountable": False}
    lake.land(
        "invoice_items",
        [
            {**waiting, "id": "ii_usd", "currency": "usd", "amount": 1},
            {**waiting, "id": "ii_eur", "currency": "eur", "amount": 2},
            {**waiting, "id": "ii_jpy", "currency": "jpy", "amount": 3},
        ],
    )
    lake.land(
        "credit_grants",
        [
            {
                "id": f"credgr_{currency}",
                "customer": "cus_many",
                "amount": amount,
                "currency": currency,
                "category": "paid",
                "grant_effective_at": FEB,
                "scope_price_type": "metered",
            }
            for currency, amount in (("usd", 5_000), ("eur", 40))
        ],
    )
    return lake.folder
