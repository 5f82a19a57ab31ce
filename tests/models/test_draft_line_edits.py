"""Edits of draft lines fold field by field, in the order in which they were received."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models._macro import expand

START = datetime(2026, 4, 1)
FOLDED = """
with live_edits as ({{ live_invoice_line_edits('edits') }}),
all_lines as (
    select * from lines
    union all
    {{ added_invoice_lines('live_edits', 'invoices', 'invoice_items', 'price_tiers') }}
),
folded as ({{ fold_invoice_line_edits('all_lines', 'live_edits', 'price_tiers') }})
select * from folded order by invoice_line_id
"""
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)


class Drafts:
    """One draft, in_1, in US dollars, and the edits made to it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._clock = count(1)
        connection.execute(
            "create table lines (invoice_line_id varchar, invoice_id varchar, customer_id varchar,"
            " subscription_id varchar, subscription_item_id varchar, invoice_item_id varchar,"
            " price_id varchar, product_id varchar, type varchar, tier integer, part varchar,"
            " description varchar, currency varchar, quantity decimal(38,12),"
            " quantity_source varchar, unit_amount_decimal decimal(38,12),"
            " exact_amount_decimal decimal(38,24), amount bigint, period_start timestamp,"
            " period_end timestamp, is_proration boolean, is_discountable boolean,"
            " metadata_json varchar, sort_group integer, sorted_at timestamp,"
            " item_position integer, livemode boolean)"
        )
        connection.execute(
            "create table edits (invoice_line_edit_id varchar, invoice_id varchar,"
            " operation varchar, request_id varchar, position bigint, invoice_line_id varchar,"
            " behavior varchar, parameters_json varchar, invoice_metadata_json varchar,"
            " received_at timestamp, received_sequence bigint, livemode boolean)"
        )
        connection.execute(
            "create table invoices as select 'in_1' as invoice_id, 'cus_1' as customer_id,"
            " 'usd' as currency, false as livemode, '{}' as metadata_json"
        )
        connection.execute(
            "create table invoice_items as select 'ii_9' as invoice_item_id, null::varchar as"
            " price_id, 199::bigint as amount, 'Canned Coffee' as description, 1::decimal(38,12)"
            " as quantity, 199::decimal(38,12) as unit_amount_decimal,"
            " timestamp '2026-03-05' as period_start, timestamp '2026-03-05' as period_end,"
            " timestamp '2026-03-05' as date_at, false as is_proration, true as is_discountable,"
            """ '{"kept":"yes"}' as metadata_json"""
        )
        connection.execute(
            "create table price_tiers as select 'price_1' as price_id, 'usd' as currency,"
            " 'per_unit' as tiers_mode, 12.5::decimal(38,12) as unit_amount_decimal"
        )

    def line(self, line: str, *, type: str = "invoiceitem", metadata: str = "{}") -> None:
        self.connection.execute(
            "insert into lines values (?, 'in_1', 'cus_1', null, null, 'ii_1', null, null, ?, null,"
            " 'invoice_item', 'As landed', 'usd', 2, 'invoice_item', 50, 100, 100,"
            " timestamp '2026-03-01', timestamp '2026-03-01', false, true, ?, 0,"
            " timestamp '2026-03-01', 0, false)",
            [line, type, metadata],
        )

    def edit(
        self, operation: str, line: str | None = None, *, request: str | None = None, **given: Any
    ) -> str:
        tick = next(self._clock)
        request = request or f"req_{tick}"
        self.connection.execute(
            "insert into edits values (?, 'in_1', ?, ?, 0, ?, ?, ?, null, ?, 1, false)",
            [
                f"ile_{tick}",
                operation,
                request,
                line,
                given.pop("behavior", None),
                json.dumps(given),
                START + timedelta(seconds=tick),
            ],
        )
        return request

    def rows(self) -> list[dict[str, Any]]:
        cursor = self.connection.execute(expand(FOLDED))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def drafts() -> Iterator[Drafts]:
    with duckdb.connect() as connection:
        yield Drafts(connection)


