"""Invoice items that a preview makes: in which order they show, and what discounts find of them."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
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


def test_a_price_that_counts_packages_is_charged_by_the_package(account: Warehouse) -> None:
    six: dict[str, Any] = {"price": "price_setup_of_five", "quantity": 6}
    phase = {"items": [{"price": "price_seat_10"}], "add_invoice_items": [six]}
    for params in (add(**six), {"schedule_details": {"phases": [phase]}}):
        line = account.invoices.create_preview(params).lines.data[0]
        assert (line.quantity, line.amount) == (6, 2000)


@pytest.fixture
def edited(account_home: Path, tmp_path: Path) -> Generator[Warehouse]:
    """The account once more, to be edited."""
    shutil.copytree(account_home, tmp_path / "home", symlinks=True)
    with Warehouse(tmp_path / "home") as opened:
        yield opened


def _draft_of_pair(warehouse: Warehouse) -> str:
    rows = warehouse.sql(
        "select id from draft_invoices where subscription_id = 'sub_pair' and not is_upcoming"
    ).to_arrow()
    return rows.column("id")[0].as_py()


def _pending(**fields: Any) -> dict[str, Any]:
    return {
        "subscription": "sub_pair",
        "invoice_items": [{"invoiceitem": "ii_pending_work", **fields}],
    }


def test_an_item_that_an_edit_put_on_a_draft_is_pending_no_more(edited: Warehouse) -> None:
    edited.invoices.add_lines(
        _draft_of_pair(edited), {"lines": [{"invoice_item": "ii_pending_work"}]}
    )
    with pytest.raises(InvalidRequestError, match="on an invoice already") as refused:
        edited.invoices.create_preview(_pending(amount=3))
    assert refused.value.param == "invoice_items[0][invoiceitem]"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"amount": 50, "description": "New"}, ("New", 50, 1, {"a": "1"})),
        ({"quantity": 2}, ("Edited", 3000, 2, {"a": "1"})),
        ({"unit_amount": 100}, ("Edited", 300, 3, {"a": "1"})),
        ({"metadata": {"a": "", "b": "2"}}, ("Edited", 4500, 3, {"b": "2"})),
        ({"discountable": False}, ("Edited", 4500, 3, {"a": "1"})),
    ],
    ids=["amount", "quantity", "unit amount", "metadata", "nothing that was edited"],
)
def test_what_a_preview_says_of_an_item_comes_after_its_edits(
    edited: Warehouse, fields: dict[str, Any], shown: tuple[Any, ...]
) -> None:
    draft = _draft_of_pair(edited)
    changed = {"quantity": 3, "description": "Edited", "metadata": {"a": "1"}}
    invoice = edited.invoices.add_lines(
        draft, {"lines": [{"invoice_item": "ii_pending_work", **changed}]}
    )
    line = next(
        each for each in invoice.lines.data if each.get("invoice_item") == "ii_pending_work"
    )
    edited.invoices.remove_lines(draft, {"lines": [{"id": line.id, "behavior": "unassign"}]})
    found = edited.invoices.create_preview(_pending(**fields)).lines.data[0]
    assert (found.description, found.amount, found.quantity, dict(found.metadata)) == shown
