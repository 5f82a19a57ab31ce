"""Kinds of parameter that several parts of a preview share."""

from __future__ import annotations

from typing import Final

from queries._kinds import Boolean, Choice, DecimalText, Integer, ListOf, MapOrUnset, Text
from queries._parameters import Parameter, Parameters

LARGEST_AMOUNT: Final = 99_999_999_999_999
"""In minor units; Stripe's own limits lie below it."""

BEHAVIORS: Final = ("always_invoice", "create_prorations", "none")
"""How a change within a period is prorated."""

CURRENCY: Final = Text(3)
TAX_BEHAVIOR: Final = Choice(("exclusive", "inclusive", "unspecified"))
TAX_RATES: Final = ListOf(Text(), most=5, may_be_unset=True)

DISCOUNTS: Final = ListOf(
    Parameters(
        Parameter("coupon", Text(), "A coupon."),
        Parameter("discount", Text(), "A discount that stands already."),
        Parameter("promotion_code", Text(), "A promotion code."),
    ),
    most=20,
    may_be_unset=True,
)

_LIABILITY: Final = Parameters(
    Parameter("account", Text(), "The connected account, for type account."),
    Parameter("type", Choice(("account", "self")), "Who it is.", required=True),
)

ISSUER: Final = _LIABILITY

AUTOMATIC_TAX: Final = Parameters(
    Parameter("enabled", Boolean(), "Whether tax is worked out.", required=True),
    Parameter("liability", _LIABILITY, "Who is liable for the tax."),
)

USAGE_THRESHOLD: Final = MapOrUnset(
    Parameters(
        Parameter("usage_gte", Integer(least=1), "Usage that is invoiced early.", required=True)
    )
)

ONE_TIME_PRICE_DATA: Final = Parameters(
    Parameter("currency", CURRENCY, "The price's currency, in lower case.", required=True),
    Parameter("product", Text(), "A product that landed.", required=True),
    Parameter("tax_behavior", TAX_BEHAVIOR, "Whether the price holds the tax."),
    Parameter("unit_amount", Integer(-LARGEST_AMOUNT, LARGEST_AMOUNT), "In minor units."),
    Parameter("unit_amount_decimal", DecimalText(), "In minor units, up to 12 places."),
)

PRICE_DATA: Final = Parameters(
    Parameter("currency", CURRENCY, "The price's currency, in lower case.", required=True),
    Parameter("product", Text(), "A product that landed.", required=True),
    Parameter(
        "recurring",
        Parameters(
            Parameter(
                "interval", Choice(("day", "month", "week", "year")), "A period.", required=True
            ),
            Parameter("interval_count", Integer(least=1, most=1095), "Intervals in a period."),
        ),
        "How often it is billed.",
        required=True,
    ),
    Parameter("tax_behavior", TAX_BEHAVIOR, "Whether the price holds the tax."),
    Parameter("unit_amount", Integer(least=0, most=LARGEST_AMOUNT), "In minor units."),
    Parameter("unit_amount_decimal", DecimalText(least=0), "In minor units, up to 12 places."),
)
