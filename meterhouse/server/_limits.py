"""How much one request may take, and how many may run at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

from queries import RateLimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a server."""

    body_bytes: int = 2 * 2**20
    """The longest body."""
    query_bytes: int = 32 * 2**10
    """The longest query string."""
    body_seconds: float = 10.0
    """How long a body may take to arrive."""
    query_seconds: float = 30.0
    """How long a query may run."""
    at_once: int = 512
    """How many requests may be under way; more are refused with 429."""
    per_second: int | None = None
    """How many requests one key may send a second; None: as many as it likes."""
    threads: int = 8
    """How many queries run side by side."""


class Gate:
    """Lets requests in as long as there is room, and each key within its rate."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[str, tuple[float, float]] = {}
        self.under_way = 0

    def enter(self) -> None:
        """Count a request in, or refuse it. Whoever entered must leave."""
        if self.under_way >= self._limits.at_once:
            raise _too_many("Too many requests are under way.")
        self.under_way += 1

    def leave(self) -> None:
        """Count a request out."""
        self.under_way -= 1

    def count(self, key: str) -> None:
        """Take one request off a key's rate, or refuse it."""
        rate = self._limits.per_second
        if rate is None:
            return
        now = time.monotonic()
        left, since = self._buckets.get(key, (float(rate), now))
        left = min(float(rate), left + (now - since) * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise _too_many(f"This key may send {rate} requests a second.")
        self._buckets[key] = (left - 1, now)


def _too_many(message: str) -> RateLimitError:
    return RateLimitError(
        f"{message} Try again in a second.",
        code="rate_limit",
        headers={"Retry-After": "1", "Stripe-Should-Retry": "true"},
    )
