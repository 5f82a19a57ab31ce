"""Columns that several streams share."""

from __future__ import annotations

from typing import Final

from foundation.streams._declaration import Column, Kind

__all__ = ["EVENT_COLUMNS", "METADATA", "OBJECT_COLUMNS", "discounts", "tax_rates"]

_LIVEMODE: Final = Column(
    "livemode",
    Kind.BOOLEAN,
    "True for live data, false for test data; false when the row does not say.",
    required=True,
    default="false",
)

_BATCH: Final = (
    Column(
        "batch_id",
        Kind.TEXT,
        "The batch that landed the row: a function of the content of the file.",
        required=True,
    ),
    Column(
        "batch_row",
        Kind.INTEGER,
        "Position of the row in its batch, from 1, rejected rows counted too; unique in the batch.",
        required=True,
    ),
)

EVENT_COLUMNS: Final = (
    *_BATCH,
    _LIVEMODE,
    Column(
        "received_at",
        Kind.INSTANT,
        "When the event was received (UTC): the row's own, else the instant of landing. Decides "
        "between sets, duplicates and pre-aggregated events.",
        sources=("received_at", "created"),
        required=True,
    ),
    Column(
        "received_sequence",
        Kind.INTEGER,
        "Order among events received at the same instant: the row's own, else batch_row.",
        required=True,
    ),
)

OBJECT_COLUMNS: Final = (
    *_BATCH,
    Column("id", Kind.TEXT, "The object's id.", required=True, longest=255),
    _LIVEMODE,
    Column(
        "created_at",
        Kind.INSTANT,
        "When the object was created (UTC), as it says itself.",
        sources=("created",),
    ),
    Column(
        "is_deleted",
        Kind.BOOLEAN,
        "True for the version that says the object was deleted.",
        sources=("deleted",),
        required=True,
        default="false",
    ),
    Column(
        "observed_at",
        Kind.INSTANT,
        "When this version was seen (UTC): the instant of landing, unless landing was told.",
        required=True,
    ),
    Column(
        "effective_at",
        Kind.INSTANT,
        "From when on this version holds (UTC): the webhook event's created, else what landing was "
        "told, else observed_at.",
        required=True,
    ),
    Column(
        "effective_at_is_assumed",
        Kind.BOOLEAN,
        "True when nothing said from when on the version holds and observed_at was taken.",
        required=True,
    ),
    Column(
        "content_hash",
        Kind.TEXT,
        "SHA-256 of object_json, in hexadecimal: equal for equal versions.",
        required=True,
    ),
    Column(
        "object_json",
        Kind.JSON,
        "The whole object as it came: compact JSON, keys sorted, every number as the source wrote "
        "it.",
        required=True,
    ),
)

METADATA: Final = Column(
    "metadata_json", Kind.JSON, "The object's metadata as JSON.", sources=("metadata",)
)


def discounts(of: str) -> Column:
    """Return the column that lists the discounts of `of`, in the order in which they apply."""
    return Column(
        "discounts",
        Kind.RECORDS,
        f"The discounts of {of}, in the order in which they apply.",
        sources=("discounts", "discount"),
        columns=(
            Column("id", Kind.TEXT, "The discount's id."),
            Column(
                "coupon",
                Kind.REFERENCE,
                "The coupon; null where the discount came as a bare id.",
                sources=("coupon", "source.coupon"),
            ),
            Column("start_at", Kind.INSTANT, "From when on it applies (UTC).", sources=("start",)),
            Column(
                "end_at",
                Kind.INSTANT,
                "When it stops to apply (UTC, exclusive); null: never.",
                sources=("end",),
            ),
        ),
    )


def tax_rates(of: str, name: str = "tax_rates") -> Column:
    """Return the column that lists the tax rates of `of`."""
    return Column(name, Kind.REFERENCE_LIST, f"Ids of the tax rates of {of}.")
