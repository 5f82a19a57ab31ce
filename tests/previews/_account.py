"""The account that examples and parameters are previewed on: one small life per customer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ingest import land, prepare_home
from tests.previews._objects import (
    BEGINNING,
    Object,
    Version,
    at,
    coupon,
    customer,
    discount,
    invoice_item,
    item,
    land_versions,
    price,
    product,
    subscription,
    tax_rate,
)

AS_OF = "2026-06-16T00:00:00Z"
NOW = at("2026-06-16")
MAY, JUNE, JULY, AUGUST = (at(f"2026-0{month}-01") for month in (5, 6, 7, 8))

MONTHLY_METERED = {"interval": "month", "usage_type": "metered", "aggregate_usage": "sum"}
FIVE_OFF = coupon("five_off", amount_off=500, currency="usd")
TENTH_OFF = coupon("tenth_off", percent_off="10")
HALF_OFF_ONCE = coupon("half_off_once", percent_off="50", duration="once")

# 31 days that end 445,540 seconds after now, as in Stripe's documented preview.
SILVER_START = at("2026-05-21T03:45:40")

CATALOGUE: tuple[Object, ...] = (
    product("silver", "Silver product"),
    product("gold", "Gold product"),
    product("seat", "Seats", unit_label="seat"),
    product("call", "Calls", unit_label="call"),
    product("setup", "Setup"),
    price("silver", "1000"),
    price("gold", "3252"),
    price("seat_10", "1000", currency_options={"eur": {"unit_amount_decimal": "900"}}),
    price("seat_20", "2000"),
    price("seat_year", "12000", recurring={"interval": "year"}),
    price("seat_week", "300", recurring={"interval": "week"}),
    price("seat_free", "0"),
    price("seat_trial", "1000", recurring={"interval": "month", "trial_period_days": 14}),
    price("seat_jpy", "800", currency="jpy"),
    price("call", "2", recurring=MONTHLY_METERED),
    price("call_dear", "2.5", recurring=MONTHLY_METERED),
    price("setup", "5000", recurring=None),
    price(
        "setup_of_five", "1000", recurring=None, transform_quantity={"divide_by": 5, "round": "up"}
    ),
    FIVE_OFF,
    TENTH_OFF,
    HALF_OFF_ONCE,
    coupon("gone", percent_off="10", valid=False),
    tax_rate("vat", "20"),
    tax_rate("gst", "10"),
)

TEN = [item("ten", "seat_10")]


def _named(name: str, *items: Object) -> list[Object]:
    return [{**each, "id": f"si_{name}_{number}"} for number, each in enumerate(items)]


def _lives() -> Iterator[Version]:
    seat, twenty = item("", "seat_10"), item("", "seat_20")
    plain = {
        "silver": (SILVER_START, [item("", "silver")], {}),
        "half": (JUNE, [seat], {}),
        "pair": (JUNE, [seat, twenty], {}),
        "off": (JUNE, [seat], {"discounts": [discount("off", FIVE_OFF)]}),
        "split": (
            JUNE,
            [seat, twenty],
            {"discounts": [discount("split", FIVE_OFF)], "billing_mode": {"type": "flexible"}},
        ),
        "tried": (
            JUNE,
            [seat],
            {
                "status": "trialing",
                "trial_start": JUNE,
                "trial_end": at("2026-06-22"),
                "billing_cycle_anchor": at("2026-06-22"),
            },
        ),
        "metered": (JUNE, [item("", "call", None), seat], {}),
        "counted": (
            JUNE,
            [
                item(
                    "",
                    "call",
                    None,
                    billing_thresholds={"usage_gte": 100},
                )
            ],
            {},
        ),
        "paused": (MAY, [seat], {"status": "paused"}),
        "taxed": (JUNE, [seat], {"default_tax_rates": ["txr_vat"]}),
        "free": (JUNE, [item("", "seat_free")], {}),
        "steered": (JUNE, [seat], {"schedule": "sub_sched_steered"}),
        "ending": (JUNE, [seat], {"cancel_at_period_end": True}),
        "euro": (JUNE, [seat], {"currency": "eur"}),
        "monthly": (JUNE, [seat], {"billing_mode": {"type": "flexible"}}),
        "steered_monthly": (JUNE, [seat], {"schedule": "sub_sched_steered_monthly"}),
    }
    for name, (start, items, fields) in plain.items():
        yield customer(name), BEGINNING
        yield subscription(name, start, _named(name, *items), **fields), start
    # Dearer since the 6th, which was not prorated; so July is to be billed for what June was not.
    for mode in ("classic", "flexible"):
        name = f"third_{mode}"
        yield customer(name), BEGINNING
        before = subscription(name, JUNE, _named(name, seat), billing_mode={"type": mode})
        yield before, JUNE
        after = subscription(name, JUNE, _named(name, twenty), billing_mode={"type": mode})
        yield {**after, "proration_behavior": "none"}, at("2026-06-06")
    # Two subscriptions of one customer; the second renews later.
    yield customer("both"), BEGINNING
    yield subscription("both", JUNE, _named("both", seat)), JUNE
    second = subscription("second", at("2026-06-10"), _named("second", twenty))
    yield {**second, "customer": "cus_both"}, at("2026-06-10")
    # A discount of the customer's that the source gave no id.
    yield customer("thrifty", discount={**discount("", FIVE_OFF), "id": None}), BEGINNING
    yield subscription("thrifty", JUNE, _named("thrifty", seat)), JUNE
    for name in ("bystander", "awaited"):
        yield customer(name), BEGINNING
    yield customer("owed", balance=-700), BEGINNING
    yield subscription("owed", JUNE, _named("owed", seat)), JUNE


SCHEDULES: tuple[Object, ...] = (
    {
        "id": "sub_sched_steered",
        "object": "subscription_schedule",
        "created": JUNE,
        "customer": "cus_steered",
        "current_phase": {"start_date": JUNE, "end_date": JULY},
        "end_behavior": "release",
        "phases": [
            {
                "start_date": JUNE,
                "end_date": JULY,
                "items": [{"price": "price_seat_10", "quantity": 1}],
                "proration_behavior": "create_prorations",
            },
            {
                "start_date": JULY,
                "end_date": AUGUST,
                "items": [{"price": "price_seat_20", "quantity": 2}],
                "proration_behavior": "create_prorations",
            },
        ],
        "status": "active",
        "subscription": "sub_steered",
    },
    {
        "id": "sub_sched_tried",
        "object": "subscription_schedule",
        "created": JUNE,
        "customer": "cus_tried",
        "current_phase": {"start_date": JUNE, "end_date": at("2026-06-22")},
        "end_behavior": "release",
        "phases": [
            {
                "start_date": JUNE,
                "end_date": at("2026-06-22"),
                "items": [{"price": "price_seat_10", "quantity": 1}],
                "trial_end": at("2026-06-22"),
            },
            {
                "start_date": at("2026-06-22"),
                "end_date": at("2026-07-22"),
                "items": [{"price": "price_seat_20", "quantity": 1}],
            },
        ],
        "status": "active",
        "subscription": "sub_tried",
    },
    {
        "id": "sub_sched_steered_monthly",
        "object": "subscription_schedule",
        "created": JUNE,
        "customer": "cus_steered_monthly",
        "current_phase": {"start_date": JUNE, "end_date": JULY},
        "end_behavior": "release",
        "phases": [
            {
                "start_date": JUNE,
                "end_date": JULY,
                "items": [{"price": "price_seat_10", "quantity": 1}],
            }
        ],
        "status": "active",
        "subscription": "sub_steered_monthly",
    },
    {
        "id": "sub_sched_awaited",
        "object": "subscription_schedule",
        "created": JUNE,
        "customer": "cus_awaited",
        "current_phase": None,
        "end_behavior": "release",
        "phases": [
            {
                "start_date": JULY,
                "end_date": AUGUST,
                "items": [{"price": "price_seat_10", "quantity": 3}],
            }
        ],
        "status": "not_started",
        "subscription": None,
    },
)

PENDING: tuple[Object, ...] = (
    invoice_item("pending_work", "pair", 1500, at("2026-06-10")),
    invoice_item("lonely_work", "bystander", 700, at("2026-06-10")),
    invoice_item("dollar_work", "euro", 900, at("2026-06-10")),
    invoice_item("work_of_second", "both", 1200, at("2026-06-10"), subscription="sub_second"),
    invoice_item("work_of_either", "both", 400, at("2026-06-10")),
)

USAGE: tuple[Object, ...] = tuple(
    {
        "subscription_item": subscribed,
        "quantity": quantity,
        "timestamp": at(f"2026-06-{day:02}"),
        "received_at": at(f"2026-06-{day:02}") + 60,
        "action": "increment",
    }
    for subscribed in ("si_metered_0", "si_counted_0")
    for day, quantity in ((3, 40), (8, 80), (12, 30))
)


def land_account(root: Path, inbox: Path) -> None:
    """Land the whole account in a new home."""
    home = prepare_home(root)
    objects = [*CATALOGUE, *SCHEDULES, *PENDING]
    land_versions(home, [*((each, BEGINNING) for each in objects), *_lives()], inbox)
    records = inbox / "usage_records.ndjson"
    records.write_text("".join(json.dumps(each) + "\n" for each in USAGE))
    assert not land(home, "usage_records", [records], backfill=True).rejected
