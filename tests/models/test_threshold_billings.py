"""A billing threshold counts while it stands, and what it invoiced is discounted and paid once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake

START = datetime(2026, 6, 1)
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
HUNDRED: Mapping[str, Any] = {"billing_thresholds_amount_gte": 10_000}


def june(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 6, day, hour)


def _version(name: str, at: datetime = START, **said: Any) -> dict[str, Any]:
    """One version of a subscription to usage at 10 cents."""
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": START,
        "start_at": START,
        "billing_cycle_anchor_at": START,
        "effective_at": at,
        "items": [{"id": f"si_{name}", "created_at": START, "price": "used"}],
        **said,
    }


SUBSCRIPTIONS = [
    _version("set_late"),
    _version("set_late", june(15), **HUNDRED),
    _version("taken_away", **HUNDRED),
    _version("taken_away", june(15)),
    _version("ended", **HUNDRED),
    _version("ended", june(10, 12), status="canceled", ended_at=june(10, 12), **HUNDRED),
    _version("ends", **HUNDRED, cancel_at=june(10, 12)),
    _version("ahead", **HUNDRED),
    _version("first_second", **HUNDRED),
]
# When it was used, how much, when it was received if not then.
USAGE: Mapping[str, list[tuple[Any, ...]]] = {
    "set_late": [(june(5), 1_500), (june(20), 10)],
    "taken_away": [(june(5), 1_500), (june(20), 3_000)],
    "ended": [(june(10), 1_500)],
    "ends": [(june(10), 1_500)],
    "ahead": [(datetime(2026, 6, 1, 0, 1), 1_500, datetime(2026, 5, 31, 23, 58))],
    "first_second": [(START, 1_500)],
}


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land("products", [{"id": "prod_api", "name": "API", "active": True}])
    lake.land("prices", [{**METERED, "id": "used", "unit_amount": 10}])
    lake.land(
        "meters",
        [
            {
                "id": "mtr_1",
                "event_name": "used",
                "status": "active",
                "default_aggregation_formula": "sum",
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
        ],
    )
    lake.land("customers", [{"id": f"cus_{name}", "currency": "usd"} for name in USAGE])
    lake.land("subscriptions", SUBSCRIPTIONS)
    lake.land(
        "meter_events",
        [
            {
                "identifier": f"{name}_{place}",
                "event_name": "used",
                "event_at": at,
                "received_at": received[0] if received else at,
                "stripe_customer_id": f"cus_{name}",
                "value": Decimal(value),
            }
            for name, usage in USAGE.items()
            for place, (at, value, *received) in enumerate(usage)
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("threshold_billings")
    return build(
        _lake(folder / "lake"),
        folder / "build",
        select=["+draft_invoices"],
        as_of="2026-07-02 00:00:00",
    )


def invoices(drafts: Built, name: str) -> list[tuple[Any, ...]]:
    """Reason, boundary and total of each invoice that is due, oldest first."""
    return [
        (reason.removeprefix("subscription_"), f"{boundary:%m-%d %H:%M:%S}", total)
        for reason, boundary, total in drafts.rows(
            "select billing_reason, period_end, total from draft_invoices"
            " where subscription_id = ? and not is_upcoming order by period_end",
            [f"sub_{name}"],
        )
    ]


def test_a_threshold_counts_from_the_version_that_sets_it(drafts: Built) -> None:
    assert invoices(drafts, "set_late") == [
        ("threshold", "06-20 00:00:00", 15_100),
        ("cycle", "07-01 00:00:00", 0),
    ]


def test_what_a_threshold_invoiced_stays_when_it_is_taken_away(drafts: Built) -> None:
    assert invoices(drafts, "taken_away") == [
        ("threshold", "06-05 00:00:00", 15_000),
        ("cycle", "07-01 00:00:00", 30_000),
    ]


def test_an_end_that_nobody_foresaw_takes_no_invoice_back(drafts: Built) -> None:
    assert invoices(drafts, "ended") == [
        ("threshold", "06-10 00:00:00", 15_000),
        ("cycle", "06-10 12:00:00", 0),
    ]


def test_the_day_before_a_foreseen_end_crosses_nothing(drafts: Built) -> None:
    assert invoices(drafts, "ends") == [("cycle", "06-10 12:00:00", 15_000)]


@pytest.mark.parametrize("name", ["ahead", "first_second"])
def test_usage_received_by_the_first_second_is_invoiced_within_its_period(
    drafts: Built, name: str
) -> None:
    assert invoices(drafts, name) == [
        ("threshold", "06-01 00:00:01", 15_000),
        ("cycle", "07-01 00:00:00", 0),
    ]
