"""Instants as text at the edges: ISO 8601 in UTC, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from foundation.errors import UsageError

__all__ = ["instant_text", "now", "parse_instant"]


def now() -> datetime:
    """Return this instant in UTC, to the second below."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_instant(text: str, *, option: str) -> datetime:
    """Return the instant that `text` writes, in UTC.

    Takes ISO 8601 (UTC where no zone is named; a date is its midnight) and Unix seconds.

    Raises:
        UsageError: `text` is neither, or has a fraction of a second; the message names `option`.
    """
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        read = datetime.fromisoformat(text)
        instant = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"{option} {text!r} is not an instant.", next_command=f"{option} 2026-01-31T00:00:00Z"
        ) from error
    if instant.microsecond:
        raise UsageError(
            f"{option} {text!r} has a fraction of a second; whole seconds only.",
            next_command=f"{option} {instant_text(instant.replace(microsecond=0))}",
        )
    return instant


def instant_text(instant: datetime) -> str:
    """Return an instant in UTC as `2026-01-31T00:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
