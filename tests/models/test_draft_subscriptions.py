"""Drafts of subscriptions that end, that are paused, and that are several of one customer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._draft_subscriptions import (
    APR,
    AS_OF,
    FEB,
    MAR,
    MAY,
    PRICES,
    april,
    draft_subscriptions,
)


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("subscriptions")
    select = ["+draft_invoices", "+draft_invoice_errors"]
    lake = draft_subscriptions(folder / "lake")
    return build(lake, folder / "build", select=select, as_of=AS_OF)


def bills(drafts: Built, name: str) -> dict[datetime, list[tuple[str | None, int]]]:
    """By the end of each draft's period: its lines' items, without the account, and amounts."""
    rows = drafts.rows(
        "select invoices.period_end,"
        " coalesce(split_part(lines.subscription_item_id, '_', -1), lines.invoice_item_id),"
        " lines.amount from draft_invoices as invoices"
        " inner join draft_invoice_lines as lines on lines.invoice_id = invoices.id"
        " where coalesce(invoices.subscription_id, lines.subscription_id) = ?"
        " order by invoices.period_end, lines.line_position",
        [f"sub_{name}"],
    )
    found: dict[datetime, list[tuple[str | None, int]]] = {}
    for at, item, amount in rows:
        found.setdefault(at, []).append((item, amount))
    return found


def lines(drafts: Built, name: str, columns: str) -> list[tuple[Any, ...]]:
    return drafts.rows(
        f"select {columns} from draft_invoice_lines where subscription_id = ?"
        " order by period_start, line_position",
        [f"sub_{name}"],
    )


def test_nothing_here_is_an_error(drafts: Built) -> None:
    assert drafts.rows("select subscription_id, error_message from draft_invoice_errors") == []


UNTIL_APRIL = {MAR: [("seat", 1000)], APR: [("seat", 1000), ("used", 1100)]}


def test_a_subscription_that_goes_on_bills_the_coming_period(drafts: Built) -> None:
    assert bills(drafts, "plain") == {**UNTIL_APRIL, MAY: [("seat", 1000), ("used", 100)]}


def test_a_subscription_whose_first_payment_never_came_bills_nothing(drafts: Built) -> None:
    assert bills(drafts, "never_paid") == {}
    invoices = "select id from draft_invoices where subscription_id = 'sub_never_paid'"
    assert drafts.rows(invoices) == []
    assert bills(drafts, "not_yet_paid")[MAR] == [("seat", 1000)]


def test_at_the_end_of_its_last_period_only_usage_is_billed(drafts: Built) -> None:
    assert bills(drafts, "period_end") == {**UNTIL_APRIL, MAY: [("used", 100)]}


def test_after_its_last_period_nothing_is_billed(drafts: Built) -> None:
    assert bills(drafts, "period_end_passed") == {
        FEB: [("seat", 1000)],
        MAR: [("seat", 1000), ("used", 0)],
        APR: [("used", 1100)],
    }


def test_without_usage_nothing_is_billed_at_the_end_of_the_last_period(drafts: Built) -> None:
    assert bills(drafts, "period_end_seats") == {MAR: [("seat", 1000)], APR: [("seat", 1000)]}


def test_an_end_with_nothing_to_bill_is_no_invoice(drafts: Built) -> None:
    assert (
        drafts.rows(
            "select subscription_id, period_end from draft_invoices where line_count = 0"
            " order by all"
        )
        == []
    )


def test_an_end_that_was_taken_back_ends_nothing(drafts: Built) -> None:
    assert bills(drafts, "period_end_undone") == bills(drafts, "plain")


def test_to_be_cancelled_at_a_boundary_is_to_be_cancelled_at_the_periods_end(
    drafts: Built,
) -> None:
    assert bills(drafts, "at_boundary") == bills(drafts, "period_end")


def test_to_be_cancelled_within_a_period_gives_back_seats_and_bills_usage_till_then(
    drafts: Built,
) -> None:
    # 10 of 30 days: a third of 1,000 comes back.
    (*_, last) = sorted(bills(drafts, "at_inside"))
    assert last == april(21)
    assert sorted(bills(drafts, "at_inside")[last], key=repr) == [("seat", -333), ("used", 100)]
    assert {at: bills(drafts, "at_inside")[at] for at in (MAR, APR)} == UNTIL_APRIL
    assert lines(drafts, "at_inside", "period_start, period_end, proration")[-2:] == [
        (APR, april(21), False),
        (april(21), MAY, True),
    ]


def test_what_was_used_until_a_cancellation_at_once_is_billed_unless_it_says_not_to_prorate(
    drafts: Built,
) -> None:
    assert bills(drafts, "at_once") == {**UNTIL_APRIL, april(10): [("used", 100)]}
    assert bills(drafts, "at_once_none") == UNTIL_APRIL
    # 21 of 30 days come back.
    prorated = bills(drafts, "at_once_prorated")
    assert sorted(prorated.pop(april(10)), key=repr) == [("seat", -700), ("used", 100)]
    assert prorated == UNTIL_APRIL
    assert ("used", 100) in bills(drafts, "at_inside_none")[april(10)]


def test_to_be_cancelled_in_a_later_period_changes_nothing_yet_but_that_period(
    drafts: Built,
) -> None:
    # Of May, which has 31 days, 10 are charged.
    assert bills(drafts, "at_later") == {**UNTIL_APRIL, MAY: [("seat", 323), ("used", 100)]}


def test_half_a_leap_year_is_182_of_366_days(drafts: Built) -> None:
    assert bills(drafts, "at_of_a_year") == {datetime(2024, 1, 1): [("year", 18_200)]}


@pytest.mark.parametrize("behavior", ["keep_as_draft", "mark_uncollectible", "void"])
def test_invoices_are_drafted_while_collection_is_paused(drafts: Built, behavior: str) -> None:
    assert bills(drafts, behavior) == bills(drafts, "plain")


def test_each_subscription_of_a_customer_has_its_own_invoices_in_its_own_currency(
    drafts: Built,
) -> None:
    tenth = april(10)
    assert drafts.rows(
        "select subscription_id, currency, period_end, subtotal from draft_invoices"
        " where customer_id = 'cus_many' and period_end >= '2026-04-01' order by all"
    ) == [
        ("sub_many_eur", "eur", APR, 900 + 990),
        ("sub_many_eur", "eur", MAY, 2 + 900 + 90),
        ("sub_many_jpy", "jpy", APR, 1500),
        ("sub_many_jpy", "jpy", MAY, 3 + 1500),
        ("sub_many_usd", "usd", APR, 1000),
        ("sub_many_usd", "usd", MAY, 1000),
        # The first invoice in dollars that is raised since the item waits.
        ("sub_many_usd_later", "usd", tenth, 1 + 1000),
        ("sub_many_usd_later", "usd", datetime(2026, 5, 10), 1000),
    ]


def test_a_balance_pays_in_the_customers_own_currency_only(drafts: Built) -> None:
    assert drafts.rows(
        "select currency, starting_balance, total, amount_due, ending_balance"
        " from draft_invoices where customer_id = 'cus_many' and is_upcoming"
        " and period_end = '2026-05-01' order by all"
    ) == [
        ("eur", 0, 2 + 900 + 90, 2 + 900 + 90, 0),
        ("jpy", 0, 1503, 1503, 0),
        ("usd", -500, 900, 400, 0),
    ]


def test_a_grant_and_an_amount_off_pay_in_their_own_currency_only(drafts: Built) -> None:
    assert drafts.rows(
        "select lines.currency, sum(lines.credit_amount), sum(lines.invoice_discount_amount)"
        " from draft_invoice_lines as lines where lines.customer_id = 'cus_many'"
        " group by 1 order by 1"
    ) == [("eur", 40, 0), ("jpy", 0, 0), ("usd", 0, 600)]


@pytest.mark.parametrize("place", range(len(PRICES)))
def test_a_unit_price_reads_with_all_its_digits_and_at_least_its_currencys(
    drafts: Built, place: int
) -> None:
    text = f"3 × Thing (at {PRICES[place][2]} / month)"
    assert set(lines(drafts, f"text{place}", "description")) == {(text,)}


def test_a_line_says_what_its_rounding_added(drafts: Built) -> None:
    # 31 at 3.6 are 111.6, billed as 112; what is billed as it is adds nothing.
    columns = "exact_amount_decimal, amount, rounding_difference_decimal"
    assert lines(drafts, "tiers", columns)[:4] == [
        (1000, 1000, 0),
        (7, 7, 0),
        (500, 500, 0),
        (Decimal("111.6"), 112, Decimal("0.4")),
    ]
    assert (
        drafts.rows(
            "select sum(rounding_difference_decimal) from draft_invoice_lines"
            " where subscription_id = 'sub_tiers' group by invoice_id"
        )
        == [(Decimal("0.4"),)] * 3
    )


def _tiers(drafts: Built, name: str) -> list[tuple[Any, ...]]:
    return lines(drafts, name, "description, quantity, amount, tier, part, period_start")


def test_tiers_come_in_the_order_of_their_bounds_whatever_order_they_landed_in(
    drafts: Built,
) -> None:
    assert _tiers(drafts, "tiers_turned") == _tiers(drafts, "tiers")


def test_a_customers_coupon_counts_again_when_the_one_that_superseded_it_has_ended(
    drafts: Built,
) -> None:
    assert drafts.rows(
        "select total from draft_invoices where subscription_id = 'sub_superseded'"
        " order by period_end"
    ) == [(900,), (500,), (500,), (500,)]
