"""Discounts and taxes of a line's own, items that move between invoices, edits taken back."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from meterhouse import Invoice, Warehouse
from tests.meterhouse._server import serving
from tests.meterhouse.conftest import AS_OF
from tests.meterhouse.test_line_edit_posts import DRAFT, computed_draft, refused

CUSTOMER = "cus_EmberStudio005"
PENDING = "ii_EmberTraining"
RATE: dict[str, Any] = {"display_name": "VAT", "inclusive": False, "percentage": "10"}
TAX: dict[str, Any] = {"amount": 80, "taxable_amount": 799, "tax_rate_data": RATE}


def update(warehouse: Warehouse, line: str, invoice: str = DRAFT, **fields: Any) -> Invoice:
    return warehouse.invoices.update_lines(invoice, {"lines": [{"id": line, **fields}]})


def line_of(invoice: Invoice, identifier: str) -> Any:
    return next(line for line in invoice.lines if line.id == identifier)


@pytest.fixture
def onboarding(warehouse: Warehouse) -> str:
    """The draft's line of 7.99."""
    lines = warehouse.invoices.line_items.list(DRAFT)
    return next(line.id for line in lines if line.amount == 799)


def test_a_coupon_on_a_line_discounts_that_line(writable: Warehouse, onboarding: str) -> None:
    invoice = update(writable, onboarding, discounts=[{"coupon": "SPRING15"}])
    line = line_of(invoice, onboarding)
    (discount,) = line.discount_amounts
    assert (discount.amount, line.discounts) == (120, [discount.discount])
    assert (invoice.subtotal, invoice.total) == (998 - 120, 998 - 120)
    assert writable.invoices.retrieve(DRAFT) == invoice
    kept = update(writable, onboarding, discounts=[{"discount": discount.discount}])
    assert line_of(kept, onboarding) == line
    assert update(writable, onboarding, discounts="").total == 998


def test_tax_rates_of_a_line_replace_the_invoices(writable: Warehouse, onboarding: str) -> None:
    invoice = update(writable, onboarding, tax_rates=["txr_SampleVat20"])
    line = line_of(invoice, onboarding)
    assert [rate.id for rate in line.tax_rates] == ["txr_SampleVat20"]
    assert [tax.amount for tax in line.tax_amounts] == [160]
    assert (invoice.tax, invoice.total, invoice.total_excluding_tax) == (160, 1158, 998)
    assert update(writable, onboarding, tax_rates="").tax is None


def test_tax_amounts_are_taken_as_they_were_worked_out(
    writable: Warehouse, onboarding: str
) -> None:
    inclusive = {**TAX, "amount": 7, "tax_rate_data": {**RATE, "inclusive": True}}
    invoice = update(writable, onboarding, tax_amounts=[TAX, inclusive])
    line = line_of(invoice, onboarding)
    assert [(tax.amount, tax.inclusive) for tax in line.tax_amounts] == [(80, False), (7, True)]
    assert all(tax.tax_rate.startswith("txr_") for tax in line.tax_amounts)
    assert (line.tax_rates, line.amount_excluding_tax) == ([], 792)
    assert (invoice.tax, invoice.total, invoice.total_excluding_tax) == (87, 1078, 991)
    assert update(writable, onboarding, tax_amounts="").tax is None


def test_a_subscriptions_line_takes_discounts_and_taxes_of_its_own(writable: Warehouse) -> None:
    draft = computed_draft(writable)
    held = next(
        line
        for line in writable.invoices.line_items.list(draft, limit=100)
        if line.type == "subscription" and line.amount > 100
    )
    invoice = update(writable, held.id, draft, discounts=[{"coupon": "SPRING15"}])
    assert line_of(invoice, held.id).discount_amounts[0].amount > 0
    taxed = update(writable, held.id, draft, tax_rates=["txr_SampleVat20"])
    assert [rate.id for rate in line_of(taxed, held.id).tax_rates] == ["txr_SampleVat20"]
    assert writable.invoices.retrieve(draft) == taxed


