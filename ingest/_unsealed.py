"""What the journal holds that is not in the lake yet: rows of single calls, as received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import Home, decode_json
from ingest._journal_folder import JournalFolder, receipt_instant
from ingest._journal_frames import Entry, decode_entries, intact_frames

__all__ = ["UnsealedRow", "unsealed_rows"]


@dataclass(frozen=True, slots=True)
class UnsealedRow:
    """An input row that is durable in the journal, and its receipt (UTC)."""

    row: dict[str, Any]
    received_at: datetime
    received_sequence: int


def unsealed_rows(home: Home, stream: str) -> Iterator[UnsealedRow]:
    """Yield the rows of a stream that the journal holds, in the order of receipt.

    A row whose batch has landed may still be among them while its segment is being put away.
    """
    folder = JournalFolder(home.journal)
    # In the order in which a segment moves, so that one that moves meanwhile is seen.
    stems = {segment.stem for segment in folder.open_segments()}
    stems.update(segment.stem for segment in folder.closed_segments())
    mark = f'"stream":"{stream}"'.encode()
    for stem in sorted(stems):
        for frame in intact_frames(_content(folder, stem), stem):
            if mark not in frame.payload:
                continue
            for entry in decode_entries(frame.payload):
                if entry.stream == stream:
                    yield from _rows(entry)


def _content(folder: JournalFolder, stem: str) -> bytes:
    for suffix in ("open", "closed"):
        try:
            return (folder.path / f"{stem}.{suffix}").read_bytes()
        except FileNotFoundError:
            continue
    # Sealed since we looked: its rows are in the lake.
    return b""


def _rows(entry: Entry) -> Iterator[UnsealedRow]:
    instant = receipt_instant(entry.received_at)
    for place, row in enumerate(entry.rows):
        yield UnsealedRow(decode_json(row.decode()), instant, entry.received_sequence + place)
