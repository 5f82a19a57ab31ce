"""A billing threshold counts while it stands, and what it invoiced is discounted and paid once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._catalogue import USED_METER
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
    _version("percent", **HUNDRED, discounts=[{"id": "di_percent", "coupon": "tenth"}]),
    _version("amount", **HUNDRED, discounts=[{"id": "di_amount", "coupon": "five"}]),
    _version("credit", **HUNDRED, default_tax_rates=["txr_10"]),
    _version("little_credit", **HUNDRED),
    _version(
        "tiers",
        **HUNDRED,
        discounts=[{"id": "di_tiers", "coupon": "tenth"}],
        items=[{"id": "si_tiers", "created_at": START, "price": "tiers"}],
    ),
]
# When it was used, how much, when it was received if not then.
USAGE: Mapping[str, list[tuple[Any, ...]]] = {
    "set_late": [(june(5), 1_500), (june(20), 10)],
    "taken_away": [(june(5), 1_500), (june(20), 3_000)],
    "ended": [(june(10), 1_500)],
    "ends": [(june(10), 1_500)],
    "ahead": [(datetime(2026, 6, 1, 0, 1), 1_500, datetime(2026, 5, 31, 23, 58))],
    "first_second": [(START, 1_500)],
    "percent": [(june(5), 1_000), (june(12), 1_005), (june(20), 300)],
    "amount": [(june(5), 1_000), (june(20), 500)],
    "credit": [(june(5), 1_000), (june(20), 500)],
    "little_credit": [(june(5), 1_000), (june(20), 500)],
    "tiers": [(june(5), 1_000), (june(20), 500)],
}


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land("products", [{"id": "prod_api", "name": "API", "active": True}])
    tiered = {
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": [
            {
                "up_to": 600,
                "unit_amount_decimal": Decimal("12.5"),
                "flat_amount_decimal": Decimal(700),
            },
            {"up_to": None, "unit_amount_decimal": Decimal("7.5")},
        ],
    }
    lake.land(
        "prices",
        [{**METERED, "id": "used", "unit_amount": 10}, {**METERED, **tiered, "id": "tiers"}],
    )
    lake.land(
        "coupons",
        [
            {"id": "tenth", "percent_off": Decimal(10), "duration": "forever"},
            {"id": "five", "amount_off": 500, "currency": "usd", "duration": "forever"},
        ],
    )
    lake.land("tax_rates", [{"id": "txr_10", "percentage": Decimal(10), "inclusive": False}])
    lake.land(
        "credit_grants",
        [
            {
                "id": f"credgr_{name}",
                "customer": f"cus_{name}",
                "amount": amount,
                "currency": "usd",
                "category": "paid",
                "grant_effective_at": START,
                "scope_price_type": "metered",
            }
            for name, amount in (("credit", 100_000), ("little_credit", 12_000))
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
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


def taken(drafts: Built, name: str) -> list[tuple[Any, ...]]:
    """Amount, discount and credit of each line of the invoices that are due, oldest first."""
    return drafts.rows(
        "select lines.amount, lines.invoice_discount_amount, lines.credit_amount"
        " from draft_invoice_lines as lines"
        " inner join draft_invoices as invoices on lines.invoice_id = invoices.id"
        " where lines.subscription_id = ? and not invoices.is_upcoming"
        " order by invoices.period_end, lines.line_position",
        [f"sub_{name}"],
    )


def test_a_percentage_is_taken_off_what_a_threshold_invoiced_once(drafts: Built) -> None:
    assert taken(drafts, "percent") == [
        (10_000, 1_000, 0),
        (20_050, 1_005, 0),
        (-10_000, 0, 0),
        (23_050, 300, 0),
        (-20_050, 0, 0),
    ]
    assert [total for _, _, total in invoices(drafts, "percent")] == [9_000, 9_045, 2_700]


def test_an_amount_off_is_taken_off_each_invoice(drafts: Built) -> None:
    assert [total for _, _, total in invoices(drafts, "amount")] == [9_500, 4_500]


def test_credit_pays_what_a_threshold_invoiced_once(drafts: Built) -> None:
    assert taken(drafts, "credit") == [(10_000, 0, 10_000), (15_000, 0, 5_000), (-10_000, 0, 0)]
    assert [total for _, _, total in invoices(drafts, "credit")] == [0, 0]


def test_credit_that_a_threshold_left_pays_the_rest(drafts: Built) -> None:
    assert [total for _, _, total in invoices(drafts, "little_credit")] == [0, 3_000]


def test_what_was_invoiced_before_is_that_of_the_lower_tiers(drafts: Built) -> None:
    assert taken(drafts, "tiers") == [
        (7_500, 750, 0),
        (700, 70, 0),
        (3_000, 300, 0),
        (7_500, 0, 0),
        (700, 0, 0),
        (6_750, 375, 0),
        (-11_200, 0, 0),
    ]
