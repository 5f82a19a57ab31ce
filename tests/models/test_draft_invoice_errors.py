"""What cannot be billed is a row that says so; everything beside it is billed as usual."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

FEB, MAR = "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"
GOOD = 1_000
VAST = Decimal("99999999999999999999999999.5")  # the largest whole part that a price can have
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
    "recurring_usage_type": "licensed",
    "product": "prod_1",
}


def subscription(name: str, **item: Any) -> dict[str, Any]:
    of_subscription = item.pop("subscription", {})
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": FEB,
        "start_at": FEB,
        "billing_cycle_anchor_at": FEB,
        "items": [{"id": f"si_{name}", **item}],
        **of_subscription,
    }


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    names = ["huge", *(f"good{number}" for number in range(GOOD))]
    lake.land("products", [{"id": "prod_1", "name": "Thing", "active": True}])
    lake.land(
        "prices",
        [
            {
                **RECURRING,
                "id": "metered",
                "unit_amount_decimal": Decimal("12.5"),
                "recurring_usage_type": "metered",
                "recurring_meter": "mtr_1",
            },
            {**RECURRING, "id": "licensed", "unit_amount": 100},
            {
                **RECURRING,
                "id": "packed",
                "unit_amount": 40,
                "transform_divide_by": 5,
                "transform_round": "up",
            },
            {**RECURRING, "id": "vast", "unit_amount_decimal": VAST},
            {**RECURRING, "id": "orphan", "unit_amount": 100, "product": "prod_gone"},
            {
                **RECURRING,
                "id": "short",
                "billing_scheme": "tiered",
                "tiers_mode": "graduated",
                "tiers": [{"up_to": 10, "unit_amount_decimal": Decimal(1)}],
            },
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )
    lake.land(
        "coupons",
        [
            {"id": "tenth", "percent_off": Decimal(10), "duration": "forever"},
            {"id": "euros", "amount_off": 30, "currency": "eur", "duration": "forever"},
            {
                "id": "euros_for_a_month",
                "amount_off": 30,
                "currency": "eur",
                "duration": "repeating",
                "duration_in_months": 1,
            },
        ],
    )
    lake.land(
        "customers",
        [
            *({"id": f"cus_{name}", "currency": "usd"} for name in names),
            {"id": "cus_superseded", "currency": "usd", "discount_coupon": "gone_too"},
            {"id": "cus_foreign", "currency": "usd", "discount_coupon": "euros"},
        ],
    )
    lake.land(
        "meter_events",
        [
            {
                "identifier": name,
                "event_name": "used",
                "event_at": "2026-02-10T00:00:00Z",
                "received_at": "2026-02-10T00:00:00Z",
                "stripe_customer_id": f"cus_{name}",
                "value": Decimal(999_999_999_999_999) if name == "huge" else Decimal(3),
            }
            for name in names
        ],
    )
    lake.land(
        "subscriptions",
        [
            *(subscription(name, price="metered") for name in names),
            subscription("yen", price="licensed", subscription={"currency": "jpy"}),
            subscription("tier", price="short", quantity=15),
            subscription("vast", price="vast", quantity=1),
            subscription("item", price="licensed", quantity=1),
            subscription("priced", price="licensed", quantity=1),
            subscription("price", price="gone"),
            subscription("product", price="orphan", quantity=1),
            subscription(
                "superseded",
                price="licensed",
                quantity=1,
                subscription={
                    "discounts": [
                        {"id": "di_month", "coupon": "tenth", "end_at": "2026-02-15T00:00:00Z"}
                    ]
                },
            ),
            subscription("foreign", price="licensed", quantity=1),
            subscription(
                "foreign_month",
                price="licensed",
                quantity=1,
                discounts=[{"id": "di_month", "coupon": "euros_for_a_month", "start_at": FEB}],
                subscription={"discounts": [{"id": "di_tenth", "coupon": "tenth"}]},
            ),
            subscription(
                "named",
                price="licensed",
                quantity=1,
                subscription={
                    "discounts": [{"id": "di_1", "coupon": "gone"}],
                    "default_tax_rates": ["txr_gone"],
                },
            ),
        ],
    )
    lake.land(
        "invoice_items",
        [
            {
                "id": f"ii_{amount}",
                "customer": f"cus_{of}",
                "subscription": f"sub_{of}",
                "currency": "usd",
                "amount": amount,
                "date_at": "2026-02-10T00:00:00Z",
                "created_at": "2026-02-10T00:00:00Z",
                **({"discounts": [{"coupon": "euros"}]} if amount == 100 else {}),
            }
            for amount, of in (
                (99_999_999_999_999, "item"),
                (100_000_000_000_000, "item"),
                (100, "product"),
            )
        ]
        + [
            {
                "id": f"ii_{name}",
                "customer": "cus_priced",
                "currency": "usd",
                "date_at": f"2026-02-1{place}T00:00:00Z",
                "created_at": f"2026-02-1{place}T00:00:00Z",
                **terms,
            }
            for place, (name, terms) in enumerate(
                {
                    "by_price": {"price": "licensed", "quantity": 3},
                    "by_packages": {"price": "packed", "quantity": 11},
                    "by_unit": {"unit_amount_decimal": Decimal("33.5"), "quantity": 7},
                    "by_nothing": {"quantity": 2},
                }.items()
            )
        ],
    )
    lake.land(
        "billed_invoices",
        [
            {
                "id": "in_manual",
                "customer": "cus_huge",
                "status": "draft",
                "billing_reason": "manual",
                "currency": "usd",
                "created_at": FEB,
                "period_start_at": FEB,
                "period_end_at": FEB,
                "lines": [
                    {"id": "il_vast", "type": "invoiceitem", "amount": -(10**14), "currency": "usd"}
                ],
            }
        ],
    )
    lake.land(
        "invoice_line_edits",
        [
            {
                "invoice": "in_manual",
                "operation": "add",
                "request_id": "req_1",
                "position": place,
                "line": f"il_{place}",
                "parameters_json": json.dumps({"price": "licensed", "quantity": quantity}),
            }
            for place, quantity in enumerate([7, 9_999_999_999_999])
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("errors")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")
        return build(
            _lake(folder / "lake"),
            folder / "build",
            select=["+draft_invoice_errors", "+draft_invoices"],
            as_of="2026-03-02 00:00:00",
            command="build",
        )


def errors(drafts: Built, code: str) -> list[tuple[str, str]]:
    """What is concerned, and the message, of each error with this code."""
    return drafts.rows(
        "select distinct coalesce(subscription_id, invoice_id, price_id), error_message"
        " from draft_invoice_errors where error_code = ? order by all",
        [code],
    )


def test_an_amount_that_does_not_fit_is_an_error_beside_a_thousand_good_lines(
    drafts: Built,
) -> None:
    assert set(errors(drafts, "amount_out_of_range")) >= {
        (
            "in_manual",
            "9999999999999 units at 100 minor units come to more than 14 digits."
            " Correct the quantity or the price.",
        ),
        (
            "sub_huge",
            "999999999999999 units at 12.5 minor units come to more than 14 digits."
            " Correct the quantity or the price.",
        ),
    }
    assert drafts.rows(
        "select count(*), min(total), max(total) from draft_invoices"
        " where period_end = timestamp '2026-03-01' and subscription_id like 'sub_good%'"
    ) == [(GOOD, 38, 38)]
    assert drafts.rows(
        "select total, line_count from draft_invoices"
        " where period_end = timestamp '2026-03-01' and subscription_id = 'sub_huge'"
    ) == [(0, 0)]


def test_a_price_and_an_item_of_too_many_digits_are_errors_too(drafts: Built) -> None:
    found = drafts.rows(
        "select distinct customer_id, unit_amount_decimal from draft_invoice_errors"
        " where error_code = 'amount_out_of_range' and quantity = 1 order by all"
    )
    assert found == [
        ("cus_huge", Decimal(-(10**14))),
        ("cus_item", Decimal(10**14)),
        ("cus_vast", VAST),
    ]
    assert drafts.rows(
        "select total, line_count from draft_invoices"
        " where period_end = timestamp '2026-03-01' and subscription_id = 'sub_item'"
    ) == [(99_999_999_999_999 + 100, 2)]


def test_an_edit_that_does_not_fit_leaves_the_other_lines(drafts: Built) -> None:
    assert drafts.rows("select total from draft_invoices where id = 'in_manual'") == [(700,)]


def test_a_price_without_the_currency_names_what_to_land(drafts: Built) -> None:
    assert errors(drafts, "price_currency_not_found") == [
        (
            "sub_yen",
            "Price 'licensed' has no amount in 'jpy'. Land the price with currency_options.jpy.",
        )
    ]


def test_a_quantity_beyond_the_last_tier_is_an_error(drafts: Built) -> None:
    assert errors(drafts, "tier_not_found") == [
        (
            "sub_tier",
            "Price 'short' has no tier for 15 units: its last ends at 10."
            " Land the price with a last tier up to inf.",
        )
    ]


def test_what_is_named_and_has_not_landed_is_an_error(drafts: Built) -> None:
    assert errors(drafts, "price_not_found") == [
        ("sub_price", "No such price: 'gone'. Land the price.")
    ]
    assert [subject for subject, _ in errors(drafts, "product_not_found")] == ["orphan"]
    assert errors(drafts, "coupon_not_found") == [
        ("sub_named", "No such coupon: 'gone'. Land the coupon."),
        ("sub_superseded", "No such coupon: 'gone_too'. Land the coupon."),
    ]
    assert errors(drafts, "tax_rate_not_found") == [
        ("sub_named", "No such tax rate: 'txr_gone'. Land the tax rate.")
    ]


def test_a_customers_coupon_is_missed_where_no_discount_supersedes_it(drafts: Built) -> None:
    missed = drafts.rows(
        "select invoices.period_end"
        " from draft_invoice_errors as errors"
        " inner join draft_invoices as invoices on errors.invoice_id = invoices.id"
        " where errors.error_code = 'coupon_not_found'"
        " and errors.customer_id = 'cus_superseded'"
    )
    every = drafts.rows(
        "select period_end from draft_invoices where customer_id = 'cus_superseded'"
    )
    ended = datetime(2026, 2, 15)
    assert sorted(missed) == sorted(boundary for boundary in every if boundary[0] > ended) != []


def test_an_amount_off_in_another_currency_is_an_error_on_each_draft_it_would_count_on(
    drafts: Built,
) -> None:
    said = (
        "Coupon '{}' takes an amount off in 'eur', the draft is in 'usd'."
        " Give the discount of a coupon in usd, or of one with percent_off."
    )
    assert errors(drafts, "coupon_currency_not_found") == [
        ("sub_foreign", said.format("euros")),
        ("sub_foreign_month", said.format("euros_for_a_month")),
        ("sub_product", said.format("euros")),
    ]
    assert drafts.rows(
        "select errors.subscription_item_id, invoices.period_end, invoices.total"
        " from draft_invoice_errors as errors"
        " inner join draft_invoices as invoices on errors.invoice_id = invoices.id"
        " where errors.error_code = 'coupon_currency_not_found'"
        " and errors.subscription_id in ('sub_foreign', 'sub_foreign_month') order by all"
    ) == [
        ("si_foreign_month", datetime(2026, 2, 1), 90),
        (None, datetime(2026, 2, 1), 100),
        (None, datetime(2026, 3, 1), 100),
        (None, datetime(2026, 4, 1), 100),
    ]


def test_an_invoice_item_without_an_amount_is_what_its_price_makes_of_its_quantity(
    drafts: Built,
) -> None:
    assert drafts.rows(
        "select lines.invoice_item_id, lines.quantity, lines.exact_amount_decimal, lines.amount"
        " from draft_invoice_lines as lines"
        " inner join draft_invoices as invoices on lines.invoice_id = invoices.id"
        " where lines.customer_id = 'cus_priced' and lines.type = 'invoiceitem'"
        " and invoices.period_end = timestamp '2026-03-01' order by lines.line_position"
    ) == [
        ("ii_by_unit", 7, Decimal("234.5"), 235),
        ("ii_by_packages", 11, 120, 120),
        ("ii_by_price", 3, 300, 300),
    ]
    assert drafts.rows(
        "select quantity, error_message from draft_invoice_errors where customer_id = 'cus_priced'"
    ) == [
        (
            2,
            "Neither an amount of at most 14 digits nor a unit price in 'usd' is known."
            " Land the invoice item with an amount.",
        )
    ]
