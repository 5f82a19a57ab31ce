"""What counts as now for writes: the real clock, or a test clock."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from queries import Build


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a warehouse; ``at`` stops it there, as Stripe's test clocks are stopped."""

    at: datetime.datetime | None = None

    def instant(self) -> datetime.datetime:
        """Give now, UTC."""
        return self.at or datetime.datetime.now(datetime.UTC)

    def now(self) -> int:
        """Give now in whole seconds since 1970."""
        return whole_seconds(self.instant())

    def all_of(self, build: Build) -> tuple[int, ...]:
        """Give every instant that counts as now for checks against a build, in whole seconds.

        A build made for an instant long past stands on a test clock of its own: usage within its
        current period is taken beside usage of the real now.
        """
        if self.at is not None or not build.is_for_a_chosen_instant:
            return (self.now(),)
        return (self.now(), build.as_of_seconds)


def whole_seconds(instant: datetime.datetime) -> int:
    """Give an instant in whole seconds since 1970."""
    return int(instant.timestamp())
