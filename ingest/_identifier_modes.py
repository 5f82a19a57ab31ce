"""Identifiers of meter events, one space of them for each mode: a test event blocks no live one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["identifiers_in_modes", "without_mode"]

_OF_LIVE: Final = "live\n"


def identifiers_in_modes(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Return the identifier of each row that has one, told apart by the row's `livemode`."""
    return tuple(
        _OF_LIVE + identifier if row.get("livemode") is True else identifier
        for row in rows
        if isinstance(identifier := row.get("identifier"), str)
    )


def without_mode(identifier: str) -> str:
    """Return an identifier as its row has it."""
    return identifier.removeprefix(_OF_LIVE)
