"""The lake as files: making one, and what it holds."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home, Stream
from foundation.errors import RunError
from foundation.home import LAKE_FORMAT
from ingest._durable import durable_rename, incoming_path, sync_path
from ingest._metadata import BatchMetadata, footer_of, read_batches, read_merge

__all__ = ["batches", "find_batch", "has_batch", "live_files", "open_home", "prepare_home"]

_EMPTY = "_empty.parquet"
_MERGED = "merge-"
_UNREADABLE = (OSError, ValueError, pa.ArrowException)


def prepare_home(root: Path | str) -> Home:
    """Return the home at `root`, made first where the folder is absent or empty.

    Every stream has its folder and its empty file afterwards, with today's columns. Asking twice,
    or from two processes at once, is harmless.

    Raises:
        NotAHomeError: the folder holds something else.
    """
    home = Home.create(root)
    for declared in STREAMS.values():
        _prepare_stream(home, declared)
    home.journal.mkdir(exist_ok=True)
    home.rejected.mkdir(exist_ok=True)
    _remove_leftovers(home)
    if not home.format_file.exists():
        written = incoming_path(home, home.format_file.name)
        written.write_text(json.dumps({"lake_format": LAKE_FORMAT}) + "\n", "utf-8")
        durable_rename(written, home.format_file)
        sync_path(home.root)
    return home


def open_home(root: Path | str) -> Home:
    """Return the home at `root`, its streams brought up to today's declarations.

    Raises:
        NotAHomeError: nothing is there, or something that is not a home.
    """
    Home.open(root)
    return prepare_home(root)


def _prepare_stream(home: Home, declared: Stream) -> None:
    folder = home.stream_folder(declared.name)
    empty = folder / _EMPTY
    # A column added to a declaration reaches the old batches through the empty file: dbt reads the
    # union of all files' columns.
    if _holds(empty, declared):
        return
    folder.mkdir(parents=True, exist_ok=True)
    footer = {key.encode(): text.encode() for key, text in footer_of(declared.name, []).items()}
    written = incoming_path(home, f"{declared.name}.{_EMPTY}")
    pq.write_table(declared.schema.with_metadata(footer).empty_table(), written)
    durable_rename(written, empty)
    sync_path(home.lake)


def _holds(empty: Path, declared: Stream) -> bool:
    try:
        return pq.read_schema(empty).remove_metadata().equals(declared.schema)
    except (OSError, pa.ArrowException):
        # Absent, or damaged: it holds no rows, so it is simply written anew.
        return False


def _remove_leftovers(home: Home) -> None:
    for path in home.incoming.glob("*.tmp"):
        writer = path.name.split(".", 1)[0]
        if not writer.isdigit() or not _is_alive(int(writer)):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def live_files(lake: Path, stream: str) -> list[Path]:
    """Return the files that hold a stream's rows, each row once, in the order of their names.

    The empty file is among them, so the list is never empty in a prepared lake. A file whose rows a
    committed merge holds is left out, even while it is still on disk.
    """
    while True:
        present = sorted((lake / stream).glob("*.parquet"))
        try:
            dead = {
                name
                for path in present
                if path.name.startswith(_MERGED)
                for name in read_merge(path).replaces
            }
        except FileNotFoundError:
            # A merge was itself merged away while we looked; look again.
            continue
        return [path for path in present if path.name not in dead]


def batches(lake: Path, stream: str) -> list[BatchMetadata]:
    """Return the account of every batch a stream holds, in the order of landing.

    Raises:
        RunError: a file cannot be read.
    """
    while True:
        try:
            held = [
                batch
                for path in live_files(lake, stream)
                if path.name != _EMPTY
                for batch in _account_of(path)
            ]
        except FileNotFoundError:
            continue
        except _UNREADABLE as error:
            raise _damaged(lake / stream, error) from error
        return sorted(held, key=lambda batch: (batch.landed_at, batch.batch_id))


def has_batch(home: Home, stream: str, batch_id: str) -> bool:
    """Whether the batch has landed, be it as a file of its own or inside a compacted one.

    The answer is certain to hold only while `stream_lock` is held.

    Raises:
        RunError: the file that should hold it cannot be read.
    """
    return find_batch(home, stream, batch_id) is not None


def find_batch(home: Home, stream: str, batch_id: str) -> BatchMetadata | None:
    """Return the account of a batch, None where it has not landed.

    Raises:
        RunError: the file that should hold it cannot be read.
    """
    while True:
        try:
            holder = _file_of(home, stream, batch_id)
            held = [] if holder is None else _account_of(holder)
        except FileNotFoundError:
            # Compaction replaced a file while we looked; look again.
            continue
        except _UNREADABLE as error:
            raise _damaged(home.stream_folder(stream), error) from error
        return next((batch for batch in held if batch.batch_id == batch_id), None)


def _account_of(path: Path) -> list[BatchMetadata]:
    try:
        return read_batches(path)
    except FileNotFoundError:
        raise
    except _UNREADABLE as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> RunError:
    reason = " ".join(str(error).split()).rstrip(".")
    return RunError(f"{path} cannot be read: {reason}.", next_command="meterhouse verify")


def _file_of(home: Home, stream: str, batch_id: str) -> Path | None:
    own = home.stream_folder(stream) / f"{batch_id}.parquet"
    if own.exists():
        return own
    merges = (p for p in live_files(home.lake, stream) if p.name.startswith(_MERGED))
    return next((merge for merge in merges if batch_id in read_merge(merge).batch_ids), None)
