"""The billing mode in force when a meter's price changed says how the period is billed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

START = datetime(2026, 5, 1)
METERED: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "recurring_usage_type": "metered",
    "recurring_meter": "mtr_1",
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "product": "prod_api",
}


def may(day: int) -> datetime:
    return datetime(2026, 5, day)


# Of each subscription the versions: from when, the price in cents, the billing mode.
VERSIONS: Mapping[str, Sequence[tuple[datetime, int, str]]] = {
    "stays": [(START, 1, "classic"), (may(16), 2, "classic")],
    "migrates": [
        (START, 1, "classic"),
        (may(16), 2, "classic"),
        (datetime(2026, 6, 10), 2, "flexible"),
    ],
    "migrates_within": [
        (START, 1, "classic"),
        (may(10), 2, "classic"),
        (may(12), 2, "flexible"),
        (may(20), 3, "flexible"),
    ],
    "migrates_with_it": [(START, 1, "classic"), (may(16), 2, "flexible")],
    "goes_back": [
        (START, 1, "flexible"),
        (may(10), 2, "flexible"),
        (may(20), 3, "classic"),
    ],
}
# 100 before the first change, 10 before the second, 1 after it.
USAGE = ((may(5), 100), (may(18), 10), (may(25), 1))


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land("products", [{"id": "prod_api", "name": "API", "active": True}])
    lake.land("prices", [{**METERED, "id": f"at_{a}", "unit_amount": a} for a in (1, 2, 3)])
    lake.land("meters", [USED_METER])
    lake.land("customers", [{"id": f"cus_{name}", "currency": "usd"} for name in VERSIONS])
    lake.land(
        "subscriptions",
        [
            {
                "id": f"sub_{name}",
                "customer": f"cus_{name}",
                "currency": "usd",
                "status": "active",
                "created_at": START,
                "start_at": START,
                "billing_cycle_anchor_at": START,
                "effective_at": at,
                "billing_mode": mode,
                "items": [{"id": f"si_{name}", "created_at": START, "price": f"at_{amount}"}],
            }
            for name, versions in VERSIONS.items()
            for at, amount, mode in versions
        ],
    )
    lake.land(
        "meter_events",
        [
            {
                "identifier": f"{name}_{place}",
                "event_name": "used",
                "event_at": at,
                "received_at": at,
                "stripe_customer_id": f"cus_{name}",
                "value": Decimal(value),
            }
            for name in VERSIONS
            for place, (at, value) in enumerate(USAGE)
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _lake(tmp_path_factory.mktemp("metered_changes") / "lake")


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory, lake: Path) -> Built:
    folder = tmp_path_factory.mktemp("after")
    return build(lake, folder, select=["+draft_invoices"], as_of="2026-06-25 00:00:00")


def lines(drafts: Built, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the lines of May's usage, oldest first."""
    return drafts.rows(
        f"select {', '.join(columns)} from draft_invoice_lines"
        " where subscription_id = ? and period_end <= timestamp '2026-06-01'"
        " order by period_end",
        [f"sub_{name}"],
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stays", [("05-01", 11, 22)]),
        ("migrates", [("05-01", 11, 22)]),
        # What was used before the classic change is lost, what was before the flexible one is not.
        ("migrates_within", [("05-01", 10, 20), ("05-20", 1, 3)]),
        ("migrates_with_it", [("05-01", 100, 100), ("05-16", 11, 22)]),
        ("goes_back", [("05-01", 100, 100), ("05-20", 1, 3)]),
    ],
)
def test_each_change_of_price_is_billed_by_the_mode_in_force_then(
    drafts: Built, name: str, expected: list[tuple[Any, ...]]
) -> None:
    found = lines(drafts, name, "strftime(period_start, '%m-%d')", "quantity", "amount")
    assert found == expected


def test_a_migration_leaves_the_drafts_from_before_it_as_they_were(
    drafts: Built, lake: Path, tmp_path: Path
) -> None:
    before = build(lake, tmp_path, select=["+draft_invoices"], as_of="2026-06-05 00:00:00")
    for name in VERSIONS:
        of_line = ("id", "description", "amount", "period_start", "period_end")
        assert lines(before, name, *of_line) == lines(drafts, name, *of_line)
