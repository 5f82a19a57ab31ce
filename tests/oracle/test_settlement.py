"""What an invoice comes to, what is due of it, and what stays on the customer's balance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.credits import settle
from tests.oracle.discounts import Coupon, Discount
from tests.oracle.totals import ChargedLine, totals

amounts = st.integers(-(10**9), 10**9)


@pytest.mark.parametrize(
    ("currency", "total", "starting_balance", "due", "ending_balance"),
    [
        # Any currency: a balance is credit where it is negative, and is owed where it is not.
        ("usd", 1_049, 0, 1_049, 0),
        ("usd", 1_049, -500, 549, 0),
        ("usd", 1_049, -2_000, 0, -951),
        ("usd", 1_049, 300, 1_349, 0),
        ("usd", -500, 0, 0, -500),
        ("jpy", 1_049, -49, 1_000, 0),
        ("kwd", 1_049, 1, 1_050, 0),
        # Shillings are due in whole ones: the documented example, then its neighbours.
        ("ugx", 1_049, 0, 1_000, 49),
        ("ugx", 1_050, 0, 1_100, -50),
        ("ugx", 1_000, 0, 1_000, 0),
        ("ugx", 49, 0, 0, 49),
        ("ugx", 50, 0, 100, -50),
        ("ugx", -1_049, 0, 0, -1_049),
        # What earlier invoices left on the balance makes up for it, and leaves no fraction due.
        ("ugx", 1_049, 51, 1_100, 0),
        ("ugx", 1_000, 49, 1_000, 49),
        ("ugx", 1_049, -49, 1_000, 0),
        ("ugx", 1_049, -1_020, 0, 29),
        ("ugx", 1_049, -5_000, 0, -3_951),
        # Of krónur the pages say that no fraction can be charged, not that invoices round.
        ("isk", 1_049, 0, 1_049, 0),
    ],
)
def test_the_balance_pays_first_and_shillings_round_last(
    currency: str, total: int, starting_balance: int, due: int, ending_balance: int
) -> None:
    assert settle(total, starting_balance, currency) == (due, ending_balance)


@given(amounts, amounts, st.sampled_from(["usd", "jpy", "kwd", "isk", "ugx"]))
def test_nothing_is_lost_between_what_is_due_and_the_balance(
    total: int, starting_balance: int, currency: str
) -> None:
    due, ending_balance = settle(total, starting_balance, currency)
    assert due + ending_balance == total + starting_balance
    assert due >= 0


@given(st.lists(amounts, max_size=12), amounts)
def test_shillings_due_are_whole_and_never_drift_by_more_than_a_half(
    totals: list[int], balance: int
) -> None:
    for total in totals:
        owed = total + balance
        due, balance = settle(total, balance, "ugx")
        assert due % 100 == 0
        assert abs(due - max(owed, 0)) <= 50


def test_an_items_coupon_for_another_product_leaves_the_subtotal() -> None:
    elsewhere = Discount("di_item", Coupon(amount_off=5, applies_to=frozenset({"prod_b"})))
    of_invoice = [Discount("di_invoice", Coupon(amount_off=30))]
    line = ChargedLine(100, "prod_a", item_discounts=(elsewhere,))
    found = totals([line], of_invoice=of_invoice)
    assert (found.subtotal, found.total) == (100, 70)
