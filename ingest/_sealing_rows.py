"""Make a batch of the calls of one segment: the same reading, checks and account as for a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from foundation import Home, Stream, decode_json_text, stream
from ingest._batch import BatchWriter
from ingest._checks import Conditions
from ingest._instants import instant_text
from ingest._journal_folder import micros
from ingest._journal_frames import Entry
from ingest._json_fast import FastJson
from ingest._json_rows import JsonRow, event_block
from ingest._lake import find_batch
from ingest._landing import Landing
from ingest._line_blocks import TextBlock
from ingest._metadata import BatchMetadata
from ingest._objects import ObjectConditions
from ingest._pipeline import Work, check_block
from ingest._reading import Plan
from ingest._rows import RawRow
from ingest._sources import Source
from ingest._text_reading import TextReader

__all__ = ["land_calls"]

# Rows checked at once; they bound the memory of a sealing.
_BLOCK_ROWS: Final = 20_000


def land_calls(
    home: Home, stream_name: str, segment: Path, entries: Sequence[Entry], now: datetime
) -> BatchMetadata:
    """Land the rows of `entries` as the batch of this segment; return its account.

    When the batch is in the lake already, nothing changes.
    """
    declared = stream(stream_name)
    batch_id = f"journal-{segment.stem}"
    held = find_batch(home, stream_name, batch_id)
    if held is not None:
        return held
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(b"\n".join((*entry.rows, b"")))
    source = Source(
        name=f"journal/{segment.stem}",
        file_name=segment.name,
        path=segment,
        format="json lines",
        compression=None,
        encoding="utf-8",
        content_hash=digest.hexdigest(),
        size=sum(len(row) for entry in entries for row in entry.rows),
    )
    conditions = Conditions(landed_at=micros(now))
    # Only events come through the journal.
    plan = Plan(declared, conditions, ObjectConditions(observed_at=micros(now)))
    with BatchWriter(home, declared, batch_id) as writer:
        works = _works(declared, conditions, _rows(entries))
        _, account = Landing(home, plan, threads=1).write(works, source, batch_id, writer)
        writer.commit(account)
    return account


def _works(declared: Stream, conditions: Conditions, lines: Iterable[bytes]) -> Iterator[Work]:
    read = TextReader(
        FastJson(declared),
        lambda text: event_block(declared, _one_a_line(text)),
        lambda content: content.rfind(b"\n") + 1,
    )
    remaining = iter(lines)
    first_line = 1
    while piece := list(islice(remaining, _BLOCK_ROWS)):
        yield _work(declared, conditions, read, TextBlock(b"".join(piece), first_line))
        first_line += len(piece)


def _work(declared: Stream, conditions: Conditions, read: TextReader, text: TextBlock) -> Work:
    return lambda: [
        check_block(declared, block, conditions, mapping=None, file_name="", ready=True)
        for block in read(text)
    ]


def _one_a_line(text: TextBlock) -> Iterator[JsonRow]:
    # Unlike a file's, a call's row is never an envelope of others.
    for number, line in enumerate(
        text.content.decode().removesuffix("\n").split("\n"), text.first_line
    ):
        yield JsonRow(decode_json_text(line), RawRow(number, line))


def _rows(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield each row as a line, with its receipt: whole wherever it goes from here."""
    for entry in entries:
        received_at = instant_text(entry.received_at).encode()
        for place, row in enumerate(entry.rows):
            receipt = b'{"received_at":"%b","received_sequence":%d' % (
                received_at,
                entry.received_sequence + place,
            )
            yield receipt + (b"}\n" if row == b"{}" else b",%b\n" % row[1:])
