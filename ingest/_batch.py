"""Write one batch: accepted rows to one immutable file, rejected rows to another, both or neither.

The rejected rows get their final name first. They count only once the accepted file stands beside
them, and that file always stands, with no rows if need be; so one rename decides.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import Home, Stream, fail_point
from ingest._durable import durable_rename, full_disk_told, incoming_path, stream_lock
from ingest._lake import has_batch
from ingest._metadata import BatchMetadata, footer_of

__all__ = ["REJECTED_SCHEMA", "BatchWriter", "open_lake_writer", "write_batch"]

REJECTED_SCHEMA: Final = pa.schema(
    [
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("part", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("field", pa.string()),
        pa.field("message", pa.string(), nullable=False),
        pa.field("row_text", pa.string()),
        pa.field("row_bytes", pa.binary()),
    ]
)

ROW_GROUP: Final = 1 << 17
"""Rows of one row group, at least, but for the last one."""

# Counters and near-counters take almost no room as differences, and are never worth a dictionary.
_DELTA: Final = ("batch_row", "received_sequence")
# Every value is another one: a dictionary would be built and thrown away.
_PLAIN: Final = ("identifier", "id", "idempotency_key", "object_json", "content_hash", "value")


def open_lake_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of Parquet as the lake holds it: zstd, with statistics."""
    flat = [name for name in schema.names if not pa.types.is_nested(schema.field(name).type)]
    repeating = [name for name in flat if name not in _DELTA and name not in _PLAIN]
    # pyarrow takes a list of columns here; its stubs know only the switch for all of them.
    encoded: Any = [*repeating, *_leaves(schema)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=encoded,
        column_encoding={name: "DELTA_BINARY_PACKED" for name in _DELTA if name in schema.names},
        write_statistics=True,
        store_schema=True,
    )


def _leaves(schema: pa.Schema) -> list[str]:
    leaves: list[str] = []
    for held in schema:
        if pa.types.is_map(held.type):
            leaves += [f"{held.name}.key_value.key", f"{held.name}.key_value.value"]
    return leaves


class BatchWriter:
    """Writes the rows of one batch as they come; `commit` makes them part of the lake.

    Use as a context manager: leaving it without a commit removes every trace. Tables must have the
    stream's schema. Memory holds one row group at a time.
    """

    def __init__(self, home: Home, stream: Stream, batch_id: str) -> None:
        self.home: Final = home
        self.stream: Final = stream
        self.batch_id: Final = batch_id
        self._accepted: Final = incoming_path(home, f"{stream.name}.{batch_id}")
        self._rejected: Final = incoming_path(home, f"{stream.name}.{batch_id}.rejected")
        self._rows: pq.ParquetWriter | None = None
        self._refused: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._metadata: BatchMetadata | None = None

    def __enter__(self) -> Self:
        fail_point("landing.before_write")
        try:
            self._rows = open_lake_writer(self._accepted, self.stream.schema)
        except OSError:
            self._accepted.unlink(missing_ok=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in (self._rows, self._refused):
            if writer is not None and writer.is_open:
                try:
                    writer.close()
                except OSError:
                    # The disk is full; the file is about to be removed anyway.
                    continue
        self._accepted.unlink(missing_ok=True)
        self._rejected.unlink(missing_ok=True)

    def write(self, rows: pa.Table) -> None:
        """Add accepted rows, in the stream's schema."""
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= ROW_GROUP:
            self._write_waiting()

    def _write_waiting(self) -> None:
        assert self._rows is not None, "used outside its with block"
        if self._waiting:
            rows = pa.concat_tables(self._waiting)
            self._waiting.clear()
            self._rows.write_table(rows, row_group_size=rows.num_rows or None)
            fail_point("landing.while_writing")

    def reject(self, rows: pa.Table) -> None:
        """Add rejected rows, in REJECTED_SCHEMA."""
        if self._refused is None:
            self._refused = open_lake_writer(self._rejected, REJECTED_SCHEMA)
        self._refused.write_table(rows)

    def finish(self, metadata: BatchMetadata) -> None:
        """Write what is left and the account; the batch is whole, but not part of the lake yet."""
        self._write_waiting()
        self._metadata = metadata
        footer = footer_of(self.stream.name, [metadata])
        for writer in (self._rows, self._refused):
            if writer is not None:
                writer.add_key_value_metadata(footer)
                writer.close()

    def commit(
        self, metadata: BatchMetadata, still_wanted: Callable[[], bool] | None = None
    ) -> Path | None:
        """Make the batch part of the lake; None when it was there already, and nothing changed.

        `still_wanted` is asked while no other process can change the stream's files; where it says
        no, nothing changes either.
        """
        if self._metadata is None:
            self.finish(metadata)
        fail_point("landing.before_lock")
        name = f"{self.batch_id}.parquet"
        with stream_lock(self.home, self.stream.name):
            if has_batch(self.home, self.stream.name, self.batch_id):
                return None
            if still_wanted is not None and not still_wanted():
                return None
            final = self.home.stream_folder(self.stream.name) / name
            if self._refused is not None:
                folder = self.home.rejected_folder(self.stream.name)
                folder.mkdir(parents=True, exist_ok=True)
                fail_point("landing.before_rename_rejected")
                durable_rename(self._rejected, folder / name)
                fail_point("landing.after_rename_rejected")
            fail_point("landing.before_rename")
            durable_rename(self._accepted, final)
            fail_point("landing.after_rename")
        return final


def write_batch(
    home: Home,
    stream: Stream,
    rows: pa.Table,
    metadata: BatchMetadata,
    rejected: pa.Table | None = None,
) -> Path | None:
    """Land rows that are in memory and already checked, as one batch.

    Returns the file, or None when a batch of this id had landed before.

    Raises:
        RunError: the disk is full.
    """
    with full_disk_told(home), BatchWriter(home, stream, metadata.batch_id) as writer:
        writer.write(rows)
        if rejected is not None and rejected.num_rows:
            writer.reject(rejected)
        return writer.commit(metadata)
