"""The parameters of invoice previews: every one of Stripe's reference page, and one of ours.

Source: ``GET /v1/invoices/upcoming/lines`` and ``POST /v1/invoices/create_preview`` of API
2025-02-24.acacia. Ours is ``hypothetical_usage``.
"""

from __future__ import annotations

from typing import Final

from queries._kinds import (
    Boolean,
    Choice,
    DecimalText,
    Integer,
    Kind,
    ListOf,
    MapOrUnset,
    Text,
    TextMap,
    Timestamp,
)
from queries._parameters import EXPAND, PAGING, Parameter, Parameters
from queries._previews._schedule_parameters import SCHEDULE_DETAILS
from queries._previews._shared_parameters import (
    AUTOMATIC_TAX,
    BEHAVIORS,
    CURRENCY,
    DISCOUNTS,
    ISSUER,
    LARGEST_AMOUNT,
    ONE_TIME_PRICE_DATA,
    PRICE_DATA,
    TAX_BEHAVIOR,
    TAX_RATES,
    USAGE_THRESHOLD,
)
from queries._previews._tax_id_types import TAX_ID_TYPES

_ADDRESS: Final = Parameters(
    *(
        Parameter(name, Text(may_be_empty=True), f"The address's {name.replace('_', ' ')}.")
        for name in ("city", "country", "line1", "line2", "postal_code", "state")
    )
)

_CUSTOMER_DETAILS: Final = Parameters(
    Parameter("address", MapOrUnset(_ADDRESS), "The customer's address; empty: none."),
    Parameter(
        "shipping",
        MapOrUnset(
            Parameters(
                Parameter("address", _ADDRESS, "Where to ship to.", required=True),
                Parameter("name", Text(), "Who receives it.", required=True),
                Parameter("phone", Text(), "The receiver's telephone number."),
            )
        ),
        "Where the customer is shipped to; empty: nowhere.",
    ),
    Parameter(
        "tax",
        Parameters(
            Parameter("ip_address", Text(may_be_empty=True), "The customer's recent IP address.")
        ),
        "What automatic tax goes by.",
    ),
    Parameter(
        "tax_exempt",
        Choice(("exempt", "none", "reverse"), may_be_unset=True),
        "Whether the customer pays tax.",
    ),
    Parameter(
        "tax_ids",
        ListOf(
            Parameters(
                Parameter(
                    "type",
                    Choice(TAX_ID_TYPES),
                    "The tax id's type, such as eu_vat.",
                    required=True,
                ),
                Parameter("value", Text(), "The tax id.", required=True),
            )
        ),
        "The customer's tax ids.",
    ),
)

_ITEMS: Final = ListOf(
    Parameters(
        Parameter("billing_thresholds", USAGE_THRESHOLD, "When usage is invoiced early."),
        Parameter("clear_usage", Boolean(), "Drop the usage so far."),
        Parameter("deleted", Boolean(), "Take the item out."),
        Parameter("discounts", DISCOUNTS, "The item's discounts."),
        Parameter("id", Text(), "The subscription item to change; a new one without."),
        Parameter("metadata", TextMap(), "The item's metadata."),
        Parameter("plan", Text(), "A plan's id: the same as price."),
        Parameter("price", Text(), "A recurring price that landed."),
        Parameter("price_data", PRICE_DATA, "A recurring price that did not."),
        Parameter("quantity", Integer(least=0), "How many units."),
        Parameter("tax_rates", TAX_RATES, "The item's tax rates."),
    ),
    most=20,
)

SUBSCRIPTION_FIELDS: Final[tuple[Parameter, ...]] = (
    Parameter(
        "billing_cycle_anchor",
        Timestamp(words=("now", "unchanged")),
        "From when on periods are counted; an instant only for a new subscription.",
    ),
    Parameter("cancel_at", Timestamp(words=("",)), "When it is to be canceled; empty: not."),
    Parameter("cancel_at_period_end", Boolean(), "Whether it ends with the current period."),
    Parameter("cancel_now", Boolean(), "Whether it is canceled now."),
    Parameter("default_tax_rates", TAX_RATES, "Tax rates of lines without their own."),
    Parameter("items", _ITEMS, "Items to add, to change or to take out."),
    Parameter("proration_behavior", Choice(BEHAVIORS), "How the change is prorated."),
    Parameter("proration_date", Timestamp(), "From when on the change counts."),
    Parameter("resume_at", Choice(("now",)), "Resume a paused subscription."),
    Parameter("start_date", Timestamp(), "When a new subscription starts."),
    Parameter("trial_end", Timestamp(words=("now",)), "When the trial ends."),
)

