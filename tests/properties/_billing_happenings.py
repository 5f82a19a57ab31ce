"""What may happen to one account of a random test of billing: what lands of it in a night."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.properties._billing_accounts import (
    METERS,
    SELLABLE,
    YEAR_BEFORE,
    Account,
    Night,
    discount,
    quantity,
)

__all__ = ["alert", "happen"]

Row = dict[str, Any]


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
    match draw.randrange(8):
        case 0:
            item["quantity"] = quantity(draw, item["price"])
        case 1:
            item["price"] = draw.choice(SELLABLE)
            item["quantity"] = quantity(draw, item["price"])
            item["clear_usage"] = draw.random() < 0.3
        case 2:
            of = draw.choice(SELLABLE)
            new = {"id": night.new_id(f"si_{account.name}"), "price": of}
            account.items.append({**new, "quantity": quantity(draw, of)})
        case 3 if len(account.items) > 1:
            account.items.remove(item)
        case 4:
            days = draw.randrange(1, 60)
            account.columns["cancel_at"] = draw.choice([None, night.until + timedelta(days=days)])
        case 5:
            account.columns["billing_cycle_anchor_at"] = night.instant()
        case 6:
            was = account.columns.get("status")
            account.columns["status"] = "active" if was == "paused" else "paused"
        case _:
            account.columns["discounts"] = [discount(draw, account.name)]
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
        "discounts": draw.choice([None, [discount(draw, account.name)]]),
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


def _edit_row(night: Night, invoice: str, operation: str, line: str | None, parameters: str) -> Row:
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


_ONCE = (
    *[_subscribe] * 3,
    _end,
    _change_customer,
    _grant,
    *[_invoice_item] * 2,
    *[_bill] * 2,
    _alert,
)
