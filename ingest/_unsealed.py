"""What the journal holds that is not in the lake yet: rows of single calls, as received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import Home, decode_json
from ingest._journal_folder import JournalFolder, receipt_instant
from ingest._journal_frames import decode_entries, intact_frames

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
    for segment in (*folder.closed_segments(), *folder.open_segments()):
        try:
            data = segment.read_bytes()
        except FileNotFoundError:
            # Sealed since we looked: its rows are in the lake.
            continue
        for frame in intact_frames(data, segment.name):
            for entry in decode_entries(frame.payload):
                if entry.stream != stream:
                    continue
                instant = receipt_instant(entry.received_at)
                for at, row in enumerate(entry.rows):
                    yield UnsealedRow(
                        decode_json(row.decode()), instant, entry.received_sequence + at
                    )