_INVOICE_ITEMS: Final = ListOf(
    Parameters(
        Parameter("amount", Integer(-LARGEST_AMOUNT, LARGEST_AMOUNT), "In minor units."),
        Parameter("currency", CURRENCY, "The item's currency."),
        Parameter("description", Text(may_be_empty=True), "What the line says."),
        Parameter("discountable", Boolean(), "Whether discounts apply."),
        Parameter("discounts", DISCOUNTS, "The item's discounts."),
        Parameter("invoiceitem", Text(), "The pending invoice item to change."),
        Parameter("metadata", TextMap(), "The item's metadata."),
        Parameter(
            "period",
            Parameters(
                Parameter("end", Timestamp(), "End of the period.", required=True),
                Parameter("start", Timestamp(), "Start of the period.", required=True),
            ),
            "The period the item is for.",
        ),
        Parameter("price", Text(), "A one-time price that landed."),
        Parameter("price_data", ONE_TIME_PRICE_DATA, "A one-time price that did not."),
        Parameter("quantity", Integer(least=0), "How many units."),
        Parameter("tax_behavior", TAX_BEHAVIOR, "Whether the price holds the tax."),
        Parameter("tax_code", Text(may_be_empty=True), "The item's tax code."),
        Parameter("tax_rates", TAX_RATES, "The item's tax rates."),
        Parameter("unit_amount", Integer(-LARGEST_AMOUNT, LARGEST_AMOUNT), "In minor units."),
        Parameter("unit_amount_decimal", DecimalText(), "In minor units, up to 12 places."),
    ),
    most=250,
)

_HYPOTHETICAL_USAGE: Final = ListOf(
    Parameters(
        Parameter("subscription_item", Text(), "The metered item, where it landed."),
        Parameter("price", Text(), "The item's price, where the item is new."),
        Parameter("quantity", DecimalText(least=0), "What it used.", required=True),
    ),
    most=20,
)

_CURRENT: Final = (
    Parameter("automatic_tax", AUTOMATIC_TAX, "Settings of automatic tax."),
    Parameter("coupon", Text(), "Deprecated: use discounts."),
    Parameter("currency", CURRENCY, "The currency of the preview, in lower case."),
    Parameter("customer", Text(), "The customer whose next invoice is previewed."),
    Parameter(
        "customer_details", _CUSTOMER_DETAILS, "A customer who did not land, or changes to one."
    ),
    Parameter("discounts", DISCOUNTS, "Discounts of the invoice; empty: none at all."),
    Parameter(
        "hypothetical_usage",
        _HYPOTHETICAL_USAGE,
        "Ours: what metered items use in the period that is previewed, in place of what they did.",
    ),
    Parameter("invoice_items", _INVOICE_ITEMS, "Items to add, or changes to pending ones."),
    Parameter("issuer", ISSUER, "Who issues the invoice."),
    Parameter("on_behalf_of", Text(may_be_empty=True), "The account the invoice is for."),
    Parameter(
        "preview_mode",
        Choice(("next", "recurring")),
        "The next invoice, or only what recurs of it.",
    ),
    Parameter("schedule", Text(), "The schedule whose next invoice is previewed."),
    Parameter("schedule_details", SCHEDULE_DETAILS, "Changes to the schedule, or a new one."),
    Parameter("subscription", Text(), "The subscription whose next invoice is previewed."),
    Parameter(
        "subscription_details",
        Parameters(*SUBSCRIPTION_FIELDS),
        "Changes to the subscription, or a new one.",
    ),
)


def _deprecated(name: str, kind: Kind) -> Parameter:
    return Parameter(f"subscription_{name}", kind, f"Deprecated: use subscription_details[{name}].")


_DEPRECATED: Final = (
    *(_deprecated(field.name, field.kind) for field in SUBSCRIPTION_FIELDS),
    Parameter(
        "subscription_trial_from_plan", Boolean(), "Deprecated: take the trial from the price."
    ),
)

PREVIEW: Final = Parameters(*_CURRENT, EXPAND)
UPCOMING: Final = Parameters(*_CURRENT, *_DEPRECATED, EXPAND)
PREVIEW_LINES: Final = Parameters(*_CURRENT, *_DEPRECATED, *PAGING)