def test_an_added_amount_is_one_unit_at_that_amount(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", amount=799, description="test description", quantity=3)
    (line,) = drafts.rows()
    assert (line["amount"], line["quantity"]) == (799, 1)
    assert line["description"] == "test description"
    assert line["invoice_item_id"].startswith("ii_")


def test_an_attached_invoice_item_brings_its_own_values(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", invoice_item="ii_9")
    (line,) = drafts.rows()
    assert (line["amount"], line["description"]) == (199, "Canned Coffee")
    assert line["invoice_item_id"] == "ii_9"
    assert line["period_start"] == datetime(2026, 3, 5)
    assert json.loads(line["metadata_json"]) == {"kept": "yes"}


def test_a_price_and_a_quantity_multiply_and_round_once(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", price="price_1", quantity=3)
    (line,) = drafts.rows()
    assert (line["exact_amount_decimal"], line["amount"]) == (Decimal("37.5"), 38)


def test_price_data_takes_its_decimal_from_text(drafts: Drafts) -> None:
    drafts.edit(
        "add",
        "il_new",
        price_data={"product": "prod_1", "unit_amount_decimal": "0.000000000001"},
        quantity=500_000_000_000,
    )
    (line,) = drafts.rows()
    assert (line["exact_amount_decimal"], line["amount"]) == (Decimal("0.5"), 1)


def test_the_last_edit_of_a_field_wins_and_other_fields_stay(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", description="first")
    drafts.edit("update", "il_1", description="second", discountable=False)
    drafts.edit("update", "il_1", quantity=5)
    (line,) = drafts.rows()
    assert line["description"] == "second"
    assert line["is_discountable"] is False
    assert (line["quantity"], line["amount"]) == (5, 250)


def test_a_given_amount_then_a_quantity_multiplies_the_amount(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", amount=70)
    drafts.edit("update", "il_1", quantity=3)
    assert [line["amount"] for line in drafts.rows()] == [210]


def test_a_removed_line_is_gone_and_its_neighbour_stays(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.line("il_2")
    drafts.edit("remove", "il_1", behavior="delete")
    assert [line["invoice_line_id"] for line in drafts.rows()] == ["il_2"]


def test_adding_a_line_and_removing_it_restores_the_draft(drafts: Drafts) -> None:
    drafts.line("il_1")
    before = drafts.rows()
    drafts.edit("add", "il_new", amount=5)
    drafts.edit("remove", "il_new", behavior="delete")
    assert drafts.rows() == before


def test_an_undo_takes_back_every_edit_of_its_request(drafts: Drafts) -> None:
    drafts.line("il_1")
    before = drafts.rows()
    request = drafts.edit("update", "il_1", amount=1, description="wrong")
    drafts.edit("add", "il_new", amount=5, request=request)
    drafts.edit("undo", request_id=request)
    assert drafts.rows() == before


def test_an_edit_received_earlier_loses_whatever_order_it_landed_in(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", description="early")
    drafts.edit("update", "il_1", description="late")
    drafts.connection.execute("create table turned as from edits order by received_at desc")
    drafts.connection.execute("delete from edits")
    drafts.connection.execute("insert into edits from turned")
    assert [line["description"] for line in drafts.rows()] == ["late"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["topic"] == "invoice.update_lines.metadata"],
    ids=lambda vector: vector["id"],
)
def test_metadata_folds_as_documented(drafts: Drafts, vector: dict[str, Any]) -> None:
    given = vector["inputs"]
    drafts.line("il_1", type=given["type"], metadata=json.dumps(given["current"]))
    drafts.edit("update", "il_1", metadata=given["incoming"])
    (line,) = drafts.rows()
    assert json.loads(line["metadata_json"]) == vector["expected"]["metadata"]


def test_empty_metadata_unsets_every_key_of_an_invoice_item(drafts: Drafts) -> None:
    drafts.line("il_1", metadata='{"a":"1","b":"2"}')
    drafts.edit("update", "il_1", metadata="")
    drafts.edit("update", "il_1", metadata={"c": "3"})
    (line,) = drafts.rows()
    assert json.loads(line["metadata_json"]) == {"c": "3"}


def test_metadata_keys_with_dots_and_quotes_survive(drafts: Drafts) -> None:
    awkward = {"a.b": "1", 'quo"te': "x\ny", "ключ": "é"}
    drafts.line("il_1")
    drafts.edit("update", "il_1", metadata=awkward)
    (line,) = drafts.rows()
    assert json.loads(line["metadata_json"]) == awkward
