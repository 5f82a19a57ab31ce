"""Other usage and other prices over what a customer really used, in Python and in SQL."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meterhouse import Warehouse
from tests.previews._account import JULY, JUNE

METERED = [{"subscription_item": "si_metered_0", "quantity": "1000.5"}]


def shown(invoice: Any) -> list[tuple[str, int]]:
    return [(line.description, line.amount) for line in invoice.lines.data]


def test_real_usage_is_what_a_preview_bills(account: Warehouse) -> None:
    invoice = account.invoices.upcoming(subscription="sub_metered")
    assert shown(invoice)[0] == ("150 call × Calls (at $0.02 / month)", 300)


def test_another_usage_takes_its_place(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        {"subscription": "sub_metered", "hypothetical_usage": METERED}
    )
    assert shown(invoice)[0] == ("1000.5 call × Calls (at $0.02 / month)", 2001)
    assert invoice.total == 3001


def test_another_price_is_put_on_what_was_really_used(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        {
            "subscription": "sub_metered",
            "subscription_details": {
                "items": [{"id": "si_metered_0", "price": "price_call_dear"}],
                "proration_date": JUNE,
            },
        }
    )
    assert shown(invoice)[0] == ("150 call × Calls (at $0.025 / month)", 375)


@pytest.mark.parametrize(
    "change",
    [{"billing_cycle_anchor": "now"}, {"cancel_now": True}, {"trial_end": JULY}],
    ids=["a new anchor", "an end", "a trial"],
)
def test_usage_is_of_the_period_that_a_change_ends_and_invoices(
    account: Warehouse, change: dict[str, Any]
) -> None:
    invoice = account.invoices.create_preview(
        {
            "subscription": "sub_metered",
            "subscription_details": change,
            "hypothetical_usage": METERED,
        }
    )
    assert ("1000.5 call × Calls (at $0.02 / month)", 2001) in shown(invoice)


def test_usage_under_a_schedule_is_on_the_invoice_that_answers(account: Warehouse) -> None:
    items = [{"price": "price_call"}, {"price": "price_seat_10"}]
    usage = [{"price": "price_call", "quantity": 250}]
    begun = [
        {"items": items, "start_date": JUNE, "end_date": JULY},
        {"items": [*items, {"price": "price_seat_20"}]},
    ]
    for params in (
        {"schedule": "sub_sched_steered_monthly", "schedule_details": {"phases": begun}},
        {"schedule_details": {"phases": [{"items": items}]}},
    ):
        invoice = account.invoices.create_preview({**params, "hypothetical_usage": usage})
        assert shown(invoice)[0] == ("250 call × Calls (at $0.02 / month)", 500)


def test_both_can_be_supposed_in_one_call(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        {
            "subscription": "sub_metered",
            "subscription_details": {
                "items": [{"id": "si_metered_0", "price": "price_call_dear"}],
                "proration_date": JUNE,
            },
            "hypothetical_usage": METERED,
        }
    )
    assert shown(invoice)[0] == ("1000.5 call × Calls (at $0.025 / month)", 2501)


def test_usage_of_an_item_that_is_new_is_billed_at_the_periods_end(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        {
            "subscription_details": {"items": [{"price": "price_call"}]},
            "hypothetical_usage": [{"price": "price_call", "quantity": 250}],
        }
    )
    assert shown(invoice) == [("250 call × Calls (at $0.02 / month)", 500)]
    assert (invoice.customer, invoice.subscription) == (None, None)


SQL = """
create temp table hypothetical_items as
select * from (values
    ('si_metered_0', null, null),
    ('si_metered_0', 'price_call_dear', null),
    ('si_metered_0', 'price_call_dear', 1000.5),
    (null, 'price_seat_20', 3),
    ('si_metered_1', null, null)
) as items (subscription_item, price, quantity)
"""


@pytest.fixture
def published(account_home: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{account_home}/current/warehouse.duckdb' as warehouse (read_only)")
    connection.execute("use warehouse")
    return connection


def test_sql_prices_hypothetical_items_by_the_same_rules(
    published: duckdb.DuckDBPyConnection,
) -> None:
    published.execute(SQL)
    assert published.execute(
        "select item_number, description, amount from preview_lines('hypothetical_items')"
    ).fetchall() == [
        (1, "150 call × Calls (at $0.02 / month)", 300),
        (2, "150 call × Calls (at $0.025 / month)", 375),
        (3, "1000.5 call × Calls (at $0.025 / month)", 2501),
        (4, "3 seat × Seats (at $20.00 / month)", 6000),
        (5, "1 seat × Seats (at $10.00 / month)", 1000),
    ]


def test_sql_refuses_a_price_that_did_not_land(published: duckdb.DuckDBPyConnection) -> None:
    published.execute(
        "create temp table hypothetical_items as "
        "select null as subscription_item, 'price_no' as price, 1 as quantity"
    )
    with pytest.raises(duckdb.Error, match="price_no"):
        published.execute("from preview_lines('hypothetical_items')").fetchall()


def test_sql_refuses_a_quantity_below_zero(published: duckdb.DuckDBPyConnection) -> None:
    published.execute(
        "create temp table hypothetical_items as "
        "select null as subscription_item, 'price_seat_20' as price, -1 as quantity"
    )
    with pytest.raises(duckdb.Error, match="item 1 has a quantity below 0"):
        published.execute("from preview_lines('hypothetical_items')").fetchall()


@pytest.mark.parametrize("quantity", ["1.0000000000001", "1e-13::double", "'many'", "'1e3'"])
def test_sql_refuses_a_quantity_that_it_would_have_to_round(
    published: duckdb.DuckDBPyConnection, quantity: str
) -> None:
    published.execute(
        "create temp table hypothetical_items as "
        f"select null as subscription_item, 'price_seat_20' as price, {quantity} as quantity"
    )
    with pytest.raises(duckdb.Error, match=r"item 1 has the quantity .* 12 after it"):
        published.execute("from preview_lines('hypothetical_items')").fetchall()


@pytest.mark.parametrize("quantity", ["1.5000000000000", "'1.500'", "1.5::double", "'+001.5'"])
def test_sql_takes_a_quantity_however_it_is_written(
    published: duckdb.DuckDBPyConnection, quantity: str
) -> None:
    published.execute(
        "create temp table hypothetical_items as "
        f"select null as subscription_item, 'price_seat_20' as price, {quantity} as quantity"
    )
    assert published.execute(
        "select quantity, amount from preview_lines('hypothetical_items')"
    ).fetchall() == [(Decimal("1.5"), 3000)]


@pytest.mark.parametrize("absent", ["subscription_item", "price", "quantity"])
def test_sql_names_the_column_that_the_items_lack(
    published: duckdb.DuckDBPyConnection, absent: str
) -> None:
    given = {"subscription_item": "null", "price": "'price_seat_20'", "quantity": "1"}
    columns = ", ".join(f"{value} as {name}" for name, value in given.items() if name != absent)
    published.execute(f"create temp table hypothetical_items as select {columns}")
    with pytest.raises(duckdb.Error, match=f"has no column {absent}; give it"):
        published.execute("from preview_lines('hypothetical_items')").fetchall()


def test_a_discount_without_an_id_of_its_own_is_named_by_the_id_that_is_shown(
    account: Warehouse,
) -> None:
    shown_discount = account.invoices.upcoming(customer="cus_thrifty").total_discount_amounts[0]
    named = {"discounts": [{"discount": shown_discount.discount}]}
    for params in (
        {"subscription": "sub_thrifty", **named},
        {"subscription": "sub_half", **named},
        {"subscription": "sub_half", "invoice_items": [{"unit_amount": 1500, **named}]},
    ):
        invoice = account.invoices.create_preview(params)
        assert invoice.total_discount_amounts[0].discount == shown_discount.discount
        assert invoice.total_discount_amounts[0].amount == 500
