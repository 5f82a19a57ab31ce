"""Meter event sessions of the second API: a token that lives 15 minutes and allows one thing.

A token carries its mode and its end, signed, so that no process needs to remember it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

from meterhouse._writes._identifiers import mint
from meterhouse._writes._meter_event_rules import instant_text
from queries import (
    Object,
    Parameters,
    Question,
    Reader,
    Route,
    TemporarySessionExpiredError,
)

LIFETIME_SECONDS: Final = 900
TOKEN_PREFIX: Final = "mes_token_"


class Sessions:
    """Make and check session tokens; processes that share ``secret`` take each other's."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def token(self, *, livemode: bool, expires_at: int) -> str:
        """Give a token that is good until ``expires_at``, in whole seconds since 1970."""
        mode = "live" if livemode else "test"
        held = f"{mode}_{expires_at}_{secrets.token_hex(8)}"
        return f"{TOKEN_PREFIX}{held}_{self._signature(held)}"

    def livemode_of(self, token: str) -> bool | None:
        """Give a token's mode, or None where it is none of ours.

        Raises:
            TemporarySessionExpiredError: the token is ours and ran out.
        """
        held, _, signature = token.removeprefix(TOKEN_PREFIX).rpartition("_")
        if not hmac.compare_digest(signature.encode(), self._signature(held).encode()):
            return None
        mode, expires_at, _ = held.split("_")
        if int(expires_at) <= time.time():
            raise TemporarySessionExpiredError(
                "This session has expired. Create another with POST "
                "/v2/billing/meter_event_session.",
                code="billing_meter_event_session_expired",
            )
        return mode == "live"

    def route(self) -> Route:
        """Give the endpoint that makes sessions."""

        def answer(reader: Reader, question: Question) -> Object:
            now = int(time.time())
            livemode = bool(question.livemode)
            expires_at = now + LIFETIME_SECONDS
            return {
                "id": mint("mes_live_" if livemode else "mes_test_"),
                "object": "v2.billing.meter_event_session",
                "authentication_token": self.token(livemode=livemode, expires_at=expires_at),
                "created": instant_text(now),
                "expires_at": instant_text(expires_at),
                "livemode": livemode,
            }

        return Route(
            method="POST",
            template="/v2/billing/meter_event_session",
            summary="Open a session for the meter event stream; its token lives 15 minutes.",
            parameters=Parameters(),
            answers="v2.billing.meter_event_session",
            answer=answer,
        )

    def _signature(self, held: str) -> str:
        return hmac.new(self._secret, held.encode(), hashlib.sha256).hexdigest()
