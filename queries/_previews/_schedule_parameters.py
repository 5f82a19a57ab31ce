"""The parameters of ``schedule_details``: phases, each a subscription for some time."""

from __future__ import annotations

from typing import Final

from queries._kinds import (
    Boolean,
    Choice,
    DecimalText,
    Integer,
    ListOf,
    MapOrUnset,
    Text,
    TextMap,
    Timestamp,
)
from queries._parameters import Parameter, Parameters
from queries._previews._shared_parameters import (
    AUTOMATIC_TAX,
    BEHAVIORS,
    CURRENCY,
    DISCOUNTS,
    ISSUER,
    ONE_TIME_PRICE_DATA,
    PRICE_DATA,
    TAX_RATES,
    USAGE_THRESHOLD,
)

_ADDED_INVOICE_ITEMS: Final = ListOf(
    Parameters(
        Parameter("discounts", DISCOUNTS, "The item's discounts."),
        Parameter("price", Text(), "A one-time price that landed."),
        Parameter("price_data", ONE_TIME_PRICE_DATA, "A one-time price that did not."),
        Parameter("quantity", Integer(least=0), "How many units."),
        Parameter("tax_rates", TAX_RATES, "The item's tax rates."),
    ),
    most=20,
)

_ITEMS: Final = ListOf(
    Parameters(
        Parameter("billing_thresholds", USAGE_THRESHOLD, "When usage is invoiced early."),
        Parameter("discounts", DISCOUNTS, "The item's discounts."),
        Parameter("metadata", TextMap(may_be_unset=False), "The item's metadata."),
        Parameter("plan", Text(), "A plan's id: the same as price."),
        Parameter("price", Text(), "A recurring price that landed."),
        Parameter("price_data", PRICE_DATA, "A recurring price that did not."),
        Parameter("quantity", Integer(least=0), "How many units."),
        Parameter("tax_rates", TAX_RATES, "The item's tax rates."),
    ),
    most=20,
    least=1,
)

_AMOUNT_THRESHOLD: Final = MapOrUnset(
    Parameters(
        Parameter("amount_gte", Integer(least=50), "An amount that is invoiced early."),
        Parameter("reset_billing_cycle_anchor", Boolean(), "Whether that starts a period."),
    )
)

_PHASE: Final = Parameters(
    Parameter("add_invoice_items", _ADDED_INVOICE_ITEMS, "Items of the phase's first invoice."),
    Parameter("application_fee_percent", DecimalText(least=0), "Connect only."),
    Parameter("automatic_tax", AUTOMATIC_TAX, "Settings of automatic tax."),
    Parameter(
        "billing_cycle_anchor",
        Choice(("automatic", "phase_start")),
        "Whether periods are counted from the phase's start.",
    ),
    Parameter("billing_thresholds", _AMOUNT_THRESHOLD, "When amounts are invoiced early."),
    Parameter(
        "collection_method", Choice(("charge_automatically", "send_invoice")), "How it is paid."
    ),
    Parameter("coupon", Text(), "Deprecated: use discounts."),
    Parameter("currency", CURRENCY, "The phase's currency."),
    Parameter("default_payment_method", Text(), "How it is paid."),
    Parameter("default_tax_rates", TAX_RATES, "Tax rates of lines without their own."),
    Parameter("description", Text(may_be_empty=True), "What the customer sees."),
    Parameter("discounts", DISCOUNTS, "The phase's discounts."),
    Parameter("end_date", Timestamp(words=("now",)), "When the phase ends."),
    Parameter(
        "invoice_settings",
        Parameters(
            Parameter(
                "account_tax_ids", ListOf(Text(), may_be_unset=True), "The account's tax ids."
            ),
            Parameter("days_until_due", Integer(least=0), "Days to pay in."),
            Parameter("issuer", ISSUER, "Who issues the invoices."),
        ),
        "Settings of the phase's invoices.",
    ),
    Parameter("items", _ITEMS, "What is subscribed to in the phase.", required=True),
    Parameter("iterations", Integer(least=1, most=1200), "How many periods the phase lasts."),
    Parameter("metadata", TextMap(may_be_unset=False), "The subscription's metadata."),
    Parameter("on_behalf_of", Text(may_be_empty=True), "The account the invoices are for."),
    Parameter("proration_behavior", Choice(BEHAVIORS), "How the change is prorated."),
    Parameter("start_date", Timestamp(words=("now",)), "When the first phase starts."),
    Parameter(
        "transfer_data",
        Parameters(
            Parameter("amount_percent", DecimalText(least=0), "How much of it."),
            Parameter("destination", Text(), "Where it goes.", required=True),
        ),
        "Connect only.",
    ),
    Parameter("trial", Boolean(), "Whether the whole phase is a trial."),
    Parameter("trial_end", Timestamp(words=("now",)), "When the trial ends."),
)

SCHEDULE_DETAILS: Final = Parameters(
    Parameter("end_behavior", Choice(("cancel", "release")), "What becomes of it at the end."),
    Parameter("phases", ListOf(_PHASE, most=10, least=1), "The phases, oldest first."),
    Parameter("proration_behavior", Choice(BEHAVIORS), "How changes to it are prorated."),
)
