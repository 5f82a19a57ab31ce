"""Windows of time in a time zone, and summaries of a meter over them.

Sources: the event summaries page (UTC hours and days, [start, end), newest first, empty windows
omitted); the meter usage analytics page (hour, day, week, month in an IANA zone). Choices where
they are silent: weeks start on Monday; minutes and hours are those of the local clock, and one that
a change of the clock cuts or repeats ends or starts at the change, so that windows never overlap;
windows that the asked range cuts are cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.meters import Judged, Meter, usage_of
from tests.oracle.periods import instant, moment

__all__ = ["WindowSummary", "event_summaries", "is_aligned", "window_starts", "windowed_usage"]

_CLOCK_SECONDS = {"minute": 60, "hour": 3_600}


@dataclass(frozen=True)
class WindowSummary:
    start: int
    end: int
    aggregated_value: Fraction
    event_count: int


def is_aligned(start: int, end: int, window: str | None) -> bool:
    """Return whether both bounds lie on the boundaries that the page asks for, in UTC."""
    step = {None: 60, "hour": 3_600, "day": 86_400}[window]
    return start % step == 0 and end % step == 0


def _offset(at: int, zone: ZoneInfo) -> int:
    offset = moment(at).astimezone(zone).utcoffset()
    assert offset is not None
    return offset.days * 86_400 + offset.seconds


def _next_change(at: int, until: int, zone: ZoneInfo) -> int:
    """Return the first instant after `at` with another offset, or `until` where there is none."""
    before = _offset(at, zone)
    if _offset(until, zone) == before:
        return until
    low, high = at, until
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _first_of_day(day: date, zone: ZoneInfo) -> int:
    return instant(datetime.combine(day, time(), zone).astimezone(UTC).isoformat())


def _day_of_window(at: int, window: str, zone: ZoneInfo) -> date:
    day = moment(at).astimezone(zone).date()
    if window == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == "month" else day


def _next_day_of_window(day: date, window: str) -> date:
    if window == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if window == "week" else 1)


def window_starts(start: int, end: int, window: str, zone_name: str = "UTC") -> list[int]:
    """Return the starts of the windows that touch [start, end), the first one cut at `start`."""
    zone = ZoneInfo(zone_name)
    found = [start]
    while True:
        here = found[-1]
        if window in _CLOCK_SECONDS:
            step = _CLOCK_SECONDS[window]
            there = here + step - (here + _offset(here, zone)) % step
            there = _next_change(here, there, zone)
        else:
            day = _next_day_of_window(_day_of_window(here, window, zone), window)
            there = _first_of_day(day, zone)
        if there >= end:
            return found
        found.append(there)


def windowed_usage(
    counted: Sequence[Judged],
    meter: Meter,
    start: int,
    end: int,
    window: str,
    zone_name: str = "UTC",
    *,
    zero_filled: bool = False,
) -> list[WindowSummary]:
    """Return the usage of each window that touches [start, end), newest first."""
    starts = window_starts(start, end, window, zone_name)
    found: list[WindowSummary] = []
    for here, there in zip(starts, [*starts[1:], end], strict=True):
        count = sum(1 for j in counted if here <= j.event.timestamp < there)
        if count or zero_filled:
            found.append(WindowSummary(here, there, usage_of(counted, meter, here, there), count))
    return found[::-1]


def event_summaries(
    counted: Sequence[Judged], meter: Meter, start: int, end: int, window: str | None
) -> list[WindowSummary]:
    """Return the list of the event summaries page; without a window one row, or none at all."""
    if not is_aligned(start, end, window):
        raise ValueError(f"{start} and {end} do not both lie on a {window or 'minute'} boundary")
    if window is not None:
        return windowed_usage(counted, meter, start, end, window)
    count = sum(1 for j in counted if start <= j.event.timestamp < end)
    total = usage_of(counted, meter, start, end)
    return [WindowSummary(start, end, total, count)] if count else []
