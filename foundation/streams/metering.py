"""Meters and what happens on them."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import AgeRule, Column, Kind, Stream
from foundation.streams._shared import EVENT_COLUMNS, OBJECT_COLUMNS

__all__ = ["ALERTS", "METERS", "METER_EVENTS", "METER_EVENT_ADJUSTMENTS"]

_DAY: Final = 86400

# Stripe's own two payload keys are columns, so that counting and summing never touch the map.
METER_EVENTS: Final = Stream(
    name="meter_events",
    kind="events",
    grain="One row per meter event as received, duplicates included.",
    description="Meter events: something that a customer used, as it was reported.",
    landing_columns=EVENT_COLUMNS,
    keys=("batch_id", "batch_row"),
    event_time="event_at",
    object_names=("billing.meter_event", "v2.billing.meter_event"),
    age_rule=AgeRule("event_at", past=35 * _DAY, ahead=300),
    columns=(
        Column(
            "identifier",
            Kind.TEXT,
            "The event's own identifier: of events with the same one the first received counts.",
            longest=255,
        ),
        Column(
            "event_name",
            Kind.TEXT,
            "Names the meter that the event is for.",
            required=True,
            longest=100,
        ),
        Column(
            "event_at",
            Kind.INSTANT,
            "When the usage happened (UTC); received_at when the row does not say.",
            sources=("timestamp", "event_at"),
            required=True,
            default_from="received_at",
        ),
        Column(
            "stripe_customer_id",
            Kind.TEXT,
            "The payload's stripe_customer_id; a meter may map its customer to another key.",
            sources=("payload.stripe_customer_id", "stripe_customer_id"),
            longest=500,
        ),
        Column(
            "value",
            Kind.DECIMAL,
            "The payload's value, in the meter's own unit; a meter may take another key.",
            sources=("payload.value", "value"),
        ),
        Column(
            "payload",
            Kind.TEXT_MAP,
            "Every other key of the payload, values as their text.",
            required=True,
        ),
    ),
)

METER_EVENT_ADJUSTMENTS: Final = Stream(
    name="meter_event_adjustments",
    kind="events",
    grain="One row per adjustment that was asked for.",
    description="Adjustments: a meter event is taken back.",
    landing_columns=EVENT_COLUMNS,
    keys=("id",),
    event_time="received_at",
    object_names=("billing.meter_event_adjustment", "v2.billing.meter_event_adjustment"),
    columns=(
        Column(
            "id",
            Kind.TEXT,
            "The adjustment's id; derived from batch_id and batch_row when absent.",
            required=True,
            longest=255,
            derived_prefix="mea_",
        ),
        Column("type", Kind.TEXT, "What to do with the event.", required=True, allowed=("cancel",)),
        Column(
            "event_name",
            Kind.TEXT,
            "The event name of the event taken back.",
            required=True,
            longest=100,
        ),
        Column(
            "identifier",
            Kind.TEXT,
            "The identifier of the event taken back.",
            sources=("cancel.identifier", "identifier"),
            required=True,
            longest=255,
        ),
        Column("status", Kind.TEXT, "pending or complete, as the source said it."),
    ),
)

METERS: Final = Stream(
    name="meters",
    kind="objects",
    grain="One row per version of a meter.",
    description="Meters: what is counted, how it is aggregated, and under which event name.",
    landing_columns=OBJECT_COLUMNS,
    keys=("id", "effective_at", "observed_at", "content_hash"),
    event_time="effective_at",
    object_names=("billing.meter",),
    columns=(
        Column("display_name", Kind.TEXT, "The meter's name."),
        Column("event_name", Kind.TEXT, "The name its events carry."),
        Column("status", Kind.TEXT, "active or inactive."),
        Column(
            "default_aggregation_formula",
            Kind.TEXT,
            "How events become usage: sum, count, last; ours beyond Stripe's: max, min, avg, "
            "unique_count.",
            sources=("default_aggregation.formula",),
        ),
        Column(
            "event_time_window",
            Kind.TEXT,
            "hour or day: of the events in one UTC window only the one received last counts.",
        ),
        Column(
            "customer_payload_key",
            Kind.TEXT,
            "The payload key that names the customer.",
            sources=("customer_mapping.event_payload_key",),
            default="stripe_customer_id",
        ),
        Column(
            "value_payload_key",
            Kind.TEXT,
            "The payload key that holds the value.",
            sources=("value_settings.event_payload_key",),
            default="value",
        ),
        Column(
            "dimension_payload_keys",
            Kind.TEXT_LIST,
            "Payload keys by which usage may be filtered and grouped.",
        ),
    ),
)

ALERTS: Final = Stream(
    name="alerts",
    kind="objects",
    grain="One row per version of a billing alert.",
    description="Billing alerts: tell when a customer's usage on a meter crosses a threshold.",
    landing_columns=OBJECT_COLUMNS,
    keys=("id", "effective_at", "observed_at", "content_hash"),
    event_time="effective_at",
    object_names=("billing.alert",),
    columns=(
        Column("title", Kind.TEXT, "The alert's title."),
        Column("alert_type", Kind.TEXT, "usage_threshold."),
        Column("status", Kind.TEXT, "active, inactive or archived."),
        Column("meter", Kind.REFERENCE, "The meter watched.", sources=("usage_threshold.meter",)),
        Column(
            "customer",
            Kind.REFERENCE,
            "The customer watched; null: every customer.",
            sources=("usage_threshold.filters.0.customer", "filter.customer"),
        ),
        Column(
            "gte",
            Kind.INTEGER,
            "The usage at or above which the alert triggers.",
            sources=("usage_threshold.gte",),
        ),
        Column("recurrence", Kind.TEXT, "one_time.", sources=("usage_threshold.recurrence",)),
    ),
)
