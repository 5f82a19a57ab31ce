"""Stripe objects for accounts under preview, and landing them with the second they hold from."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundation import STREAMS
from foundation.home import Home
from ingest import land

Object = dict[str, Any]
Version = tuple[Object, int]
"""An object, and the second from which on it holds."""

STREAM_OF = {name: stream.name for stream in STREAMS.values() for name in stream.object_names}


def at(text: str) -> int:
    """Give an instant in seconds since 1970, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


BEGINNING = at("2026-01-01")


def product(name: str, label: str, **fields: Any) -> Object:
    return {"id": f"prod_{name}", "object": "product", "name": label, "active": True, **fields}


def price(name: str, amount: str, **fields: Any) -> Object:
    """A price of prod_<the name's first word>; monthly and licensed unless said otherwise."""
    recurring = fields.pop("recurring", {"interval": "month", "usage_type": "licensed"})
    whole = amount.lstrip("-").isdigit()
    return {
        "id": f"price_{name}",
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": BEGINNING,
        "currency": "usd",
        "livemode": False,
        "metadata": {},
        "product": f"prod_{name.split('_')[0]}",
        "recurring": None
        if recurring is None
        else {"interval_count": 1, "usage_type": "licensed", **recurring},
        "type": "one_time" if recurring is None else "recurring",
        "unit_amount": int(amount) if whole else None,
        "unit_amount_decimal": amount,
        **fields,
    }


def customer(name: str, **fields: Any) -> Object:
    return {
        "id": f"cus_{name}",
        "object": "customer",
        "balance": 0,
        "created": BEGINNING,
        "livemode": False,
        "metadata": {},
        "name": name.title(),
        "tax_exempt": "none",
        **fields,
    }


def item(name: str, price_name: str, quantity: int | None = 1, **fields: Any) -> Object:
    return {
        "id": f"si_{name}",
        "object": "subscription_item",
        "discounts": [],
        "metadata": {},
        "price": f"price_{price_name}",
        "quantity": quantity,
        "tax_rates": [],
        **fields,
    }


def subscription(name: str, start: int, items: Iterable[Object], **fields: Any) -> Object:
    """A subscription of cus_<name>, begun and anchored at `start` with its items."""
    return {
        "id": f"sub_{name}",
        "object": "subscription",
        "billing_cycle_anchor": start,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": start,
        "currency": "usd",
        "customer": f"cus_{name}",
        "default_tax_rates": [],
        "discounts": [],
        "items": {
            "object": "list",
            "data": [{"created": start, "subscription": f"sub_{name}", **each} for each in items],
        },
        "livemode": False,
        "metadata": {},
        "start_date": start,
        "status": "active",
        **fields,
    }


def invoice_item(name: str, holder: str, amount: int, when: int, **fields: Any) -> Object:
    return {
        "id": f"ii_{name}",
        "object": "invoiceitem",
        "amount": amount,
        "currency": "usd",
        "customer": f"cus_{holder}",
        "date": when,
        "description": name.replace("_", " ").capitalize(),
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "period": {"start": when, "end": when},
        "price": None,
        "proration": False,
        "quantity": 1,
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        **fields,
    }


def coupon(name: str, **fields: Any) -> Object:
    return {
        "id": name,
        "object": "coupon",
        "created": BEGINNING,
        "duration": "forever",
        "livemode": False,
        "valid": True,
        **fields,
    }


def discount(name: str, of: Object) -> Object:
    return {"id": f"di_{name}", "object": "discount", "coupon": of, "start": None, "end": None}


def tax_rate(name: str, percentage: str, *, inclusive: bool = False) -> Object:
    return {
        "id": f"txr_{name}",
        "object": "tax_rate",
        "active": True,
        "display_name": name.upper(),
        "inclusive": inclusive,
        "livemode": False,
        "percentage": percentage,
    }


def land_versions(home: Home, versions: Iterable[Version], folder: Path) -> None:
    """Land objects the way webhooks bring them: each in an event of the second it holds from."""
    by_stream: dict[str, list[str]] = defaultdict(list)
    for number, (value, since) in enumerate(versions):
        event = {
            "id": f"evt_{number}",
            "object": "event",
            "created": since,
            "type": f"{value['object']}.updated",
            "data": {"object": value},
        }
        by_stream[STREAM_OF[value["object"]]].append(json.dumps(event, default=str))
    folder.mkdir(parents=True, exist_ok=True)
    for stream, lines in by_stream.items():
        file = folder / f"{stream}.ndjson"
        file.write_text("\n".join(lines) + "\n")
        for report in [land(home, stream, [file], backfill=True)]:
            assert not report.rejected, (stream, report)
