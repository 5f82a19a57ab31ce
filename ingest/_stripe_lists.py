"""What is pulled from Stripe's API: for each stream the list that holds its objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["STRIPE_LISTS", "StripeList"]


@dataclass(frozen=True, slots=True)
class StripeList:
    """One list of Stripe's API.

    `parameters` are sent with every page. `created_column` is the column of the lake that holds
    what the list's filter `created` goes by; None where the list has no such filter and is read
    whole. `nested` names the lists within each object that are completed page by page: an object
    shows the first few only. `per_item` marks the list that exists once a metered subscription
    item: its path has the place `{item}`.
    """

    stream: str
    path: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    created_column: str | None = "created_at"
    nested: tuple[str, ...] = ()
    per_item: bool = False


# Discounts, tiers and product limits are ids or absent until they are asked for in full.
STRIPE_LISTS: Final[dict[str, StripeList]] = {
    each.stream: each
    for each in (
        StripeList("customers", "/v1/customers"),
        StripeList("products", "/v1/products"),
        StripeList("prices", "/v1/prices", {"expand": ["data.tiers", "data.currency_options"]}),
        StripeList("meters", "/v1/billing/meters", created_column=None),
        StripeList("coupons", "/v1/coupons", {"expand": ["data.applies_to"]}),
        StripeList("tax_rates", "/v1/tax_rates"),
        StripeList(
            "subscriptions",
            "/v1/subscriptions",
            {"status": "all", "expand": ["data.discounts", "data.items.data.discounts"]},
            nested=("items",),
        ),
        StripeList("subscription_schedules", "/v1/subscription_schedules"),
        StripeList(
            "invoice_items",
            "/v1/invoiceitems",
            {"expand": ["data.discounts"]},
            created_column="date_at",
        ),
        StripeList("credit_grants", "/v1/billing/credit_grants", created_column=None),
        StripeList("alerts", "/v1/billing/alerts", created_column=None),
        StripeList(
            "billed_invoices", "/v1/invoices", {"expand": ["data.discounts"]}, nested=("lines",)
        ),
        StripeList(
            "reported_usage_record_summaries",
            "/v1/subscription_items/{item}/usage_record_summaries",
            created_column=None,
            per_item=True,
        ),
    )
}
"""By stream, in the order in which they are pulled: subscription items and prices come before the
usage of the items."""
