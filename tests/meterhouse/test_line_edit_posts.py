"""Editing a draft's lines: what may be asked, what the invoice is afterwards."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.meterhouse.conftest import AS_OF

DRAFT = "in_EmberManualDraft"
SUBSCRIPTION_LINE = "il_ece4e456cc6d2f7ff6e174dc"


def refused(call: Any, *arguments: Any) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as error:
        call(*arguments)
    return error.value


def computed_draft(warehouse: Warehouse) -> str:
    """The id of a draft that is computed here."""
    found = warehouse.sql(
        "select id from draft_invoices where not is_upcoming and subscription_id is not null "
        "and subtotal > 0 and currency = 'usd' order by created_at desc, id limit 1"
    )
    return found["id"][0]


def test_the_pages_example_comes_out(writable: Warehouse) -> None:
    vectors = json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
    )
    case = next(each for each in vectors if each["id"] == "add-lines-998")
    held = [line.id for line in writable.invoices.line_items.list(DRAFT)]
    remove = [{"id": line, "behavior": "delete"} for line in held]
    emptied = writable.invoices.remove_lines(DRAFT, {"lines": remove})
    assert (emptied.total, len(emptied.lines)) == (0, 0)
    lines = [{"amount": amount} for amount in case["expected"]["line_amounts"]]
    invoice = writable.invoices.add_lines(DRAFT, {"lines": lines})
    for name, value in case["expected"].items():
        if name != "line_amounts":
            assert invoice[name] == value, name
    assert invoice.amount_remaining == 998
    assert invoice.lines.url == f"/v1/invoices/{DRAFT}/lines"


def test_the_answer_is_what_the_next_read_sees(writable: Warehouse) -> None:
    draft = computed_draft(writable)
    for invoice in (DRAFT, draft):
        answered = writable.invoices.add_lines(
            invoice,
            {
                "lines": [
                    {
                        "price_data": {
                            "currency": "usd",
                            "product_data": {"name": "Hand work"},
                            "unit_amount_decimal": "12.5",
                        },
                        "quantity": 3,
                        "description": "Three hours of hand work",
                    }
                ]
            },
        )
        assert answered.lines.data[0].amount == 38
        assert writable.invoices.retrieve(invoice) == answered
        listed = writable.invoices.line_items.list(invoice, limit=10)
        assert listed.data == answered.lines.data
        assert any(each == answered for each in writable.invoices.list(limit=100))


def test_two_warehouses_see_each_others_edits_and_lose_none(sample_copy: Path) -> None:
    def add(at: int) -> None:
        with Warehouse(sample_copy, as_of=AS_OF) as opened:
            opened.invoices.add_lines(DRAFT, {"lines": [{"amount": at}]})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(1, 9)))
    with Warehouse(sample_copy) as opened:
        assert opened.invoices.retrieve(DRAFT).total == 998 + 36


def test_an_edit_stays_after_the_build_that_takes_it_in(sample_copy: Path, cli: Any) -> None:
    with Warehouse(sample_copy, as_of=AS_OF) as opened:
        lines = [{"amount": 100, "description": "Kept"}]
        added = opened.invoices.add_lines(DRAFT, lines=lines, invoice_metadata={"a": "b"})
        before = opened.build.id
        said = cli("--home", sample_copy, "build", "--as-of", AS_OF)
        assert said.exit_code == 0, said.stderr
        assert opened.build.id != before
        assert opened.invoices.retrieve(DRAFT) == added
        more = opened.invoices.add_lines(DRAFT, {"lines": [{"amount": 1}]})
        assert more.total == added.total + 1


def test_metadata_is_merged_and_unset(writable: Warehouse) -> None:
    invoices = writable.invoices
    line = invoices.add_lines(
        DRAFT, {"lines": [{"amount": 1, "metadata": {"a": "1", "b": "2"}}]}
    ).lines.data[0]
    assert line.metadata == {"a": "1", "b": "2"}

    def update(**fields: Any) -> Any:
        answer = invoices.update_lines(DRAFT, {"lines": [{"id": line.id, **fields}]})
        return next(each for each in answer.lines if each.id == line.id)

    assert update(metadata={"b": "", "c": "3"}).metadata == {"a": "1", "c": "3"}
    assert update(description="Said").metadata == {"a": "1", "c": "3"}
    assert update(metadata="").metadata == {}
    whole = invoices.update_lines(
        DRAFT, {"lines": [{"id": line.id}], "invoice_metadata": {"x": "1", "y": "2"}}
    )
    assert whole.metadata == {"x": "1", "y": "2"}
    unset = invoices.update_lines(DRAFT, {"lines": [{"id": line.id}], "invoice_metadata": ""})
    assert unset.metadata == {}


@pytest.mark.parametrize(
    ("line", "param", "code"),
    [
        ({}, "lines[0]", "parameter_missing"),
        ({"description": "x"}, "lines[0]", "parameter_missing"),
        ({"amount": 1, "price": "p"}, "lines[0][price]", "parameters_exclusive"),
        ({"amount": 1, "quantity": 2}, "lines[0][quantity]", "parameters_exclusive"),
        ({"amount": "1.5"}, "lines[0][amount]", "parameter_invalid_integer"),
        ({"price": "price_nope"}, "lines[0][price]", "resource_missing"),
        ({"price": "price_Messages"}, "lines[0][price]", None),
        ({"price": "price_TrainingJpy"}, "lines[0][price]", None),
        ({"price": "price_TrainingUsd", "quantity": -1}, "lines[0][quantity]", None),
        ({"invoice_item": "ii_nope"}, "lines[0][invoice_item]", "resource_missing"),
        ({"invoice_item": "il_EmberDraft1"}, "lines[0][invoice_item]", "resource_missing"),
        ({"invoice_item": "ii_AuroraGoodwill"}, "lines[0][invoice_item]", None),
        ({"price_data": {}}, "lines[0][price_data][currency]", "parameter_missing"),
        (
            {"price_data": {"currency": "usd", "unit_amount": 1}},
            "lines[0][price_data][product]",
            "parameter_missing",
        ),
        (
            {"price_data": {"currency": "usd", "product": "prod_nope", "unit_amount": 1}},
            "lines[0][price_data][product]",
            "resource_missing",
        ),
        (
            {"price_data": {"currency": "usd", "product_data": {"name": "x"}}},
            "lines[0][price_data][unit_amount]",
            "parameter_missing",
        ),
        (
            {
                "price_data": {
                    "currency": "usd",
                    "product_data": {"name": "x"},
                    "unit_amount_decimal": "0.1234567890123",
                }
            },
            "lines[0][price_data][unit_amount_decimal]",
            None,
        ),
        (
            {"price_data": {"currency": "eur", "product_data": {"name": "x"}, "unit_amount": 1}},
            "lines[0][price_data][currency]",
            None,
        ),
        ({"amount": 1, "period": {"start": 2, "end": 1}}, "lines[0][period][end]", None),
        ({"amount": 1, "period": {"start": 2}}, "lines[0][period][end]", "parameter_missing"),
        ({"amount": 1, "metadata": {"a[b": "x"}}, "lines[0][metadata]", None),
        ({"amount": 1, "metadata": {"k" * 41: "x"}}, "lines[0][metadata]", None),
        ({"amount": 1, "colour": "red"}, "lines[0][colour]", "parameter_unknown"),
        (
            {
                "price_data": {
                    "currency": "usd",
                    "product_data": {"name": "x"},
                    "unit_amount_decimal": "99999999999999999999999999",
                },
                "quantity": 2,
            },
            "lines[0][quantity]",
            None,
        ),
        (
            {"price_data": {"currency": "usd", "product_data": {"nam": "x"}}},
            "lines[0][price_data][product_data][nam]",
            "parameter_unknown",
        ),
        ("x", "lines[0]", None),
    ],
)
def test_a_wrong_line_is_refused_and_nested_in_param(
    warehouse: Warehouse, line: Any, param: str, code: str | None
) -> None:
    error = refused(warehouse.invoices.add_lines, DRAFT, {"lines": [line]})
    assert error.http_status == 400
    assert error.param == param
    if code is not None:
        assert error.code == code


def test_a_wrong_call_is_refused(warehouse: Warehouse) -> None:
    invoices = warehouse.invoices
    line = invoices.line_items.list(DRAFT).data[0].id
    assert refused(invoices.add_lines, DRAFT, {}).code == "parameter_missing"
    assert refused(invoices.add_lines, DRAFT, {"lines": []}).param == "lines"
    assert refused(invoices.update_lines, DRAFT, {"lines": [{"id": line}] * 51}).param == "lines"
    assert refused(invoices.add_lines, DRAFT, {"lines": [{"amount": 1}] * 249}).param == "lines"
    twice = [{"id": line, "behavior": "delete"}] * 2
    assert refused(invoices.remove_lines, DRAFT, {"lines": twice}).param == "lines[1][id]"
    nowhere = refused(invoices.update_lines, DRAFT, {"lines": [{"id": "il_nope"}]})
    assert (nowhere.code, nowhere.param) == ("resource_missing", "lines[0][id]")
    unsaid = refused(invoices.remove_lines, DRAFT, {"lines": [{"id": line}]})
    assert unsaid.param == "lines[0][behavior]"


def test_only_a_draft_can_be_edited(warehouse: Warehouse) -> None:
    add = warehouse.invoices.add_lines
    lines = {"lines": [{"amount": 1}]}
    assert refused(add, "in_BorealisFebruary", lines).code == "invoice_not_editable"
    assert refused(add, "in_nope", lines).http_status == 404
    upcoming = warehouse.invoices.upcoming(customer="cus_EmberStudio005").id
    assert refused(add, upcoming, lines).http_status == 404
    assert refused(add, upcoming.removeprefix("upcoming_"), lines).http_status == 404


def test_lines_of_a_subscription_keep_their_amount_and_take_metadata(writable: Warehouse) -> None:
    draft = computed_draft(writable)
    invoices = writable.invoices
    line = next(
        each for each in invoices.line_items.list(draft, limit=100) if each.type == "subscription"
    )
    for change in ({"amount": 1}, {"description": "x"}, {"quantity": 1}, {"discountable": False}):
        error = refused(invoices.update_lines, draft, {"lines": [{"id": line.id, **change}]})
        assert error.param == f"lines[0][{next(iter(change))}]"
    removed = refused(
        invoices.remove_lines, draft, {"lines": [{"id": line.id, "behavior": "delete"}]}
    )
    assert removed.param == "lines[0][id]"
    answer = invoices.update_lines(draft, {"lines": [{"id": line.id, "metadata": {"k": "v"}}]})
    assert next(each for each in answer.lines if each.id == line.id).metadata == {"k": "v"}
    assert answer.total == invoices.retrieve(draft).total
