"""What is sold, and at what price."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, Stream
from foundation.streams._shared import OBJECT_COLUMNS

__all__ = ["COUPONS", "PRICES", "PRODUCTS", "TAX_RATES"]

_VERSION: Final = ("id", "effective_at", "observed_at", "content_hash")

_UNIT_AMOUNT_DECIMAL: Final = Column(
    "unit_amount_decimal",
    Kind.DECIMAL,
    "Price of one unit in minor units, up to 12 places.",
    sources=("unit_amount_decimal", "unit_amount"),
)

_TIERS: Final = Column(
    "tiers",
    Kind.RECORDS,
    "The price's tiers, in their order.",
    columns=(
        Column(
            "up_to",
            Kind.INTEGER,
            "The last unit of the tier (inclusive); null: no end.",
            null_words=("inf",),
        ),
        _UNIT_AMOUNT_DECIMAL,
        Column(
            "flat_amount_decimal",
            Kind.DECIMAL,
            "Price of the whole tier in minor units, up to 12 places.",
            sources=("flat_amount_decimal", "flat_amount"),
        ),
    ),
)

PRODUCTS: Final = Stream(
    name="products",
    kind="objects",
    grain="One row per version of a product.",
    description="Products: what prices are for.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("product",),
    columns=(
        Column("name", Kind.TEXT, "The product's name, as invoice lines show it."),
        Column("unit_label", Kind.TEXT, "What one unit is called."),
        Column("active", Kind.BOOLEAN, "Whether the product can be sold."),
    ),
)

PRICES: Final = Stream(
    name="prices",
    kind="objects",
    grain="One row per version of a price.",
    description="Prices, with their tiers and their amounts in other currencies.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("price",),
    columns=(
        Column("product", Kind.REFERENCE, "The product sold."),
        Column("currency", Kind.TEXT, "Three-letter currency code in lower case."),
        Column("active", Kind.BOOLEAN, "Whether new subscriptions may take the price."),
        Column("type", Kind.TEXT, "one_time or recurring."),
        Column("billing_scheme", Kind.TEXT, "per_unit or tiered."),
        Column("tiers_mode", Kind.TEXT, "graduated or volume; null unless tiered."),
        Column(
            "unit_amount",
            Kind.INTEGER,
            "Price of one unit in whole minor units; null where it is not whole.",
        ),
        _UNIT_AMOUNT_DECIMAL,
        Column(
            "transform_divide_by",
            Kind.INTEGER,
            "The quantity is divided by this before it is priced.",
            sources=("transform_quantity.divide_by",),
        ),
        Column(
            "transform_round",
            Kind.TEXT,
            "up or down: how the divided quantity becomes whole.",
            sources=("transform_quantity.round",),
        ),
        Column(
            "recurring_interval",
            Kind.TEXT,
            "day, week, month or year.",
            sources=("recurring.interval",),
        ),
        Column(
            "recurring_interval_count",
            Kind.INTEGER,
            "Intervals in one billing period.",
            sources=("recurring.interval_count",),
        ),
        Column(
            "recurring_usage_type",
            Kind.TEXT,
            "licensed or metered.",
            sources=("recurring.usage_type",),
        ),
        Column(
            "recurring_aggregate_usage",
            Kind.TEXT,
            "How usage records become a quantity: sum, last_during_period, last_ever or max.",
            sources=("recurring.aggregate_usage",),
        ),
        Column(
            "recurring_meter",
            Kind.REFERENCE,
            "The meter that measures the usage.",
            sources=("recurring.meter",),
        ),
        Column("tax_behavior", Kind.TEXT, "inclusive, exclusive or unspecified."),
        Column("nickname", Kind.TEXT, "A name that customers do not see."),
        Column("lookup_key", Kind.TEXT, "A key by which the price can be found."),
        _TIERS,
        Column(
            "currency_options",
            Kind.RECORDS,
            "The price in other currencies.",
            keyed_by="currency",
            columns=(
                _UNIT_AMOUNT_DECIMAL,
                Column("tax_behavior", Kind.TEXT, "inclusive, exclusive or unspecified."),
                _TIERS,
            ),
        ),
    ),
)

COUPONS: Final = Stream(
    name="coupons",
    kind="objects",
    grain="One row per version of a coupon.",
    description="Coupons: a percentage or an amount off.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("coupon",),
    columns=(
        Column("percent_off", Kind.DECIMAL, "Percent taken off, 0 to 100."),
        Column("amount_off", Kind.INTEGER, "Amount taken off, in minor units."),
        Column("currency", Kind.TEXT, "Currency of amount_off."),
        Column("duration", Kind.TEXT, "once, repeating or forever."),
        Column("duration_in_months", Kind.INTEGER, "Months that a repeating coupon lasts."),
        Column(
            "applies_to_products",
            Kind.REFERENCE_LIST,
            "The products it is limited to; null: all.",
            sources=("applies_to.products",),
        ),
        Column("valid", Kind.BOOLEAN, "Whether it can still be given."),
    ),
)

TAX_RATES: Final = Stream(
    name="tax_rates",
    kind="objects",
    grain="One row per version of a tax rate.",
    description="Tax rates: a percentage, inside the price or on top of it.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("tax_rate",),
    columns=(
        Column("percentage", Kind.DECIMAL, "Percent of the taxable amount, 0 to 100."),
        Column("inclusive", Kind.BOOLEAN, "True: the price contains the tax."),
        Column("display_name", Kind.TEXT, "What the customer sees."),
        Column("jurisdiction", Kind.TEXT, "Where the tax is raised."),
        Column("active", Kind.BOOLEAN, "Whether it can be used on new objects."),
    ),
)
