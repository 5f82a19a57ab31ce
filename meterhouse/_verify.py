"""Whether what is kept is still as it was written: the lake by its accounts, a build by its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home
from foundation.errors import RunError
from ingest import BatchMetadata, live_files, quarantined, read_batches
from meterhouse._build_finish import measure
from meterhouse._checksums import damaged_files
from meterhouse._control_totals import read_control_totals
from meterhouse._publish import Build

__all__ = ["verify"]

_UNREADABLE = (OSError, ValueError, pa.ArrowException)


def verify(home: Home, build: Build) -> list[str]:
    """Return one line for each thing that is not what its account says; empty when all is well.

    Every live file of the lake opens and holds the rows that its batches accepted, no batch is
    there twice, and rejected rows are kept. The build's files have the checksums they were
    published with, the database answers with the same row counts and totals, its control totals
    agree, and every batch it was made of is still in the lake.
    """
    found: list[str] = []
    landed: dict[str, dict[str, list[Path]]] = {}
    for stream in STREAMS:
        landed[stream] = defaultdict(list)
        found += _verify_stream(home, stream, landed[stream])
    found += [
        f"{home.quarantine / held.stream / held.file}: {held.reason}" for held in quarantined(home)
    ]
    found += damaged_files(build)
    found += _verify_marts(build)
    for stream, made_of in build.manifest.inputs.items():
        found += [
            f"{build.build_id}: {stream} batch {batch_id} is not in the lake any more"
            for batch_id in sorted(made_of.batches.keys() - landed.get(stream, {}).keys())
        ]
    return found


def _verify_stream(home: Home, stream: str, landed: dict[str, list[Path]]) -> Iterator[str]:
    try:
        files = live_files(home.lake, stream)
    except _UNREADABLE as error:
        yield f"{home.stream_folder(stream)}: {_first_line(error)}"
        return
    for path in files:
        try:
            held = read_batches(path)
        except _UNREADABLE as error:
            yield f"{path}: {_first_line(error)}"
            continue
        yield from _verify_file(path, sum(batch.accepted for batch in held), "accepted")
        for batch in held:
            landed[batch.batch_id].append(path)
            yield from _verify_rejected(home, batch)
    for batch_id, paths in landed.items():
        if len(paths) > 1:
            yield f"{stream}: batch {batch_id} is in {len(paths)} files"


def _verify_rejected(home: Home, batch: BatchMetadata) -> Iterator[str]:
    rejected = sum(batch.rejected.values())
    if rejected:
        kept = home.rejected_folder(batch.stream) / f"{batch.batch_id}.parquet"
        yield from _verify_file(kept, rejected, "rejected")


def _verify_file(path: Path, expected: int, kind: str) -> Iterator[str]:
    try:
        rows = pq.read_metadata(path).num_rows
    except _UNREADABLE as error:
        yield f"{path}: {_first_line(error)}"
        return
    if rows != expected:
        yield f"{path}: holds {rows} {kind} rows, its account says {expected}"


def _verify_marts(build: Build) -> Iterator[str]:
    manifest = build.manifest
    try:
        measured = measure(build.database, counted=manifest.row_counts)
        controls = read_control_totals(build.database)
    except (duckdb.Error, RunError) as error:
        yield f"{build.build_id}: {_first_line(error)}"
        return
    for name in sorted({*measured, *manifest.row_counts}):
        held, said = measured.get(name), manifest.row_counts.get(name)
        if held is None or held.rows != said:
            rows = "no" if held is None else held.rows
            yield f"{build.build_id}: {name} has {rows} rows, its manifest says {said or 'none'}"
        elif held.totals != manifest.column_totals.get(name):
            yield f"{build.build_id}: {name} has other totals than its manifest says"
    if controls != manifest.control_totals:
        yield f"{build.build_id}: its control totals are not those its manifest says"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
