"""Idempotency-Keys and identifiers: what a call may not do twice within 24 hours, and the errors.

    MeterhouseError
    ├── IdempotencyMismatchError   the key came before, with other parameters (Stripe: 400)
    ├── IdempotencyKeyInUseError   the key's first call is still under way (Stripe: 409)
    └── DuplicateMeterEventError   the identifier was accepted within 24 hours (Stripe: 400)

Rules: Stripe's reference, "Idempotent requests" and "Create a meter event".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

import msgspec

from foundation._canonical_json import encode_json
from foundation.errors import MeterhouseError

__all__ = [
    "RECALL_PERIOD",
    "Answer",
    "DuplicateMeterEventError",
    "IdempotencyKeyInUseError",
    "IdempotencyMismatchError",
    "request_fingerprint",
]

RECALL_PERIOD: Final = timedelta(hours=24)
"""How long a key is replayed and an identifier is refused, counted from its receipt."""


class Answer(msgspec.Struct, frozen=True):
    """The answer to a call: the HTTP status and the exact text of the JSON body."""

    status: int
    body: str


def request_fingerprint(method: str, path: str, params: Mapping[str, object]) -> str:
    """Return what two requests share exactly when they ask the same; the order of keys is nothing.

    Raises:
        TypeError: a parameter is a float or cannot be written as JSON.
    """
    asked = encode_json([method.upper(), path, params], sort_keys=True)
    return sha256(asked.encode()).hexdigest()


class IdempotencyMismatchError(MeterhouseError):
    """The Idempotency-Key was used before with other parameters. Nothing was done."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
        self.key: str = key


class IdempotencyKeyInUseError(MeterhouseError):
    """Another call with this Idempotency-Key is under way. Nothing was done; ask again."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"There is currently another in-progress request using the idempotency key '{key}'. "
            "Please try again when it has ended."
        )
        self.key: str = key


class DuplicateMeterEventError(MeterhouseError):
    """A meter event with this identifier was accepted within 24 hours. Nothing was done."""

    def __init__(self, identifier: str) -> None:
        super().__init__(f"An event already exists with identifier {identifier}.")
        self.identifier: str = identifier
