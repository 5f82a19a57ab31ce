"""Boundaries are counted from the anchor, for 48 periods through leap years and short months."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

import pytest

from tests.models._build import Built
from tests.models._lake import Lake
from tests.models._usage import build_usage, price, subscription

PERIODS = 48
MONTHS = {"1 month": 1, "2 month": 2, "3 month": 3, "1 year": 12, "4 year": 48}
SECONDS = {"1 day": 86_400, "10 day": 864_000, "1 week": 604_800, "2 week": 1_209_600}
MONTH_ANCHORS = (
    "2023-01-28T00:00:00",
    "2023-01-29T23:59:59",
    "2023-01-30T12:00:00",
    "2023-01-31T12:00:00",
    "2024-02-29T06:30:15",
    "2023-12-31T00:00:00",
    "1999-08-31T00:00:01",
)
CASES = [
    *((every, anchor) for every in MONTHS for anchor in MONTH_ANCHORS),
    *((every, "2023-12-31T23:59:59") for every in SECONDS),
]


def _item(every: str, anchor: str) -> str:
    return f"si_{every.replace(' ', '_')}_{anchor}"


def boundary(every: str, anchor: datetime, number: int) -> datetime:
    """Return a boundary by the calendar: the anchor's day, or the month's last day."""
    if every in SECONDS:
        return anchor + number * timedelta(seconds=SECONDS[every])
    months = anchor.year * 12 + anchor.month - 1 + number * MONTHS[every]
    year, month = months // 12, months % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[datetime]]:
    """The first period starts of each item, by item."""
    folder = tmp_path_factory.mktemp("anchors")
    lake = Lake(folder / "lake")
    lake.land("prices", [price(f"price_{every}", every=every) for every in (*MONTHS, *SECONDS)])
    lake.land(
        "subscriptions",
        [
            subscription(
                f"sub_{every}_{anchor}",
                anchor,
                {_item(every, anchor): f"price_{every}"},
                cancel_at=boundary(every, datetime.fromisoformat(anchor), PERIODS),
            )
            for every, anchor in CASES
        ],
    )
    built: Built = build_usage(lake, folder / "build", as_of="2250-01-01 00:00:00")
    found: dict[str, list[datetime]] = {}
    for item, start, end in built.rows(
        "select subscription_item_id, period_start, period_end from billing_periods "
        "order by period_start"
    ):
        assert found.setdefault(item, [start])[-1] == start, "periods follow each other"
        found[item].append(end)
    return found


@pytest.mark.parametrize(("every", "anchor"), CASES)
def test_48_boundaries_are_each_counted_from_the_anchor(
    starts: dict[str, list[datetime]], every: str, anchor: str
) -> None:
    begun = datetime.fromisoformat(anchor)
    expected = [boundary(every, begun, number) for number in range(PERIODS + 1)]
    assert starts[_item(every, anchor)] == expected
