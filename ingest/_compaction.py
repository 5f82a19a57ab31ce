"""Merge the many small files of a lake into few large ones, while everything else goes on.

A merge becomes part of the lake by one rename, and from that instant the files it names are dead:
nobody reads them again. They are removed by a later compaction, when nobody can still be about to.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from foundation import STREAMS, Home, fail_point
from foundation import stream as declared_stream
from foundation.errors import RunError
from ingest._compaction_merge import MemoryLimit, merge_files, spill_folder
from ingest._compaction_plan import MERGE_SIZE, MergePlan, plan_merges
from ingest._durable import stream_lock, sync_path
from ingest._lake import open_home
from ingest._metadata import read_merge

__all__ = ["REMOVE_AFTER", "Compaction", "CompactionRunningError", "compact"]

REMOVE_AFTER: Final = timedelta(minutes=10)
"""How long a dead file is kept for readers that listed the lake before it died."""


class CompactionRunningError(RunError):
    """Another process is compacting this home."""


@dataclass(frozen=True, slots=True)
class Compaction:
    """One merge, made or (in a dry run) to be made. Sizes are in bytes.

    `file` is the merged file's name and `size_after` its size, None in a dry run. `files` are the
    names of the files it replaces, `batches` the number of batches in them.
    """

    stream: str
    file: str
    files: tuple[str, ...]
    batches: int
    rows: int
    size_before: int
    size_after: int | None


def compact(
    home: Home | Path | str,
    *,
    streams: Sequence[str] = (),
    merge_size: int = MERGE_SIZE,
    memory_limit: MemoryLimit = "1GB",
    remove_after: timedelta = REMOVE_AFTER,
    dry_run: bool = False,
    on_plan: Callable[[Sequence[MergePlan]], None] | None = None,
    on_merge: Callable[[MergePlan], None] | None = None,
) -> list[Compaction]:
    """Merge the small files of `streams` (all, when empty) and remove what earlier merges left.

    Every row keeps its batch_id and batch_row, every batch its account. Meter events come out
    sorted by event name, customer and time, other streams in the order of landing. Landing, sealing
    and builds may go on meanwhile; killed at any instant, the lake holds each row once. `on_plan`
    is called once with all merges, `on_merge` after each one.

    Raises:
        CompactionRunningError: another process compacts this home.
        NotAHomeError: `home` is not a home.
        RunError: the disk is full, or a file holds other rows than its account tells; that merge
            did not happen, those before it did.
        UnknownStreamError: there is no such stream.
    """
    names = [declared_stream(name).name for name in streams] or list(STREAMS)
    opened = open_home(home.root if isinstance(home, Home) else home)
    with _only_one(opened):
        shutil.rmtree(spill_folder(opened), ignore_errors=True)
        if not dry_run:
            for name in names:
                _remove_dead(opened, name, remove_after)
        plans = [plan for name in names for plan in plan_merges(opened, name, merge_size)]
        if on_plan is not None:
            on_plan(plans)
        made: list[Compaction] = []
        for plan in plans:
            merged = None if dry_run else merge_files(opened, plan, memory_limit)
            if dry_run or merged is not None:
                made.append(_compaction(plan, merged))
            if on_merge is not None:
                on_merge(plan)
        shutil.rmtree(spill_folder(opened), ignore_errors=True)
    return made


def _compaction(plan: MergePlan, merged: Path | None) -> Compaction:
    return Compaction(
        stream=plan.stream,
        file=plan.name,
        files=tuple(file.path.name for file in plan.files),
        batches=len(plan.batches),
        rows=plan.rows,
        size_before=plan.size,
        size_after=None if merged is None else merged.stat().st_size,
    )


@contextmanager
def _only_one(home: Home) -> Generator[None]:
    home.incoming.mkdir(parents=True, exist_ok=True)
    handle = os.open(home.incoming / "compaction.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CompactionRunningError(
                f"Another process is compacting {home.root}. Nothing was changed.",
                next_command="meterhouse compact, once it has ended",
            ) from None
        yield
    finally:
        os.close(handle)


def _remove_dead(home: Home, stream: str, remove_after: timedelta) -> None:
    folder = home.stream_folder(stream)
    died_before = time.time() - remove_after.total_seconds()
    with stream_lock(home, stream):
        dead = {
            name
            for merge in folder.glob("merge-*.parquet")
            if merge.stat().st_mtime <= died_before
            for name in read_merge(merge).replaces
        }
        found = [path for path in folder.glob("*.parquet") if path.name in dead]
        for path in found:
            fail_point("compaction.before_remove")
            path.unlink()
        if found:
            sync_path(folder)
            fail_point("compaction.removed")
