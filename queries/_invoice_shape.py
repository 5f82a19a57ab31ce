"""Draft invoices as Stripe shows them, from rows of ``draft_invoices``.

Every field of the ``invoice`` of API 2025-02-24.acacia is there; what a draft cannot have is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from foundation import decode_json
from queries._expand import Object
from queries._landed import listed

INVOICE_COLUMNS: Final = """
    id,
    customer_id,
    subscription_id,
    status,
    billing_reason,
    currency,
    epoch_ms(period_start) // 1000 as period_start,
    epoch_ms(period_end) // 1000 as period_end,
    epoch_ms(created_at) // 1000 as created,
    is_upcoming,
    subtotal,
    subtotal_excluding_tax,
    total,
    total_excluding_tax,
    tax,
    starting_balance,
    ending_balance,
    amount_due,
    line_count,
    total_discount_amounts_json,
    total_pretax_credit_amounts_json,
    total_tax_amounts_json,
    livemode,
    metadata_json,
    number,
    auto_advance,
    collection_method
"""

_UNSET: Final[Object] = {
    "account_country": None,
    "account_name": None,
    "account_tax_ids": None,
    "amount_due": 0,
    "amount_paid": 0,
    "amount_remaining": 0,
    "amount_shipping": 0,
    "application": None,
    "application_fee_amount": None,
    "attempt_count": 0,
    "attempted": False,
    "auto_advance": False,
    "automatic_tax": {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "status": None,
    },
    "automatically_finalizes_at": None,
    "billing_reason": None,
    "charge": None,
    "collection_method": "charge_automatically",
    "created": 0,
    "currency": None,
    "custom_fields": None,
    "customer": None,
    "customer_address": None,
    "customer_email": None,
    "customer_name": None,
    "customer_phone": None,
    "customer_shipping": None,
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_payment_method": None,
    "default_source": None,
    "default_tax_rates": [],
    "description": None,
    "discount": None,
    "discounts": [],
    "due_date": None,
    "effective_at": None,
    "ending_balance": None,
    "footer": None,
    "from_invoice": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "issuer": {"type": "self"},
    "last_finalization_error": None,
    "latest_revision": None,
    "lines": None,
    "livemode": False,
    "metadata": {},
    "next_payment_attempt": None,
    "number": None,
    "on_behalf_of": None,
    "paid": False,
    "paid_out_of_band": False,
    "payment_intent": None,
    "payment_settings": {
        "default_mandate": None,
        "payment_method_options": None,
        "payment_method_types": None,
    },
    "period_end": 0,
    "period_start": 0,
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "quote": None,
    "receipt_number": None,
    "rendering": None,
    "shipping_cost": None,
    "shipping_details": None,
    "starting_balance": 0,
    "statement_descriptor": None,
    "status": "draft",
    "status_transitions": {
        "finalized_at": None,
        "marked_uncollectible_at": None,
        "paid_at": None,
        "voided_at": None,
    },
    "subscription": None,
    "subscription_details": {"metadata": None},
    "subtotal": 0,
    "subtotal_excluding_tax": None,
    "tax": None,
    "test_clock": None,
    "total": 0,
    "total_discount_amounts": [],
    "total_excluding_tax": None,
    "total_pretax_credit_amounts": [],
    "total_tax_amounts": [],
    "transfer_data": None,
    "webhooks_delivered_at": None,
}

_FROM_CUSTOMER: Final = {
    "customer_address": "address",
    "customer_email": "email",
    "customer_name": "name",
    "customer_phone": "phone",
    "customer_shipping": "shipping",
    "customer_tax_exempt": "tax_exempt",
}


def shown_in_invoice(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Say which landed objects a draft shows something of: their ids, by type."""
    named = {
        "invoice": row["id"],
        "customer": row["customer_id"],
        "subscription": row["subscription_id"],
    }
    return {object_type: [each] for object_type, each in named.items() if each is not None}


def shape_invoice(
    row: Mapping[str, Any], landed: Mapping[str, Mapping[str, Object]], lines: Object
) -> Object:
    """Shape one draft. ``landed`` has what it shows something of, by type and id.

    A draft that was made elsewhere is among them itself.
    """
    made_elsewhere = landed["invoice"].get(row["id"], {})
    shaped: Object = {
        "id": row["id"],
        "object": "invoice",
        **_UNSET,
        **_of_customer(landed, row["customer_id"]),
        **{key: made_elsewhere[key] for key in _UNSET if key in made_elsewhere},
        "amount_due": row["amount_due"],
        "amount_remaining": row["amount_due"],
        "auto_advance": row["auto_advance"],
        "billing_reason": row["billing_reason"],
        "collection_method": row["collection_method"],
        "created": row["created"],
        "currency": row["currency"],
        "customer": row["customer_id"],
        "ending_balance": row["ending_balance"],
        "lines": lines,
        "livemode": row["livemode"],
        "metadata": decode_json(row["metadata_json"] or "{}"),
        "number": row["number"],
        "period_end": row["period_end"],
        "period_start": row["period_start"],
        "starting_balance": row["starting_balance"],
        "status": row["status"],
        "subscription": row["subscription_id"],
        **_of_subscription(landed, row["subscription_id"]),
        "subtotal": row["subtotal"],
        "subtotal_excluding_tax": row["subtotal_excluding_tax"],
        "tax": row["tax"],
        "total": row["total"],
        "total_discount_amounts": listed(row["total_discount_amounts_json"]),
        "total_excluding_tax": row["total_excluding_tax"],
        "total_pretax_credit_amounts": listed(row["total_pretax_credit_amounts_json"]),
        "total_tax_amounts": listed(row["total_tax_amounts_json"]),
    }
    return shaped


def _of_customer(landed: Mapping[str, Mapping[str, Object]], customer_id: str | None) -> Object:
    customer = landed.get("customer", {}).get(customer_id) if customer_id else None
    if customer is None:
        return {}
    return {field: customer.get(source) for field, source in _FROM_CUSTOMER.items()}


def _of_subscription(
    landed: Mapping[str, Mapping[str, Object]], subscription_id: str | None
) -> Object:
    if subscription_id is None:
        return {}
    subscription = landed["subscription"].get(subscription_id, {})
    return {
        "default_tax_rates": subscription.get("default_tax_rates") or [],
        "discounts": subscription.get("discounts") or [],
        "subscription_details": {"metadata": subscription.get("metadata")},
    }
