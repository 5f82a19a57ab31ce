"""Identifiers of meter events and Idempotency-Keys: one space of them for each mode.

What was used with a test key blocks nothing that is sent with a live one.
"""

from __future__ import annotations

from typing import Final

__all__ = ["in_mode", "without_mode"]

# A line break cannot stand in a header, so no key of a test call looks like one of a live call.
_OF_LIVE: Final = "live\n"


def in_mode(text: str, *, is_live: bool) -> str:
    """Return an identifier or a key as it is told apart from the same one in the other mode."""
    return _OF_LIVE + text if is_live else text


def without_mode(text: str) -> str:
    """Return an identifier or a key as the caller sent it."""
    return text.removeprefix(_OF_LIVE)
