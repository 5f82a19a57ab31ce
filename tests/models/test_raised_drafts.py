"""A draft that was raised is judged by what was so when it was raised, whatever landed since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake

START, UPCOMING = datetime(2026, 2, 1), datetime(2026, 5, 1)


def day(month: int, number: int, hour: int = 0) -> datetime:
    return datetime(2026, month, number, hour)


RAISED, MADE, TAKEN = day(4, 1), day(3, 10), day(4, 2)


def _item(name: str, seen: datetime, **said: Any) -> dict[str, Any]:
    """One version of an invoice item of $9 that was made on 10 March."""
    return {
        "id": f"ii_{name}",
        "customer": f"cus_{name}",
        "amount": 900,
        "currency": "usd",
        "date_at": MADE,
        "created_at": MADE,
        "effective_at": seen,
        "observed_at": seen,
        **said,
    }


IN_STRIPE: Mapping[str, Any] = {"invoice": "in_stripe"}
ITEMS = [
    _item("taken", MADE),
    _item("taken", TAKEN, **IN_STRIPE),
    _item("at_once", MADE),
    _item("at_once", RAISED, **IN_STRIPE),
    _item("before", MADE),
    _item("before", day(3, 20), **IN_STRIPE),
    _item("deleted", MADE),
    _item("deleted", TAKEN, is_deleted=True),
    _item("unseen", MADE, **IN_STRIPE),
    _item("exported", MADE, observed_at=day(4, 10)),
    _item("exported", TAKEN, observed_at=day(4, 10), **IN_STRIPE),
    _item("back", MADE),
    _item("back", TAKEN, **IN_STRIPE),
    _item("back", day(4, 5)),
    _item("changed", MADE),
    _item("changed", day(4, 5), amount=700),
    _item("by_hand", MADE),
    _item("by_hand", TAKEN, invoice="in_by_hand"),
    _item("proration", MADE, subscription="sub_proration", proration=True, discountable=False),
    _item(
        "proration",
        TAKEN,
        subscription="sub_proration",
        proration=True,
        discountable=False,
        **IN_STRIPE,
    ),
]
BY_HAND = {
    "id": "in_by_hand",
    "customer": "cus_by_hand",
    "status": "draft",
    "billing_reason": "manual",
    "currency": "usd",
    "created_at": TAKEN,
    "period_start_at": TAKEN,
    "period_end_at": TAKEN,
    "lines": [],
}


def _customer(name: str, at: datetime, **said: Any) -> dict[str, Any]:
    """One version of a customer, as it is from an instant on."""
    return {
        "id": f"cus_{name}",
        "currency": "usd",
        "created_at": START,
        "effective_at": at,
        **said,
    }


def _given(coupon: str, at: datetime) -> dict[str, Any]:
    return {"discount_coupon": coupon, "discount_start_at": at}


VERSIONS = [
    # Stripe takes a coupon for one use off the customer as its invoice uses it.
    _customer("used", START, **_given("once", START)),
    _customer("used", day(2, 2)),
    _customer("used_at_once", START, **_given("once", START)),
    _customer("used_at_once", START, observed_at=day(2, 1, 1)),
    _customer("given_again", START, **_given("once", START)),
    _customer("given_again", day(2, 2)),
    _customer("given_again", day(3, 20), **_given("once", day(3, 20))),
    _customer("a_moment_later", START),
    _customer("a_moment_later", datetime(2026, 2, 1, 0, 0, 5), **_given("once", START)),
    _customer("seen_late", START),
    _customer("seen_late", day(4, 5), **_given("half", day(2, 20))),
    _customer("replaced", START, **_given("half", START)),
    _customer("replaced", day(3, 20), **_given("tenth", day(3, 20))),
    _customer("exempt", START),
    _customer("exempt", day(3, 20), tax_exempt="exempt"),
    _customer("first_seen_late", day(4, 5), tax_exempt="reverse"),
    _customer("gone", START, tax_exempt="exempt"),
    _customer("gone", day(3, 20), is_deleted=True),
]
NAMED = sorted({item["customer"] for item in ITEMS})
CUSTOMERS = sorted({*NAMED, *(version["id"] for version in VERSIONS)})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    lake.land("customers", [{"id": customer, "currency": "usd"} for customer in NAMED])
    lake.land("customers", VERSIONS)
    lake.land(
        "coupons",
        [
            {"id": "once", "duration": "once", "percent_off": Decimal(50)},
            {"id": "half", "duration": "forever", "percent_off": Decimal(50)},
            {"id": "tenth", "duration": "forever", "percent_off": Decimal(10)},
        ],
    )
    lake.land("tax_rates", [{"id": "txr_20", "percentage": Decimal(20), "inclusive": False}])
    lake.land("products", [{"id": "prod_seat", "name": "Seat", "active": True}])
    lake.land(
        "prices",
        [
            {
                "id": "seat",
                "product": "prod_seat",
                "active": True,
                "type": "recurring",
                "recurring_interval": "month",
                "recurring_interval_count": 1,
                "recurring_usage_type": "licensed",
                "currency": "usd",
                "billing_scheme": "per_unit",
                "unit_amount": 1000,
            }
        ],
    )
    lake.land("invoice_items", ITEMS)
    lake.land("billed_invoices", [BY_HAND])
    lake.land("subscriptions", [_subscription(customer) for customer in CUSTOMERS])
    return build(
        lake.folder,
        tmp_path_factory.mktemp("build"),
        select=["+draft_invoices", "+invoice_items"],
        as_of="2026-04-15 00:00:00",
    )


def _subscription(customer: str) -> dict[str, Any]:
    name = customer.removeprefix("cus_")
    return {
        "id": f"sub_{name}",
        "customer": customer,
        "currency": "usd",
        "status": "active",
        "created_at": START,
        "start_at": START,
        "billing_cycle_anchor_at": START,
        "effective_at": START,
        "default_tax_rates": ["txr_20"],
        "items": [{"id": f"si_{name}", "price": "seat", "quantity": 1, "created_at": START}],
    }


def _shown(built: Built, name: str) -> list[tuple[datetime, int]]:
    """Give the drafts that show an item, each with what it shows."""
    return built.rows(
        "select drafts.period_end, lines.amount from draft_invoice_lines as lines"
        " inner join draft_invoices as drafts on lines.invoice_id = drafts.id"
        " where lines.invoice_item_id = ? order by drafts.period_end",
        [f"ii_{name}"],
    )


@pytest.mark.parametrize("name", ["taken", "at_once"])
def test_an_item_stays_on_the_draft_that_was_raised_while_it_waited(
    built: Built, name: str
) -> None:
    assert _shown(built, name) == [(RAISED, 900)]


@pytest.mark.parametrize("name", ["before", "unseen", "exported"])
def test_an_item_that_was_not_seen_waiting_when_a_draft_was_raised_is_stripes(
    built: Built, name: str
) -> None:
    assert _shown(built, name) == []


def test_an_item_that_is_deleted_is_on_no_draft(built: Built) -> None:
    assert _shown(built, "deleted") == []


def test_an_item_that_waits_again_stays_on_the_draft_that_took_it(built: Built) -> None:
    assert _shown(built, "back") == [(RAISED, 900)]
    assert _shown(built, "changed") == [(RAISED, 700)]


def test_an_item_that_landed_on_a_manual_draft_is_there_alone(built: Built) -> None:
    assert _shown(built, "by_hand") == [(TAKEN, 900)]


def test_a_proration_that_stripes_invoice_took_is_on_no_draft(built: Built) -> None:
    assert _shown(built, "proration") == []


def test_nothing_that_a_draft_took_is_pending(built: Built) -> None:
    assert built.rows("select id from invoice_items where is_pending") == []


@pytest.mark.parametrize(
    ("name", "discounted", "tax"),
    [
        ("used", [500, 1000, 1000, 1000], [100, 200, 200, 200]),
        ("used_at_once", [500, 1000, 1000, 1000], [100, 200, 200, 200]),
        ("given_again", [500, 1000, 500, 1000], [100, 200, 100, 200]),
        ("a_moment_later", [500, 1000, 1000, 1000], [100, 200, 200, 200]),
        ("seen_late", [1000, 500, 500, 500], [200, 100, 100, 100]),
        ("replaced", [500, 500, 900, 900], [100, 100, 180, 180]),
        ("exempt", [1000, 1000, 1000, 1000], [200, 200, 0, 0]),
        ("first_seen_late", [1000, 1000, 1000, 1000], [0, 0, 0, 0]),
        ("gone", [1000, 1000, 1000, 1000], [0, 0, 0, 0]),
    ],
)
def test_a_draft_is_discounted_and_taxed_by_its_customer_as_it_was(
    built: Built, name: str, discounted: list[int], tax: list[int]
) -> None:
    drafts = built.rows(
        "select total_excluding_tax, tax from draft_invoices where customer_id = ?"
        " order by period_end",
        [f"cus_{name}"],
    )
    assert drafts == list(zip(discounted, tax, strict=True))
