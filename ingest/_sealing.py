"""Seal the journal: each closed segment becomes one batch of each stream in it, exactly once.

A batch's id is made of the segment's name, so a segment that is sealed again, because whoever began
was killed, lands nothing twice. Only when all its batches stand, and what may not be done twice is
sorted into a run, does a segment leave the journal.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from foundation import Home, fail_point
from foundation.errors import MeterhouseError, RunError
from ingest._durable import no_space
from ingest._journal import Journal
from ingest._journal_folder import JournalFolder, exclusive_lock
from ingest._journal_frames import Entry, decode_entries, intact_frames
from ingest._journal_log import close_open_segment
from ingest._journal_recall import RecentSegment
from ingest._lake import open_home
from ingest._sealing_rows import land_calls
from ingest._sealing_tidy import tidy

__all__ = ["SealedBatch", "seal_journal", "sealing"]

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """One batch made of single calls: its rows are in the lake, its calls no longer in the journal.

    `rejected` counts rows that do not fit their stream, by reason; they lie under `_rejected/`.
    """

    stream: str
    batch_id: str
    accepted: int
    rejected: dict[str, int]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def seal_journal(
    home: Home | Path | str, *, clock: Callable[[], datetime] = _utc_now
) -> list[SealedBatch]:
    """Put every call that the journal holds into the lake, and return the batches made of them.

    Calls of all processes are taken, those under way excepted. Waits while another process seals.
    Killed at any instant, the next sealing completes it. Afterwards forgets keys and identifiers
    received more than 24 hours before `clock`.

    Raises:
        JournalDamagedError: a segment was damaged after it was written; those before it are sealed.
        NotAHomeError: `home` is not a home.
        RunError: the disk is full; what could not be sealed is still in the journal.
    """
    opened = home if isinstance(home, Home) else open_home(home)
    try:
        return _seal_all(opened, clock())
    except OSError as error:
        if no_space(error, opened) is None:
            raise
        raise RunError(
            f"The disk that holds {opened.lake} is full; calls that could not be sealed stay in "
            "the journal.",
            next_command="df -h",
        ) from error


def _seal_all(home: Home, now: datetime) -> list[SealedBatch]:
    folder = JournalFolder(home.journal)
    folder.create()
    with exclusive_lock(folder.seal_lock):
        with exclusive_lock(folder.commit_lock):
            close_open_segment(folder)
        segments = folder.closed_segments()
        sealed = [batch for segment in segments for batch in _seal(home, folder, segment, now)]
        if segments:
            tidy(folder, now)
    return sealed


@contextmanager
def sealing(
    home: Home | Path | str,
    *,
    journal: Journal | None = None,
    every: timedelta = timedelta(minutes=1),
    clock: Callable[[], datetime] = _utc_now,
) -> Generator[None]:
    """Seal in a thread of its own for as long as the block runs, and once more at its end.

    Calls are sealed as often as `every` says, and a segment that is full within a second. A build
    seals before it looks, so sealing more often only makes more and smaller files.
    `journal` is the one this process appends to, if it has one: calls then wait less while their
    segment is closed. `clock` is the one that calls are received by: on another one, keys would be
    forgotten too early. A failure is logged and tried again; calls stay safe in the journal.

    Raises:
        ValueError: `every` is less than a second.
    """
    if every < timedelta(seconds=1):
        raise ValueError(f"a segment is sealed once a second at the most, not every {every}")
    stopped = threading.Event()

    folder = JournalFolder((home if isinstance(home, Home) else open_home(home)).journal)

    def run() -> None:
        due = time.monotonic() + every.total_seconds()
        while True:
            last_round = stopped.wait(1)
            if not (last_round or folder.closed_segments() or time.monotonic() >= due):
                continue
            due = time.monotonic() + every.total_seconds()
            try:
                if journal is not None:
                    journal.roll()
                seal_journal(home, clock=clock)
            except (MeterhouseError, OSError) as error:
                _log.error("sealing failed and will be tried again: %s", error)
            if last_round:
                return

    thread = threading.Thread(target=run, name="meterhouse-sealing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _seal(home: Home, folder: JournalFolder, segment: Path, now: datetime) -> list[SealedBatch]:
    fail_point("sealing.before_segment")
    recent = RecentSegment(segment.stem)
    by_stream: dict[str, list[Entry]] = {}
    has_answers = False
    for frame in intact_frames(segment.read_bytes(), segment.name):
        entries = list(decode_entries(frame.payload))
        recent.note(entries, entries[0].received_at, frame.offset)
        for entry in entries:
            has_answers = has_answers or entry.key is not None
            if entry.rows:
                by_stream.setdefault(entry.stream, []).append(entry)
    sealed: list[SealedBatch] = []
    for stream, entries in sorted(by_stream.items()):
        account = land_calls(home, stream, segment, entries, now)
        sealed.append(SealedBatch(stream, account.batch_id, account.accepted, account.rejected))
        fail_point("sealing.landed")
    run = folder.recall / f"{segment.stem}.run"
    if not run.exists():
        recent.write(run)
    with exclusive_lock(folder.commit_lock):
        folder.keep_segment(segment, has_answers=has_answers)
    return sealed
