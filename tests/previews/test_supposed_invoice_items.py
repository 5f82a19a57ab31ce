"""Invoice items that a preview makes: in which order they show, and what discounts find of them."""

from __future__ import annotations

from typing import Any

from meterhouse import Warehouse
from tests.previews._cases import REMAINING, SEAT_20, UNUSED, add, change


def test_they_show_in_the_order_given_and_before_prorations(account: Warehouse) -> None:
    given = [{"amount": number, "currency": "usd"} for number in range(1, 8)]
    invoice = account.invoices.create_preview(
        {**change("half", price="price_seat_20"), "invoice_items": given}
    )
    assert [line.amount for line in invoice.lines.data[:7]] == list(range(1, 8))
    assert [line.description for line in invoice.lines.data[7:]] == [UNUSED, REMAINING, SEAT_20]


def test_those_that_a_phase_adds_do_too(account: Warehouse) -> None:
    added = [{"price": "price_setup", "quantity": quantity} for quantity in (5, 1, 4, 2, 3)]
    phase = {"items": [{"price": "price_seat_10"}], "add_invoice_items": added}
    params: dict[str, Any] = {
        "schedule_details": {"phases": [phase]},
        "invoice_items": [{"amount": number, "currency": "usd"} for number in (9, 8)],
    }
    invoice = account.invoices.create_preview(params)
    assert [line.amount for line in invoice.lines.data] == [
        *(5000 * quantity for quantity in (5, 1, 4, 2, 3)),
        9,
        8,
        1000,
    ]


def test_a_credit_is_not_discountable_unless_it_says_so(account: Warehouse) -> None:
    for fields, is_discountable in (
        ({"amount": -300, "currency": "usd"}, False),
        ({"unit_amount_decimal": "-0.6", "quantity": 3}, False),
        ({"amount": -300, "currency": "usd", "discountable": True}, True),
        ({"amount": 300, "currency": "usd"}, True),
    ):
        line = account.invoices.create_preview(add(**fields)).lines.data[0]
        assert line.discountable is is_discountable, fields
