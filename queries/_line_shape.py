"""Line items as Stripe shows them, from rows of ``draft_invoice_lines``.

Field by field: the ``line_item`` of API 2025-02-24.acacia. The shape of 2025-03-31.basil and later
is made from it in ``_basil``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from foundation import decimal_text, decode_json
from queries._expand import Object
from queries._landed import listed
from queries._numbers import exact

LINE_COLUMNS: Final = """
    id,
    invoice_id,
    line_position,
    subscription_id,
    subscription_item_id,
    invoice_item_id,
    price_id,
    type,
    description,
    currency,
    quantity,
    cast(trunc(quantity) as decimal(38, 0)) as whole_quantity,
    unit_amount_decimal,
    amount,
    amount_excluding_tax,
    unit_amount_excluding_tax,
    epoch_ms(period_start) // 1000 as period_start,
    epoch_ms(period_end) // 1000 as period_end,
    proration,
    discountable,
    discounts_json,
    discount_amounts_json,
    pretax_credit_amounts_json,
    tax_rates_json,
    tax_amounts_json,
    metadata_json,
    livemode
"""


def shown_in_lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Say which objects rows of lines show in full: their ids, by type."""
    return {
        "price": [row["price_id"] for row in rows if row["price_id"] is not None],
        "tax_rate": [rate for row in rows for rate in _rates_of(row)],
    }


def shape_lines(
    rows: Sequence[Mapping[str, Any]], landed: Mapping[str, Mapping[str, Object]]
) -> list[Object]:
    """Shape rows of lines. ``landed`` has what they show in full, by type and id."""
    prices, rates = landed["price"], landed["tax_rate"]
    return [
        _shape(
            row,
            prices.get(row["price_id"]),
            [rates[rate] for rate in _rates_of(row) if rate in rates],
        )
        for row in rows
    ]


def _rates_of(row: Mapping[str, Any]) -> list[str]:
    return cast("list[str]", listed(row["tax_rates_json"]))


def _shape(row: Mapping[str, Any], price: Object | None, tax_rates: list[Object]) -> Object:
    line: Object = {
        "id": row["id"],
        "object": "line_item",
        "amount": row["amount"],
        "amount_excluding_tax": row["amount_excluding_tax"],
        "currency": row["currency"],
        "description": row["description"],
        "discount_amounts": listed(row["discount_amounts_json"]),
        "discountable": row["discountable"],
        "discounts": listed(row["discounts_json"]),
        "invoice": row["invoice_id"],
    }
    if row["type"] == "invoiceitem":
        line["invoice_item"] = row["invoice_item_id"]
    line |= {
        "livemode": row["livemode"],
        "metadata": decode_json(row["metadata_json"] or "{}"),
        "period": {"end": row["period_end"], "start": row["period_start"]},
        "plan": None if price is None else plan_of(price),
        "pretax_credit_amounts": listed(row["pretax_credit_amounts_json"]),
        "price": None if price is None else dict(price),
        "proration": row["proration"],
        "proration_details": {"credited_items": None},
        "quantity": exact(row["whole_quantity"]),
    }
    if row["quantity"] != row["whole_quantity"]:
        # Stripe cuts the quantity to a whole number and tells the rest beside it.
        line["quantity_decimal"] = decimal_text(row["quantity"])
    line["subscription"] = row["subscription_id"]
    if row["subscription_item_id"] is not None:
        line["subscription_item"] = row["subscription_item_id"]
    line |= {
        "tax_amounts": listed(row["tax_amounts_json"]),
        "tax_rates": [dict(rate) for rate in tax_rates],
        "type": row["type"],
        "unit_amount_excluding_tax": row["unit_amount_excluding_tax"],
    }
    return line


def plan_of(price: Object) -> Object | None:
    """Show a recurring price as the plan it also is; None for a one-time price."""
    recurring = cast("Object | None", price.get("recurring"))
    if recurring is None:
        return None
    return {
        "id": price["id"],
        "object": "plan",
        "active": price.get("active"),
        "aggregate_usage": recurring.get("aggregate_usage"),
        "amount": price.get("unit_amount"),
        "amount_decimal": price.get("unit_amount_decimal"),
        "billing_scheme": price.get("billing_scheme"),
        "created": price.get("created"),
        "currency": price.get("currency"),
        "interval": recurring.get("interval"),
        "interval_count": recurring.get("interval_count"),
        "livemode": price.get("livemode"),
        "metadata": price.get("metadata"),
        "meter": recurring.get("meter"),
        "nickname": price.get("nickname"),
        "product": price.get("product"),
        "tiers_mode": price.get("tiers_mode"),
        "transform_usage": price.get("transform_quantity"),
        "trial_period_days": recurring.get("trial_period_days"),
        "usage_type": recurring.get("usage_type"),
    }
