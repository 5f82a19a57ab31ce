"""The parameters of invoice previews: every one of Stripe's reference page by name.

Source: ``GET /v1/invoices/upcoming/lines`` and ``POST /v1/invoices/create_preview`` of API
2025-02-24.acacia. ``APPLIED`` are those that a preview applies; the others are known, and refused
by name rather than ignored.
"""

from __future__ import annotations

from typing import Any, Final

from queries._kinds import Choice, Kind, Text
from queries._parameters import EXPAND, PAGING, Parameter, Parameters


class AnyValue(Kind):
    """A value that is not looked into."""

    def parse(self, value: object, path: str) -> Any:
        """Give the value as it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """Describe a value without bounds."""
        return {}


APPLIED: Final = frozenset(
    {
        "customer",
        "subscription",
        "currency",
        "preview_mode",
        "expand",
        "limit",
        "starting_after",
        "ending_before",
    }
)

_CURRENT = (
    Parameter("customer", Text(), "The customer whose next invoice is previewed."),
    Parameter("subscription", Text(), "The subscription whose next invoice is previewed."),
    Parameter("currency", Text(3), "The currency of the preview, in lower case."),
    Parameter("preview_mode", Choice(("next", "recurring")), "What of the next invoice to show."),
    Parameter("automatic_tax", AnyValue(), "Settings of automatic tax."),
    Parameter("customer_details", AnyValue(), "A customer who is not landed, or changes to one."),
    Parameter("discounts", AnyValue(), "Discounts of the preview."),
    Parameter("invoice_items", AnyValue(), "Invoice items to add, or changes to pending ones."),
    Parameter("issuer", AnyValue(), "Who issues the invoice."),
    Parameter("on_behalf_of", AnyValue(), "The account the invoice is for."),
    Parameter("schedule", AnyValue(), "The schedule whose next invoice is previewed."),
    Parameter("schedule_details", AnyValue(), "Changes to the schedule."),
    Parameter("subscription_details", AnyValue(), "Changes to the subscription."),
    Parameter("coupon", AnyValue(), "Deprecated: use discounts."),
)

_DEPRECATED = tuple(
    Parameter(f"subscription_{name}", AnyValue(), f"Deprecated: use subscription_details[{name}].")
    for name in (
        "billing_cycle_anchor",
        "cancel_at",
        "cancel_at_period_end",
        "cancel_now",
        "default_tax_rates",
        "items",
        "proration_behavior",
        "proration_date",
        "resume_at",
        "start_date",
        "trial_end",
        "trial_from_plan",
    )
)

PREVIEW: Final = Parameters(*_CURRENT, EXPAND)
UPCOMING: Final = Parameters(*_CURRENT, *_DEPRECATED, EXPAND)
PREVIEW_LINES: Final = Parameters(*_CURRENT, *_DEPRECATED, *PAGING)
