"""Discounts, credits, taxes and balances on built drafts, from what landed to what is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models._build import Built, build
from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

AS_OF = "2026-04-15 00:00:00"
JAN, FEB, MAR, APR, MAY = (f"2026-0{month}-01T00:00:00Z" for month in range(1, 6))
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "recurring_usage_type": "licensed",
}
EMPTY_EDITS = (
    "create temp table edits (id varchar, invoice varchar, operation varchar, request_id varchar,"
    " position bigint, line varchar, behavior varchar, parameters_json varchar,"
    " invoice_metadata_json varchar, received_at timestamp, received_sequence bigint,"
    " livemode boolean)"
)


def subscription(name: str, *items: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """A monthly subscription of its own customer, begun on 1 February 2026."""
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": FEB,
        "start_at": FEB,
        "billing_cycle_anchor_at": FEB,
        "items": [
            {"id": f"si_{name}{place}", "quantity": 1, **item} for place, item in enumerate(items)
        ],
        **other,
    }


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land(
        "customers",
        [
            {"id": "cus_own", "currency": "usd", "discount_coupon": "half", "balance": -4000},
            {"id": "cus_over", "currency": "usd", "discount_coupon": "half"},
            {"id": "cus_exempt", "currency": "usd", "tax_exempt": "exempt"},
            {"id": "cus_ugx", "currency": "ugx"},
            *(
                {"id": f"cus_{name}", "currency": "usd"}
                for name in ("item", "once", "months", "limited", "tax", "usage", "foreign")
            ),
        ],
    )
    lake.land(
        "products",
        [{"id": f"prod_{name}", "name": name, "active": True} for name in ("ten", "twenty")],
    )
    lake.land(
        "prices",
        [
            {**RECURRING, "id": "ten", "product": "prod_ten", "unit_amount": 1000},
            {**RECURRING, "id": "twenty", "product": "prod_twenty", "unit_amount": 2000},
            {
                **RECURRING,
                "id": "shilling",
                "product": "prod_ten",
                "currency": "ugx",
                "unit_amount": 1049,
            },
            {
                **RECURRING,
                "id": "metered",
                "product": "prod_ten",
                "unit_amount": 100,
                "recurring_usage_type": "metered",
                "recurring_meter": "mtr_1",
            },
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )
    lake.land(
        "meter_events",
        [
            {
                "identifier": f"used_{place}",
                "event_name": "used",
                "event_at": at,
                "received_at": at,
                "stripe_customer_id": "cus_usage",
                "value": Decimal(value),
            }
            for place, (at, value) in enumerate(
                [("2026-02-10T00:00:00Z", 8), ("2026-03-10T00:00:00Z", 9), (APR, 10)]
            )
        ],
    )
    lake.land(
        "coupons",
        [
            {"id": "half", "percent_off": Decimal(50), "duration": "forever"},
            {"id": "five", "amount_off": 500, "currency": "usd", "duration": "forever"},
            {"id": "euros", "amount_off": 500, "currency": "eur", "duration": "forever"},
            {"id": "once", "percent_off": Decimal(10), "duration": "once"},
            {
                "id": "two_months",
                "percent_off": Decimal(10),
                "duration": "repeating",
                "duration_in_months": 2,
            },
            {
                "id": "tens_only",
                "percent_off": Decimal(10),
                "duration": "forever",
                "applies_to_products": ["prod_ten"],
            },
        ],
    )
    lake.land(
        "tax_rates",
        [
            {"id": "txr_in", "percentage": Decimal(5), "inclusive": True},
            {"id": "txr_out", "percentage": Decimal(7), "inclusive": False},
        ],
    )
    lake.land(
        "credit_grants",
        [
            {
                "id": "credgr_1",
                "customer": "cus_usage",
                "amount": 1000,
                "currency": "usd",
                "category": "paid",
                "grant_effective_at": FEB,
                "scope_price_type": "metered",
            }
        ],
    )
    lake.land(
        "invoice_items",
        [
            {
                "id": "ii_bad",
                "customer": "cus_own",
                "amount": -300,
                "currency": "usd",
                "date_at": "2026-04-03T00:00:00Z",
                "discountable": False,
            }
        ],
    )
    ten, twenty = {"price": "ten"}, {"price": "twenty"}
    lake.land(
        "subscriptions",
        [
            subscription("own", ten, twenty),
            subscription("over", ten, twenty, discounts=[{"id": "di_five", "coupon": "five"}]),
            subscription(
                "item",
                {**ten, "discounts": [{"id": "di_first", "coupon": "five"}]},
                twenty,
                discounts=[{"id": "di_second", "coupon": "half"}],
            ),
            subscription(
                "once",
                ten,
                discounts=[{"id": "di_once", "coupon": "once"}],
                trial_start_at=FEB,
                trial_end_at=MAR,
                billing_cycle_anchor_at=MAR,
            ),
            subscription(
                "months",
                ten,
                discounts=[
                    {"id": "di_months", "coupon": "two_months", "start_at": "2026-02-01T00:00:02Z"}
                ],
            ),
            subscription(
                "limited", ten, twenty, discounts=[{"id": "di_tens", "coupon": "tens_only"}]
            ),
            subscription("foreign", ten, discounts=[{"id": "di_euros", "coupon": "euros"}]),
            subscription(
                "tax",
                {**ten, "tax_rates": ["txr_in", "txr_out"]},
                twenty,
                default_tax_rates=["txr_out"],
            ),
            subscription("exempt", ten, default_tax_rates=["txr_in", "txr_out"]),
            subscription("ugx", {"price": "shilling"}, currency="ugx"),
            subscription("usage", ten, {"price": "metered"}),
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("charges")
    with pytest.MonkeyPatch.context() as environment:
        # Data tests that read a model left out of this build have nothing to say about it.
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")
        return build(
            _lake(folder / "lake"),
            folder / "build",
            select=[
                "+draft_invoices",
                "customers",
                "prices",
                "products",
                "invoice_items",
                "invoice_line_edits",
            ],
            as_of=AS_OF,
            command="build",
        )


def lines(drafts: Built, name: str, boundary: str, columns: str) -> list[tuple[Any, ...]]:
    return drafts.rows(
        f"select {columns} from draft_invoice_lines as lines inner join draft_invoices as invoices"
        " on lines.invoice_id = invoices.id"
        " where invoices.subscription_id = ? and invoices.period_end = ? order by line_position",
        [f"sub_{name}", datetime.fromisoformat(boundary[:10])],
    )


def invoices(drafts: Built, name: str, columns: str) -> list[tuple[Any, ...]]:
    return drafts.rows(
        f"select {columns} from draft_invoices where subscription_id = ? order by period_end",
        [f"sub_{name}"],
    )


def test_a_customers_coupon_discounts_every_line_that_can_be(drafts: Built) -> None:
    assert lines(drafts, "own", MAY, "lines.amount, lines.invoice_discount_amount") == [
        (-300, 0),
        (1000, 500),
        (2000, 1000),
    ]
    assert invoices(drafts, "own", "subtotal, total")[-1] == (2700, 1200)


def test_the_balance_pays_the_upcoming_invoice_and_keeps_what_is_left(drafts: Built) -> None:
    assert invoices(drafts, "own", "starting_balance, ending_balance, amount_due")[-1] == (
        -4000,
        -2800,
        0,
    )


def test_a_subscriptions_coupon_supersedes_the_customers(drafts: Built) -> None:
    assert lines(drafts, "over", MAR, "lines.discount_amounts_json") == [
        ('[{"amount":166,"discount":"di_five"}]',),
        ('[{"amount":334,"discount":"di_five"}]',),
    ]
    assert invoices(drafts, "over", "total_discount_amounts_json, total")[0] == (
        '[{"amount":500,"discount":"di_five"}]',
        2500,
    )


def test_discounts_of_an_item_come_first_and_are_in_the_subtotal(drafts: Built) -> None:
    assert lines(drafts, "item", MAR, "lines.discounts_json, lines.discount_amounts_json") == [
        (
            '["di_first"]',
            '[{"amount":500,"discount":"di_first"},{"amount":250,"discount":"di_second"}]',
        ),
        ("[]", '[{"amount":1000,"discount":"di_second"}]'),
    ]
    assert invoices(drafts, "item", "subtotal, total")[0] == (2500, 1250)


def test_once_is_the_first_invoice_that_is_not_zero(drafts: Built) -> None:
    assert invoices(drafts, "once", "period_end, subtotal, total") == [
        (datetime(2026, 2, 1), 0, 0),
        (datetime(2026, 3, 1), 1000, 900),
        (datetime(2026, 4, 1), 1000, 1000),
        (datetime(2026, 5, 1), 1000, 1000),
    ]


def test_two_months_are_two_invoices_though_the_discount_began_two_seconds_late(
    drafts: Built,
) -> None:
    assert [total for (total,) in invoices(drafts, "months", "total")] == [900, 900, 1000, 1000]


def test_a_coupon_for_some_products_leaves_the_others(drafts: Built) -> None:
    assert lines(drafts, "limited", MAR, "lines.invoice_discount_amount") == [(100,), (0,)]


def test_an_amount_off_in_another_currency_does_not_count(drafts: Built) -> None:
    assert invoices(drafts, "foreign", "total")[0] == (1000,)


def test_an_items_tax_rates_replace_the_defaults(drafts: Built) -> None:
    assert lines(
        drafts,
        "tax",
        MAR,
        "lines.inclusive_tax_amount, lines.exclusive_tax_amount, lines.amount_excluding_tax,"
        " lines.tax_rates_json, lines.total",
    ) == [(48, 67, 952, '["txr_in","txr_out"]', 1067), (0, 140, 2000, "[]", 2140)]
    (first, *_) = invoices(
        drafts,
        "tax",
        "subtotal, subtotal_excluding_tax, tax, total, total_excluding_tax, total_tax_amounts_json",
    )
    assert first[:5] == (3000, 2952, 255, 3207, 2952)
    assert json.loads(first[5]) == [
        {
            "amount": 48,
            "inclusive": True,
            "tax_rate": "txr_in",
            "taxability_reason": "standard_rated",
            "taxable_amount": 952,
        },
        {
            "amount": 207,
            "inclusive": False,
            "tax_rate": "txr_out",
            "taxability_reason": "standard_rated",
            "taxable_amount": 2952,
        },
    ]


def test_an_exempt_customer_pays_the_price_without_the_tax_in_it(drafts: Built) -> None:
    assert invoices(drafts, "exempt", "subtotal, tax, total, total_excluding_tax")[0] == (
        1000,
        0,
        952,
        952,
    )


def test_without_any_rate_there_is_no_tax(drafts: Built) -> None:
    assert invoices(drafts, "foreign", "tax, total_tax_amounts_json")[0] == (None, "[]")


def test_credit_pays_meter_lines_until_it_is_used_up(drafts: Built) -> None:
    assert invoices(drafts, "usage", "subtotal, total") == [
        (1000, 1000),
        (1800, 1000),
        (1900, 1700),
        (2000, 2000),
    ]
    assert lines(drafts, "usage", APR, "lines.pretax_credit_amounts_json") == [
        ("[]",),
        ('[{"amount":200,"credit_balance_transaction":null,"type":"credit_balance_transaction"}]',),
    ]


def test_shillings_are_due_in_hundreds_and_the_rest_stays_on_the_balance(drafts: Built) -> None:
    assert invoices(drafts, "ugx", "total, amount_due, ending_balance")[-1] == (1049, 1000, 49)


def test_the_edited_draft_charges_what_the_built_one_does(drafts: Built) -> None:
    with duckdb.connect(drafts.file, read_only=True) as connection:
        connection.execute(EMPTY_EDITS)
        for (invoice,) in connection.execute("select id from draft_invoices").fetchall():
            for function, mart, key in (
                ("draft_invoice_edited", "draft_invoices", "id"),
                ("draft_invoice_lines_edited", "draft_invoice_lines", "invoice_id"),
            ):
                edited = connection.execute(
                    f"select * from {function}(?, 'edits') order by all", [invoice]
                ).fetchall()
                built = connection.execute(
                    f"select * from {mart} where {key} = ? order by all", [invoice]
                ).fetchall()
                assert edited == built
