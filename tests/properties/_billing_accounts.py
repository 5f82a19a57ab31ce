"""Accounts of random tests of billing: what each subscribes to, and the night it lives through."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.models._usage import price

__all__ = [
    "FIRST_NIGHT",
    "METERS",
    "PRICES",
    "SELLABLE",
    "YEAR_BEFORE",
    "Account",
    "Night",
    "discount",
    "draw_account",
    "quantity",
]

Row = dict[str, Any]
FIRST_NIGHT = datetime(2024, 7, 31)
YEAR_BEFORE = datetime(2023, 7, 1)
METERS = {"mtr_sum": "sum", "mtr_count": "count", "mtr_last": "last"}
_USD: Row = {"product": "prod_0", "currency": "usd"}
PRICES: list[Row] = [
    {**price("lic_month", None), "unit_amount": 1500, **_USD},
    {**price("lic_year", None, "1 year"), "unit_amount": 9900, **_USD},
    {**price("lic_week", None, "1 week"), "unit_amount": 250, "product": "prod_1"},
    {**price("sum_month"), "unit_amount_decimal": Decimal("0.35"), **_USD},
    {**price("max_month", "max"), "unit_amount": 7, "product": "prod_2"},
    {**price("ever_week", "last_ever", "1 week"), "unit_amount": 3, **_USD},
    {
        **price("graduated"),
        "product": "prod_1",
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": [
            {"up_to": 100, "unit_amount_decimal": Decimal("0.5")},
            {"up_to": None, "unit_amount_decimal": Decimal("0.25")},
        ],
    },
    *(
        {
            **price(f"of_{meter}"),
            "recurring_meter": meter,
            "unit_amount_decimal": Decimal("1.25"),
            "product": "prod_2",
        }
        for meter in METERS
    ),
]
SELLABLE = [str(each["id"]) for each in PRICES] + ["lands_later"]


@dataclass
class Night:
    """What lands between two builds, and what the first of them left to edit."""

    draw: random.Random
    number: int
    since: datetime
    until: datetime
    draft_lines: list[tuple[str, str, str]] = field(default_factory=list)  # customer, draft, line
    landed: dict[str, list[Row]] = field(default_factory=dict)
    ids: int = 0

    def land(self, stream: str, *rows: Row) -> None:
        self.landed.setdefault(stream, []).extend(rows)

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}_{self.number}_{self.ids}"

    def instant(self) -> datetime:
        seconds = int((self.until - self.since).total_seconds())
        return self.since + timedelta(seconds=self.draw.randrange(seconds))


@dataclass
class Account:
    """One customer and its subscription as they stand."""

    name: str
    start: datetime
    items: list[Row]
    columns: Row
    customer: Row
    used: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    invoice_items: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def version(self, at: datetime) -> Row:
        """Return the subscription as a version that holds from `at`."""
        return {
            "id": f"sub_{self.name}",
            "customer": self.customer["id"],
            "created_at": self.start,
            "start_at": self.start,
            "billing_cycle_anchor_at": self.start,
            "status": "active",
            "effective_at": at,
            "items": [dict(item) for item in self.items],
            **self.columns,
        }


def draw_account(draw: random.Random, name: str, start: datetime | None = None) -> Account:
    """Draw a customer and what it subscribes to."""
    began = start or YEAR_BEFORE + timedelta(seconds=draw.randrange(390 * 86_400))
    chosen = draw.sample(SELLABLE, draw.choice([1, 2, 3]))
    items = [
        {"id": f"si_{name}_{place}", "price": of, "quantity": quantity(draw, of)}
        for place, of in enumerate(chosen)
    ]
    columns: Row = {"currency": draw.choice(["usd"] * 9 + ["nok"])}
    for share, column, value in (
        (0.2, "billing_mode", "flexible"),
        (0.2, "discounts", [discount(draw, name)]),
        (0.2, "default_tax_rates", [draw.choice(["txr_0", "txr_1", "txr_later"])]),
        (0.1, "billing_thresholds_amount_gte", 2000),
        (0.1, "trial_end_at", began + timedelta(days=draw.randrange(5, 60))),
        (0.1, "cancel_at", FIRST_NIGHT + timedelta(days=draw.randrange(-20, 60))),
    ):
        if draw.random() < share:
            columns[column] = value
    customer: Row = {"id": f"cus_{name}", "currency": "usd", "created_at": began}
    if draw.random() < 0.2:
        customer["discount_coupon"] = draw.choice(["coupon_0", "coupon_1", "coupon_later"])
    return Account(name, began, items, columns, customer)


def quantity(draw: random.Random, of: str) -> int | None:
    """Return a quantity for a licensed price, None for a metered one."""
    return draw.randrange(1, 9) if of.startswith("lic") else None


def discount(draw: random.Random, name: str) -> Row:
    """Return a discount of one of the coupons, with an id of the account's own."""
    number = draw.randrange(3)
    return {"id": f"di_{name}_{number}", "coupon": f"coupon_{number}"}