def test_an_attached_item_leaves_the_upcoming_invoice_before_any_build(
    writable: Warehouse,
) -> None:
    def upcoming() -> list[str | None]:
        lines = writable.invoices.upcoming_lines.list(customer=CUSTOMER, limit=100)
        return [line.get("invoice_item") for line in lines]

    invoices = writable.invoices
    assert PENDING in upcoming()
    invoice = invoices.add_lines(DRAFT, {"lines": [{"invoice_item": PENDING}]})
    line = next(line for line in invoice.lines if line.get("invoice_item") == PENDING)
    assert (line.amount, invoice.total) == (12500, 998 + 12500)
    assert PENDING not in upcoming()
    again = refused(invoices.add_lines, DRAFT, {"lines": [{"invoice_item": PENDING}]})
    assert again.param == "lines[0][invoice_item]"
    update(writable, line.id, amount=9900)
    remove = {"lines": [{"id": line.id, "behavior": "unassign"}]}
    assert invoices.remove_lines(DRAFT, remove).total == 998
    assert PENDING in upcoming()
    back = invoices.add_lines(DRAFT, {"lines": [{"invoice_item": PENDING}]})
    assert back.total == 998 + 9900


def test_an_added_line_that_is_unassigned_waits_for_the_next_invoice(writable: Warehouse) -> None:
    invoices = writable.invoices
    before = invoices.upcoming(customer=CUSTOMER).total
    line = invoices.add_lines(DRAFT, {"lines": [{"amount": 321}]}).lines.data[0]
    invoices.remove_lines(DRAFT, {"lines": [{"id": line.id, "behavior": "unassign"}]})
    assert invoices.upcoming(customer=CUSTOMER).total == before + 321


def test_a_call_is_taken_back_by_its_request_id(
    writable: Warehouse, sample_copy: Path, cli: Any
) -> None:
    before = writable.invoices.retrieve(DRAFT)
    edited = writable.invoices.add_lines(
        DRAFT, {"lines": [{"amount": 5}, {"amount": 6}], "invoice_metadata": {"a": "b"}}
    )
    assert edited.total == before.total + 11
    assert edited.last_response is not None
    undoing = {
        "invoice": DRAFT,
        "operation": "undo",
        "request_id": "req_undo_1",
        "position": 0,
        "parameters": {"request_id": edited.last_response.headers["Request-Id"]},
    }
    said = cli("--home", sample_copy, "land", "invoice_line_edits", "-", stdin=json.dumps(undoing))
    assert said.exit_code == 0, said.stderr
    assert writable.invoices.retrieve(DRAFT) == before


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"discounts": [{}]}, "discounts][0]", "parameter_missing"),
        (
            {"discounts": [{"coupon": "SPRING15", "discount": "di_1"}]},
            "discounts][0][discount]",
            "parameters_exclusive",
        ),
        ({"discounts": [{"coupon": "nope"}]}, "discounts][0][coupon]", "resource_missing"),
        ({"discounts": [{"discount": "nope"}]}, "discounts][0][discount]", "resource_missing"),
        (
            {"discounts": [{"promotion_code": "promo_1"}]},
            "discounts][0][promotion_code]",
            "resource_missing",
        ),
        ({"discounts": [{"coupon": "SPRING15"}] * 2}, "discounts][1]", None),
        ({"discounts": [{"coupn": "SPRING15"}]}, "discounts][0][coupn]", "parameter_unknown"),
        ({"discounts": "SPRING15"}, "discounts]", None),
        ({"tax_rates": ["txr_nope"]}, "tax_rates][0]", "resource_missing"),
        ({"tax_rates": ["txr_SampleVat20"] * 2}, "tax_rates][1]", None),
        ({"tax_rates": ["a", "b", "c", "d", "e", "f"]}, "tax_rates]", None),
        ({"tax_amounts": [TAX] * 11}, "tax_amounts]", None),
        (
            {"tax_rates": ["txr_SampleVat20"], "tax_amounts": [TAX]},
            "tax_amounts]",
            "parameters_exclusive",
        ),
        (
            {"tax_amounts": [{"amount": 1, "taxable_amount": 1}]},
            "tax_amounts][0][tax_rate_data]",
            "parameter_missing",
        ),
        (
            {"tax_amounts": [{**TAX, "amount": "1.5"}]},
            "tax_amounts][0][amount]",
            "parameter_invalid_integer",
        ),
        *(
            (
                {"tax_amounts": [{**TAX, "tax_rate_data": {**RATE, **wrong}}]},
                f"tax_amounts][0][tax_rate_data][{next(iter(wrong))}]",
                None,
            )
            for wrong in (
                {"percentage": "101"},
                {"percentage": "1.23456"},
                {"percentage": "-1"},
                {"display_name": "x" * 51},
                {"tax_type": "tithe"},
                {"inclusive": "maybe"},
            )
        ),
    ],
)
def test_wrong_charges_are_refused_and_nested_in_param(
    warehouse: Warehouse, given: dict[str, Any], param: str, code: str | None
) -> None:
    error = refused(warehouse.invoices.add_lines, DRAFT, {"lines": [{"amount": 1, **given}]})
    assert (error.http_status, error.param) == (400, f"lines[0][{param}")
    assert code is None or error.code == code


