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


# Subscriptions whose item is dearer from the 15th on: 20 cents where it was 10.
CLASSIC: Mapping[str, Any] = {"billing_mode": "classic"}
FLEXIBLE: Mapping[str, Any] = {"billing_mode": "flexible"}
REPRICED: Mapping[str, Mapping[str, Any]] = {
    "classic": CLASSIC,
    "classic_again": CLASSIC,
    "classic_lost": CLASSIC,
    "flexible": FLEXIBLE,
    "flexible_again": FLEXIBLE,
    "records": CLASSIC,
    "cleared": FLEXIBLE,
}
RECORDED = ("records", "cleared")


def _item(name: str, price: str = "used", *, is_dear: bool = False) -> dict[str, Any]:
    of = "recorded" if name in RECORDED else price
    return {
        "id": f"si_{name}",
        "created_at": START,
        "price": f"{of}_dear" if is_dear else of,
        **({"clear_usage": True} if is_dear and name == "cleared" else {}),
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
    *(
        version
        for name, modes in REPRICED.items()
        for version in (
            _version(name, **HUNDRED, **modes, items=[_item(name)]),
            _version(name, june(15), **HUNDRED, **modes, items=[_item(name, is_dear=True)]),
        )
    ),
    _version("several", **HUNDRED, items=[_item("several"), _item("several_fees", "fees")]),
    _version(
        "several",
        june(15),
        **HUNDRED,
        items=[_item("several", is_dear=True), _item("several_fees", "fees")],
    ),
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
    "classic": [(june(5), 1_200), (june(20), 300)],
    # Invoiced before the change, and again from then on.
    "classic_again": [(june(5), 1_200), (june(20), 450), (june(21), 150), (june(22), 10)],
    # $90.00 before it are not billed any more, and count for nothing.
    "classic_lost": [(june(5), 900), (june(20), 450), (june(21), 60)],
    "flexible": [(june(5), 1_200), (june(20), 300)],
    "flexible_again": [(june(5), 900), (june(20), 50), (june(21), 10)],
    "records": [(june(5), 1_200), (june(20), 300)],
    "cleared": [(june(5), 1_200), (june(20), 300)],
    "several": [(june(5), 1_200), (june(20), 300)],
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
        [
            {**METERED, "id": "used", "unit_amount": 10},
            {**METERED, "id": "used_dear", "unit_amount": 20},
            {**METERED, "id": "fees", "unit_amount": 1},
            {**METERED, "id": "recorded", "unit_amount": 10, "recurring_meter": None},
            {**METERED, "id": "recorded_dear", "unit_amount": 20, "recurring_meter": None},
            {**METERED, **tiered, "id": "tiers"},
        ],
    )
    lake.land(
        "usage_records",
        [
            {
                "subscription_item": f"si_{name}",
                "quantity": Decimal(value),
                "event_at": at,
                "received_at": at,
            }
            for name in RECORDED
            for at, value in USAGE[name]
        ],
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
            if name not in RECORDED
            for place, (at, value, *received) in enumerate(usage)
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _lake(tmp_path_factory.mktemp("threshold_billings") / "lake")


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory, lake: Path) -> Built:
    folder = tmp_path_factory.mktemp("threshold_drafts")
    return build(
        lake,
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


def lines(drafts: Built, name: str, until: datetime | None = None) -> list[tuple[Any, ...]]:
    """Boundary, id, amount and period of each line that is due, until a boundary."""
    return drafts.rows(
        "select invoices.period_end, lines.id, lines.amount, lines.period_start, lines.period_end"
        " from draft_invoice_lines as lines"
        " inner join draft_invoices as invoices on lines.invoice_id = invoices.id"
        " where invoices.subscription_id = ? and not invoices.is_upcoming"
        " and invoices.period_end <= ? order by 1, 4, 3 desc",
        [f"sub_{name}", until or datetime(2026, 7, 1)],
    )


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("classic", [("cycle", "07-01", 6_000)]),
        ("classic_again", [("threshold", "06-21", 12_000), ("cycle", "07-01", 200)]),
        ("flexible", [("cycle", "07-01", 6_000)]),
        # All of the period is at the price in force: another $180.00, with the event of the 20th.
        ("records", [("threshold", "06-20", 18_000), ("cycle", "07-01", 0)]),
        ("cleared", [("cycle", "07-01", 6_000)]),
        # The other item's $15.00 beside it.
        ("several", [("cycle", "07-01", 7_500)]),
    ],
)
def test_what_a_threshold_invoiced_stays_when_the_price_changes(
    drafts: Built, name: str, after: list[tuple[str, str, int]]
) -> None:
    found = [(reason, at[:5], total) for reason, at, total in invoices(drafts, name)]
    assert found == [("threshold", "06-05", 12_000), *after]


def test_a_threshold_counts_what_would_be_billed_at_the_prices_in_force(drafts: Built) -> None:
    assert [(at[:5], total) for _, at, total in invoices(drafts, "classic_lost")] == [
        ("06-21", 10_200),
        ("07-01", 0),
    ]
    assert [(at[:5], total) for _, at, total in invoices(drafts, "flexible_again")] == [
        ("06-20", 10_000),
        ("07-01", 200),
    ]


def test_flexible_takes_off_what_was_invoiced_at_each_price(drafts: Built) -> None:
    found = [line[2:] for line in lines(drafts, "flexible_again")]
    assert found == [
        (9_000, START, june(15)),
        (1_000, june(15), june(20)),
        (9_000, START, june(15)),
        (-9_000, START, june(15)),
        (1_200, june(15), datetime(2026, 7, 1)),
        (-1_000, june(15), datetime(2026, 7, 1)),
    ]


def test_a_later_price_leaves_the_drafts_of_a_threshold_as_they_were(
    drafts: Built, lake: Path, tmp_path: Path
) -> None:
    before = build(lake, tmp_path, select=["+draft_invoices"], as_of="2026-06-14 00:00:00")
    for name in (*REPRICED, "several"):
        assert lines(drafts, name, june(14)) == lines(before, name)
