"""Edits of draft lines that landed after the build: what reads and further edits must see.

They stand in the journal until it is sealed, then in the lake until a build takes them in. A row
may be seen in both for a moment; its id tells.
"""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foundation import Home, encode_json, stream
from ingest import live_files
from ingest._unsealed import unsealed_rows
from queries import Build

_STREAM: Final = "invoice_line_edits"
_COLUMNS: Final = (
    "id",
    "invoice",
    "operation",
    "request_id",
    "position",
    "line",
    "behavior",
    "parameters_json",
    "invoice_metadata_json",
    "received_at",
    "received_sequence",
    "livemode",
    "batch_id",
)
SCHEMA: Final = pa.schema([stream(_STREAM).schema.field(name) for name in _COLUMNS[:-1]])
"""The columns by which the stored functions read edits."""


class UnbuiltEdits:
    """The edits of a home that a build has not seen, read again only when something landed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._seen: tuple[object, ...] | None = None
        self._table: pa.Table = SCHEMA.empty_table()

    def of(self, build: Build) -> pa.Table:
        """Give the edits that ``build`` has not seen."""
        seen = (build.id, *self._signature())
        with self._lock:
            if seen != self._seen:
                self._table = self._read(build)
                self._seen = seen
            return self._table

    def _signature(self) -> Iterator[tuple[str, int, int]]:
        """Name what changes whenever an edit lands: the files of the lake and of the journal."""
        for folder in (self._home.stream_folder(_STREAM), self._home.journal):
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except FileNotFoundError:
                continue
            for entry in entries:
                if entry.is_file():
                    status = entry.stat()
                    yield entry.path, status.st_size, status.st_mtime_ns

    def _read(self, build: Build) -> pa.Table:
        # The journal first: what is sealed in between is then seen twice, never missed.
        tables = [_in_journal(self._home)]
        built = _built_batches(build)
        while True:
            try:
                tables[1:] = [
                    _in_file(path, built) for path in live_files(self._home.lake, _STREAM)
                ]
                break
            except FileNotFoundError:
                # Compaction replaced a file; look again.
                continue
        return _once(pa.concat_tables(tables))


def with_new_edits(
    edits: pa.Table | None, rows: Sequence[Mapping[str, Any]], now: datetime.datetime
) -> pa.Table:
    """Give the edits and, received after all of them, rows that are about to land at ``now``."""
    held = SCHEMA.empty_table() if edits is None else edits
    last: datetime.datetime | None = pc.max(held.column("received_at")).as_py()
    instant = now.astimezone(datetime.UTC).replace(tzinfo=None)
    received_at = instant if last is None else max(instant, last)
    # Of one instant the sequence tells, as in the journal.
    sequence = 1 + (pc.max(held.column("received_sequence")).as_py() or 0)
    new = [
        {**_lake_row(row), "received_at": received_at, "received_sequence": sequence + at}
        for at, row in enumerate(rows)
    ]
    return pa.concat_tables([held, pa.Table.from_pylist(new, schema=SCHEMA)])


def _lake_row(row: Mapping[str, Any]) -> dict[str, Any]:
    metadata = row.get("invoice_metadata")
    return {
        **{name: row.get(name) for name in SCHEMA.names},
        "parameters_json": encode_json(row["parameters"]),
        "invoice_metadata_json": None if metadata is None else encode_json(metadata),
    }


def _in_journal(home: Home) -> pa.Table:
    rows = [
        {
            **_lake_row(held.row),
            "received_at": held.received_at.replace(tzinfo=None),
            "received_sequence": held.received_sequence,
        }
        for held in unsealed_rows(home, _STREAM)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _in_file(path: Path, built: frozenset[str]) -> pa.Table:
    table = pq.read_table(path, columns=list(_COLUMNS))
    batch = table.column("batch_id")
    is_new = pc.invert(pc.is_in(batch, value_set=pa.array(sorted(built), pa.string())))
    return table.filter(is_new).select(SCHEMA.names).cast(SCHEMA)


def _built_batches(build: Build) -> frozenset[str]:
    inputs: Mapping[str, Any] = build.manifest.get("inputs", {}).get(_STREAM, {})
    return frozenset(inputs.get("batches", {}))


def _once(table: pa.Table) -> pa.Table:
    identifiers = table.column("id").to_pylist()
    first = {each: place for place, each in reversed(list(enumerate(identifiers)))}
    return table.take(pa.array(sorted(first.values()), pa.int64()))
