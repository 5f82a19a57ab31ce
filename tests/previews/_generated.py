"""Accounts drawn at random, each with a change of its subscription that is previewed and landed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.previews._objects import (
    Object,
    Version,
    at,
    coupon,
    customer,
    discount,
    invoice_item,
    item,
    price,
    product,
    subscription,
    tax_rate,
)

NOW = at("2026-06-16T00:00:00")
AS_OF = "2026-06-16T00:00:00Z"
_DAY = 86_400
_METERED = {"interval": "month", "usage_type": "metered", "aggregate_usage": "sum"}
_TIERS = [
    {"up_to": 10, "unit_amount_decimal": "100", "flat_amount_decimal": "500"},
    {"up_to": None, "unit_amount_decimal": "33.3", "flat_amount_decimal": None},
]
_COUPONS = (
    coupon("quarter", percent_off="25"),
    coupon("three_off", amount_off=300, currency="usd"),
    coupon("once", percent_off="50", duration="once"),
)
_LICENSED = ("flat_5", "flat_12", "steps", "packs", "odd")

CATALOGUE: tuple[Object, ...] = (
    *(product(name, name.title()) for name in ("flat", "steps", "packs", "odd", "used")),
    price("flat_5", "500"),
    price("flat_12", "1250"),
    price("odd", "33.333333333333"),
    price("packs", "990", transform_quantity={"divide_by": 5, "round": "up"}),
    price(
        "steps",
        "0",
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=_TIERS,
        unit_amount=None,
        unit_amount_decimal=None,
    ),
    price("odd_year", "9999.9", recurring={"interval": "year"}),
    price("used", "2.5", recurring=_METERED),
    *_COUPONS,
    tax_rate("vat", "20"),
    tax_rate("held", "7.7", inclusive=True),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One customer: what landed before, what was used, and what is previewed."""

    name: str
    versions: tuple[Version, ...]
    usage: tuple[Object, ...]
    params: dict[str, Any]

    @property
    def customer(self) -> str:
        return f"cus_{self.name}"

    @property
    def subscription(self) -> str:
        return f"sub_{self.name}"


def draw_account(draw: random.Random, name: str) -> Account:
    """Draw an account and a change of its one subscription."""
    start = NOW - draw.randrange(1, 80 * _DAY)
    items = [
        item(f"{name}_{number}", draw.choice(_LICENSED), draw.choice([1, 1, 2, 7, 23]))
        for number in range(draw.choice([1, 1, 2, 3]))
    ]
    used = draw.random() < 0.5
    if used:
        items.append(item(f"{name}_used", "used", None))
    for each in items:
        if draw.random() < 0.2:
            each["discounts"] = [discount(f"{each['id']}", draw.choice(_COUPONS[:2]))]
        if draw.random() < 0.2:
            each["tax_rates"] = ["txr_held"]
    fields: Object = {"billing_mode": {"type": draw.choice(["classic", "flexible"])}}
    if draw.random() < 0.3:
        fields["discounts"] = [discount(name, draw.choice(_COUPONS))]
    if draw.random() < 0.3:
        fields["default_tax_rates"] = ["txr_vat"]
    versions: list[Version] = [
        (customer(name, balance=draw.choice([0, 0, -700])), start),
        (subscription(name, start, items, **fields), start),
    ]
    if draw.random() < 0.3:
        work = invoice_item(f"work_{name}", name, draw.choice([900, -150]), NOW - _DAY)
        versions.append((work, NOW - _DAY))
    usage = tuple(_usage(draw, f"si_{name}_used", start)) if used else ()
    return Account(name, tuple(versions), usage, _change(draw, name, items, start))


def _usage(draw: random.Random, subscribed: str, start: int) -> Iterator[Object]:
    for _ in range(draw.randrange(6)):
        when = draw.randrange(start + 1, NOW)
        yield {
            "subscription_item": subscribed,
            "quantity": draw.randrange(200),
            "timestamp": when,
            "received_at": when + 60,
            "action": "increment",
        }


def _change(draw: random.Random, name: str, items: list[Object], start: int) -> dict[str, Any]:
    licensed = [each for each in items if each["quantity"] is not None]
    one = draw.choice(licensed)
    others = [each for each in _LICENSED if f"price_{each}" != one["price"]]
    changes: list[dict[str, Any]] = [
        {"items": [{"id": one["id"], "quantity": draw.choice([0, 4, 11])}]},
        {"items": [{"id": one["id"], "price": f"price_{draw.choice(others)}"}]},
        {"items": [{"price": f"price_{draw.choice(_LICENSED)}", "quantity": 3}]},
        {"items": [{"price": "price_flat_5"}, {"id": one["id"], "quantity": 2}]},
        {"cancel_at_period_end": True},
        {"cancel_now": True},
        {"billing_cycle_anchor": "now"},
        {"trial_end": NOW + draw.randrange(_DAY, 20 * _DAY)},
        {"cancel_at": NOW + draw.randrange(_DAY, 5 * _DAY)},
        {"default_tax_rates": ["txr_held"]},
    ]
    if len(items) > 1:
        changes.append({"items": [{"id": one["id"], "deleted": True}]})
    changes.append({"items": [{"id": one["id"], "price": "price_used"}]})
    changes.append({"items": [{"id": each["id"], "price": "price_odd_year"} for each in licensed]})
    for each in items:
        if each["quantity"] is None:
            changes.append({"items": [{"id": each["id"], "deleted": True}]})
            changes.append({"items": [{"id": each["id"], "price": "price_flat_5"}]})
    details = draw.choice(changes)
    if "items" in details or "billing_cycle_anchor" in details:
        behavior = draw.choice([None, "none", "create_prorations", "always_invoice"])
        if behavior is not None:
            details = {**details, "proration_behavior": behavior}
    return {"subscription": f"sub_{name}", "subscription_details": details}
