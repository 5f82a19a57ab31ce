"""The parameters of ``add_lines``, ``update_lines`` and ``remove_lines``.

Source: the reference page of each, and the ``x-endpoints`` of API 2025-02-24.acacia. Limits: 250
lines an invoice, 50 lines an update (https://docs.stripe.com/invoicing/bulk-update-line-item).
"""

from __future__ import annotations

from typing import Final

from queries import (
    EXPAND,
    Boolean,
    Choice,
    DecimalText,
    Integer,
    ListOf,
    Parameter,
    Parameters,
    Text,
    TextMap,
    Timestamp,
)

MOST_LINES: Final = 250
"""The most lines one invoice may have."""
MOST_UPDATES: Final = 50
"""The most lines one call may update."""
MOST_METADATA_KEYS: Final = 50
"""The most keys of metadata that a line or an invoice may have."""

_LARGEST_AMOUNT: Final = 99_999_999_999_999
"""In minor units; Stripe's own limits lie below it."""

PERIOD: Final = Parameters(
    Parameter("start", Timestamp(), "Start of the period, in whole seconds.", required=True),
    Parameter("end", Timestamp(), "End of the period, in whole seconds.", required=True),
)

PRODUCT_DATA: Final = Parameters(
    Parameter("name", Text(), "The product's name.", required=True),
    Parameter("description", Text(), "The product's description."),
    Parameter("images", ListOf(Text(), most=8), "Addresses of pictures."),
    Parameter("metadata", TextMap(may_be_unset=False), "The product's metadata."),
    Parameter("tax_code", Text(), "The product's tax code."),
)

PRICE_DATA: Final = Parameters(
    Parameter("currency", Text(3), "The invoice's currency, in lower case.", required=True),
    Parameter("product", Text(), "The product that is sold."),
    Parameter("product_data", PRODUCT_DATA, "A product that is not landed."),
    Parameter("tax_behavior", Choice(("exclusive", "inclusive", "unspecified")), "Tax."),
    Parameter("unit_amount", Integer(0, _LARGEST_AMOUNT), "In minor units."),
    Parameter("unit_amount_decimal", DecimalText(least=0), "In minor units, up to 12 places."),
)

_DISCOUNTS: Final = ListOf(
    Parameters(
        Parameter("coupon", Text(), "A coupon to make a new discount of."),
        Parameter("discount", Text(), "A discount that the customer has, to reuse."),
        Parameter("promotion_code", Text(), "A promotion code; none lands here."),
    ),
    most=20,
    may_be_unset=True,
)

_TAX_TYPES: Final = (
    "amusement_tax",
    "communications_tax",
    "gst",
    "hst",
    "igst",
    "jct",
    "lease_tax",
    "pst",
    "qst",
    "retail_delivery_fee",
    "rst",
    "sales_tax",
    "service_tax",
    "vat",
)

_TAX_RATE_DATA: Final = Parameters(
    Parameter("display_name", Text(50), "The tax's name.", required=True),
    Parameter("inclusive", Boolean(), "Whether the amount holds the tax.", required=True),
    Parameter("percentage", DecimalText(least=0), "The tax's percentage.", required=True),
    Parameter("country", Text(2), "The country that levies the tax."),
    Parameter("description", Text(), "What the tax is."),
    Parameter("jurisdiction", Text(50), "Where the tax is levied."),
    Parameter("state", Text(), "The state that levies the tax."),
    Parameter("tax_type", Choice(_TAX_TYPES), "The tax's kind."),
)

_TAX_AMOUNTS: Final = ListOf(
    Parameters(
        Parameter(
            "amount",
            Integer(-_LARGEST_AMOUNT, _LARGEST_AMOUNT),
            "The tax, in minor units.",
            required=True,
        ),
        Parameter("tax_rate_data", _TAX_RATE_DATA, "What tax it is.", required=True),
        Parameter(
            "taxable_amount",
            Integer(-_LARGEST_AMOUNT, _LARGEST_AMOUNT),
            "What is taxed, in minor units.",
            required=True,
        ),
    ),
    most=10,
    may_be_unset=True,
)

_FIELDS: Final = (
    Parameter(
        "amount",
        Integer(-_LARGEST_AMOUNT, _LARGEST_AMOUNT),
        "The line's amount in minor units, as one unit; negative for a credit.",
    ),
    Parameter("description", Text(may_be_empty=True), "What the line says."),
    Parameter("discountable", Boolean(), "Whether discounts apply to the line."),
    Parameter("discounts", _DISCOUNTS, "The line's own discounts; the empty string takes all off."),
    Parameter("metadata", TextMap(), "Keys to set; an empty value unsets a key."),
    Parameter("period", PERIOD, "The period the line is for."),
    Parameter("price", Text(), "A one-time price that landed."),
    Parameter("price_data", PRICE_DATA, "A price of the line's own."),
    Parameter("quantity", Integer(least=0), "How many units."),
    Parameter(
        "tax_amounts",
        _TAX_AMOUNTS,
        "The line's taxes, worked out elsewhere; the empty string takes all off.",
    ),
    Parameter(
        "tax_rates",
        ListOf(Text(), most=5, may_be_unset=True),
        "The line's own tax rates, instead of the invoice's; the empty string takes all off.",
    ),
)

_INVOICE_METADATA: Final = Parameter(
    "invoice_metadata",
    TextMap(),
    "Keys of the invoice's metadata to set; an empty value unsets a key.",
)


def _call(line: Parameters, most: int, doc: str) -> Parameters:
    return Parameters(
        Parameter("lines", ListOf(line, most=most, least=1), doc, required=True),
        _INVOICE_METADATA,
        EXPAND,
    )


ADD_LINES: Final = _call(
    Parameters(*_FIELDS, Parameter("invoice_item", Text(), "A pending invoice item.")),
    MOST_LINES,
    "The lines to add.",
)
UPDATE_LINES: Final = _call(
    Parameters(Parameter("id", Text(), "The line.", required=True), *_FIELDS),
    MOST_UPDATES,
    "The lines to update.",
)
REMOVE_LINES: Final = _call(
    Parameters(
        Parameter("id", Text(), "The line.", required=True),
        Parameter(
            "behavior",
            Choice(("delete", "unassign")),
            "Delete the line's invoice item, or leave it pending.",
            required=True,
        ),
    ),
    MOST_LINES,
    "The lines to remove.",
)
