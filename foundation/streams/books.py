"""What the people who keep the books write into the lake."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind, OrderRule, Stream
from foundation.streams._shared import EVENT_COLUMNS

__all__ = ["INVOICE_LINE_EDITS", "PERIOD_CLOSES", "RETRACTIONS"]

INVOICE_LINE_EDITS: Final = Stream(
    name="invoice_line_edits",
    kind="events",
    grain="One row per line of a call that edited a draft invoice.",
    description="Edits of draft invoices: lines added, updated and removed, in order.",
    landing_columns=EVENT_COLUMNS,
    keys=("id",),
    event_time="received_at",
    columns=(
        Column(
            "id",
            Kind.TEXT,
            "The edit's id (ile_…); derived from batch_id and batch_row when absent.",
            required=True,
            longest=255,
            derived_prefix="ile_",
        ),
        Column("invoice", Kind.REFERENCE, "The draft invoice edited.", required=True, longest=255),
        Column(
            "operation",
            Kind.TEXT,
            "What the edit does to the line.",
            required=True,
            allowed=("add", "update", "remove", "undo"),
        ),
        Column(
            "request_id",
            Kind.TEXT,
            "The call that made the edit; all edits of one call share it.",
            required=True,
            longest=255,
        ),
        Column(
            "position",
            Kind.INTEGER,
            "Position of the line in the call, from 0.",
            required=True,
            minimum=0,
        ),
        Column("line", Kind.TEXT, "The line edited; null for an added one.", longest=255),
        Column(
            "behavior",
            Kind.TEXT,
            "What becomes of the invoice item of a removed line.",
            allowed=("delete", "unassign"),
        ),
        Column(
            "parameters_json",
            Kind.JSON,
            "The line's parameters as JSON, keys as they came, numbers digit for digit.",
            sources=("parameters", "parameters_json"),
            required=True,
        ),
        Column(
            "invoice_metadata_json",
            Kind.JSON,
            "The call's metadata for the invoice, as JSON.",
            sources=("invoice_metadata", "invoice_metadata_json"),
        ),
    ),
)

PERIOD_CLOSES: Final = Stream(
    name="period_closes",
    kind="events",
    grain="One row per closing of an accounting period.",
    description="Closings: a period's usage records are frozen as they were known at an instant.",
    landing_columns=EVENT_COLUMNS,
    keys=("period_start", "period_end"),
    event_time="received_at",
    order_rules=(OrderRule("period_start", "period_end"),),
    columns=(
        Column(
            "period_start", Kind.INSTANT, "Start of the period (UTC, inclusive).", required=True
        ),
        Column("period_end", Kind.INSTANT, "End of the period (UTC, exclusive).", required=True),
        Column(
            "received_until",
            Kind.INSTANT,
            "What was received until then (UTC, inclusive) belongs to the frozen numbers.",
            required=True,
        ),
        Column("note", Kind.TEXT, "Why, in the words of whoever closed it."),
    ),
)

RETRACTIONS: Final = Stream(
    name="retractions",
    kind="events",
    grain="One row per retraction.",
    description="Retractions: a landed batch, or the rows of one key, count no longer.",
    landing_columns=EVENT_COLUMNS,
    keys=("stream", "batch", "key"),
    event_time="received_at",
    columns=(
        Column(
            "stream",
            Kind.TEXT,
            "The stream of what is retracted.",
            required=True,
            allowed=("meter_events", "usage_records"),
        ),
        Column("batch", Kind.TEXT, "The batch retracted; null when a key is named."),
        Column("key", Kind.TEXT, "The key of the rows retracted; null: the whole batch."),
        Column("reason", Kind.TEXT, "Why, in the words of whoever retracted.", required=True),
    ),
)
