"""Who is subscribed to what, since when and until when."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, Stream
from foundation.streams._shared import METADATA, OBJECT_COLUMNS, discounts, tax_rates

__all__ = ["SUBSCRIPTIONS", "SUBSCRIPTION_SCHEDULES"]

_VERSION: Final = ("id", "effective_at", "observed_at", "content_hash")


def _anchor(part: str, meaning: str) -> Column:
    return Column(
        f"anchor_{part}",
        Kind.INTEGER,
        meaning,
        sources=(f"billing_cycle_anchor_config.{part}",),
    )


_ITEMS: Final = Column(
    "items",
    Kind.RECORDS,
    "What is subscribed to, in the order of the subscription.",
    sources=("items.data", "items"),
    columns=(
        Column("id", Kind.TEXT, "The subscription item's id (si_…)."),
        Column("price", Kind.REFERENCE, "The item's price.", sources=("price", "plan")),
        Column("quantity", Kind.INTEGER, "Licensed quantity; null where usage is metered."),
        Column(
            "created_at", Kind.INSTANT, "When the item was created (UTC).", sources=("created",)
        ),
        tax_rates("the item"),
        discounts("the item"),
        Column(
            "billing_thresholds_usage_gte",
            Kind.INTEGER,
            "Usage at or above which an invoice is made before the period ends.",
            sources=("billing_thresholds.usage_gte",),
        ),
        Column(
            "clear_usage",
            Kind.BOOLEAN,
            "True: usage reported before this version of the item is dropped.",
        ),
        METADATA,
    ),
)

SUBSCRIPTIONS: Final = Stream(
    name="subscriptions",
    kind="objects",
    grain="One row per version of a subscription, with its items.",
    description="Subscriptions, their billing cycle and their items.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("subscription",),
    columns=(
        Column("customer", Kind.REFERENCE, "The customer who is billed."),
        Column("currency", Kind.TEXT, "Three-letter currency code in lower case."),
        Column(
            "status",
            Kind.TEXT,
            "incomplete, incomplete_expired, trialing, active, past_due, canceled, unpaid or "
            "paused.",
        ),
        Column(
            "start_at",
            Kind.INSTANT,
            "When the subscription started (UTC).",
            sources=("start_date", "start"),
        ),
        Column(
            "billing_cycle_anchor_at",
            Kind.INSTANT,
            "The instant from which every billing period is counted (UTC).",
            sources=("billing_cycle_anchor",),
        ),
        _anchor("day_of_month", "Day of the month of the anchor, 1 to 31."),
        _anchor("month", "Month of the anchor, 1 to 12."),
        _anchor("hour", "Hour of the anchor, 0 to 23 (UTC)."),
        _anchor("minute", "Minute of the anchor, 0 to 59."),
        _anchor("second", "Second of the anchor, 0 to 59."),
        Column(
            "current_period_start_at",
            Kind.INSTANT,
            "Start of the current period as the source says it (UTC).",
            sources=("current_period_start", "items.data.0.current_period_start"),
        ),
        Column(
            "current_period_end_at",
            Kind.INSTANT,
            "End of the current period as the source says it (UTC).",
            sources=("current_period_end", "items.data.0.current_period_end"),
        ),
        Column("cancel_at", Kind.INSTANT, "When it will be canceled (UTC)."),
        Column(
            "cancel_at_period_end",
            Kind.BOOLEAN,
            "True: it ends with the current period.",
        ),
        Column("canceled_at", Kind.INSTANT, "When the cancellation was asked for (UTC)."),
        Column("ended_at", Kind.INSTANT, "When it ended (UTC)."),
        Column(
            "trial_start_at", Kind.INSTANT, "Start of the trial (UTC).", sources=("trial_start",)
        ),
        Column(
            "trial_end_at",
            Kind.INSTANT,
            "End of the trial (UTC, exclusive).",
            sources=("trial_end",),
        ),
        Column("collection_method", Kind.TEXT, "charge_automatically or send_invoice."),
        tax_rates("lines that have none of their own", "default_tax_rates"),
        discounts("the subscription"),
        Column(
            "billing_thresholds_amount_gte",
            Kind.INTEGER,
            "Amount, in minor units, at or above which an invoice is made before the period ends.",
            sources=("billing_thresholds.amount_gte",),
        ),
        Column(
            "billing_thresholds_reset_billing_cycle_anchor",
            Kind.BOOLEAN,
            "True: an invoice made by a threshold starts a new period.",
            sources=("billing_thresholds.reset_billing_cycle_anchor",),
        ),
        Column(
            "pause_behavior",
            Kind.TEXT,
            "keep_as_draft, mark_uncollectible or void, while collection is paused.",
            sources=("pause_collection.behavior",),
        ),
        Column(
            "pause_resumes_at",
            Kind.INSTANT,
            "When collection resumes (UTC).",
            sources=("pause_collection.resumes_at",),
        ),
        Column(
            "billing_mode",
            Kind.TEXT,
            "classic or flexible; null: the source predates the choice.",
            sources=("billing_mode.type", "billing_mode"),
        ),
        Column(
            "proration_behavior",
            Kind.TEXT,
            "How the changes that this version brings are prorated: create_prorations, "
            "always_invoice or none. Stripe takes it with a change and does not keep it; null: the "
            "project's own.",
            allowed=("create_prorations", "always_invoice", "none"),
        ),
        Column("schedule", Kind.REFERENCE, "The schedule that steers the subscription."),
        _ITEMS,
    ),
)

SUBSCRIPTION_SCHEDULES: Final = Stream(
    name="subscription_schedules",
    kind="objects",
    grain="One row per version of a subscription schedule.",
    description="Subscription schedules: changes that are planned.",
    landing_columns=OBJECT_COLUMNS,
    keys=_VERSION,
    event_time="effective_at",
    object_names=("subscription_schedule",),
    columns=(
        Column("customer", Kind.REFERENCE, "The customer who is billed."),
        Column("subscription", Kind.REFERENCE, "The subscription that the schedule steers."),
        Column("status", Kind.TEXT, "not_started, active, completed, released or canceled."),
    ),
)
