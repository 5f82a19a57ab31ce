"""Billing periods.

Sources: the billing-cycle page (an anchor on the 31st falls on the last day of a shorter month and
comes back to the 31st after it, so every boundary is counted from the anchor and never from the
boundary before; a two-month price created in February with day 31 has its first full invoice on 28
February and the anchor 31 August); the trials page (a trial is one period; the first charge comes
when it ends); the cancel page (`cancel_at` inside a period shortens it).

Boundaries are the same whoever asks; whether a period owns its first or its last second is decided
where it is used: usage records take (start, end], meters take [start, end).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

__all__ = [
    "AnchorChange",
    "Period",
    "anchor_of_day",
    "boundary",
    "first_boundary_after",
    "full_length_of",
    "instant",
    "moment",
    "periods",
    "periods_through_changes",
]

_STEP_SECONDS = {"day": 86_400, "week": 7 * 86_400}
_STEP_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Period:
    start: int
    end: int
    is_trial: bool = False


@dataclass(frozen=True)
class AnchorChange:
    """From `effective_at` on, periods are counted from `anchor`."""

    effective_at: int
    anchor: int


def moment(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def instant(text: str) -> int:
    """Return the seconds of an ISO 8601 text; a text without a zone is UTC."""
    parsed = datetime.fromisoformat(text)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    passed = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return passed.days * 86_400 + passed.seconds


def _months_later(anchor: datetime, months: int) -> datetime:
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last_day = monthrange(year, month0 + 1)[1]
    return anchor.replace(year=year, month=month0 + 1, day=min(anchor.day, last_day))


def boundary(anchor: int, interval: str, interval_count: int, number: int) -> int:
    """Return the boundary so many intervals after the anchor; before it, for a negative number."""
    if interval in _STEP_SECONDS:
        return anchor + number * interval_count * _STEP_SECONDS[interval]
    months = _STEP_MONTHS[interval] * interval_count * number
    passed = _months_later(moment(anchor), months) - datetime(1970, 1, 1, tzinfo=UTC)
    return passed.days * 86_400 + passed.seconds


def _number_after(anchor: int, interval: str, interval_count: int, at: int) -> int:
    """Return the number of the first boundary later than `at`."""
    longest = {"day": 86_400, "week": 604_800, "month": 31 * 86_400, "year": 366 * 86_400}
    number = (at - anchor) // (longest[interval] * interval_count) - 1
    while boundary(anchor, interval, interval_count, number) > at:
        number -= 1
    while boundary(anchor, interval, interval_count, number) <= at:
        number += 1
    return number


def first_boundary_after(anchor: int, interval: str, interval_count: int, at: int) -> int:
    number = _number_after(anchor, interval, interval_count, at)
    return boundary(anchor, interval, interval_count, number)


def full_length_of(anchor: int, interval: str, interval_count: int, period: Period) -> int:
    """Return the seconds of the whole interval in which a period, perhaps a short one, lies."""
    number = _number_after(anchor, interval, interval_count, period.start)
    before, after = (boundary(anchor, interval, interval_count, n) for n in (number - 1, number))
    return after - before


def _boundaries_after(anchor: int, interval: str, interval_count: int, at: int) -> Iterator[int]:
    number = _number_after(anchor, interval, interval_count, at)
    while True:
        yield boundary(anchor, interval, interval_count, number)
        number += 1


def periods(
    anchor: int,
    interval: str,
    interval_count: int = 1,
    *,
    start: int,
    as_of: int,
    end: int | None = None,
    trial_end: int | None = None,
) -> list[Period]:
    """Return the periods from `start` to the one that is open at `as_of`, oldest first.

    A start off the grid of boundaries makes a first stub period. A trial is one period of its own.
    `end` (a cancellation or the deletion of an item) cuts the period in which it falls, and no
    period starts at or after it. The period whose end is `as_of` is closed.
    """
    found: list[Period] = []
    here = start
    if trial_end is not None and trial_end > start:
        found.append(Period(start, trial_end if end is None else min(trial_end, end), True))
        here = found[-1].end
    for there in _boundaries_after(anchor, interval, interval_count, here):
        if (found and here > as_of) or (end is not None and here >= end):
            break
        found.append(Period(here, there if end is None else min(there, end)))
        here = there
    return [period for period in found if period.start <= as_of]


def periods_through_changes(
    changes: Sequence[AnchorChange],
    interval: str,
    interval_count: int = 1,
    *,
    start: int,
    as_of: int,
    end: int | None = None,
) -> list[Period]:
    """Return the periods of a subscription whose anchor changed; each change starts a new run.

    The pages say that resetting the anchor to now ends the current period now. Choice where they
    are silent: a version whose anchor lies in the running period and not after the version itself
    cuts at that anchor; any other new anchor cuts where the version takes effect.
    """
    runs: list[tuple[int, int]] = [(start, changes[0].anchor)]
    for before, after in pairwise(changes):
        if after.anchor == before.anchor:
            continue
        run_start, anchor = runs[-1]
        number = _number_after(anchor, interval, interval_count, after.effective_at)
        current = max(run_start, boundary(anchor, interval, interval_count, number - 1))
        reset = current < after.anchor <= after.effective_at
        runs.append((after.anchor if reset else after.effective_at, after.anchor))
    found: list[Period] = []
    for position, (run_start, anchor) in enumerate(runs):
        run_end = runs[position + 1][0] if position + 1 < len(runs) else end
        if end is not None and run_end is not None:
            run_end = min(run_end, end)
        found += periods(
            anchor, interval, interval_count, start=run_start, as_of=as_of, end=run_end
        )
    return found


def anchor_of_day(created: int, day_of_month: int, interval_count: int) -> tuple[int, int]:
    """Return the first boundary and the anchor of a monthly price with a given day of the month.

    Source: the billing-cycle page. The first boundary is the first such day not before creation,
    on the last day of a shorter month; the anchor is the first boundary whose month has the day,
    or the first boundary where no month on the grid has it.
    """
    at = moment(created)
    months = 0
    while True:
        first = at.replace(day=1)
        candidate = _months_later(first, months)
        day = min(day_of_month, monthrange(candidate.year, candidate.month)[1])
        if candidate.replace(day=day) >= at:
            break
        months += 1
    first_boundary = candidate.replace(day=day)
    anchor = first_boundary
    for step in range(12):
        later = _months_later(candidate, step * interval_count)
        if monthrange(later.year, later.month)[1] >= day_of_month:
            anchor = later.replace(day=day_of_month)
            break
    return instant(first_boundary.isoformat()), instant(anchor.isoformat())
