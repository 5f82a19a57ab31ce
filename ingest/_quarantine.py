"""Files of the lake that cannot be read any more: found, put aside with the reason, listed.

A damaged file would fail every build, and a build without it would be a quiet loss. So it is moved
to `lake/_quarantine/<stream>/`, a note beside it says why, and whoever builds asks `quarantined`
what is missing. Land the file's source again, or restore it from a backup, and it is missing no
longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home
from ingest._durable import durable_rename, incoming_path, stream_lock, sync_path
from ingest._lake import has_batch
from ingest._metadata import read_batches

__all__ = ["Quarantined", "quarantined", "set_aside_unreadable"]

_EMPTY: Final = "_empty.parquet"
_UNREADABLE: Final = (OSError, ValueError, pa.ArrowException)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that was put aside: its stream, its name in the stream's folder, and what is wrong."""

    stream: str
    file: str
    reason: str


def set_aside_unreadable(home: Home, *, thoroughly: bool = False) -> list[Quarantined]:
    """Move every file of the lake that cannot be read into quarantine, and return those moved.

    Footers are read; with `thoroughly` every row of every file is, which takes as long as reading
    the lake does. A file that compaction removes meanwhile is not unreadable.
    """
    moved: list[Quarantined] = []
    for stream in STREAMS:
        for path in sorted(home.stream_folder(stream).glob("*.parquet")):
            reason = None if path.name == _EMPTY else _damage(path, thoroughly)
            if reason is not None:
                found = Quarantined(stream, path.name, reason)
                _set_aside(home, found)
                moved.append(found)
    return moved


def quarantined(home: Home) -> list[Quarantined]:
    """Return what is in quarantine and still missing in the lake, by stream and name."""
    return [
        found
        for found in _notes(home)
        if not (home.stream_folder(found.stream) / found.file).exists()
        and not has_batch(home, found.stream, Path(found.file).stem)
    ]


def _notes(home: Home) -> Iterator[Quarantined]:
    for note in sorted(home.quarantine.glob("*/*.json")):
        yield Quarantined(**json.loads(note.read_text("utf-8")))


def _damage(path: Path, thoroughly: bool) -> str | None:
    try:
        read_batches(path)
        if thoroughly:
            with pq.ParquetFile(path) as file:
                for _ in file.iter_batches():
                    pass
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        return " ".join(str(error).split())
    return None


def _set_aside(home: Home, found: Quarantined) -> None:
    folder = home.quarantine / found.stream
    folder.mkdir(parents=True, exist_ok=True)
    # The note comes first: a file that is gone without one would be a loss that nobody reports.
    written = incoming_path(home, f"{found.file}.json")
    written.write_text(json.dumps(asdict(found), ensure_ascii=False) + "\n", "utf-8")
    durable_rename(written, folder / f"{found.file}.json")
    with stream_lock(home, found.stream):
        source = home.stream_folder(found.stream) / found.file
        source.rename(folder / found.file)
        sync_path(folder)
        sync_path(source.parent)
