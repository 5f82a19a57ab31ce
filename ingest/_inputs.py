"""Whatever is handed to landing, as files: paths, standard input, frames."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import Home
from foundation.errors import UsageError
from ingest._durable import incoming_path
from ingest._sources import Format, Source, examine

__all__ = ["STANDARD_INPUT", "examined"]

STANDARD_INPUT = "-"


@contextmanager
def examined(
    home: Home, inputs: Sequence[Any], wanted: Format | None = None, *, dry_run: bool = False
) -> Generator[list[Source]]:
    """Examine every input; what is no file yet is written to one that is removed afterwards.

    It lies in the lake, where the next landing removes it should this one be killed; a dry run,
    which must touch no home, takes the system's folder for temporary files.

    Raises:
        UsageError: one of them is absent, damaged or of no kind that can be landed.
    """
    spooled: list[Path] = []
    try:
        sources: list[Source] = []
        for given in inputs:
            if isinstance(given, str | Path) and str(given) != STANDARD_INPUT:
                sources.append(_file(Path(given), wanted))
                continue
            spooled.append(_temporary() if dry_run else incoming_path(home, "input"))
            if isinstance(given, str | Path):
                with spooled[-1].open("wb") as file:
                    shutil.copyfileobj(sys.stdin.buffer, file)
                name = "standard input"
            else:
                table = _table(given)
                pq.write_table(table, spooled[-1], row_group_size=1 << 17)
                name = f"{type(given).__module__.split('.')[0]} frame"
            sources.append(examine(spooled[-1], name, file_name=STANDARD_INPUT, wanted=wanted))
        yield sources
    finally:
        for path in spooled:
            path.unlink(missing_ok=True)


def _temporary() -> Path:
    descriptor, name = tempfile.mkstemp(prefix="meterhouse-")
    os.close(descriptor)
    return Path(name)


def _file(path: Path, wanted: Format | None) -> Source:
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder; name the files in it.",
            next_command=f"meterhouse land STREAM {path}/*",
        )
    return examine(path, str(path), wanted=wanted)


def _table(frame: Any) -> pa.Table:
    """Return an Arrow table of what pyarrow, polars or pandas call a frame.

    A pandas NaN is an absent value.
    """
    if isinstance(frame, pa.Table):
        table = frame
    elif isinstance(frame, pa.RecordBatch):
        table = pa.Table.from_batches([frame])
    elif isinstance(frame, pa.RecordBatchReader):
        table = frame.read_all()
    elif hasattr(frame, "collect") and not hasattr(frame, "to_arrow"):
        table = frame.collect().to_arrow()
    elif hasattr(frame, "to_arrow"):
        table = frame.to_arrow()
    elif type(frame).__module__.split(".")[0] == "pandas":
        table = pa.Table.from_pandas(frame, preserve_index=False)
    else:
        raise UsageError(
            f"A {type(frame).__name__} cannot be landed; allowed are paths, '-', Arrow tables, "
            "polars and pandas frames."
        )
    # One chunk a column: the same rows make the same bytes, and so the same batch, however a
    # frame was put together.
    plain: Any = table.combine_chunks().replace_schema_metadata(None)
    return plain
