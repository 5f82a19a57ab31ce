"""Discounts on drafts with credits, and in the prorations of changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number)


START = day(2, 1)
TEN: Mapping[str, Any] = {"price": "ten"}
TWENTY: Mapping[str, Any] = {"price": "twenty"}


def _version(
    name: str,
    *items: Mapping[str, Any],
    at: datetime | None = None,
    begun: datetime = START,
    coupon: str | None = None,
    customer: str | None = None,
    **said: Any,
) -> dict[str, Any]:
    discounts = [] if coupon is None else [{"id": f"di_{name}", "coupon": coupon}]
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{customer or name}",
        "currency": "usd",
        "status": "active",
        "created_at": begun,
        "start_at": begun,
        "billing_cycle_anchor_at": begun,
        "effective_at": at or begun,
        "discounts": discounts,
        "items": [
            {"id": f"si_{name}_{place}", "quantity": 1, "created_at": begun, **item}
            for place, item in enumerate(items)
        ],
        **said,
    }


SUBSCRIPTIONS = [
    _version("credited", TEN, coupon="five"),
    _version("nothing", TEN, coupon="once"),
    _version("ended", TEN, coupon="two_months"),
    _version("ended", TWENTY, coupon="two_months", at=day(4, 11)),
    _version("running", TEN, coupon="two_months", begun=day(3, 1)),
    _version("running", TWENTY, coupon="two_months", begun=day(3, 1), at=day(4, 11)),
]

SUBSCRIPTIONS += [
    {**version, "billing_mode": "flexible"}
    for version in (
        _version("other", TEN, customer="spent"),
        _version("spent", TEN, begun=day(2, 10)),
        _version("spent", TWENTY, begun=day(2, 10), at=day(2, 24)),
        _version("shared", TEN, coupon="five"),
        _version("shared", TWENTY, coupon="five", at=day(3, 16)),
        _version("shared_less", TEN, coupon="five"),
        _version("shared_less", TWENTY, coupon="five", at=day(3, 16)),
    )
]


def _item(name: str, amount: int, at: datetime, **said: Any) -> dict[str, Any]:
    return {
        "id": f"ii_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "amount": amount,
        "date_at": at,
        "created_at": at,
        **said,
    }


INVOICE_ITEMS = [
    _item("credited", -900, day(3, 10), discountable=False),
    _item("nothing", -1000, day(1, 20), discountable=False),
    _item("shared", 1000, day(2, 15)),
    _item("shared_less", 1000, day(2, 15), discounts=[{"id": "di_own", "coupon": "half"}]),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    customers = sorted({version["customer"] for version in SUBSCRIPTIONS})
    lake.land(
        "customers",
        [
            {
                "id": each,
                "currency": "usd",
                "discount_coupon": "once" if each == "cus_spent" else None,
            }
            for each in customers
        ],
    )
    lake.land("products", [{"id": "prod_seat", "name": "Seat", "active": True}])
    lake.land("prices", [_price("ten", 1000), _price("twenty", 2000)])
    lake.land(
        "coupons",
        [
            {"id": "five", "duration": "forever", "amount_off": 500, "currency": "usd"},
            {"id": "once", "duration": "once", "percent_off": Decimal(50)},
            {"id": "half", "duration": "forever", "percent_off": Decimal(50)},
            {
                "id": "two_months",
                "duration": "repeating",
                "duration_in_months": 2,
                "percent_off": Decimal(50),
            },
        ],
    )
    lake.land("invoice_items", INVOICE_ITEMS)
    lake.land("subscriptions", SUBSCRIPTIONS)
    return build(
        lake.folder,
        tmp_path_factory.mktemp("build"),
        select=["+draft_invoices"],
        as_of="2026-04-15 00:00:00",
    )


def _price(identifier: str, amount: int) -> dict[str, Any]:
    return {
        "id": identifier,
        "product": "prod_seat",
        "active": True,
        "type": "recurring",
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "recurring_usage_type": "licensed",
        "currency": "usd",
        "billing_scheme": "per_unit",
        "unit_amount": amount,
    }


def _totals(built: Built, name: str) -> list[int]:
    """Give what the drafts of a subscription come to, the oldest first."""
    found = built.rows(
        "select total from draft_invoices where subscription_id = ? order by period_end",
        [f"sub_{name}"],
    )
    return [total for (total,) in found]


def test_a_discount_takes_what_the_invoice_comes_to_at_most(built: Built) -> None:
    assert _totals(built, "credited") == [500, 500, 0, 500]


def test_an_invoice_of_zero_spends_no_discount_for_one_use(built: Built) -> None:
    assert _totals(built, "nothing") == [0, 500, 1000, 1000]


def test_a_discount_that_ended_on_the_drafts_is_in_no_proration(built: Built) -> None:
    assert _prorations(built, "ended") == [-667, 1333]
    assert _prorations(built, "running") == [-333, 667]


def test_a_flexible_credit_knows_where_a_discount_for_one_use_was_spent(built: Built) -> None:
    assert _totals(built, "other")[0] == 500
    assert _prorations(built, "spent") == [-500, 1000]


def test_a_flexible_credit_knows_what_an_amount_off_was_shared_with(built: Built) -> None:
    # Of $5, the seat of $10 had $2.50 beside $10 of work, and the rest of it beside $5.
    assert _prorations(built, "shared") == [-387, 774]
    assert _prorations(built, "shared_less") == [-344, 774]


def _prorations(built: Built, name: str) -> list[int]:
    found = built.rows(
        "select amount from draft_invoice_lines where subscription_id = ? and proration"
        " order by period_start, amount",
        [f"sub_{name}"],
    )
    return [amount for (amount,) in found]
