"""The journal's folder, and the states a segment goes through in it.

    commit.lock               held while the journal changes: by a commit, a roll, a seal
    seal.lock                 held by the one process that seals
    clock.json                the last receipt of the segments that were closed
    <started>-<hex>.open      the segment calls are added to; at most one
    <started>-<hex>.closed    complete, not yet in the lake
    kept/<hour>/<started>-<hex>.kept   in the lake, kept for the answers it can replay
    recall/*.run              which identifiers and Idempotency-Keys were accepted, sorted

`<started>` is the receipt of the segment's first call to the microsecond, so names sort by receipt,
and a segment holds no receipt at or after the start of the next one.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from foundation import fail_point
from ingest._durable import sync_path

__all__ = [
    "EPOCH",
    "JournalFolder",
    "Stamp",
    "exclusive_lock",
    "micros",
    "receipt_instant",
    "segment_mark",
    "segment_start",
    "start_stamp",
    "write_durably",
]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP: Final = "%Y%m%dT%H%M%S%fZ"
_HOUR: Final = len("20260301T10")


class Stamp(msgspec.Struct, frozen=True, order=True):
    """A receipt the journal gave: microseconds since 1970 (UTC), and the sequence of a row."""

    received_at: int = 0
    received_sequence: int = 0


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970 (UTC)."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def receipt_instant(received_at: int) -> datetime:
    """Return microseconds since 1970 as an aware instant (UTC)."""
    return EPOCH + timedelta(microseconds=received_at)


def start_stamp(received_at: int) -> str:
    """Return the part of a segment's name that says when it started."""
    return receipt_instant(received_at).strftime(_STAMP)


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` at `path` as a whole or not at all, durable on return."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_path(path.parent)


def segment_start(stem: str) -> int:
    """Return the receipt (microseconds since 1970) before which a segment holds nothing."""
    return micros(datetime.strptime(stem.partition("-")[0], _STAMP).replace(tzinfo=UTC))


def segment_mark(stem: str) -> int:
    """Return the part of a segment's name that is random, 24 bits."""
    return int(stem.rpartition("-")[2], 16)


@contextmanager
def exclusive_lock(path: Path) -> Generator[None]:
    """Hold the lock file at `path`, waiting for whoever holds it; the kernel frees it at death."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class JournalFolder:
    """The files under `lake/_journal/`, and the moves between their states.

    Every move needs the commit lock.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.kept: Path = path / "kept"
        self.recall: Path = path / "recall"
        self.commit_lock: Path = path / "commit.lock"
        self.seal_lock: Path = path / "seal.lock"
        self._clock: Path = path / "clock.json"

    def create(self) -> None:
        """Make the folder; asking twice is harmless."""
        self.kept.mkdir(parents=True, exist_ok=True)
        self.recall.mkdir(exist_ok=True)

    def open_segments(self) -> list[Path]:
        """Return the segment calls are added to, if there is one."""
        return sorted(self.path.glob("*.open"))

    def closed_segments(self) -> list[Path]:
        """Return the segments that wait to be sealed, oldest first."""
        return sorted(self.path.glob("*.closed"))

    def kept_hours(self) -> list[Path]:
        """Return the folders of the sealed segments that are kept, oldest first.

        There is one for each hour in which such a segment started, so that no listing is long.
        """
        return sorted(self.kept.iterdir())

    def kept_path(self, stem: str) -> Path:
        """Return where a sealed segment is kept."""
        return self.kept / stem[:_HOUR] / f"{stem}.kept"

    def segment_at(self, received_at: int, mark: int) -> str | None:
        """Return the name of the closed or kept segment that holds this receipt and has this mark.

        None when it is no longer kept.
        """
        # In the order in which a segment moves, so that none is missed.
        stems = [segment.stem for segment in self.closed_segments()]
        stamp = start_stamp(received_at)
        for hour in reversed([hour for hour in self.kept_hours() if hour.name <= stamp]):
            # An hour that is being forgotten holds nothing anybody asks for.
            with suppress(FileNotFoundError):
                found = [segment.stem for segment in hour.iterdir()]
                stems += found
                if min(found, default="~") <= stamp:
                    break
        # '~' sorts after every name that starts in that microsecond.
        stem = max((stem for stem in stems if stem < f"{stamp}~"), default=None)
        return stem if stem is not None and segment_mark(stem) == mark else None

    def start_segment(self, received_at: int) -> Path:
        """Make an empty open segment whose first receipt will be `received_at`."""
        path = self.path / f"{start_stamp(received_at)}-{secrets.token_hex(3)}.open"
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644))
        sync_path(self.path)
        fail_point("journal.segment_started")
        return path

    def close_segment(self, path: Path, last: Stamp) -> Path:
        """Take no more calls into an open segment, all of which must be durable already."""
        fail_point("journal.before_close")
        state = {"received_at": last.received_at, "received_sequence": last.received_sequence}
        write_durably(self._clock, json.dumps(state).encode())
        fail_point("journal.clock_written")
        closed = path.with_suffix(".closed")
        os.rename(path, closed)
        sync_path(self.path)
        fail_point("journal.closed")
        return closed

    def keep_segment(self, path: Path, *, has_answers: bool) -> None:
        """Move a sealed segment out of the way of sealing; without answers it is not needed."""
        fail_point("sealing.before_keep")
        if has_answers:
            kept = self.kept_path(path.stem)
            kept.parent.mkdir(exist_ok=True)
            sync_path(self.kept)
            os.rename(path, kept)
            sync_path(kept.parent)
        else:
            path.unlink()
        sync_path(self.path)
        fail_point("sealing.kept")

    def last_closed_receipt(self) -> Stamp:
        """Return the last receipt of the segments that were closed."""
        try:
            state = json.loads(self._clock.read_bytes())
        except FileNotFoundError:
            return Stamp()
        return Stamp(state["received_at"], state["received_sequence"])
