"""Every resource that is listed and retrieved as it landed, with Stripe's filters.

Source: the list parameters of stripe 11.6 (API 2025-02-24.acacia).
"""

from __future__ import annotations

from dataclasses import dataclass

from queries._filters import (
    CREATED,
    CUSTOMER,
    RECURRING,
    SUBSCRIPTION_STATUS,
    equals,
    one_of,
    truth,
    within,
)
from queries._kinds import Boolean, Choice
from queries._parameters import Parameter, Parameters

_COLLECTION = equals(
    "collection_method",
    "Only objects collected this way.",
    Choice(("charge_automatically", "send_invoice")),
)
_TEST_CLOCK = equals("test_clock", "Only the objects of this test clock.")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of landed object: its path, Stripe's name of it, its noun in errors, its filters."""

    path: str
    object_type: str
    noun: str
    function: str
    """The table function that lists them; ``listed_…`` of it is what pages are read from, and
    ``every_listed_…`` where nothing is filtered."""
    filters: Parameters
    leaves_out: bool = False
    """Whether a list without filters is not every object."""


CATALOGUE: tuple[Resource, ...] = (
    Resource(
        "customers",
        "customer",
        "customer",
        "customers",
        Parameters(CREATED, equals("email", "Only customers of this address."), _TEST_CLOCK),
    ),
    Resource(
        "products",
        "product",
        "product",
        "products",
        Parameters(
            truth("active", "Only products that are active, or only those that are not."),
            CREATED,
            one_of("ids", "Only these products."),
            truth("shippable", "Only goods, or only the rest."),
            equals("type", "Only this type.", Choice(("good", "service"))),
            equals("url", "Only products with this address."),
        ),
    ),
    Resource(
        "prices",
        "price",
        "price",
        "prices",
        Parameters(
            truth("active", "Only prices that are active, or only those that are not."),
            CREATED,
            equals("currency", "Only prices in this currency, in lower case."),
            one_of("lookup_keys", "Only prices with these keys.", most=10),
            equals("product", "Only the prices of this product."),
            RECURRING,
            equals("type", "Only this type.", Choice(("one_time", "recurring"))),
        ),
    ),
    Resource(
        "subscriptions",
        "subscription",
        "subscription",
        "subscriptions",
        Parameters(
            Parameter(
                "automatic_tax",
                Parameters(Parameter("enabled", Boolean(), "Whether it is enabled.")),
                "Only subscriptions with this setting of automatic tax.",
            ),
            _COLLECTION,
            CREATED,
            within("current_period_end", "End of the period."),
            within("current_period_start", "Start of the period."),
            CUSTOMER,
            equals("plan", "Only subscriptions with an item of this plan."),
            equals("price", "Only subscriptions with an item of this price."),
            SUBSCRIPTION_STATUS,
            _TEST_CLOCK,
        ),
        leaves_out=True,
    ),
    Resource(
        "subscription_schedules",
        "subscription_schedule",
        "subscription schedule",
        "subscription_schedules",
        Parameters(
            within("canceled_at", "When the schedule was canceled."),
            within("completed_at", "When the schedule was completed."),
            CREATED,
            CUSTOMER,
            within("released_at", "When the schedule was released."),
            truth("scheduled", "Only schedules that have not started."),
        ),
    ),
    Resource(
        "invoiceitems",
        "invoiceitem",
        "invoiceitem",
        "invoice_items",
        Parameters(
            within("created", "When the item was made: an instant or a range."),
            CUSTOMER,
            equals("invoice", "Only the items of this invoice."),
            truth("pending", "Only items on no invoice yet, or only the rest."),
        ),
    ),
    Resource("coupons", "coupon", "coupon", "coupons", Parameters(CREATED)),
    Resource(
        "tax_rates",
        "tax_rate",
        "tax rate",
        "tax_rates",
        Parameters(
            truth("active", "Only rates that are active, or only those that are not."),
            CREATED,
            truth("inclusive", "Only inclusive rates, or not."),
        ),
    ),
    Resource(
        "billing/meters",
        "billing.meter",
        "meter",
        "meters",
        Parameters(equals("status", "Only meters of this status.", Choice(("active", "inactive")))),
    ),
    Resource(
        "billing/credit_grants",
        "billing.credit_grant",
        "credit grant",
        "credit_grants",
        Parameters(CUSTOMER),
    ),
    Resource(
        "billing/alerts",
        "billing.alert",
        "alert",
        "alerts",
        Parameters(
            equals("alert_type", "Only alerts of this type.", Choice(("usage_threshold",))),
            equals("meter", "Only the alerts on this meter."),
        ),
    ),
)
