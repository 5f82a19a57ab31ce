"""Charges beside subscriptions, and what the other side billed and measured."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, Stream
from foundation.streams._shared import METADATA, OBJECT_COLUMNS, discounts, tax_rates

__all__ = [
    "BILLED_INVOICES",
    "INVOICE_ITEMS",
    "REPORTED_METER_EVENT_SUMMARIES",
    "REPORTED_USAGE_RECORD_SUMMARIES",
]

_VERSION: Final = ("id", "effective_at", "observed_at", "content_hash")
_CURRENCY: Final = Column("currency", Kind.TEXT, "Three-letter currency code in lower case.")


def _period(start: tuple[str, ...], end: tuple[str, ...], bounds: str) -> tuple[Column, Column]:
    return (
        Column(
            "period_start_at",
            Kind.INSTANT,
            f"Start of the period (UTC{bounds}).",
            sources=start,
        ),
        Column("period_end_at", Kind.INSTANT, "End of the period (UTC).", sources=end),
    )


INVOICE_ITEMS: Final = Stream(
    name="invoice_items",
    kind="objects",
    grain="One row per version of an invoice item.",
    description="Invoice items: one-off charges and credits, pending or on an invoice.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("invoiceitem",),
    columns=(
        Column("customer", Kind.REFERENCE, "The customer who is billed."),
        Column("invoice", Kind.REFERENCE, "The invoice it is on; null: pending."),
        Column(
            "subscription",
            Kind.REFERENCE,
            "The subscription it belongs to.",
            sources=("subscription", "parent.subscription_details.subscription"),
        ),
        Column(
            "subscription_item",
            Kind.REFERENCE,
            "The subscription item it belongs to.",
            sources=("subscription_item", "parent.subscription_details.subscription_item"),
        ),
        Column("amount", Kind.INTEGER, "Amount in minor units; negative is a credit."),
        _CURRENCY,
        Column("description", Kind.TEXT, "What the customer sees."),
        Column("date_at", Kind.INSTANT, "When it was created (UTC).", sources=("date",)),
        *_period(("period.start",), ("period.end",), ""),
        Column(
            "price",
            Kind.REFERENCE,
            "The price it was made with.",
            sources=("price", "pricing.price_details.price"),
        ),
        Column("quantity", Kind.INTEGER, "Units billed."),
        Column(
            "unit_amount_decimal",
            Kind.DECIMAL,
            "Price of one unit in minor units, up to 12 places.",
            sources=("unit_amount_decimal", "pricing.unit_amount_decimal", "unit_amount"),
        ),
        Column("proration", Kind.BOOLEAN, "True where a change in mid-period made it."),
        Column("discountable", Kind.BOOLEAN, "Whether discounts apply to it."),
        tax_rates("the item"),
        discounts("the item"),
        METADATA,
    ),
)

_LINES: Final = Column(
    "lines",
    Kind.RECORDS,
    "The invoice's lines, in its order.",
    sources=("lines.data", "lines"),
    columns=(
        Column("id", Kind.TEXT, "The line's id."),
        Column("type", Kind.TEXT, "invoiceitem or subscription.", sources=("type", "parent.type")),
        Column("amount", Kind.INTEGER, "Amount in minor units."),
        _CURRENCY,
        Column("description", Kind.TEXT, "What the customer saw."),
        *_period(("period.start",), ("period.end",), ""),
        Column(
            "price",
            Kind.REFERENCE,
            "The price it was made with.",
            sources=("price", "pricing.price_details.price", "plan"),
        ),
        Column(
            "product",
            Kind.REFERENCE,
            "The product sold.",
            sources=("price.product", "pricing.price_details.product", "plan.product"),
        ),
        Column("quantity", Kind.INTEGER, "Units billed."),
        Column(
            "proration",
            Kind.BOOLEAN,
            "True where a change in mid-period made it.",
            sources=(
                "proration",
                "parent.subscription_item_details.proration",
                "parent.invoice_item_details.proration",
            ),
        ),
        Column(
            "subscription",
            Kind.REFERENCE,
            "The subscription it belongs to.",
            sources=(
                "subscription",
                "parent.subscription_item_details.subscription",
                "parent.invoice_item_details.subscription",
            ),
        ),
        Column(
            "subscription_item",
            Kind.REFERENCE,
            "The subscription item it belongs to.",
            sources=("subscription_item", "parent.subscription_item_details.subscription_item"),
        ),
        Column(
            "invoice_item",
            Kind.REFERENCE,
            "The invoice item it shows.",
            sources=(
                "invoice_item",
                "parent.invoice_item_details.invoice_item",
                "parent.subscription_item_details.invoice_item",
            ),
        ),
        Column("discountable", Kind.BOOLEAN, "Whether discounts applied to it."),
        METADATA,
    ),
)

BILLED_INVOICES: Final = Stream(
    name="billed_invoices",
    kind="objects",
    grain="One row per version of an invoice of the billing side, with its lines.",
    description="Invoices that the other side made: the truth that drafts are reconciled with.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("invoice",),
    columns=(
        Column("customer", Kind.REFERENCE, "The customer billed."),
        Column(
            "subscription",
            Kind.REFERENCE,
            "The subscription billed.",
            sources=("subscription", "parent.subscription_details.subscription"),
        ),
        Column("status", Kind.TEXT, "draft, open, paid, uncollectible or void."),
        Column("billing_reason", Kind.TEXT, "Why the invoice was made."),
        _CURRENCY,
        *_period(("period_start",), ("period_end",), ""),
        Column("subtotal", Kind.INTEGER, "Sum of the lines in minor units, before discounts."),
        Column("total", Kind.INTEGER, "Total in minor units, after discounts and tax."),
        Column("amount_due", Kind.INTEGER, "Amount to pay in minor units, after balance."),
        Column("tax", Kind.INTEGER, "Tax in minor units; null where none was computed."),
        Column("number", Kind.TEXT, "The number the customer sees."),
        Column("auto_advance", Kind.BOOLEAN, "Whether the draft finalizes by itself."),
        tax_rates("its lines without any of their own", "default_tax_rates"),
        METADATA,
        _LINES,
    ),
)

REPORTED_USAGE_RECORD_SUMMARIES: Final = Stream(
    name="reported_usage_record_summaries",
    kind="objects",
    grain="One row per version of a usage record summary of the billing side.",
    description="Usage record summaries as the other side reports them.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("usage_record_summary",),
    columns=(
        Column("subscription_item", Kind.REFERENCE, "The subscription item measured."),
        *_period(("period.start",), ("period.end",), ", exclusive"),
        Column("total_usage", Kind.DECIMAL, "The usage of the period."),
        Column("invoice", Kind.REFERENCE, "The invoice that billed the period."),
    ),
)

REPORTED_METER_EVENT_SUMMARIES: Final = Stream(
    name="reported_meter_event_summaries",
    kind="objects",
    grain="One row per version of a meter event summary of the billing side.",
    description="Meter event summaries as the other side reports them.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("billing.meter_event_summary",),
    columns=(
        Column("meter", Kind.REFERENCE, "The meter."),
        Column("customer", Kind.REFERENCE, "The customer whose usage it is."),
        Column(
            "start_at",
            Kind.INSTANT,
            "Start of the window (UTC, inclusive).",
            sources=("start_time",),
        ),
        Column(
            "end_at", Kind.INSTANT, "End of the window (UTC, exclusive).", sources=("end_time",)
        ),
        Column("aggregated_value", Kind.DECIMAL, "The usage in the window."),
    ),
)