def test_tax_amounts_and_tax_rates_do_not_go_together(writable: Warehouse, onboarding: str) -> None:
    update(writable, onboarding, tax_rates=["txr_SampleVat20"])
    lines = {"lines": [{"amount": 1, "tax_amounts": [TAX]}]}
    assert refused(writable.invoices.add_lines, DRAFT, lines).param == "lines[0][tax_amounts]"
    update(writable, onboarding, tax_rates="", tax_amounts=[TAX])
    assert writable.invoices.add_lines(DRAFT, lines).tax == 160


def test_metadata_never_grows_beyond_its_keys(writable: Warehouse, onboarding: str) -> None:
    forty = {f"k{number}": "x" for number in range(40)}
    update(writable, onboarding, metadata=forty)
    eleven = {f"l{number}": "x" for number in range(11)}
    error = refused(
        writable.invoices.update_lines, DRAFT, {"lines": [{"id": onboarding, "metadata": eleven}]}
    )
    assert error.param == "lines[0][metadata]"
    update(writable, onboarding, metadata={**eleven, "k0": ""})
    writable.invoices.update_lines(DRAFT, lines=[{"id": onboarding}], invoice_metadata=forty)
    whole = {"lines": [{"id": onboarding}], "invoice_metadata": eleven}
    assert refused(writable.invoices.update_lines, DRAFT, whole).param == "invoice_metadata"


def test_two_clients_at_once_lose_nothing_and_attach_an_item_once(sample_copy: Path) -> None:
    with serving(sample_copy, "--as-of", AS_OF) as served, ThreadPoolExecutor(2) as threads:

        def add(at: int) -> list[int]:
            with served.client() as client:
                path = f"/v1/invoices/{DRAFT}/add_lines"
                added = client.post(path, data={"lines[0][amount]": str(at)})
                attached = client.post(path, data={"lines[0][invoice_item]": PENDING})
                return [added.status_code, attached.status_code]

        statuses = list(threads.map(add, range(1, 7)))
        with served.client() as client:
            invoice = client.get(f"/v1/invoices/{DRAFT}").json()
    assert [added for added, _ in statuses] == [200] * 6
    assert sorted(attached for _, attached in statuses) == [200] + [400] * 5
    assert invoice["total"] == 998 + 12500 + 21
    items = [line["invoice_item"] for line in invoice["lines"]["data"]]
    assert items.count(PENDING) == 1
