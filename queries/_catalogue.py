"""Every resource that is listed and retrieved as it landed, with Stripe's filters.

Source: the list parameters of stripe 11.6 (API 2025-02-24.acacia).
"""

from __future__ import annotations

from dataclasses import dataclass

from queries._filters import (
    CREATED,
    CREATED_SECONDS,
    CUSTOMER,
    RECURRING,
    SUBSCRIPTION_STATUS,
    Filter,
    equals,
    instant_of,
    item_member,
    members,
    one_of,
    text_of,
    truth,
    within,
)
from queries._kinds import Boolean, Choice

_COLLECTION = equals(
    "collection_method",
    text_of("collection_method"),
    "Only objects collected this way.",
    Choice(("charge_automatically", "send_invoice")),
)
_TEST_CLOCK = equals("test_clock", text_of("test_clock"), "Only the objects of this test clock.")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of landed object: its path, Stripe's name of it, its noun in errors, its filters."""

    path: str
    object_type: str
    noun: str
    filters: tuple[Filter, ...] = ()
    default_condition: str | None = None
    """What the list keeps where the filter ``status`` is not given."""
    created: str = CREATED_SECONDS
    """SQL for the instant that orders the list, newest first, in whole seconds."""


CATALOGUE: tuple[Resource, ...] = (
    Resource(
        "customers",
        "customer",
        "customer",
        (
            CREATED,
            equals("email", text_of("email"), "Only customers of this address."),
            _TEST_CLOCK,
        ),
    ),
    Resource(
        "products",
        "product",
        "product",
        (
            truth(
                "active", "is_active", "Only products that are active, or only those that are not."
            ),
            CREATED,
            one_of("ids", "id", "Only these products."),
            truth("shippable", f"{text_of('shippable')} = 'true'", "Only goods, or only the rest."),
            equals("type", text_of("type"), "Only this type.", Choice(("good", "service"))),
            equals("url", text_of("url"), "Only products with this address."),
        ),
    ),
    Resource(
        "prices",
        "price",
        "price",
        (
            truth(
                "active", "is_active", "Only prices that are active, or only those that are not."
            ),
            CREATED,
            equals("currency", "currency", "Only prices in this currency, in lower case."),
            one_of("lookup_keys", text_of("lookup_key"), "Only prices with these keys.", most=10),
            equals("product", "product_id", "Only the prices of this product."),
            RECURRING,
            equals("type", "type", "Only this type.", Choice(("one_time", "recurring"))),
        ),
    ),
    Resource(
        "subscriptions",
        "subscription",
        "subscription",
        (
            members(
                "automatic_tax",
                {"enabled": ("automatic_tax.enabled", Boolean(), "Whether it is enabled.")},
                "Only subscriptions with this setting of automatic tax.",
            ),
            _COLLECTION,
            CREATED,
            within("current_period_end", instant_of("current_period_end"), "End of the period."),
            within(
                "current_period_start", instant_of("current_period_start"), "Start of the period."
            ),
            CUSTOMER,
            item_member("plan", "plan.id", "Only subscriptions with an item of this plan."),
            item_member("price", "price.id", "Only subscriptions with an item of this price."),
            SUBSCRIPTION_STATUS,
            _TEST_CLOCK,
        ),
        default_condition="coalesce(status, '') <> 'canceled'",
    ),
    Resource(
        "subscription_schedules",
        "subscription_schedule",
        "subscription schedule",
        (
            within("canceled_at", instant_of("canceled_at"), "When the schedule was canceled."),
            within("completed_at", instant_of("completed_at"), "When the schedule was completed."),
            CREATED,
            CUSTOMER,
            within("released_at", instant_of("released_at"), "When the schedule was released."),
            truth("scheduled", "status = 'not_started'", "Only schedules that have not started."),
        ),
    ),
    Resource(
        "invoiceitems",
        "invoiceitem",
        "invoiceitem",
        (
            within("created", instant_of("date"), "When the item was made: an instant or a range."),
            CUSTOMER,
            equals("invoice", "invoice_id", "Only the items of this invoice."),
            truth(
                "pending", "invoice_id is null", "Only items on no invoice yet, or only the rest."
            ),
        ),
        # An invoice item has a date and, alone of all objects, no `created`.
        created=instant_of("date"),
    ),
    Resource("coupons", "coupon", "coupon", (CREATED,)),
    Resource(
        "tax_rates",
        "tax_rate",
        "tax rate",
        (
            truth("active", "is_active", "Only rates that are active, or only those that are not."),
            CREATED,
            truth("inclusive", f"{text_of('inclusive')} = 'true'", "Only inclusive rates, or not."),
        ),
    ),
    Resource(
        "billing/meters",
        "billing.meter",
        "meter",
        (
            equals(
                "status", "status", "Only meters of this status.", Choice(("active", "inactive"))
            ),
        ),
    ),
    Resource("billing/credit_grants", "billing.credit_grant", "credit grant", (CUSTOMER,)),
    Resource(
        "billing/alerts",
        "billing.alert",
        "alert",
        (
            equals(
                "alert_type",
                text_of("alert_type"),
                "Only alerts of this type.",
                Choice(("usage_threshold",)),
            ),
            equals("meter", "meter_id", "Only the alerts on this meter."),
        ),
    ),
)
