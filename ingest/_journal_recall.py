"""What one process knows of the identifiers and Idempotency-Keys accepted in the last 24 hours.

The segments not yet sorted into a run are held in memory, a few of them at the most; all others are
looked up in the runs on disk. So memory is bounded by the size of a segment.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from foundation import fail_point
from ingest._idempotency_runs import (
    Found,
    Run,
    identifier_digest,
    key_digest,
    pack_entry,
    write_run,
)
from ingest._journal_folder import JournalFolder, segment_mark
from ingest._journal_frames import Entry, decode_entries, intact_frames, read_frame

__all__ = ["Recall", "RecentSegment"]

# Segments held in memory besides the open one, before they are sorted into runs.
_MOST_RECENT: Final = 4


class Accepted(Protocol):
    """What a call did that may not be done again."""

    @property
    def identifiers(self) -> tuple[str, ...]: ...

    @property
    def key(self) -> str | None: ...


class RecentSegment:
    """The identifiers and keys of one segment, in memory."""

    def __init__(self, stem: str) -> None:
        self._mark: int = segment_mark(stem)
        self.identifiers: dict[str, Found] = {}
        self.keys: dict[str, Found] = {}

    def note(self, calls: Iterable[Accepted], received_at: int, offset: int) -> None:
        """Take in the calls of the frame at `offset`; they were received together."""
        found = Found(received_at, self._mark, offset)
        for call in calls:
            for identifier in call.identifiers:
                self.identifiers[identifier] = found
            if call.key is not None:
                self.keys[call.key] = found

    def read(self, segment: Path) -> None:
        """Take in a whole segment that is closed."""
        for frame in intact_frames(segment.read_bytes(), segment.name):
            entries = list(decode_entries(frame.payload))
            self.note(entries, entries[0].received_at, frame.offset)

    def write(self, path: Path) -> None:
        """Write everything to a run."""
        fail_point("recall.before_write")
        entries = [
            pack_entry(identifier_digest(identifier), found)
            for identifier, found in self.identifiers.items()
        ]
        entries.extend(pack_entry(key_digest(key), found) for key, found in self.keys.items())
        entries.sort()
        write_run(path, entries, len(entries))


class Recall:
    """Look-ups need no lock; everything else needs the commit lock and one caller at a time."""

    def __init__(self, folder: JournalFolder) -> None:
        self._folder: JournalFolder = folder
        self._recent: dict[str, RecentSegment] = {}
        self._runs: tuple[Run, ...] = ()

    def has_identifier(self, identifier: str, received_after: int) -> bool:
        """Return whether the identifier was accepted after an instant (in microseconds)."""
        for segment in tuple(self._recent.values()):
            found = segment.identifiers.get(identifier)
            if found is not None and found.received_at > received_after:
                return True
        if not self._runs:
            return False
        digest = identifier_digest(identifier)
        return any(
            found is not None and found.received_at > received_after
            for found in (run.find(digest) for run in self._runs if run.newest > received_after)
        )

    def first_call(self, key: str, received_after: int) -> Entry | None:
        """Return the call made under the key after an instant (in microseconds)."""
        for stem, segment in tuple(self._recent.items()):
            found = segment.keys.get(key)
            if found is not None and found.received_at > received_after:
                return self._read_call(stem, key, found)
        if not self._runs:
            return None
        digest = key_digest(key)
        for run in self._runs:
            found = run.find(digest) if run.newest > received_after else None
            if found is not None and found.received_at > received_after:
                stem = self._folder.segment_at(found.received_at, found.mark)
                return None if stem is None else self._read_call(stem, key, found)
        return None

    def note(self, stem: str, calls: Iterable[Accepted], received_at: int, offset: int) -> None:
        """Take in the calls of the frame at `offset` of the segment named `stem`."""
        self._recent.setdefault(stem, RecentSegment(stem)).note(calls, received_at, offset)

    def reload(self, open_stem: str | None) -> None:
        """Take in what became of closed segments, whoever closed, sorted or sealed them."""
        mapped = {run.path: run for run in self._runs}
        paths = sorted(self._folder.recall.glob("*.run"))
        runs = {path.stem: mapped.get(path) or Run(path) for path in paths}
        closed = {segment.stem: segment for segment in self._folder.closed_segments()}
        for stem, segment in closed.items():
            if stem not in runs and stem not in self._recent:
                recent = RecentSegment(stem)
                recent.read(segment)
                self._recent[stem] = recent
        unsorted = [stem for stem in closed if stem in self._recent and stem not in runs]
        for stem in unsorted[: max(0, len(unsorted) - _MOST_RECENT)]:
            path = self._folder.recall / f"{stem}.run"
            self._recent[stem].write(path)
            runs[stem] = Run(path)
        self._runs = tuple(runs.values())
        # Only after the runs answer for them. A segment that is neither open nor closed was sealed,
        # and sealing sorts first.
        for stem in tuple(self._recent):
            if stem != open_stem and (stem in runs or stem not in closed):
                del self._recent[stem]

    def _read_call(self, stem: str, key: str, found: Found) -> Entry | None:
        for path in (
            self._folder.path / f"{stem}.open",
            self._folder.path / f"{stem}.closed",
            self._folder.kept_path(stem),
        ):
            try:
                frame = read_frame(path, found.offset)
            except FileNotFoundError:
                continue
            return next(entry for entry in decode_entries(frame.payload) if entry.key == key)
        return None
