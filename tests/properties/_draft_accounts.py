"""Random customers with drafts of every kind, and random edits of their lines.

Subscriptions with licensed and metered items, discounts and tax rates on each of the places that
can have them, credit grants, balances, pending invoice items, and drafts made by hand elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.models._lake import Lake, instant

__all__ = ["AS_OF", "Edits", "Line", "land_accounts", "undo"]

AS_OF = "2026-04-15 00:00:00"
_EDITED_FROM = datetime(2026, 4, 14)
_FEB = "2026-02-01T00:00:00Z"

Row = dict[str, Any]

_COUPONS = (
    {"id": "half", "percent_off": Decimal(50), "duration": "forever"},
    {"id": "third", "percent_off": Decimal("33.33"), "duration": "once"},
    {"id": "seven", "amount_off": 700, "currency": "usd", "duration": "forever"},
    {"id": "beans", "amount_off": 250, "currency": "usd", "duration": "repeating",
     "duration_in_months": 2, "applies_to_products": ["prod_beans"]},
)  # fmt: skip
_TAX_RATES = (
    {"id": "txr_in", "percentage": Decimal(5), "inclusive": True},
    {"id": "txr_out", "percentage": Decimal("8.875"), "inclusive": False},
    {"id": "txr_more", "percentage": Decimal(19), "inclusive": False},
)
_RECURRING = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "recurring_usage_type": "licensed",
}
_PRICES = (
    {**_RECURRING, "id": "seat", "product": "prod_seats", "unit_amount": 1999},
    {**_RECURRING, "id": "call", "product": "prod_calls",
     "unit_amount_decimal": Decimal("12.5"), "recurring_usage_type": "metered",
     "recurring_meter": "mtr_1"},
    {"id": "bag", "type": "one_time", "product": "prod_beans", "unit_amount": 450},
    {"id": "box", "type": "one_time", "product": "prod_beans", "unit_amount": 1000,
     "transform_divide_by": 12, "transform_round": "up"},
    {"id": "gram", "type": "one_time", "product": "prod_beans",
     "unit_amount_decimal": Decimal("0.375")},
)  # fmt: skip


def _some(draw: Random, values: Sequence[Any], most: int = 2) -> list[Any]:
    return draw.sample(list(values), draw.choice((0, 0, *range(1, most + 1))))


def _discounts(draw: Random, name: str) -> list[Row]:
    coupons = _some(draw, [coupon["id"] for coupon in _COUPONS])
    return [{"id": f"di_{name}_{coupon}", "coupon": coupon} for coupon in coupons]


def _rates(draw: Random) -> list[str]:
    return _some(draw, [rate["id"] for rate in _TAX_RATES])


def land_accounts(lake: Lake, draw: Random, count: int) -> None:
    """Land `count` customers and the catalogue that they buy from."""
    lake.land("coupons", _COUPONS)
    lake.land("tax_rates", _TAX_RATES)
    common = {"active": True, "currency": "usd", "billing_scheme": "per_unit"}
    lake.land("prices", [{**common, **price} for price in _PRICES])
    lake.land(
        "products",
        [{"id": f"prod_{name}", "name": name} for name in ("seats", "calls", "beans")],
    )
    lake.land(
        "meters",
        [
            {
                "id": "mtr_1",
                "event_name": "call",
                "status": "active",
                "default_aggregation_formula": "sum",
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
        ],
    )
    names = [f"{number:03}" for number in range(count)]
    lake.land("customers", [_customer(draw, name) for name in names])
    lake.land("subscriptions", [_subscription(draw, name) for name in names])
    lake.land("meter_events", [event for name in names for event in _events(draw, name)])
    lake.land("credit_grants", [row for name in names for row in _grants(draw, name)])
    lake.land("invoice_items", [item for name in names for item in _items(draw, name)])
    lake.land("billed_invoices", [_manual_draft(draw, name) for name in names])


def _customer(draw: Random, name: str) -> Row:
    return {
        "id": f"cus_{name}",
        "currency": "usd",
        "balance": draw.choice((0, 0, -500, 300)),
        "tax_exempt": draw.choice(("none", "none", "none", "exempt", "reverse")),
        "discount_coupon": draw.choice((None, None, "half", "third")),
    }


def _subscription(draw: Random, name: str) -> Row:
    prices = draw.sample(("seat", "call"), draw.choice((1, 2)))
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": _FEB,
        "start_at": _FEB,
        "billing_cycle_anchor_at": _FEB,
        "discounts": _discounts(draw, f"s{name}"),
        "default_tax_rates": _rates(draw),
        "items": [
            {
                "id": f"si_{name}_{price}",
                "price": price,
                "quantity": draw.randint(1, 3) if price == "seat" else None,
                "discounts": _discounts(draw, f"i{name}{price}"),
                "tax_rates": _rates(draw),
            }
            for price in prices
        ],
    }


def _events(draw: Random, name: str) -> Iterator[Row]:
    for place, day in enumerate(("2026-02-10", "2026-03-10", "2026-04-10")):
        yield {
            "identifier": f"call_{name}_{place}",
            "event_name": "call",
            "event_at": f"{day}T00:00:00Z",
            "received_at": f"{day}T00:00:00Z",
            "stripe_customer_id": f"cus_{name}",
            "value": Decimal(draw.randint(0, 300)),
        }


def _grants(draw: Random, name: str) -> Iterator[Row]:
    for place in range(draw.choice((0, 1, 2))):
        yield {
            "id": f"credgr_{name}_{place}",
            "customer": f"cus_{name}",
            "amount": draw.choice((300, 1500)),
            "currency": "usd",
            "category": draw.choice(("paid", "promotional")),
            "grant_effective_at": _FEB,
            "scope_price_type": "metered",
        }


def _items(draw: Random, name: str) -> Iterator[Row]:
    for place in range(draw.randint(1, 3)):
        yield {
            "id": f"ii_{name}_{place}",
            "customer": f"cus_{name}",
            "amount": draw.choice((1000, 77, -300, 0)),
            "currency": "usd",
            "description": f"Item {place}",
            "date_at": f"2026-03-{10 + place}T00:00:00Z",
            "subscription": draw.choice((None, f"sub_{name}")),
            "discountable": draw.random() < 0.8,
            "discounts": _discounts(draw, f"ii{name}{place}"),
            "tax_rates": _rates(draw),
            "metadata_json": '{"kept":"yes"}',
            "invoice": draw.choice((None, None, f"in_{name}")),
        }


def _manual_draft(draw: Random, name: str) -> Row:
    at = "2026-03-20T00:00:00Z"
    lines = [
        {
            "id": f"il_{name}_{place}",
            "type": "invoiceitem",
            "amount": draw.choice((500, 1250)),
            "currency": "usd",
            "description": f"By hand {place}",
            "period_start_at": at,
            "period_end_at": at,
            "quantity": draw.choice((1, 2)),
            "product": draw.choice((None, "prod_beans")),
            "invoice_item": draw.choice((None, f"ii_{name}_hand{place}")),
            "metadata_json": '{"by":"hand"}',
        }
        for place in range(draw.randint(0, 3))
    ]
    return {
        "id": f"in_{name}",
        "customer": f"cus_{name}",
        "status": "draft",
        "currency": "usd",
        "created_at": at,
        "period_start_at": at,
        "period_end_at": at,
        "metadata_json": '{"made":"elsewhere"}',
        "lines": lines,
    }


@dataclass(frozen=True)
class Line:
    """A line that an edit may name."""

    id: str
    invoice: str
    customer: str
    item: str | None
    is_subscription: bool
    is_proration: bool


def item_made_by(line: str) -> str:
    """The invoice item that stands behind a line which has none: an id that its line decides."""
    return "ii_" + hashlib.md5(f"{len(line)}:{line}".encode()).hexdigest()[:24]


@dataclass
class Edits:
    """Random edits of lines, each a row of the stream `invoice_line_edits`."""

    draw: Random
    prefix: str
    rows: list[Row] = field(default_factory=list[Row])

    def of(self, lines: Sequence[Line], pending: Sequence[str], count: int) -> None:
        """Edit one customer's lines `count` times; `pending` are its items that wait."""
        held = list(lines)
        waiting = list(pending)
        first = len(self.rows)
        invoices = sorted({line.invoice for line in lines}) or [f"in_{lines[0].customer[4:]}"]
        for _ in range(count):
            chance = self.draw.random()
            changeable = [line for line in held if not line.is_subscription]
            if chance < 0.15 and waiting:
                item = waiting.pop(self.draw.randrange(len(waiting)))
                held.append(self._add(self.draw.choice(invoices), {"invoice_item": item}, item))
            elif chance < 0.35:
                held.append(self._add(self.draw.choice(invoices), self._priced()))
            elif chance < 0.5 and changeable:
                line = self.draw.choice(changeable)
                held.remove(line)
                behavior = self.draw.choice(("delete", "unassign"))
                self._edit("remove", line.invoice, line.id, {}, behavior=behavior)
                if behavior == "unassign":
                    waiting.append(line.item or item_made_by(line.id))
            elif chance < 0.58 and len(self.rows) > first:
                taken_back = self.draw.choice(self.rows[first:])
                self.rows.append(undo(taken_back, f"{self.prefix}{len(self.rows):05}"))
            elif held:
                line = self.draw.choice(held)
                given = self._charged(line)
                if not line.is_subscription:
                    given |= self._changed()
                self._edit("update", line.invoice, line.id, given)

    def add_and_remove(self, invoice: str, count: int) -> None:
        """Add lines and remove every one of them."""
        added = [self._add(invoice, {**self._priced(), **self._taxed()}) for _ in range(count)]
        for line in added:
            self._edit("remove", invoice, line.id, {}, behavior="delete")

    def _add(self, invoice: str, given: Row, item: str | None = None) -> Line:
        identifier = f"il_{self.prefix}{len(self.rows):05}"
        line = Line(identifier, invoice, "", item, is_subscription=False, is_proration=False)
        self._edit("add", invoice, identifier, {**given, **self._charged(line)})
        return line

    def _edit(
        self, operation: str, invoice: str, line: str, given: Row, *, behavior: str | None = None
    ) -> None:
        number = len(self.rows)
        metadata = self.draw.choice((None, None, {"seen": str(number)}, {"made": ""}))
        self.rows.append(
            {
                "id": f"ile_{self.prefix}{number:05}",
                "invoice": invoice,
                "operation": operation,
                "request_id": f"req_{self.prefix}{number:05}",
                "position": 0,
                "line": line,
                "behavior": behavior,
                "parameters_json": json.dumps(given, sort_keys=True),
                "invoice_metadata_json": None if metadata is None else json.dumps(metadata),
                "received_at": _EDITED_FROM + timedelta(seconds=number),
                "received_sequence": number,
                "livemode": False,
            }
        )

    def _priced(self) -> Row:
        period = int(instant("2026-04-02").timestamp())
        return {
            **self.draw.choice(
                (
                    {"amount": self.draw.choice((990, -250, 0))},
                    {"price": self.draw.choice(("bag", "box", "gram")), "quantity": 13},
                    {"price": "bag"},
                    {
                        "price_data": {
                            "currency": "usd",
                            "product": "prod_beans",
                            "unit_amount_decimal": "0.123456789012",
                        },
                        "quantity": self.draw.randint(0, 90_000),
                    },
                    {
                        "price_data": {
                            "currency": "usd",
                            "product_data": {"name": "Advice"},
                            "unit_amount": 120,
                        }
                    },
                )
            ),
            "period": {"start": period, "end": period + 86_400},
        }

    def _changed(self) -> Row:
        return self.draw.choice(
            (
                self._priced(),
                {"quantity": self.draw.randint(0, 4)},
                {"description": self.draw.choice(("Said", ""))},
                {"discountable": self.draw.random() < 0.5},
                {"metadata": self.draw.choice(({"k": "v"}, {"kept": ""}, ""))},
            )
        )

    def _charged(self, line: Line) -> Row:
        given: Row = {}
        if self.draw.random() < 0.4 and not line.is_proration:
            coupons = _some(self.draw, [coupon["id"] for coupon in _COUPONS])
            given["discounts"] = [{"coupon": coupon} for coupon in coupons] or ""
        if self.draw.random() < 0.2:
            given["metadata"] = {"by": self.prefix}
        return {**given, **self._taxed()}

    def _taxed(self) -> Row:
        chance = self.draw.random()
        if chance < 0.25:
            return {"tax_rates": _rates(self.draw) or ""}
        if chance < 0.4:
            return {"tax_amounts": [_tax_amount(self.draw) for _ in range(self.draw.randint(0, 2))]}
        return {}


def _tax_amount(draw: Random) -> Row:
    return {
        "amount": draw.randint(0, 90),
        "taxable_amount": draw.randint(0, 900),
        "tax_rate_data": {
            "display_name": draw.choice(("VAT", "Sales tax")),
            "inclusive": draw.random() < 0.5,
            "percentage": "8.875",
        },
    }


def undo(edit: Mapping[str, Any], name: str) -> Row:
    """The edit that takes back the call of another."""
    number = int(name[-5:])
    return {
        **edit,
        "id": f"ile_{name}",
        "operation": "undo",
        "request_id": f"req_{name}",
        "line": None,
        "behavior": None,
        "parameters_json": json.dumps({"request_id": edit["request_id"]}),
        "invoice_metadata_json": None,
        "received_at": _EDITED_FROM + timedelta(seconds=number),
        "received_sequence": number,
    }
