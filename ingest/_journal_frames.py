"""How the journal lies on disk: frames of calls, each frame written and checked as one.

A segment is a run of frames. A frame is everything one commit made durable:

    magic (4 bytes) · length of the payload · CRC-32 of the payload     big-endian, 4 bytes each
    payload: for each call a line of JSON that says what it is, then one line a row

A frame is shorter than 2**24 bytes, so its length always holds a zero byte, and JSON text never
does: no row can look like the start of a frame.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from foundation.errors import RunError

__all__ = [
    "LONGEST_CALL",
    "Entry",
    "Frame",
    "JournalDamagedError",
    "decode_entries",
    "encode_call",
    "encode_frame",
    "encode_receipt",
    "intact_frames",
    "read_frame",
]

_HEAD: Final = struct.Struct(">4sII")
_MAGIC: Final = b"MHJ1"
_LONGEST_PAYLOAD: Final = 2**24 - 1

LONGEST_CALL: Final = 8 * 2**20
"""The most bytes one call may add to the journal; a frame holds at least one such call."""

_encode: Final = msgspec.json.Encoder().encode


class JournalDamagedError(RunError):
    """A segment is damaged before its end, which no crash does: nothing is cut, nothing is lost."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call as the journal holds it.

    `rows` are the JSON texts of the rows, UTF-8. `received_at` is in microseconds since 1970 (UTC);
    `received_sequence` is that of the first row, the others follow it without a gap. `identifiers`
    are those of the meter events among the rows. The last four are set when the call came with an
    Idempotency-Key: the key, what was asked, and the answer that was given.
    """

    stream: str
    rows: tuple[bytes, ...]
    received_at: int
    received_sequence: int
    identifiers: tuple[str, ...] = ()
    key: str | None = None
    fingerprint: str | None = None
    status: int | None = None
    body: str | None = None


class Frame(NamedTuple):
    """A frame that is whole: where it starts, where the next one would, and what it carries."""

    offset: int
    end: int
    payload: bytes


def encode_call(
    stream: str,
    rows: int,
    lines: bytes,
    identifiers: Sequence[str],
    kept_answer: Mapping[str, object],
) -> bytes:
    """Return the lines of one call but for its receipt, which `encode_receipt` puts before them.

    `lines` are those of its `rows` rows, each with its end. `kept_answer` is empty, or holds key,
    fingerprint, status and body.

    Raises:
        UnicodeEncodeError: a text holds half of a surrogate pair.
    """
    head: dict[str, object] = {"stream": stream, "rows": rows}
    if identifiers:
        head["identifiers"] = identifiers
    head.update(kept_answer)
    return b"%b\n%b" % (_encode(head)[1:], lines)


def encode_receipt(received_at: int, received_sequence: int) -> bytes:
    """Return what begins the lines of a call received at this instant (in microseconds)."""
    return b'{"received_at":%d,"received_sequence":%d,' % (received_at, received_sequence)


def encode_frame(payload: bytes) -> bytes:
    """Return `payload` framed."""
    if len(payload) > _LONGEST_PAYLOAD:
        raise ValueError(f"a frame holds at most {_LONGEST_PAYLOAD} bytes, not {len(payload)}")
    return _HEAD.pack(_MAGIC, len(payload), zlib.crc32(payload)) + payload


def decode_entries(payload: bytes) -> Iterator[Entry]:
    """Yield the calls of a frame in the order in which they were received."""
    lines = payload.split(b"\n")
    place = 0
    while place < len(lines) - 1:
        head = json.loads(lines[place])
        first, place = place + 1, place + 1 + head["rows"]
        yield Entry(
            stream=head["stream"],
            rows=tuple(lines[first:place]),
            received_at=head["received_at"],
            received_sequence=head["received_sequence"],
            identifiers=tuple(head.get("identifiers", ())),
            key=head.get("key"),
            fingerprint=head.get("fingerprint"),
            status=head.get("status"),
            body=head.get("body"),
        )


def intact_frames(data: bytes, name: str, offset: int = 0) -> Iterator[Frame]:
    """Yield the whole frames of a segment from `offset` on; what follows the last is a torn tail.

    A commit begins only when the one before it is durable, so a crash can tear the last frame only.

    Raises:
        JournalDamagedError: a frame that is not whole is followed by one that is.
    """
    while (frame := _frame_at(data, offset)) is not None:
        yield frame
        offset = frame.end
    later = data.find(_MAGIC, offset + 1)
    while later != -1:
        if _frame_at(data, later) is not None:
            raise JournalDamagedError(
                f"The journal segment {name} is damaged at byte {offset}; whole calls follow at "
                f"byte {later}. The disk changed what was written; restore the file from a backup."
            )
        later = data.find(_MAGIC, later + 1)


def read_frame(path: Path, offset: int) -> Frame:
    """Return the frame that starts at `offset` of a segment.

    Raises:
        JournalDamagedError: no whole frame starts there.
    """
    with path.open("rb") as file:
        file.seek(offset)
        head = file.read(_HEAD.size)
        length = _HEAD.unpack(head)[1] if len(head) == _HEAD.size else 0
        frame = _frame_at(head + file.read(length), 0)
    if frame is None:
        raise JournalDamagedError(
            f"The journal segment {path.name} is damaged at byte {offset}. The disk changed what "
            "was written; restore the file from a backup."
        )
    return Frame(offset, offset + frame.end, frame.payload)


def _frame_at(data: bytes, offset: int) -> Frame | None:
    if offset + _HEAD.size > len(data):
        return None
    magic, length, checksum = _HEAD.unpack_from(data, offset)
    start = offset + _HEAD.size
    payload = data[start : start + length]
    if magic != _MAGIC or len(payload) != length or zlib.crc32(payload) != checksum:
        return None
    return Frame(offset, start + length, payload)
