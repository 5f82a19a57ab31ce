"""Write the rows of several files into one, sorted, and prove that they are all there."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home, fail_point
from foundation.errors import RunError
from ingest._batch import open_lake_writer
from ingest._compaction_plan import MergePlan
from ingest._durable import durable_rename, incoming_path, no_space, stream_lock
from ingest._lake import live_files
from ingest._metadata import footer_of

__all__ = ["MemoryLimit", "merge_files", "spill_folder"]

MemoryLimit = str
"""DuckDB's memory limit for the sort: a size such as `1GB`."""

# Rows that are looked up together lie together; the rest keeps the order in which it landed.
_SORTED_BY: Final = {
    "meter_events": ("event_name", "stripe_customer_id", "event_at", "batch_id", "batch_row"),
}
_ROW_GROUP: Final = 122_880


def spill_folder(home: Home) -> Path:
    """Return where a sort that outgrows memory puts what it must; emptied by each compaction."""
    return home.incoming / "compaction-spill"


def merge_files(home: Home, plan: MergePlan, memory_limit: MemoryLimit) -> Path | None:
    """Replace the files of `plan` by one; None when they are no longer what the lake holds.

    Until the one rename nothing has changed; after it, the files replaced are dead.

    Raises:
        RunError: the disk is full, or the rows written are not the rows the batches' own accounts
            tell of; the lake is as it was.
    """
    written = incoming_path(home, f"{plan.stream}.{plan.name}")
    final = home.stream_folder(plan.stream) / plan.name
    fail_point("compaction.before_write")
    try:
        with _database(home, memory_limit) as database:
            _write(home, plan, database, written)
            fail_point("compaction.written")
            _check_account(plan, database, written)
        fail_point("compaction.before_lock")
        with stream_lock(home, plan.stream):
            live = set(live_files(home.lake, plan.stream))
            if not live.issuperset(file.path for file in plan.files):
                return None
            fail_point("compaction.before_rename")
            # From now on the files replaced are dead; `compact` removes them by this time.
            os.utime(written)
            durable_rename(written, final)
        fail_point("compaction.after_rename")
    except OSError as error:
        if no_space(error, home) is None:
            raise
        raise RunError(
            f"The disk that holds {home.lake} is full; {plan.stream} was not merged. A merge needs "
            f"room for as much again as it replaces, here {plan.size} bytes.",
            next_command="df -h",
        ) from error
    finally:
        written.unlink(missing_ok=True)
    return final


@contextmanager
def _database(home: Home, memory_limit: MemoryLimit) -> Generator[duckdb.DuckDBPyConnection]:
    spill = spill_folder(home)
    spill.mkdir(parents=True, exist_ok=True)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(spill),
    }
    with duckdb.connect(":memory:", config=settings) as database:
        yield database


def _write(home: Home, plan: MergePlan, database: duckdb.DuckDBPyConnection, written: Path) -> None:
    empty = home.stream_folder(plan.stream) / "_empty.parquet"
    paths = [*(file.path for file in plan.files), empty]
    schema = _schema(plan, pq.read_schema(empty).remove_metadata())
    columns = ", ".join(f'"{name}"' for name in schema.names)
    order = ", ".join(f'"{name}"' for name in _SORTED_BY.get(plan.stream, ()))
    # The empty file has today's columns, so that those added since the files landed are there. Read
    # in the order given, rows keep the order in which they landed.
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    rows: Any = database.sql(
        f"select {columns} from read_parquet([{listed}], union_by_name = true)"
        + (f" order by {order}" if order else "")
    ).to_arrow_reader(_ROW_GROUP)
    with open_lake_writer(written, schema) as writer:
        for batch in rows:
            table = pa.Table.from_batches([batch]).cast(schema)
            writer.write_table(table, row_group_size=_ROW_GROUP)
            fail_point("compaction.while_writing")
        writer.add_key_value_metadata(footer_of(plan.stream, plan.batches, plan.replaces()))


def _schema(plan: MergePlan, today: pa.Schema) -> pa.Schema:
    declared = STREAMS[plan.stream].schema
    schema = pa.schema([declared.field(name) for name in today.names if name in declared.names])
    for file in plan.files:
        held = pq.read_schema(file.path)
        unknown = set(held.names) - set(schema.names)
        if unknown:
            raise RunError(
                f"{file.path} has columns this version does not know: {', '.join(sorted(unknown))}."
                " Nothing was merged.",
                next_command="pip install --upgrade meterhouse",
            )
        for place, column in enumerate(schema):
            # A column that was declared later has no value in older rows.
            if column.name not in held.names:
                schema = schema.set(place, column.with_nullable(True))
    return schema


def _check_account(plan: MergePlan, database: duckdb.DuckDBPyConnection, written: Path) -> None:
    counted = database.execute(
        "select batch_id, count(*), count(distinct batch_row) from read_parquet(?) group by all",
        [str(written)],
    ).fetchall()
    held = {batch_id: (rows, distinct) for batch_id, rows, distinct in counted}
    told = {batch.batch_id: (batch.accepted,) * 2 for batch in plan.batches if batch.accepted}
    if held != told:
        wrong = sorted(name for name in held | told if held.get(name) != told.get(name))
        raise RunError(
            f"Merging {len(plan.files)} files of {plan.stream} would change what the lake holds: "
            f"batch {wrong[0]} tells of {told.get(wrong[0], (0,))[0]} rows, "
            f"{held.get(wrong[0], (0,))[0]} were found. Nothing was merged.",
            next_command=f"meterhouse land {plan.stream} FILE",
        )
