"""What the lake already holds of an account, so that a pull takes up where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import Home
from ingest._columns import pc
from ingest._lake import batches, live_files

__all__ = ["known_versions", "metered_items", "newest_pulled"]

_VERSION = ("effective_at", "observed_at", "content_hash")


def newest_pulled(
    home: Home, stream: str, column: str, source_name: str, livemode: bool
) -> int | None:
    """Return the newest instant in a column among the rows of one mode that came from a source.

    In whole seconds since 1970; None where nothing came from there. What was landed from files does
    not count: a file need not hold everything up to its newest object.
    """
    pulled = {
        batch.batch_id for batch in batches(home.lake, stream) if batch.source_name == source_name
    }
    if not pulled:
        return None
    newest: datetime | None = None
    for table in _tables(home, stream, ("batch_id", "livemode", column)):
        chosen = pc.and_(
            pc.is_in(table.column("batch_id"), value_set=pa.array(sorted(pulled))),
            pc.equal(table.column("livemode"), livemode),
        )
        found = pc.max(table.filter(chosen).column(column)).as_py()
        if found is not None and (newest is None or found > newest):
            newest = found
    return None if newest is None else int(newest.replace(tzinfo=UTC).timestamp())


def known_versions(
    home: Home, stream: str, column: str | None, since: int | None
) -> dict[str, str]:
    """Return the content hash of each object's version that holds, by id.

    With `since`, of the objects alone whose column is that instant or later.
    """
    newest: dict[str, tuple[Any, ...]] = {}
    columns = ("id", *_VERSION) if column is None else ("id", *_VERSION, column)
    for table in _tables(home, stream, columns):
        chosen = table
        if column is not None and since is not None:
            bound = pa.scalar(datetime.fromtimestamp(since, UTC), pa.timestamp("us", tz="UTC"))
            held = table.column(column)
            chosen = table.filter(pc.greater_equal(held, bound.cast(held.type)))
        for row in chosen.select(["id", *_VERSION]).to_pylist():
            version = tuple(row[name] for name in _VERSION)
            if row["id"] not in newest or version > newest[row["id"]]:
                newest[row["id"]] = version
    return {identifier: version[-1] for identifier, version in newest.items()}


def metered_items(home: Home, livemode: bool) -> list[str]:
    """Return the ids of the subscription items that usage records are reported for, in order.

    Deleted items too, for as long as a landed version of their subscription names them.
    """
    metered = {
        row["id"]
        for table in _tables(home, "prices", ("id", "recurring_usage_type", "recurring_meter"))
        for row in table.to_pylist()
        if row["recurring_usage_type"] == "metered" and row["recurring_meter"] is None
    }
    return sorted(
        {
            item["id"]
            for table in _tables(home, "subscriptions", ("livemode", "items"))
            for row in table.to_pylist()
            if row["livemode"] is livemode
            for item in row["items"] or []
            if item["price"] in metered and item["id"] is not None
        }
    )


def _tables(home: Home, stream: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    for path in live_files(home.lake, stream):
        yield pq.read_table(path, columns=list(columns))
