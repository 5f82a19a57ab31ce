"""Customers, and the credit they were granted."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, Stream
from foundation.streams._shared import OBJECT_COLUMNS

__all__ = ["CREDIT_GRANTS", "CUSTOMERS"]

CUSTOMERS: Final = Stream(
    name="customers",
    kind="objects",
    grain="One row per version of a customer.",
    description="Customers: who is billed.",
    landing_columns=OBJECT_COLUMNS,
    keys=("id", "effective_at", "observed_at", "content_hash"),
    event_time="effective_at",
    object_names=("customer",),
    columns=(
        Column("name", Kind.TEXT, "The customer's name."),
        Column("email", Kind.TEXT, "The customer's e-mail address."),
        Column("currency", Kind.TEXT, "Three-letter currency code in lower case."),
        Column(
            "balance",
            Kind.INTEGER,
            "In minor units: negative is credit that the next invoice uses up, positive is owed.",
        ),
        Column("tax_exempt", Kind.TEXT, "none, exempt or reverse."),
        Column(
            "discount_coupon",
            Kind.REFERENCE,
            "The coupon of the customer's discount.",
            sources=("discount.coupon", "discount.source.coupon"),
        ),
        Column(
            "discount_start_at",
            Kind.INSTANT,
            "From when on the discount applies (UTC).",
            sources=("discount.start",),
        ),
        Column(
            "discount_end_at",
            Kind.INSTANT,
            "When the discount stops to apply (UTC, exclusive); null: never.",
            sources=("discount.end",),
        ),
    ),
)

CREDIT_GRANTS: Final = Stream(
    name="credit_grants",
    kind="objects",
    grain="One row per version of a credit grant.",
    description="Credit grants: amounts that pay for metered usage before the customer does.",
    landing_columns=OBJECT_COLUMNS,
    keys=("id", "effective_at", "observed_at", "content_hash"),
    event_time="effective_at",
    object_names=("billing.credit_grant",),
    columns=(
        Column("customer", Kind.REFERENCE, "The customer who may use the grant."),
        Column("name", Kind.TEXT, "The grant's name."),
        Column("category", Kind.TEXT, "paid or promotional."),
        Column(
            "amount",
            Kind.INTEGER,
            "The amount granted, in minor units.",
            sources=("amount.monetary.value",),
        ),
        Column(
            "currency",
            Kind.TEXT,
            "Three-letter currency code in lower case.",
            sources=("amount.monetary.currency",),
        ),
        Column(
            "grant_effective_at",
            Kind.INSTANT,
            "From when on the grant may be used (UTC, inclusive).",
            sources=("effective_at",),
        ),
        Column("expires_at", Kind.INSTANT, "When it expires (UTC, exclusive); null: never."),
        Column("voided_at", Kind.INSTANT, "When it was voided (UTC)."),
        Column("priority", Kind.INTEGER, "Grants of lower priority are used first; 0 to 100."),
        Column(
            "scope_price_type",
            Kind.TEXT,
            "metered: the grant pays for metered prices.",
            sources=("applicability_config.scope.price_type",),
        ),
        Column(
            "scope_prices",
            Kind.REFERENCE_LIST,
            "The prices the grant pays for, where it names them.",
            sources=("applicability_config.scope.prices",),
        ),
    ),
)
