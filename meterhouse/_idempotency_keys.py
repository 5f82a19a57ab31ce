"""Idempotency-Keys of calls: how long they may be, and one space of them for each mode."""

from __future__ import annotations

from typing import Final

from ingest import (
    IdempotencyKeyInUseError,
    IdempotencyMismatchError,
    IdempotentCall,
    Journal,
    in_mode,
    request_fingerprint,
    without_mode,
)
from meterhouse._warehouse_response import Asked
from queries import IdempotencyError, Question

_LONGEST: Final = 255


def idempotent(journal: Journal, asked: Asked, question: Question) -> IdempotentCall:
    """Give the context in which a call is handled, so that its key is used once in its mode.

    Raises:
        IdempotencyError: the key is empty or too long.
    """
    key = asked.idempotency_key
    if key is None:
        return journal.idempotent(None, "")
    if not 0 < len(key) <= _LONGEST:
        raise IdempotencyError(
            f"Idempotency keys have 1 to {_LONGEST} characters; this one has {len(key)}.",
            http_status=400,
        )
    params = {"params": question.params, "livemode": question.livemode}
    fingerprint = request_fingerprint(asked.method, asked.path, params)
    return journal.idempotent(in_mode(key, is_live=question.livemode is True), fingerprint)


def refused_key(error: IdempotencyMismatchError | IdempotencyKeyInUseError) -> IdempotencyError:
    """Give the refusal in Stripe's words, with the key as the caller sent it."""
    message = type(error)(without_mode(error.key)).message
    if isinstance(error, IdempotencyMismatchError):
        return IdempotencyError(message)
    return IdempotencyError(message, code="idempotency_key_in_use", http_status=409)
