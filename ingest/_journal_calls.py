"""What a caller hands to the journal, checked and put into bytes before anything waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from foundation import encode_json
from foundation import stream as declared_stream
from foundation.errors import UsageError
from ingest._idempotency import Answer
from ingest._journal_frames import LONGEST_CALL, encode_call
from ingest._journal_log import Call

__all__ = ["Under", "call_of"]


class Under(Protocol):
    """The Idempotency-Key a call is made under, and what was asked under it."""

    key: str | None
    fingerprint: str


def call_of(
    stream: str,
    rows: Sequence[Mapping[str, object]],
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
    texts = [_row_text(row) for row in rows]
    key = None if under is None else under.key
    if key is not None and answer is None:
        raise ValueError("a call under an Idempotency-Key needs the answer that is kept")
    kept: dict[str, object] = {}
    if under is not None and key is not None and answer is not None:
        fingerprint, status, body = under.fingerprint, answer.status, answer.body
        kept = {"key": key, "fingerprint": fingerprint, "status": status, "body": body}
    identifiers = _identifiers(rows) if stream == "meter_events" else ()
    lines = encode_call(stream, texts, identifiers, kept)
    if len(lines) > LONGEST_CALL:
        raise UsageError(
            f"The call holds {len(lines)} bytes; one call may hold {LONGEST_CALL}.",
            next_command=f"meterhouse land {stream} FILE",
        )
    return Call(
        stream=stream,
        rows=len(texts),
        lines=lines,
        identifiers=identifiers,
        refuse_duplicates=refuse_duplicates,
        key=key,
        fingerprint=None if under is None else under.fingerprint,
    )


def _row_text(row: Mapping[str, object]) -> bytes:
    if "received_at" in row or "received_sequence" in row:
        raise ValueError("received_at and received_sequence are the journal's to give")
    return encode_json(row).encode()


def _identifiers(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(text for row in rows if isinstance(text := row.get("identifier"), str))
