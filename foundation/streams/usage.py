"""Legacy usage, reported per subscription item."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, Stream
from foundation.streams._shared import EVENT_COLUMNS

__all__ = ["USAGE_RECORDS"]

# Rows of overlapping exports carry the same idempotency_key. Landing keeps them all, because an
# append-only batch cannot know what another process is landing this instant; dbt's staging model
# keeps the first received of each (subscription_item, idempotency_key) and counts the others.
USAGE_RECORDS: Final = Stream(
    name="usage_records",
    kind="events",
    grain="One row per usage record that was reported.",
    description="Legacy usage records: a quantity for a subscription item at a second.",
    landing_columns=EVENT_COLUMNS,
    keys=("id",),
    event_time="event_at",
    object_names=("usage_record",),
    columns=(
        Column(
            "id",
            Kind.TEXT,
            "The record's id (mbur_…); derived from batch_id and batch_row when absent.",
            required=True,
            longest=255,
            derived_prefix="mbur_",
        ),
        Column(
            "subscription_item",
            Kind.REFERENCE,
            "The subscription item that was used.",
            required=True,
            longest=255,
        ),
        Column(
            "quantity",
            Kind.DECIMAL,
            "The quantity reported: a whole number, 0 or more.",
            required=True,
            minimum=0,
            whole=True,
        ),
        Column(
            "action",
            Kind.TEXT,
            "increment adds to the usage at that second, set replaces it.",
            required=True,
            allowed=("increment", "set"),
            default="increment",
        ),
        Column(
            "event_at",
            Kind.INSTANT,
            "When the usage happened (UTC).",
            sources=("timestamp", "event_at"),
            required=True,
        ),
        Column(
            "idempotency_key",
            Kind.TEXT,
            "The key under which the record was reported; of records of one item with the same "
            "key the first received counts.",
            longest=255,
        ),
    ),
)
