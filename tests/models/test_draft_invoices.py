"""Drafts at each boundary: what is billed ahead, what in arrears, in which order, and its sum."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake

AS_OF = "2026-04-15 00:00:00"


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land(
        "customers",
        [
            {"id": "cus_1", "name": "One", "currency": "usd", "balance": -300},
            {"id": "cus_2", "name": "Two", "currency": "jpy"},
        ],
    )
    lake.land(
        "products",
        [
            {"id": "prod_seat", "name": "Seats", "active": True},
            {"id": "prod_api", "name": "API", "unit_label": "call", "active": True},
            {"id": "prod_gpu", "name": "GPU", "active": True},
        ],
    )
    recurring: dict[str, Any] = {
        "type": "recurring",
        "recurring_interval": "month",
        "recurring_interval_count": 1,
        "active": True,
        "currency": "usd",
    }
    lake.land(
        "prices",
        [
            {
                **recurring,
                "id": "price_seat",
                "product": "prod_seat",
                "billing_scheme": "per_unit",
                "recurring_usage_type": "licensed",
                "unit_amount": 1500,
                "currency_options": [{"currency": "jpy", "unit_amount_decimal": Decimal(2000)}],
            },
            {
                **recurring,
                "id": "price_api",
                "product": "prod_api",
                "billing_scheme": "tiered",
                "tiers_mode": "graduated",
                "recurring_usage_type": "metered",
                "recurring_aggregate_usage": "sum",
                "tiers": [
                    {
                        "up_to": 1000,
                        "unit_amount_decimal": Decimal(0),
                        "flat_amount_decimal": Decimal(900),
                    },
                    {
                        "unit_amount_decimal": Decimal("3.6"),
                        "flat_amount_decimal": Decimal(0),
                    },
                ],
            },
            {
                **recurring,
                "id": "price_gpu",
                "product": "prod_gpu",
                "billing_scheme": "per_unit",
                "recurring_usage_type": "metered",
                "recurring_meter": "mtr_1",
                "unit_amount_decimal": Decimal("0.083333333333"),
            },
        ],
    )
    lake.land(
        "meters",
        [
            {
                "id": "mtr_1",
                "display_name": "GPU seconds",
                "event_name": "gpu",
                "status": "active",
                "default_aggregation_formula": "sum",
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
        ],
    )
    lake.land(
        "subscriptions",
        [
            {
                "id": "sub_1",
                "customer": "cus_1",
                "currency": "usd",
                "status": "active",
                "created_at": "2026-02-01T00:00:00Z",
                "start_at": "2026-02-01T00:00:00Z",
                "billing_cycle_anchor_at": "2026-02-01T00:00:00Z",
                "items": [
                    {"id": "si_seat", "price": "price_seat", "quantity": 3},
                    {"id": "si_api", "price": "price_api"},
                    {"id": "si_gpu", "price": "price_gpu"},
                ],
            },
            {
                "id": "sub_2",
                "customer": "cus_2",
                "currency": "jpy",
                "status": "active",
                "created_at": "2026-03-31T00:00:00Z",
                "start_at": "2026-03-31T00:00:00Z",
                "billing_cycle_anchor_at": "2026-03-31T00:00:00Z",
                "items": [{"id": "si_yen", "price": "price_seat", "quantity": 2}],
            },
            {
                "id": "sub_metered",
                "customer": "cus_3",
                "currency": "usd",
                "status": "active",
                "created_at": "2026-03-01T00:00:00Z",
                "start_at": "2026-03-01T00:00:00Z",
                "billing_cycle_anchor_at": "2026-03-01T00:00:00Z",
                "items": [{"id": "si_metered", "price": "price_api"}],
            },
        ],
    )
    lake.land(
        "usage_records",
        [
            {
                "subscription_item": "si_api",
                "quantity": Decimal(1031),
                "event_at": "2026-03-01T00:00:00Z",
            },
            {
                "subscription_item": "si_api",
                "quantity": Decimal(5),
                "event_at": "2026-03-01T00:00:01Z",
            },
        ],
    )
    lake.land(
        "meter_events",
        [
            {
                "identifier": "a",
                "event_name": "gpu",
                "event_at": "2026-03-31T23:59:59Z",
                "received_at": "2026-03-31T23:59:59Z",
                "stripe_customer_id": "cus_1",
                "value": Decimal(30),
            },
            {
                "identifier": "b",
                "event_name": "gpu",
                "event_at": "2026-04-01T00:00:00Z",
                "received_at": "2026-04-01T00:00:00Z",
                "stripe_customer_id": "cus_1",
                "value": Decimal(-8),
            },
        ],
    )
    lake.land(
        "invoice_items",
        [
            {
                "id": "ii_old",
                "customer": "cus_1",
                "amount": 250,
                "currency": "usd",
                "description": "Set-up",
                "date_at": "2026-04-02T00:00:00Z",
            },
            {
                "id": "ii_new",
                "customer": "cus_1",
                "amount": -100,
                "currency": "usd",
                "description": "Goodwill",
                "date_at": "2026-04-03T00:00:00Z",
            },
            {
                "id": "ii_billed",
                "customer": "cus_1",
                "invoice": "in_elsewhere",
                "amount": 9999,
                "currency": "usd",
                "date_at": "2026-03-03T00:00:00Z",
            },
        ],
    )
    lake.land(
        "billed_invoices",
        [
            {
                "id": "in_manual",
                "customer": "cus_2",
                "status": "draft",
                "billing_reason": "manual",
                "currency": "jpy",
                "created_at": "2026-04-10T00:00:00Z",
                "period_start_at": "2026-04-10T00:00:00Z",
                "period_end_at": "2026-04-10T00:00:00Z",
                "lines": [
                    {
                        "id": "il_manual",
                        "type": "invoiceitem",
                        "amount": 799,
                        "currency": "jpy",
                        "description": "By hand",
                        "period_start_at": "2026-04-10T00:00:00Z",
                        "period_end_at": "2026-04-10T00:00:00Z",
                        "quantity": 1,
                        "invoice_item": "ii_manual",
                    }
                ],
            },
            {
                "id": "in_taxed",
                "customer": "cus_2",
                "status": "draft",
                "billing_reason": "manual",
                "currency": "jpy",
                "created_at": "2026-04-10T00:00:00Z",
                "default_tax_rates": ["txr_20"],
                "lines": [
                    {"id": "il_taxed", "type": "invoiceitem", "amount": 1000, "currency": "jpy"}
                ],
            },
        ],
    )
    lake.land("tax_rates", [{"id": "txr_20", "percentage": Decimal(20), "inclusive": False}])
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("drafts")
    return build(_lake(folder / "lake"), folder / "build", select=["+draft_invoices"], as_of=AS_OF)


def lines(drafts: Built, subscription: str, boundary: str) -> list[tuple[Any, ...]]:
    return drafts.rows(
        "select lines.description, lines.quantity, lines.amount, lines.period_start,"
        " lines.period_end, lines.unit_amount_excluding_tax"
        " from draft_invoice_lines as lines inner join draft_invoices as invoices"
        " on lines.invoice_id = invoices.id"
        " where invoices.subscription_id = ? and invoices.period_end = ?"
        " order by lines.line_position",
        [subscription, datetime.fromisoformat(boundary)],
    )


FEB, MAR, APR, MAY, JUN = (datetime(2026, month, 1) for month in range(2, 7))


def test_the_first_invoice_bills_licensed_items_for_the_first_period(drafts: Built) -> None:
    assert lines(drafts, "sub_1", "2026-02-01") == [
        ("3 × Seats (at $15.00 / month)", 3, 4500, FEB, MAR, "1500")
    ]


def test_metered_lines_carry_the_period_that_ended_and_licensed_lines_the_coming_one(
    drafts: Built,
) -> None:
    # 1,031 calls at the very boundary second belong to the period that ends (start, end]; the
    # meter's [start, end) has nothing in February.
    assert lines(drafts, "sub_1", "2026-03-01") == [
        ("3 × Seats (at $15.00 / month)", 3, 4500, MAR, APR, "1500"),
        ("1000 call × API (Tier 1 at $0.00 / month)", 1000, 0, FEB, MAR, "0"),
        ("API (Tier 1 at $9.00 / month)", 0, 900, FEB, MAR, None),
        ("31 call × API (Tier 2 at $0.036 / month)", 31, 112, FEB, MAR, "4"),
        ("API (Tier 2 at $0.00 / month)", 0, 0, FEB, MAR, None),
        ("0 × GPU (at $0.00083333333333 / month)", 0, 0, FEB, MAR, None),
    ]


def test_the_upcoming_invoice_takes_pending_items_newest_first_and_floors_negative_usage(
    drafts: Built,
) -> None:
    assert [line[:3] for line in lines(drafts, "sub_1", "2026-05-01")] == [
        ("Goodwill", 1, -100),
        ("Set-up", 1, 250),
        ("3 × Seats (at $15.00 / month)", 3, 4500),
        ("0 call × API (Tier 1 at $0.00 / month)", 0, 0),
        ("API (Tier 1 at $9.00 / month)", 0, 900),
        ("0 × GPU (at $0.00083333333333 / month)", 0, 0),
    ]


def test_a_currency_option_prices_the_line_in_the_subscriptions_currency(drafts: Built) -> None:
    assert lines(drafts, "sub_2", "2026-04-30") == [
        (
            "2 × Seats (at ¥2,000 / month)",
            2,
            4000,
            datetime(2026, 4, 30),
            datetime(2026, 5, 31),
            "2000",
        )
    ]


def test_each_boundary_has_one_draft_and_only_the_next_one_is_upcoming(drafts: Built) -> None:
    assert drafts.rows(
        "select period_end, billing_reason, is_upcoming from draft_invoices"
        " where subscription_id = 'sub_1' order by period_end"
    ) == [
        (FEB, "subscription_create", False),
        (MAR, "subscription_cycle", False),
        (APR, "subscription_cycle", False),
        (MAY, "upcoming", True),
    ]


def test_the_balance_is_applied_to_the_next_invoice_and_to_no_other(drafts: Built) -> None:
    assert drafts.rows(
        "select total, starting_balance, ending_balance, amount_due from draft_invoices"
        " where subscription_id = 'sub_1' order by period_end desc limit 2"
    ) == [(5550, -300, 0, 5250), (5402, 0, None, 5402)]


def test_a_draft_made_by_hand_keeps_its_landed_lines(drafts: Built) -> None:
    assert drafts.rows(
        "select invoices.total, lines.id, lines.amount from draft_invoices as invoices"
        " inner join draft_invoice_lines as lines on lines.invoice_id = invoices.id"
        " where invoices.id = 'in_manual'"
    ) == [(799, "il_manual", 799)]


def test_a_draft_made_by_hand_is_taxed_at_its_own_default_rates(drafts: Built) -> None:
    assert drafts.rows("select subtotal, tax, total from draft_invoices where id = 'in_taxed'") == [
        (1000, 200, 1200)
    ]


def test_every_invoice_is_the_sum_of_its_lines(drafts: Built) -> None:
    assert (
        drafts.rows(
            "select invoices.id from draft_invoices as invoices left join ("
            " select invoice_id, sum(amount) as amount from draft_invoice_lines"
            " group by 1) as totals on totals.invoice_id = invoices.id"
            " where invoices.subtotal is distinct from coalesce(totals.amount, 0)"
        )
        == []
    )


def test_a_subscription_of_metered_items_only_has_no_invoice_when_it_begins(
    drafts: Built,
) -> None:
    assert drafts.rows(
        "select period_end from draft_invoices where subscription_id = 'sub_metered'"
        " order by period_end"
    ) == [(APR,), (MAY,)]
