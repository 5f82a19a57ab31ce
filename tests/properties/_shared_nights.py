"""What lands for all accounts at once: the catalogue, closes, retractions, and what is nobody's."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.models._subscription_lives import SUBSCRIPTIONS
from tests.models._usage import price
from tests.properties._billing_accounts import (
    FIRST_NIGHT,
    METERS,
    PRICES,
    YEAR_BEFORE,
    Account,
    Night,
    draw_account,
)
from tests.properties._billing_happenings import alert, happen

__all__ = ["World"]

Row = dict[str, Any]
COUPONS: list[Row] = [
    {"id": "coupon_0", "percent_off": Decimal("12.5"), "duration": "forever"},
    {"id": "coupon_1", "amount_off": 300, "currency": "usd", "duration": "once"},
    {
        "id": "coupon_2",
        "percent_off": Decimal(50),
        "duration": "repeating",
        "duration_in_months": 3,
        "applies_to_products": ["prod_1"],
    },
]
LIFE_PRICES = [
    price("price_month"),
    price("price_week", every="1 week"),
    price("price_2month", every="2 month"),
    price("price_3month", every="3 month"),
    price("price_year", every="1 year"),
]


class World:
    """All accounts, and what lands of them night by night."""

    def __init__(self, seed: int, accounts: int) -> None:
        self.draw = random.Random(seed)
        self.accounts = [draw_account(self.draw, f"a{number}") for number in range(accounts)]
        self.lives = [
            [{**version, "currency": "usd"} for version in versions]
            for versions in SUBSCRIPTIONS.values()
        ]
        self.usage_batches: list[str] = []

    def first_night(self) -> Night:
        """Return what lands before the first build: a year of every account."""
        night = Night(self.draw, 0, YEAR_BEFORE, FIRST_NIGHT)
        night.land("products", *({"id": f"prod_{n}", "name": f"Product {n}"} for n in range(3)))
        night.land("prices", *PRICES, *LIFE_PRICES)
        night.land("coupons", *COUPONS)
        night.land("tax_rates", {"id": "txr_0", "percentage": Decimal(19), "inclusive": False})
        night.land("tax_rates", {"id": "txr_1", "percentage": Decimal(7), "inclusive": True})
        for meter, formula in METERS.items():
            _land_meter(night, meter, formula)
        night.land("alerts", alert(night, None))
        for life in self.lives:
            night.land("subscriptions", life.pop(0))
        for account in self.accounts:
            night.land("customers", dict(account.customer))
            night.land("subscriptions", account.version(account.start))
            for _ in range(4):
                happen(night, account)
        return night

    def fill(self, night: Night) -> None:
        """Land something of some accounts and a few changes for all."""
        for account in self.draw.sample(self.accounts, len(self.accounts) // 5):
            happen(night, account)
            happen(night, account)
        for life in self.draw.sample(self.lives, len(self.lives) // 3):
            if life:
                night.land("subscriptions", life.pop(0))
        newcomer = draw_account(self.draw, f"n{night.number}", night.instant())
        self.accounts.append(newcomer)
        night.land("subscriptions", newcomer.version(newcomer.start))
        if self.draw.random() < 0.5:
            night.land("customers", dict(newcomer.customer))
        for change in self.draw.sample(_CHANGES, 3):
            change(self, night)


def _land_meter(night: Night, meter: str, formula: str) -> None:
    night.land(
        "meters",
        {
            "id": meter,
            "event_name": meter,
            "status": "active",
            "default_aggregation_formula": formula,
        },
    )


def _prices_change(world: World, night: Night) -> None:
    of = world.draw.choice(["lic_week", "max_month", "ever_week"])
    changed = next(dict(each) for each in PRICES if each["id"] == of)
    changed |= {"unit_amount": world.draw.randrange(1, 900), "effective_at": night.instant()}
    night.land("prices", {**changed, "is_deleted": world.draw.random() < 0.2})
    if world.draw.random() < 0.5:
        night.land(
            "prices",
            {**price("lands_later"), "unit_amount": 11, "product": "prod_later"},
        )


def _products_change(world: World, night: Night) -> None:
    product = world.draw.choice(["prod_1", "prod_2", "prod_later"])
    night.land(
        "products", {"id": product, "name": night.new_id("Name"), "effective_at": night.instant()}
    )


def _discounts_and_taxes_change(world: World, night: Night) -> None:
    coupon = world.draw.choice(
        [
            {"id": "coupon_0", "percent_off": Decimal(world.draw.randrange(1, 40))},
            {"id": "coupon_later", "percent_off": Decimal(5)},
        ]
    )
    night.land("coupons", {**coupon, "duration": "forever", "effective_at": night.instant()})
    rate = world.draw.choice(["txr_1", "txr_later"])
    percentage = Decimal(world.draw.randrange(1, 25))
    night.land(
        "tax_rates",
        {
            "id": rate,
            "percentage": percentage,
            "inclusive": False,
            "effective_at": night.instant(),
        },
    )


def _period_closes(world: World, night: Night) -> None:
    start = world.draw.choice([datetime(2024, 6, 1), datetime(2024, 7, 1)])
    night.land(
        "period_closes",
        {
            "period_start": start,
            "period_end": start + timedelta(days=30),
            "received_until": night.instant() - timedelta(days=world.draw.choice([0, 9])),
            "received_at": night.until,
        },
    )


def _usage_is_retracted(world: World, night: Night) -> None:
    if world.usage_batches:
        batch = world.draw.choice(world.usage_batches)
        given: Row = {"stream": "usage_records", "reason": "sent by mistake"}
        night.land(
            "retractions",
            world.draw.choice(
                [{**given, "batch": batch}, {**given, "batch": batch, "key": f"{batch}_1"}]
            ),
        )


def _nobodys(_world: World, night: Night) -> None:
    """Usage of an item that nothing lists yet, an invoice and an item of no customer."""
    at = night.instant()
    for item in ("si_nobodys", f"si_n{night.number + 1}_0"):
        used: Row = {"event_at": at, "received_at": at, "quantity": Decimal(7)}
        night.land("usage_records", {**used, "subscription_item": item, "action": "increment"})
    amount: Row = {"amount": 5, "currency": "usd", "date_at": at}
    night.land("invoice_items", {**amount, "id": night.new_id("ii"), "invoice": "in_nobodys"})
    line: Row = {"id": "il_nobodys", "amount": 5, "period_start_at": at, "period_end_at": at}
    night.land(
        "billed_invoices",
        {
            "id": "in_nobodys",
            "status": "paid",
            "currency": "usd",
            "created_at": at,
            "period_start_at": at,
            "period_end_at": at,
            "lines": [{**line, "subscription_item": "si_nobodys"}],
        },
    )


def _shared(world: World, night: Night) -> None:
    """A subscription that goes to another customer, an invoice that names another's item."""
    one, other = world.draw.sample(world.accounts, 2)
    moved = {**one.version(night.instant()), "customer": other.customer["id"]}
    night.land("subscriptions", moved)
    third: Account = world.draw.choice(world.accounts)
    start = night.until - timedelta(days=60)
    line: Row = {"id": night.new_id("il"), "amount": 9, "period_start_at": start}
    line |= {"period_end_at": start + timedelta(days=30), "invoice_item": None}
    night.land(
        "billed_invoices",
        {
            "id": night.new_id("in"),
            "customer": other.customer["id"],
            "status": "paid",
            "currency": "usd",
            "period_start_at": start,
            "period_end_at": start + timedelta(days=30),
            "lines": [{**line, "subscription_item": third.items[0]["id"]}],
        },
    )


def _alert_for_all(_world: World, night: Night) -> None:
    night.land("alerts", alert(night, None))


_CHANGES = (
    _prices_change,
    _products_change,
    _discounts_and_taxes_change,
    _period_closes,
    _usage_is_retracted,
    _nobodys,
    _shared,
    _alert_for_all,
)
