"""What an item used before it left is charged on the item's own discounts and tax rates."""

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

START, END = datetime(2026, 6, 1), datetime(2026, 7, 1)
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "product": "prod_api",
}
METERED: Mapping[str, Any] = {**RECURRING, "recurring_usage_type": "metered"}
LICENSED: Mapping[str, Any] = {**RECURRING, "recurring_usage_type": "licensed"}
SEAT: Mapping[str, Any] = {"id": "seat", "price": "seat", "quantity": 1}
OWN: Mapping[str, Any] = {
    "tax_rates": ["txr_20"],
    "discounts": [{"id": "di_own", "coupon": "tenth"}],
}


def june(day: int) -> datetime:
    return datetime(2026, 6, day)


def _version(name: str, at: datetime, *items: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """One version of a subscription whose lines are taxed at 10 % unless an item says otherwise."""
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": START,
        "start_at": START,
        "billing_cycle_anchor_at": START,
        "effective_at": at,
        "default_tax_rates": ["txr_10"],
        "items": [
            {"created_at": START, **item, "id": f"si_{name}_{item['id']}"}
            for item in ({**SEAT, "created_at": START}, *items)
        ],
        **said,
    }


def _with_own_discount(name: str, **item: Any) -> dict[str, Any]:
    return {**item, **OWN, "discounts": [{"id": f"di_{name}", "coupon": "tenth"}]}


RECORDS = _with_own_discount("records", id="used", price="records")
FLEXIBLE = _with_own_discount("flexible", id="used", price="meter")
AT_END = _with_own_discount("at_end", id="used", price="meter")
BACK = _with_own_discount("back", id="used", price="records")
EXTRA = {"id": "extra", "price": "extra", "quantity": 1, "tax_rates": ["txr_20"]}
SUBSCRIPTIONS = [
    _version("records", START, RECORDS),
    _version("records", june(16)),
    _version("flexible", START, FLEXIBLE, billing_mode="flexible"),
    _version("flexible", june(16), billing_mode="flexible"),
    _version("at_end", START, AT_END),
    _version("at_end", END),
    _version("back", START, BACK),
    _version("back", june(16)),
    _version("back", june(20), {"id": "used", "price": "records", "created_at": june(20)}),
    _version("credited", START, EXTRA),
    _version("credited", june(16)),
]
NAMES = ("records", "flexible", "at_end", "back", "credited")

# An item of a meter that is taken off, by what else happens in the same second.
TWO_SEATS = {"id": "seat", "price": "seat", "quantity": 2}
RECORDED = {"id": "recorded", "price": "records"}
TAKEN_OFF: Mapping[str, tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]] = {
    "plainly": ((), {}),
    "with_always_invoice": ((TWO_SEATS,), {"proration_behavior": "always_invoice"}),
    "with_usage_records": ((), {}),
    "with_another_anchor": ((), {"billing_cycle_anchor_at": june(16)}),
    "with_none": ((), {"proration_behavior": "none"}),
    "with_none_and_usage_records": ((), {"proration_behavior": "none"}),
    "as_licensed": (({"id": "used", "price": "extra", "quantity": 1},), {}),
    "as_licensed_on_another_anchor": (
        ({"id": "used", "price": "extra", "quantity": 1},),
        {"billing_cycle_anchor_at": june(16)},
    ),
}
MODES = ("classic", "flexible")


