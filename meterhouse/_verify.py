"""Whether what is kept is still as it was written: the lake by its accounts, a build by its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home
from foundation.errors import RunError
from ingest import batches, live_files, read_batches
from meterhouse._build_finish import read_as_a_reader
from meterhouse._publish import Build

__all__ = ["verify_build", "verify_lake"]


def verify_lake(home: Home) -> Iterator[str]:
    """Yield one line for each file of the lake that is not what its account says.

    Every live file opens and holds as many rows as its batches accepted; the rejected rows of every
    batch are kept; and no batch is there twice.
    """
    for stream in STREAMS:
        seen: Counter[str] = Counter()
        for path in live_files(home.lake, stream):
            yield from _verify_file(path, seen)
        for batch_id, times in seen.items():
            if times > 1:
                yield f"{stream}: batch {batch_id} is in {times} files"
        for batch in batches(home.lake, stream):
            rejected = sum(batch.rejected.values())
            if rejected:
                kept = home.rejected_folder(stream) / f"{batch.batch_id}.parquet"
                yield from _verify_rows(kept, rejected, "rejected")


def verify_build(home: Home, build: Build) -> Iterator[str]:
    """Yield one line for each way in which a build is not what its manifest says.

    Its file answers a reader, alone, with the row counts it was published with; and every batch it
    was made of is still in the lake.
    """
    try:
        row_counts = read_as_a_reader(build.database)
    except (RunError, duckdb.Error) as error:
        yield f"{build.build_id}: {str(error).splitlines()[0]}"
        return
    for name in sorted({*row_counts, *build.manifest.row_counts}):
        held, said = row_counts.get(name), build.manifest.row_counts.get(name)
        if held != said:
            yield f"{build.build_id}: {name} has {held} rows, its manifest says {said}"
    for stream, made_of in build.manifest.inputs.items():
        landed = {batch.batch_id for batch in batches(home.lake, stream)}
        for batch_id in sorted(made_of.batches.keys() - landed):
            yield f"{build.build_id}: {stream} batch {batch_id} is not in the lake any more"


def _verify_file(path: Path, seen: Counter[str]) -> Iterator[str]:
    try:
        held = read_batches(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        yield f"{path}: {str(error).splitlines()[0]}"
        return
    seen.update(batch.batch_id for batch in held)
    yield from _verify_rows(path, sum(batch.accepted for batch in held), "accepted")


def _verify_rows(path: Path, expected: int, kind: str) -> Iterator[str]:
    try:
        rows = pq.read_metadata(path).num_rows
    except (OSError, ValueError, pa.ArrowException) as error:
        yield f"{path}: {str(error).splitlines()[0]}"
        return
    if rows != expected:
        yield f"{path}: holds {rows} {kind} rows, its account says {expected}"
