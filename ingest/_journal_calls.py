"""What a caller hands to the journal, checked and put into bytes before anything waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

import msgspec

from foundation import encode_json
from foundation import stream as declared_stream
from foundation.errors import UsageError
from ingest._idempotency import Answer
from ingest._journal_frames import LONGEST_CALL, encode_call
from ingest._journal_log import Call
from ingest._modes import in_mode

__all__ = ["Under", "WrittenRows", "call_of"]

_encode_lines = msgspec.json.Encoder().encode_lines


class Under(Protocol):
    """The Idempotency-Key a call is made under, and what was asked under it."""

    key: str | None
    fingerprint: str


class WrittenRows(msgspec.Struct, frozen=True):
    """Rows whose text is made already: a line of JSON each, and the meter events' identifiers.

    The identifiers are told apart by the mode of their rows.
    """

    count: int
    lines: bytes
    identifiers: tuple[str, ...]

    @classmethod
    def of_plain(cls, rows: Sequence[Mapping[str, object]]) -> Self:
        """Write rows that hold nothing but text, whole numbers, booleans, and maps of them.

        Nothing is looked at, which is what makes it quick: whoever calls made the rows himself.

        Raises:
            UnicodeEncodeError: a text holds half of a surrogate pair, which no file can hold.
        """
        return cls(len(rows), _encode_lines(rows), _identifiers(rows))


def call_of(
    stream: str,
    rows: Sequence[Mapping[str, object]] | WrittenRows,
    under: Under | None,
    answer: Answer | None,
    refuse_duplicates: bool,
) -> Call:
    """Return the call in the form the writer takes; what it raises, `Journal.append` raises."""
    if declared_stream(stream).kind != "events":
        raise UsageError(
            f"{stream} holds objects; the journal takes events.",
            next_command=f"meterhouse land {stream} FILE",
        )
    if not isinstance(rows, WrittenRows):
        rows = _written(stream, rows)
    key = None if under is None else under.key
    if key is not None and answer is None:
        raise ValueError("a call under an Idempotency-Key needs the answer that is kept")
    kept: dict[str, object] = {}
    if under is not None and key is not None and answer is not None:
        fingerprint, status, body = under.fingerprint, answer.status, answer.body
        kept = {"key": key, "fingerprint": fingerprint, "status": status, "body": body}
    lines = encode_call(stream, rows.count, rows.lines, rows.identifiers, kept)
    if len(lines) > LONGEST_CALL:
        raise UsageError(
            f"The call holds {len(lines)} bytes; one call may hold {LONGEST_CALL}.",
            next_command=f"meterhouse land {stream} FILE",
        )
    return Call(
        stream=stream,
        rows=rows.count,
        lines=lines,
        identifiers=rows.identifiers,
        refuse_duplicates=refuse_duplicates,
        key=key,
        fingerprint=None if under is None else under.fingerprint,
    )


def _written(stream: str, rows: Sequence[Mapping[str, object]]) -> WrittenRows:
    lines = "".join([f"{_row_text(row)}\n" for row in rows]).encode()
    identifiers = _identifiers(rows) if stream == "meter_events" else ()
    return WrittenRows(len(rows), lines, identifiers)


def _row_text(row: Mapping[str, object]) -> str:
    if "received_at" in row or "received_sequence" in row:
        raise ValueError("received_at and received_sequence are the journal's to give")
    return encode_json(row)


def _identifiers(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(
        in_mode(text, is_live=row.get("livemode") is True)
        for row in rows
        if isinstance(text := row.get("identifier"), str)
    )