def _taken_off(name: str, mode: str) -> Sequence[dict[str, Any]]:
    items, said = TAKEN_OFF[name]
    records = (RECORDED,) if name.endswith("usage_records") else ()
    named = f"{mode}_{name}"
    # The seat comes first in every version; one that an item replaces is left out.
    after = _version(named, june(16), *items, billing_mode=mode, **said)
    after["items"] = list({item["id"]: item for item in after["items"]}.values())
    before = _version(named, START, {"id": "used", "price": "meter"}, *records, billing_mode=mode)
    return (before, after)


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land("products", [{"id": "prod_api", "name": "API", "active": True}])
    lake.land(
        "prices",
        [
            {**METERED, "id": "records", "recurring_aggregate_usage": "sum", "unit_amount": 10},
            {**METERED, "id": "meter", "recurring_meter": "mtr_1", "unit_amount": 10},
            {**LICENSED, "id": "seat", "unit_amount": 1_000},
            {**LICENSED, "id": "extra", "unit_amount": 600},
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )
    lake.land("coupons", [{"id": "tenth", "percent_off": Decimal(10), "duration": "forever"}])
    lake.land(
        "tax_rates",
        [
            {"id": f"txr_{percentage}", "percentage": Decimal(percentage), "inclusive": False}
            for percentage in (10, 20)
        ],
    )
    taken_off = [f"{mode}_{name}" for mode in MODES for name in TAKEN_OFF]
    lake.land(
        "customers", [{"id": f"cus_{name}", "currency": "usd"} for name in (*NAMES, *taken_off)]
    )
    lake.land(
        "subscriptions",
        SUBSCRIPTIONS
        + [version for mode in MODES for name in TAKEN_OFF for version in _taken_off(name, mode)],
    )
    lake.land(
        "usage_records",
        [
            {
                "subscription_item": f"si_{name}_used",
                "quantity": Decimal(100),
                "event_at": at,
                "received_at": at,
            }
            for name, at in (("records", june(5)), ("back", june(5)), ("back", june(25)))
        ]
        + [
            {
                "subscription_item": f"si_{name}_recorded",
                "quantity": Decimal(7),
                "event_at": june(5),
                "received_at": june(5),
            }
            for name in taken_off
            if name.endswith("usage_records")
        ],
    )
    lake.land(
        "meter_events",
        [
            {
                "identifier": name,
                "event_name": "used",
                "event_at": june(5),
                "received_at": june(5),
                "stripe_customer_id": f"cus_{name}",
                "value": Decimal(100),
            }
            for name in ("flexible", "at_end", *taken_off)
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("left_items")
    return build(
        _lake(folder / "lake"),
        folder / "build",
        select=["+draft_invoices"],
        as_of="2026-07-02 00:00:00",
    )


def lines(drafts: Built, name: str, item: str) -> list[tuple[Any, ...]]:
    """Boundary, amount, the item's discount and exclusive tax of an item's lines that are due."""
    return [
        (f"{boundary:%m-%d}", *amounts)
        for boundary, *amounts in drafts.rows(
            "select invoices.period_end, lines.amount, lines.item_discount_amount,"
            " lines.exclusive_tax_amount"
            " from draft_invoice_lines as lines"
            " inner join draft_invoices as invoices on lines.invoice_id = invoices.id"
            " where lines.subscription_item_id = ? and not invoices.is_upcoming"
            " order by invoices.period_end",
            [f"si_{name}_{item}"],
        )
    ]


@pytest.mark.parametrize(
    ("name", "boundary"), [("records", "06-16"), ("flexible", "07-01"), ("at_end", "07-01")]
)
def test_usage_of_an_item_that_left_is_charged_on_its_own_terms(
    drafts: Built, name: str, boundary: str
) -> None:
    assert lines(drafts, name, "used") == [(boundary, 1_000, 100, 180)]


def test_an_item_that_came_back_is_on_the_terms_that_it_has_now(drafts: Built) -> None:
    assert lines(drafts, "back", "used") == [("06-16", 1_000, 100, 180), ("07-01", 1_000, 0, 100)]


def test_what_is_given_back_of_an_item_gives_back_its_tax(drafts: Built) -> None:
    assert lines(drafts, "credited", "extra") == [("06-01", 600, 0, 120), ("07-01", -300, 0, -60)]


def used(drafts: Built, name: str, item: str = "used") -> list[tuple[str, int]]:
    """Boundary and amount of an item's lines of usage on every draft, upcoming ones too."""
    return [
        (f"{boundary:%m-%d}", amount)
        for boundary, amount in drafts.rows(
            "select invoices.period_end, lines.amount"
            " from draft_invoice_lines as lines"
            " inner join draft_invoices as invoices on lines.invoice_id = invoices.id"
            " where lines.subscription_item_id = ? and lines.quantity_source <> 'subscription'"
            " order by invoices.period_end",
            [f"si_{name}_{item}"],
        )
    ]


@pytest.mark.parametrize("name", [name for name in TAKEN_OFF if "licensed" not in name])
def test_classic_bills_nothing_of_an_item_of_a_meter_that_is_taken_off_within_a_period(
    drafts: Built, name: str
) -> None:
    assert used(drafts, f"classic_{name}") == []


@pytest.mark.parametrize(
    ("name", "boundary"),
    [
        ("plainly", "07-01"),
        ("with_always_invoice", "06-16"),
        ("with_usage_records", "06-16"),
        ("with_another_anchor", "06-16"),
    ],
)
def test_flexible_bills_an_item_of_a_meter_that_is_taken_off_on_the_next_invoice(
    drafts: Built, name: str, boundary: str
) -> None:
    assert used(drafts, f"flexible_{name}") == [(boundary, 1_000)]


@pytest.mark.parametrize("name", ["with_none", "with_none_and_usage_records"])
def test_flexible_bills_nothing_of_it_where_nothing_is_prorated(drafts: Built, name: str) -> None:
    assert used(drafts, f"flexible_{name}") == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["with_usage_records", "with_none_and_usage_records"])
def test_usage_records_of_an_item_that_is_taken_off_are_billed(
    drafts: Built, name: str, mode: str
) -> None:
    assert used(drafts, f"{mode}_{name}", "recorded") == [("06-16", 70)]


@pytest.mark.parametrize("mode", MODES)
def test_an_item_that_becomes_licensed_is_not_taken_off(drafts: Built, mode: str) -> None:
    assert used(drafts, f"{mode}_as_licensed") == []
    # Another anchor ends the period, and what was used in it is billed.
    assert used(drafts, f"{mode}_as_licensed_on_another_anchor") == [("06-16", 1_000)]
