"""An account that holds the objects of Stripe's reference pages, by the very ids of the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest import land, prepare_home

CUSTOMER = "cus_9s6XKzkNRiz8i3"
USED = "cus_Pp40waj64hdRxb"
UPCOMING = "cus_OgeRVYRv3sHroi"
METER = "mtr_test_61Q8nQMqIFK9fRQmr41CMAXJrFdZ5MnA"
START = 1569888000
"""2019-10-01: before the usage record of the page (2019-10-16)."""
SINCE = datetime.fromtimestamp(START, UTC)


def _price(price: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": price,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": START,
        "currency": "usd",
        "livemode": False,
        "metadata": {},
        "product": "prod_Pages",
        "recurring": None,
        "type": "one_time",
        "unit_amount": 100,
        "unit_amount_decimal": "100",
        **fields,
    }


METERED = _price(
    "price_Pages",
    type="recurring",
    recurring={
        "aggregate_usage": "sum",
        "interval": "month",
        "interval_count": 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "metered",
    },
)


def _subscription(name: str, item: str) -> dict[str, Any]:
    held = {
        "id": item,
        "object": "subscription_item",
        "created": START,
        "discounts": [],
        "metadata": {},
        "price": METERED,
        "subscription": name,
    }
    return {
        "id": name,
        "object": "subscription",
        "billing_cycle_anchor": START,
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": START,
        "currency": "usd",
        "current_period_end": START,
        "current_period_start": START,
        "customer": UPCOMING,
        "discounts": [],
        "items": {"object": "list", "data": [held], "has_more": False, "url": "/"},
        "livemode": False,
        "metadata": {},
        "start_date": START,
        "status": "active",
    }


def _item(item: str, customer: str, amount: int, invoice: str | None = None) -> dict[str, Any]:
    return {
        "id": item,
        "object": "invoiceitem",
        "amount": amount,
        "currency": "usd",
        "customer": customer,
        "date": 1695674161,
        "description": "Canned Coffee",
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "period": {"start": 1695674161, "end": 1695674161},
        "price": _price(f"price_{item}", unit_amount=amount, unit_amount_decimal=str(amount)),
        "proration": False,
        "quantity": 1,
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def _line(line: str, item: str, amount: int) -> dict[str, Any]:
    return {
        "id": line,
        "object": "line_item",
        "amount": amount,
        "currency": "usd",
        "description": "As landed",
        "discountable": True,
        "discounts": [],
        "invoice_item": item,
        "livemode": False,
        "metadata": {},
        "period": {"start": 1695758664, "end": 1695758664},
        "price": None,
        "proration": False,
        "quantity": 1,
        "subscription": None,
        "type": "invoiceitem",
    }


DRAFT = {
    "id": "in_1NuhUa2eZvKYlo2CWYVhyvD9",
    "object": "invoice",
    "billing_reason": "manual",
    "created": 1695758664,
    "currency": "usd",
    "customer": CUSTOMER,
    "lines": {
        "object": "list",
        "data": [
            _line("il_1NuhUa2eZvKYlo2CC98Fg3Bo", "ii_1NuhUa2eZvKYlo2CGeF7Qgx0", 799),
            _line("il_1NuLVe2eZvKYlo2Canh35EfU", "ii_OfTheSecondLine", 199),
        ],
        "has_more": False,
        "url": "/",
    },
    "livemode": False,
    "metadata": {},
    "period_end": 1688482163,
    "period_start": 1688395763,
    "status": "draft",
    "subscription": None,
    "subtotal": 998,
    "total": 998,
}

OBJECTS: dict[str, Iterable[dict[str, Any]]] = {
    "customers": [
        {
            "id": customer,
            "object": "customer",
            "balance": 0,
            "created": START,
            "currency": "usd",
            "email": "test@test.com",
            "livemode": False,
            "metadata": {},
            "name": None,
        }
        for customer in (CUSTOMER, USED, UPCOMING)
    ],
    "products": [
        {
            "id": "prod_Pages",
            "object": "product",
            "active": True,
            "created": START,
            "livemode": False,
            "metadata": {},
            "name": "Pages",
        }
    ],
    "prices": [METERED],
    "meters": [
        {
            "id": METER,
            "object": "billing.meter",
            "created": START,
            "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
            "default_aggregation": {"formula": "sum"},
            "display_name": "Pages",
            "event_name": "pages",
            "event_time_window": None,
            "livemode": False,
            "status": "active",
            "status_transitions": {"deactivated_at": None},
            "updated": START,
            "value_settings": {"event_payload_key": "value"},
        }
    ],
    "subscriptions": [
        _subscription("sub_OfSummaries", "si_E9xjsAhGRXCCWe"),
        _subscription("sub_OfRecords", "si_IutmSSymhsWA5i"),
    ],
    "invoice_items": [
        _item("ii_1NuLVd2eZvKYlo2CRWY0Hqgi", CUSTOMER, 199),
        _item("ii_1NtH5qBHO5VeT9SUzhbifVXt", UPCOMING, 1000),
    ],
    "billed_invoices": [DRAFT],
    "meter_events": [
        {
            "event_name": "pages",
            "identifier": f"page-{timestamp}",
            "timestamp": timestamp,
            "received_at": timestamp + 60,
            "payload": {"stripe_customer_id": USED, "value": value},
        }
        for timestamp, value in ((1711656000, "10"), (1711660000, "15"))
    ],
    "usage_records": [
        {
            "subscription_item": "si_E9xjsAhGRXCCWe",
            "quantity": 1,
            "timestamp": 1709312500,
            "received_at": 1709312500,
        }
    ],
}


def land_reference_pages(root: Path, inbox: Path) -> None:
    """Land every object and event of the pages in a home."""
    home = prepare_home(root)
    inbox.mkdir(exist_ok=True)
    for stream, rows in OBJECTS.items():
        file = inbox / f"{stream}.ndjson"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        since = None if stream in ("meter_events", "usage_records") else SINCE
        report = land(home, stream, [file], backfill=True, effective_at=since)
        assert not report.rejected, (stream, report)
