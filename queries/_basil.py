"""The shape of invoices and line items from API version 2025-03-31.basil on.

Made from the acacia shape by moving fields. Source: Stripe's changelog of that version and the
``invoice`` and ``line_item`` of the newest OpenAPI document.
"""

from __future__ import annotations

from typing import Any, Final, cast

from foundation import decimal_text
from queries._expand import Object

_GONE_FROM_LINES: Final = (
    "amount_excluding_tax",
    "unit_amount_excluding_tax",
    "price",
    "plan",
    "invoice_item",
    "subscription_item",
    "proration",
    "proration_details",
    "tax_amounts",
    "tax_rates",
    "type",
)
_GONE_FROM_INVOICES: Final = (
    "application_fee_amount",
    "charge",
    "discount",
    "paid",
    "paid_out_of_band",
    "payment_intent",
    "quote",
    "subscription",
    "subscription_details",
    "tax",
    "total_tax_amounts",
    "transfer_data",
)


def basil_line(line: Object) -> Object:
    """Reshape one line item; one that landed in the new shape already stays as it is."""
    if "parent" in line:
        return line
    shaped: Object = {
        **line,
        "parent": _line_parent(line),
        "pricing": _pricing(line),
        "quantity_decimal": line.get("quantity_decimal")
        or (None if line.get("quantity") is None else decimal_text(line["quantity"])),
        "subtotal": line["amount"],
        "taxes": [_tax(each) for each in line.get("tax_amounts") or []],
    }
    for field in _GONE_FROM_LINES:
        shaped.pop(field, None)
    return _ordered(shaped)


def basil_invoice(invoice: Object) -> Object:
    """Reshape one invoice and the lines it shows; one that landed so already stays as it is."""
    if "parent" in invoice:
        return invoice
    lines = cast("Object", invoice.get("lines") or {"data": []})
    shaped: Object = {
        **invoice,
        "amount_overpaid": 0,
        "customer_account": None,
        "lines": {**lines, "data": [basil_line(each) for each in lines["data"]]},
        "parent": _invoice_parent(invoice),
        "total_taxes": [_tax(each) for each in invoice.get("total_tax_amounts") or []],
    }
    for field in _GONE_FROM_INVOICES:
        shaped.pop(field, None)
    return _ordered(shaped)


def _ordered(shaped: Object) -> Object:
    first = {key: shaped[key] for key in ("id", "object")}
    return first | dict(sorted(shaped.items()))


def _line_parent(line: Object) -> Object | None:
    proration = {
        "proration": line.get("proration", False),
        "proration_details": line.get("proration_details"),
        "subscription": line.get("subscription"),
    }
    if line.get("type") == "invoiceitem":
        return {
            "invoice_item_details": {"invoice_item": line.get("invoice_item"), **proration},
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            **proration,
            "subscription_item": line.get("subscription_item"),
        },
        "type": "subscription_item_details",
    }


def _pricing(line: Object) -> Object | None:
    price = cast("Object | None", line.get("price"))
    if price is None:
        return None
    return {
        "price_details": {"price": price["id"], "product": price.get("product")},
        "type": "price_details",
        "unit_amount_decimal": price.get("unit_amount_decimal"),
    }


def _tax(amount: Any) -> Object:
    tax = cast("Object", amount)
    return {
        "amount": tax["amount"],
        "tax_behavior": "inclusive" if tax.get("inclusive") else "exclusive",
        "tax_rate_details": {"tax_rate": tax["tax_rate"]},
        "taxability_reason": tax.get("taxability_reason") or "not_available",
        "taxable_amount": tax.get("taxable_amount"),
        "type": "tax_rate_details",
    }


def _invoice_parent(invoice: Object) -> Object | None:
    if invoice.get("subscription") is None:
        return None
    details = cast("Object", invoice.get("subscription_details") or {})
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": details.get("metadata"),
            "subscription": invoice["subscription"],
        },
        "type": "subscription_details",
    }
