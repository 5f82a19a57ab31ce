"""The log itself: one commit at a time adds one frame to the open segment, durable on return.

Any number of processes share it. Whoever holds the commit lock first takes in what others added,
so sequence, receipt and the refusal of duplicates are those of one single writer.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from foundation import fail_point
from ingest._idempotency import (
    RECALL_PERIOD,
    DuplicateMeterEventError,
    IdempotencyKeyInUseError,
    IdempotencyMismatchError,
)
from ingest._journal_folder import JournalFolder, Stamp, micros, segment_start
from ingest._journal_frames import (
    Entry,
    decode_entries,
    encode_frame,
    encode_receipt,
    intact_frames,
)
from ingest._journal_recall import Recall
from ingest._modes import without_mode

__all__ = ["Call", "JournalLog", "close_open_segment"]

SEGMENT_SIZE: Final = 16 * 2**20
"""A segment is closed once it holds this many bytes, so that reading one back stays quick."""

_RECALL_MICROS: Final = RECALL_PERIOD.days * 86_400_000_000


class Call(msgspec.Struct, frozen=True):
    """What a caller wants to be made durable; see `Journal.append`.

    `lines` are what `encode_call` made of it, so that the one thread that writes has little to do.
    """

    stream: str
    rows: int
    lines: bytes
    identifiers: tuple[str, ...]
    refuse_duplicates: bool
    key: str | None
    fingerprint: str | None


class _Group:
    """The calls of one commit as they are admitted, one after the other."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.lines: list[bytes] = []
        self.identifiers: set[str] = set()
        self.keys: dict[str, str | None] = {}

    def add(self, call: Call, stamp: Stamp) -> None:
        self.calls.append(call)
        self.lines += (encode_receipt(stamp.received_at, stamp.received_sequence), call.lines)
        self.identifiers.update(call.identifiers)
        if call.key is not None:
            self.keys[call.key] = call.fingerprint


