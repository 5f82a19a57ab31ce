"""Random accounts as rows of a lake, each in its own two orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from tests.models._lake import Lake
from tests.oracle.discounts import Coupon, Discount
from tests.oracle.pricing import Price
from tests.oracle.rounding import decimal_text
from tests.properties._charged_accounts import BEGUN, RATES, USED_AT, Account
from tests.properties._charged_prices import CURRENCIES, SHAPES, Prices, Shape

__all__ = ["land"]

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def _exact(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))


def _amounts(price: Price) -> Row:
    rows = [
        {
            "up_to": tier.up_to,
            "unit_amount_decimal": _exact(tier.unit_amount),
            "flat_amount_decimal": _exact(tier.flat_amount),
        }
        for tier in price.tiers
    ]
    return {"unit_amount_decimal": _exact(price.unit_amount), "tiers": rows or None}


def _price_rows(shape: Shape, prices: Prices) -> Iterable[Row]:
    common = {
        "product": shape.name,
        "type": "recurring",
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "recurring_usage_type": shape.usage_type,
        "recurring_meter": shape.meter,
        "recurring_aggregate_usage": "sum" if shape.name in ("record", "step") else None,
        "billing_scheme": "tiered" if shape.mode else "per_unit",
        "tiers_mode": shape.mode,
        "transform_divide_by": shape.divide_by,
        "transform_round": "up" if shape.divide_by else None,
        "active": True,
    }
    amounts = {currency: _amounts(prices[shape.name, currency]) for currency in CURRENCIES}
    first, *others = CURRENCIES
    if shape.has_options:
        options = [{"currency": currency, **amounts[currency]} for currency in others]
        yield {
            **common,
            "id": shape.price_id(first),
            "currency": first,
            "currency_options": options,
            **amounts[first],
        }
        return
    for currency in CURRENCIES:
        own = {"id": shape.price_id(currency), "currency": currency}
        yield {**common, **own, **amounts[currency]}


def _coupon_row(name: str, coupon: Coupon) -> Row:
    return {
        "id": name,
        "percent_off": _exact(coupon.percent_off),
        "amount_off": coupon.amount_off,
        "currency": None if coupon.amount_off is None else coupon.currency,
        "duration": coupon.duration,
        "duration_in_months": coupon.duration_in_months,
        "applies_to_products": None if coupon.applies_to is None else sorted(coupon.applies_to),
    }


class _Rows:
    """The rows of many accounts by stream."""

    def __init__(self) -> None:
        self.by_stream: Rows = defaultdict(list)

    def _discounts(self, account: Account, discounts: Sequence[Discount]) -> list[Row]:
        rows: list[Row] = []
        for one in discounts:
            name = f"{account.order}{one.id}"
            self.by_stream["coupons"].append(_coupon_row(name, one.coupon))
            rows.append({"id": name, "coupon": name, "start_at": one.start})
        return rows

    def of(self, account: Account) -> None:
        key = account.key
        coupon = account.of_customer
        if coupon is not None:
            self.by_stream["coupons"].append(_coupon_row(f"c{key}", coupon))
        self.by_stream["customers"].append(
            {
                "id": f"cus_{key}",
                "currency": account.currency,
                "balance": account.balance,
                "tax_exempt": account.tax_exempt,
                "discount_coupon": None if coupon is None else f"c{key}",
                "discount_start_at": None if coupon is None else BEGUN,
            }
        )
        self.by_stream["subscriptions"].append(
            {
                "id": f"sub_{key}",
                "customer": f"cus_{key}",
                "currency": account.currency,
                "status": "active",
                "created_at": BEGUN,
                "start_at": BEGUN,
                "billing_cycle_anchor_at": BEGUN,
                "default_tax_rates": [rate.id for rate in account.default_rates],
                "discounts": self._discounts(account, account.of_subscription),
                "items": [
                    {
                        "id": f"si_{key}_{item.name}",
                        "price": item.shape.price_id(account.currency),
                        "quantity": item.quantity if item.shape.usage_type == "licensed" else None,
                        "tax_rates": [rate.id for rate in item.rates],
                        "discounts": self._discounts(account, item.discounts),
                    }
                    for item in account.items
                ],
            }
        )
        self._usage(account)
        self._pending(account)
        self._grants(account)

    def _usage(self, account: Account) -> None:
        for item in account.items:
            if item.shape.usage_type == "licensed":
                continue
            for at, quantity in zip(USED_AT, item.usage, strict=True):
                if item.shape.meter is None:
                    record = {
                        "subscription_item": f"si_{account.key}_{item.name}",
                        "quantity": _exact(quantity),
                        "event_at": at,
                    }
                    self.by_stream["usage_records"].append(record)
                    continue
                self.by_stream["meter_events"].append(
                    {
                        "identifier": f"{account.key}_{item.name}_{at}",
                        "event_name": item.shape.meter,
                        "event_at": at,
                        "received_at": at,
                        "stripe_customer_id": f"cus_{account.key}",
                        "value": _exact(quantity),
                    }
                )

    def _pending(self, account: Account) -> None:
        for item in account.pending:
            self.by_stream["invoice_items"].append(
                {
                    "id": f"ii_{account.key}_{item.name}",
                    "customer": f"cus_{account.key}",
                    "amount": item.amount,
                    "currency": account.currency,
                    "description": f"Item {item.name}",
                    "date_at": item.date,
                    "discountable": item.discountable,
                    "discounts": self._discounts(account, item.discounts),
                    "tax_rates": [rate.id for rate in item.rates],
                }
            )

    def _grants(self, account: Account) -> None:
        for grant in account.grants:
            scope = None
            if grant.prices is not None:
                named = [shape for shape in SHAPES if shape.name in grant.prices]
                scope = [shape.price_id(account.currency) for shape in named]
            self.by_stream["credit_grants"].append(
                {
                    "id": f"credgr_{account.order}{grant.id}",
                    "customer": f"cus_{account.key}",
                    "amount": grant.amount,
                    "currency": grant.currency,
                    "category": grant.category,
                    "priority": grant.priority,
                    "grant_effective_at": grant.effective_at,
                    "expires_at": grant.expires_at,
                    "scope_price_type": None if scope else "metered",
                    "scope_prices": scope,
                }
            )


def _catalogue(lake: Lake, prices: Prices) -> None:
    lake.land(
        "products",
        [
            {"id": shape.name, "name": shape.name, "unit_label": shape.unit_label}
            for shape in SHAPES
        ],
    )
    lake.land(
        "tax_rates",
        [
            {"id": rate.id, "percentage": _exact(rate.percentage), "inclusive": rate.inclusive}
            for rate in RATES
        ],
    )
    lake.land(
        "meters",
        [
            {
                "id": meter,
                "event_name": meter,
                "status": "active",
                "default_aggregation_formula": "sum",
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
            for meter in ("mtr_a", "mtr_b")
        ],
    )
    lake.land("prices", [row for shape in SHAPES for row in _price_rows(shape, prices)])


def land(lake: Lake, prices: Prices, accounts: Sequence[tuple[Account, Account]]) -> None:
    """Land every account twice: by itself, and shuffled in batches that come the other way."""
    _catalogue(lake, prices)
    for order, every in zip("ab", zip(*accounts, strict=True), strict=True):
        rows = _Rows()
        for account in every:
            rows.of(account)
        for stream, of_stream in rows.by_stream.items():
            if order == "b":
                Random(stream).shuffle(of_stream)
            parts = [of_stream[start : start + 199] for start in range(0, len(of_stream), 199)]
            for number, part in enumerate(parts):
                place = number if order == "a" else len(parts) - number
                lake.land(stream, part, batch_id=f"{order}_{stream}_{place:03}")
