"""Random accounts whose lives land over several nights.

An account is a customer with a subscription of some items, at prices that all accounts share. A night
brings of some accounts new usage (late, repeated, set, in closed periods), meter events, versions of
their objects, invoices of the other side and edits of the drafts that the night before made; and
changes of what all share: see `_shared_nights`.
"""

from __future__ import annotations

import json
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
    "YEAR_BEFORE",
    "Account",
    "Night",
    "alert",
    "draw_account",
    "happen",
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
        {"id": f"si_{name}_{place}", "price": of, "quantity": _quantity(draw, of)}
        for place, of in enumerate(chosen)
    ]
    columns: Row = {"currency": draw.choice(["usd"] * 9 + ["nok"])}
    for share, column, value in (
        (0.2, "billing_mode", "flexible"),
        (0.2, "discounts", [_discount(draw, name)]),
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


def _quantity(draw: random.Random, of: str) -> int | None:
    return draw.randrange(1, 9) if of.startswith("lic") else None


def _discount(draw: random.Random, name: str) -> Row:
    number = draw.randrange(3)
    return {"id": f"di_{name}_{number}", "coupon": f"coupon_{number}"}


def happen(night: Night, account: Account) -> None:
    """Let one thing happen to an account."""
    night.draw.choice([*[_use] * 4, *[_meter] * 3, *[_edit] * 3, *_ONCE])(night, account)


def _use(night: Night, account: Account) -> None:
    draw = night.draw
    if account.used and draw.random() < 0.2:
        # The same call again: another record with the same key.
        night.land("usage_records", {**draw.choice(account.used), "received_at": night.until})
    for _ in range(draw.randrange(1, 5)):
        at = night.instant() - timedelta(days=draw.choice([0, 0, 0, 3, 40]))
        used: Row = {
            "subscription_item": draw.choice(account.items)["id"],
            "quantity": Decimal(draw.randrange(300)),
            "action": draw.choice(["increment", "increment", "set"]),
            "event_at": draw.choice([at, at.replace(hour=0, minute=0, second=0)]),
            "received_at": night.instant(),
            "idempotency_key": draw.choice([None, night.new_id("key")]),
        }
        account.used.append(used)
        night.land("usage_records", used)


def _meter(night: Night, account: Account) -> None:
    draw = night.draw
    for _ in range(draw.randrange(1, 4)):
        meter = draw.choice(list(METERS))
        at = night.instant() - timedelta(days=draw.choice([0, 0, 0, 2, 30]))
        event: Row = {
            "identifier": night.new_id("event"),
            "event_name": meter,
            "stripe_customer_id": account.customer["id"],
            "value": Decimal(draw.randrange(2000)),
            "payload": {},
            "event_at": at,
            "received_at": night.instant(),
        }
        account.events.append(event)
        night.land("meter_events", event)
    if draw.random() < 0.4:
        cancelled = draw.choice(account.events)
        night.land(
            "meter_event_adjustments",
            {
                "type": "cancel",
                "event_name": cancelled["event_name"],
                "identifier": cancelled["identifier"],
                "received_at": night.until,
            },
        )


def _subscribe(night: Night, account: Account) -> None:
    draw = night.draw
    item = draw.choice(account.items)
    match draw.randrange(7):
        case 0:
            item["quantity"] = _quantity(draw, item["price"])
        case 1:
            item["price"] = draw.choice(SELLABLE)
            item["quantity"] = _quantity(draw, item["price"])
            item["clear_usage"] = draw.random() < 0.3
        case 2:
            of = draw.choice(SELLABLE)
            new = {"id": night.new_id(f"si_{account.name}"), "price": of}
            account.items.append({**new, "quantity": _quantity(draw, of)})
        case 3 if len(account.items) > 1:
            account.items.remove(item)
        case 4:
            days = draw.randrange(1, 60)
            account.columns["cancel_at"] = draw.choice([None, night.until + timedelta(days=days)])
        case 5:
            account.columns["billing_cycle_anchor_at"] = night.instant()
        case _:
            account.columns["discounts"] = [_discount(draw, account.name)]
    night.land("subscriptions", account.version(night.instant()))


def _end(night: Night, account: Account) -> None:
    at = night.instant()
    if night.draw.random() < 0.5:
        # What Stripe sends of a deletion names the object and nothing else.
        gone: Row = {"id": f"sub_{account.name}", "is_deleted": True, "effective_at": at}
        night.land("subscriptions", {**gone, "items": None})
    else:
        ended = {"status": "canceled", "ended_at": at, "canceled_at": at}
        night.land("subscriptions", {**account.version(at), **ended})


def _change_customer(night: Night, account: Account) -> None:
    draw = night.draw
    account.customer |= draw.choice(
        [
            {"balance": draw.randrange(-4000, 4000)},
            {"tax_exempt": draw.choice(["none", "exempt", "reverse"])},
            {"discount_coupon": draw.choice([None, "coupon_0", "coupon_1"])},
        ]
    )
    night.land("customers", {**account.customer, "effective_at": night.instant()})


def _grant(night: Night, account: Account) -> None:
    draw = night.draw
    night.land(
        "credit_grants",
        {
            "id": draw.choice([night.new_id("credgr"), f"credgr_{account.name}"]),
            "customer": account.customer["id"],
            "amount": draw.randrange(1, 5000),
            "currency": "usd",
            "effective_at": night.instant(),
            "grant_effective_at": YEAR_BEFORE,
            "scope_price_type": "metered",
            "scope_prices": draw.choice([None, ["of_mtr_sum"]]),
            "is_deleted": draw.random() < 0.2,
        },
    )


def _invoice_item(night: Night, account: Account) -> None:
    draw = night.draw
    if account.invoice_items and draw.random() < 0.4:
        item = draw.choice(account.invoice_items)
        night.land(
            "invoice_items",
            {**item, "is_deleted": draw.random() < 0.5, "effective_at": night.until},
        )
        return
    of = draw.choice([None, "sum_month", "lands_later"])
    item = {
        "id": night.new_id("ii"),
        "customer": account.customer["id"],
        "invoice": draw.choice([None, None, *(row["id"] for row in account.invoices[:1])]),
        "subscription": draw.choice([None, f"sub_{account.name}"]),
        "amount": draw.randrange(-500, 3000),
        "currency": draw.choice(["usd", "usd", "nok"]),
        "price": of,
        "quantity": draw.randrange(1, 4),
        "date_at": night.instant(),
        "effective_at": night.instant(),
        "tax_rates": draw.choice([None, ["txr_1"]]),
        "discounts": draw.choice([None, [_discount(draw, account.name)]]),
    }
    account.invoice_items.append(item)
    night.land("invoice_items", item)


def _bill(night: Night, account: Account) -> None:
    """What the other side billed, or a draft that somebody made there by hand."""
    draw = night.draw
    if account.invoices and draw.random() < 0.3:
        invoice = draw.choice(account.invoices)
        night.land(
            "billed_invoices",
            {
                **invoice,
                "status": draw.choice(["open", "void", "draft"]),
                "effective_at": night.until,
            },
        )
        return
    is_manual = draw.random() < 0.5
    start = night.instant() - timedelta(days=30)
    lines = [
        {
            "id": night.new_id("il"),
            "amount": draw.randrange(2000),
            "currency": "usd",
            "quantity": 1,
            "price": draw.choice([None, "sum_month"]),
            "period_start_at": start,
            "period_end_at": start + timedelta(days=30),
            "subscription_item": None if is_manual else item["id"],
            "invoice_item": (
                draw.choice(account.invoice_items)["id"]
                if is_manual and account.invoice_items
                else None
            ),
        }
        for item in account.items
    ]
    invoice: Row = {
        "id": night.new_id("in"),
        "customer": account.customer["id"],
        "subscription": None if is_manual else f"sub_{account.name}",
        "status": "draft" if is_manual else "paid",
        "currency": "usd",
        "created_at": night.instant(),
        "period_start_at": start,
        "period_end_at": start + timedelta(days=30),
        "lines": lines,
    }
    account.invoices.append(invoice)
    night.land("billed_invoices", invoice)


def _edit(night: Night, account: Account) -> None:
    draw = night.draw
    own = [made for made in night.draft_lines if made[0] == account.customer["id"]]
    if account.requests and draw.random() < 0.2:
        undone = json.dumps({"request_id": draw.choice(account.requests)})
        night.land("invoice_line_edits", _edit_row(night, "in_none", "undo", None, undone))
        return
    if not own:
        return
    _, draft, line = draw.choice(own)
    operation = draw.choice(["add", "update", "remove"])
    given = draw.choice(
        [
            {"amount": str(draw.randrange(900))},
            {"price": draw.choice(["lands_later", "sum_month"]), "quantity": "2"},
            {"price_data": {"product": "prod_1", "unit_amount": "5"}, "quantity": "3"},
            *({"invoice_item": item["id"]} for item in account.invoice_items[:1]),
        ]
    )
    parameters = json.dumps(given if operation != "remove" else {})
    line_id = night.new_id("il") if operation == "add" else line
    row = _edit_row(night, draft, operation, line_id, parameters)
    account.requests.append(row["request_id"])
    night.land("invoice_line_edits", row)


def _edit_row(
    night: Night, invoice: str, operation: str, line: str | None, parameters: str
) -> Row:
    return {
        "id": night.new_id("edit"),
        "invoice": invoice,
        "operation": operation,
        "request_id": night.new_id("req"),
        "position": 0,
        "line": line,
        "behavior": night.draw.choice(["delete", "unassign"]) if operation == "remove" else None,
        "parameters_json": parameters,
        "received_at": night.instant(),
    }


def _alert(night: Night, account: Account) -> None:
    night.land("alerts", alert(night, account.customer["id"]))


def alert(night: Night, customer: str | None) -> Row:
    """Return an alert of one customer or, where it is None, of all."""
    draw = night.draw
    return {
        "id": night.new_id("alert"),
        "alert_type": "usage_threshold",
        "status": "active",
        "meter": draw.choice(list(METERS)),
        "customer": customer,
        "gte": draw.randrange(100, 5000),
        "recurrence": "one_time",
        "created_at": YEAR_BEFORE,
    }


_ONCE = (_subscribe, _subscribe, _subscribe, _end, _change_customer, _grant, _invoice_item)
_ONCE += (_invoice_item, _bill, _bill, _alert)

