"""What a landing did, for those who called it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BatchReport", "LandingReport", "RejectedRow"]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that did not land: its line in the source, from 1, and why."""

    line: int
    reason: str
    field: str | None
    message: str
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What became of one input.

    `already_landed` says that the same batch was in the lake before; its counts are then those of
    the batch as it stands there. `rejected_rows` holds the first few, and in a dry run `first_rows`
    the first rows as they would land. Instants are ISO 8601 in UTC.
    """

    stream: str
    source: str
    batch_id: str
    read: int
    accepted: int
    rejected: dict[str, int]
    already_landed: bool = False
    dry_run: bool = False
    first_event_at: str | None = None
    last_event_at: str | None = None
    ignored_fields: dict[str, int] = field(default_factory=dict[str, int])
    rejected_rows: list[RejectedRow] = field(default_factory=list[RejectedRow])
    first_rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    notes: list[str] = field(default_factory=list[str])
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class LandingReport:
    """What became of all inputs of one call, in their order."""

    stream: str
    batches: tuple[BatchReport, ...]

    @property
    def read(self) -> int:
        """Rows offered by inputs that were not in the lake yet."""
        return sum(batch.read for batch in self._fresh)

    @property
    def accepted(self) -> int:
        """Rows that landed in this call."""
        return sum(batch.accepted for batch in self._fresh)

    @property
    def rejected(self) -> dict[str, int]:
        """Rows rejected in this call, by reason."""
        found: Counter[str] = Counter()
        for batch in self._fresh:
            found.update(batch.rejected)
        return dict(found)

    @property
    def _fresh(self) -> list[BatchReport]:
        return [batch for batch in self.batches if not batch.already_landed]