class JournalLog:
    """One process's hold on the log. One caller at a time, except where it says otherwise."""

    def __init__(self, folder: JournalFolder, clock: Callable[[], datetime]) -> None:
        folder.create()
        self.folder: JournalFolder = folder
        self.recall: Recall = Recall(folder)
        self._clock: Callable[[], datetime] = clock
        self._lock: int = os.open(folder.commit_lock, os.O_RDWR | os.O_CREAT, 0o644)
        self._locked: bool = False
        self._path: Path | None = None
        self._handle: int = -1
        self._size: int = 0
        self._last: Stamp = Stamp()

    def close(self) -> None:
        """Let go of every file."""
        os.close(self._lock)
        self._let_go()

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the commit lock; inside, this process knows everything that was committed."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._locked = True
        try:
            self._catch_up()
            yield
        finally:
            self._locked = False
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def is_current(self) -> bool:
        """Return whether nobody added anything since; needs no lock."""
        if self._path is None:
            return False
        try:
            return os.stat(self._path).st_size == self._size
        except FileNotFoundError:
            return False

    def recalled_after(self) -> int:
        """Return the receipt (in microseconds) up to which all is forgotten; needs no lock."""
        return max(micros(self._clock()), self._last.received_at) - _RECALL_MICROS

    def commit(self, calls: Sequence[Call]) -> list[Stamp | Exception]:
        """Make the calls durable in their order; return each one's receipt, or its refusal.

        Inside `locked`. Calls are received at one instant, never before an earlier commit's.

        Raises:
            OSError: the disk took nothing; no call of the group is kept.
        """
        assert self._locked
        if self._size >= SEGMENT_SIZE:
            self.roll()
        if self._path is None:
            # A segment starts after everything in the one before it.
            start = max(micros(self._clock()), self._last.received_at + 1)
            self._hold(self.folder.start_segment(start))
        received_at = max(micros(self._clock()), self._last.received_at)
        sequence = self._last.received_sequence + 1
        group = _Group()
        outcomes: list[Stamp | Exception] = []
        for call in calls:
            refusal = self._refusal(call, group)
            if refusal is not None:
                outcomes.append(refusal)
                continue
            stamp = Stamp(received_at, sequence)
            group.add(call, stamp)
            outcomes.append(stamp)
            sequence += call.rows
        if group.calls:
            self._write(group, Stamp(received_at, sequence - 1))
        return outcomes

    def roll(self) -> bool:
        """Close the open segment; return whether there was anything in it. Inside `locked`."""
        assert self._locked
        if self._path is None or self._size == 0:
            return False
        self.folder.close_segment(self._path, self._last)
        self._let_go()
        self.recall.reload(None)
        return True

    def _refusal(self, call: Call, group: _Group) -> Exception | None:
        after = self.recalled_after()
        if call.key is not None:
            first = self.recall.first_call(call.key, after)
            if first is not None or call.key in group.keys:
                fingerprint = group.keys[call.key] if first is None else first.fingerprint
                if fingerprint != call.fingerprint:
                    return IdempotencyMismatchError(call.key)
                return IdempotencyKeyInUseError(call.key)
        if call.refuse_duplicates:
            for identifier in call.identifiers:
                if identifier in group.identifiers or self.recall.has_identifier(identifier, after):
                    return DuplicateMeterEventError(without_mode(identifier))
        return None

    def _write(self, group: _Group, last: Stamp) -> None:
        assert self._path is not None
        frame = encode_frame(b"".join(group.lines))
        fail_point("journal.before_write")
        place = self._size
        try:
            # The handle is O_DSYNC: a write that returned is on the disk.
            while place < self._size + len(frame):
                place += os.pwrite(self._handle, frame[place - self._size :], place)
        except OSError:
            os.ftruncate(self._handle, self._size)
            raise
        fail_point("journal.written")
        self.recall.note(self._path.stem, group.calls, last.received_at, self._size)
        self._last = last
        self._size = place

    def _catch_up(self) -> None:
        if self._path is not None:
            if self.is_current():
                return
            self._read_on()
            if self._path.exists():
                return
            self._let_go()
        closed = self.folder.last_closed_receipt()
        self._last = max(self._last, closed)
        opened = self.folder.open_segments()
        self.recall.reload(opened[0].stem if opened else None)
        if opened:
            self._hold(opened[0])
            self._read_on()

    def _read_on(self) -> None:
        """Take in what others added to the segment; cut what a dead one left unfinished."""
        assert self._path is not None
        size = os.fstat(self._handle).st_size
        data = os.pread(self._handle, size - self._size, self._size)
        start = self._size
        for frame in intact_frames(data, self._path.name):
            entries = list(decode_entries(frame.payload))
            self._last = _last_stamp(entries[-1])
            offset = start + frame.offset
            self.recall.note(self._path.stem, entries, self._last.received_at, offset)
            self._size = start + frame.end
        # Whoever wrote it may have died before it was durable; what we answer from must be.
        os.ftruncate(self._handle, self._size)
        os.fdatasync(self._handle)

    def _hold(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_DSYNC)
        self._path = path
        self._size = 0
        # Whoever started it may have been ahead of this clock, and died before its first call.
        started = max(segment_start(path.stem), self._last.received_at)
        self._last = Stamp(started, self._last.received_sequence)

    def _let_go(self) -> None:
        if self._path is not None:
            os.close(self._handle)
        self._path = None
        self._size = 0


def close_open_segment(folder: JournalFolder) -> None:
    """Close the segment calls are added to, whoever adds them. Needs the commit lock."""
    for path in folder.open_segments():
        end, last = 0, None
        for frame in intact_frames(path.read_bytes(), path.name):
            end, last = frame.end, frame
        if last is None:
            continue
        *_, entry = decode_entries(last.payload)
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
        folder.close_segment(path, _last_stamp(entry))


def _last_stamp(entry: Entry) -> Stamp:
    return Stamp(entry.received_at, entry.received_sequence + max(0, len(entry.rows) - 1))
