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
from tests.models._rows import dicts

START = datetime(2026, 4, 1)
FOLDED = """
with traced as ({{ traced_invoice_line_edits('edits') }}),
live_edits as ({{ live_invoice_line_edits('traced') }}),
keyed as (
    {{ keyed_invoice_line_edits(
        'live_edits', 'lines', 'invoice_items', 'price_tiers', 'prices', 'products'
    ) }}
),
movable as ({{ movable_invoice_items('keyed', 'lines', 'invoice_items') }}),
all_lines as (
    select * from lines
    union all
    {{ moved_invoice_item_lines(
        'movable', 'keyed', 'invoices', 'waits', "timestamp '2026-04-20'"
    ) }}
),
folded as ({{ fold_invoice_line_edits('all_lines', 'keyed', 'price_tiers') }})
select * from folded order by invoice_id, invoice_line_id
"""
UPCOMING = "in_next"
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)


class Drafts:
    """Two drafts and an upcoming invoice of one customer, and the edits made to them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._clock = count(1)
        connection.execute(
            "create table lines (invoice_line_id varchar, invoice_id varchar, customer_id varchar,"
            " subscription_id varchar, subscription_item_id varchar, invoice_item_id varchar,"
            " price_id varchar, product_id varchar, type varchar, tier integer, part varchar,"
            " description varchar, currency varchar, quantity decimal(38,12),"
            " billed_quantity decimal(38,12),"
            " quantity_source varchar, unit_amount_decimal decimal(38,12),"
            " exact_amount_decimal decimal(38,24), amount bigint, period_start timestamp,"
            " period_end timestamp, is_proration boolean, is_discountable boolean,"
            " metadata_json varchar, sort_group integer, sorted_at timestamp,"
            " item_position integer, livemode boolean)"
        )
        connection.execute(
            "create table edits (invoice_line_edit_id varchar, invoice_id varchar,"
            " customer_id varchar, currency varchar,"
            " operation varchar, request_id varchar, position bigint, invoice_line_id varchar,"
            " behavior varchar, parameters_json varchar, invoice_metadata_json varchar,"
            " received_at timestamp, received_sequence bigint, livemode boolean)"
        )
        connection.execute(
            "create table invoices as select invoice_id, is_upcoming, 'cus_1' as customer_id,"
            " null::varchar as subscription_id, 'usd' as currency, false as livemode,"
            " timestamp '2026-05-01' as period_end"
            f" from (values ('in_1', false), ('in_2', false), ('{UPCOMING}', true))"
            " as given(invoice_id, is_upcoming)"
        )
        connection.execute(
            "create table invoice_items as select 'ii_9' as invoice_item_id, 'cus_1' as"
            " customer_id, null::varchar as invoice_id, null::varchar as subscription_id,"
            " null::varchar as price_id, null::varchar as product_id, 'usd' as currency,"
            " 199::bigint as amount, 199::decimal(38,24) as exact_amount_decimal,"
            " 'Canned Coffee' as description, 1::decimal(38,12)"
            " as quantity, 199::decimal(38,12) as unit_amount_decimal,"
            " timestamp '2026-03-05' as period_start, timestamp '2026-03-05' as period_end,"
            " timestamp '2026-03-05' as date_at, false as is_proration, true as is_discountable,"
            """ '{"kept":"yes"}' as metadata_json, timestamp '2026-03-05' as known_at,"""
            " false as livemode"
        )
        connection.execute(
            "create table waits (invoice_item_id varchar, waited_from timestamp,"
            " waited_until timestamp)"
        )
        connection.execute(
            "create table price_tiers as select price_id, 'usd' as currency, 'per_unit' as"
            " tiers_mode, 12.5::decimal(38,12) as unit_amount_decimal, transform_divide_by,"
            " transform_round from (values ('price_1', null::bigint, null), ('price_5', 5, 'up'))"
            " as given(price_id, transform_divide_by, transform_round)"
        )
        connection.execute(
            "create table prices as select unnest(['price_1', 'price_5']) as price_id,"
            " 'prod_1' as product_id"
        )
        connection.execute(
            "create table products as select 'prod_1' as product_id, 'Beans' as name"
        )

    def line(self, line: str, *, type: str = "invoiceitem", metadata: str = "{}") -> None:
        self.connection.execute(
            "insert into lines values (?, 'in_1', 'cus_1', null, null, 'ii_1', null, null, ?, null,"
            " 'invoice_item', 'As landed', 'usd', 2, null, 'invoice_item', 50, 100, 100,"
            " timestamp '2026-03-01', timestamp '2026-03-01', false, true, ?, 0,"
            " timestamp '2026-03-01', 0, false)",
            [line, type, metadata],
        )

    def edit(
        self,
        operation: str,
        line: str | None = None,
        *,
        request: str | None = None,
        invoice: str = "in_1",
        **given: Any,
    ) -> str:
        tick = next(self._clock)
        request = request or f"req_{tick}"
        self.connection.execute(
            "insert into edits values (?, ?, 'cus_1', 'usd', ?, ?, 0, ?, ?, ?, null, ?, 1, false)",
            [
                f"ile_{tick:03}",
                invoice,
                operation,
                request,
                line,
                given.pop("behavior", None),
                json.dumps(given),
                START + timedelta(seconds=tick),
            ],
        )
        return request

    def raised(self, invoice: str, day: str) -> None:
        """Add the draft that a subscription of the customer raised on a day."""
        self.connection.execute(
            "insert into invoices values (?, false, 'cus_1', 'sub_1', 'usd', false, ?)",
            [invoice, datetime.fromisoformat(day)],
        )

    def items(self, invoice: str) -> list[str]:
        return [row["invoice_item_id"] for row in self.rows(invoice)]

    def rows(self, invoice: str = "in_1") -> list[dict[str, Any]]:
        found = dicts(self.connection, expand(FOLDED))
        return [row for row in found if row["invoice_id"] == invoice]


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


def test_a_line_says_which_edit_made_it_what_it_is(drafts: Drafts) -> None:
    drafts.line("il_1")
    assert drafts.connection.execute("select count(*) from edits").fetchone() == (0,)
    assert [line["last_edit_id"] for line in drafts.rows()] == [None]
    drafts.edit("update", "il_1", description="first")
    drafts.edit("update", "il_1", description="second")
    assert [line["last_edit_id"] for line in drafts.rows()] == ["ile_002"]


def test_an_undone_edit_names_the_one_that_took_it_back(drafts: Drafts) -> None:
    drafts.line("il_1")
    request = drafts.edit("update", "il_1", description="wrong")
    drafts.edit("undo", request_id=request)
    traced = dicts(drafts.connection, expand("{{ traced_invoice_line_edits('edits') }}"))
    undone_by = {row["invoice_line_edit_id"]: row["undone_by_id"] for row in traced}
    assert undone_by == {"ile_001": "ile_002", "ile_002": None}


def test_a_price_that_sells_packages_is_multiplied_by_packages(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", price="price_5", quantity=6)
    (line,) = drafts.rows()
    assert (line["quantity"], line["billed_quantity"], line["amount"]) == (6, 2, 25)


def test_what_is_sold_gives_a_new_line_its_description_and_its_product(drafts: Drafts) -> None:
    drafts.edit("add", "il_1", price="price_1")
    drafts.edit("add", "il_2", price_data={"unit_amount": 5, "product_data": {"name": "Roasting"}})
    drafts.edit("add", "il_3", price="price_1", description="Said")
    lines = drafts.rows()
    assert [line["description"] for line in lines] == ["Beans", "Roasting", "Said"]
    assert [line["product_id"] for line in lines] == ["prod_1", None, "prod_1"]


def test_an_empty_description_takes_it_away(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", description="")
    assert [line["description"] for line in drafts.rows()] == [None]


def test_a_credit_is_not_discountable_unless_an_edit_says_so(drafts: Drafts) -> None:
    drafts.edit("add", "il_1", amount=-5)
    drafts.edit("add", "il_2", amount=5)
    drafts.edit("add", "il_3", amount=-5, discountable=True)
    assert [line["is_discountable"] for line in drafts.rows()] == [False, True, True]


def test_a_quantity_without_any_unit_price_leaves_the_amount(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.connection.execute("update lines set unit_amount_decimal = null")
    drafts.edit("update", "il_1", quantity=7)
    assert [line["amount"] for line in drafts.rows()] == [100]
    assert [line["billed_quantity"] for line in drafts.rows()] == [None]


def test_an_amount_that_landed_is_no_product_until_an_edit_makes_it_one(drafts: Drafts) -> None:
    drafts.line("il_1")
    assert [line["billed_quantity"] for line in drafts.rows()] == [None]
    drafts.edit("update", "il_1", quantity=3)
    assert [(line["billed_quantity"], line["amount"]) for line in drafts.rows()] == [(3, 150)]


def test_a_pending_item_waits_on_the_upcoming_invoice_until_it_is_attached(drafts: Drafts) -> None:
    assert [line["invoice_item_id"] for line in drafts.rows(UPCOMING)] == ["ii_9"]
    drafts.edit("add", "il_new", invoice_item="ii_9")
    assert drafts.rows(UPCOMING) == []
    drafts.edit("remove", "il_new", behavior="unassign")
    assert [line["invoice_item_id"] for line in drafts.rows(UPCOMING)] == ["ii_9"]
    assert drafts.rows() == []


def test_a_pending_item_goes_on_the_first_invoice_raised_since_it_waits(drafts: Drafts) -> None:
    drafts.raised("in_before", "2026-03-04")
    drafts.raised("in_at", "2026-03-05")
    drafts.raised("in_after", "2026-04-05")
    assert [drafts.items(invoice) for invoice in ("in_before", "in_at", "in_after", UPCOMING)] == [
        [],
        ["ii_9"],
        [],
        [],
    ]


def test_what_was_seen_waiting_later_than_the_clock_waits_now(drafts: Drafts) -> None:
    drafts.raised("in_before", "2026-04-19")
    drafts.connection.execute("update invoice_items set known_at = timestamp '2026-11-01'")
    assert (drafts.items("in_before"), drafts.items(UPCOMING)) == ([], ["ii_9"])


def test_an_item_taken_from_an_invoice_never_goes_back_to_it(drafts: Drafts) -> None:
    drafts.raised("in_at", "2026-04-05")
    (line,) = drafts.rows("in_at")
    drafts.edit("update", line["invoice_line_id"], invoice="in_at", amount=70)
    assert [row["amount"] for row in drafts.rows("in_at")] == [70]
    drafts.edit("remove", line["invoice_line_id"], invoice="in_at", behavior="unassign")
    (moved,) = drafts.rows(UPCOMING)
    assert (drafts.rows("in_at"), moved["amount"]) == ([], 70)


def test_a_deleted_item_is_gone_for_good(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", invoice_item="ii_9")
    drafts.edit("remove", "il_new", behavior="delete")
    assert (drafts.rows(), drafts.rows(UPCOMING)) == ([], [])


def test_an_item_takes_its_changes_along_from_invoice_to_invoice(drafts: Drafts) -> None:
    drafts.edit("add", "il_a", invoice_item="ii_9", metadata={"first": "1"})
    drafts.edit("update", "il_a", amount=70, description="Changed")
    drafts.edit("remove", "il_a", behavior="unassign")
    (pending,) = drafts.rows(UPCOMING)
    assert (pending["amount"], pending["description"]) == (70, "Changed")
    drafts.edit("add", "il_b", invoice="in_2", invoice_item="ii_9", quantity=2)
    (line,) = drafts.rows("in_2")
    assert (line["amount"], line["description"]) == (140, "Changed")
    assert json.loads(line["metadata_json"]) == {"first": "1", "kept": "yes"}
    assert drafts.rows(UPCOMING) == []


def test_a_line_that_an_edit_made_becomes_pending_when_it_is_unassigned(drafts: Drafts) -> None:
    drafts.edit("add", "il_new", amount=70, description="Made")
    made = drafts.rows()[0]["invoice_item_id"]
    assert made not in [line["invoice_item_id"] for line in drafts.rows(UPCOMING)]
    drafts.edit("remove", "il_new", behavior="unassign")
    pending = {line["invoice_item_id"]: line["amount"] for line in drafts.rows(UPCOMING)}
    assert pending == {"ii_9": 199, made: 70}
    drafts.edit("add", "il_again", invoice="in_2", invoice_item=made)
    assert [line["description"] for line in drafts.rows("in_2")] == ["Made"]
    assert [line["invoice_item_id"] for line in drafts.rows(UPCOMING)] == ["ii_9"]


def test_a_landed_line_without_a_landed_item_becomes_pending_too(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", description="Kept for later")
    drafts.edit("remove", "il_1", behavior="unassign")
    pending = {line["invoice_item_id"]: line for line in drafts.rows(UPCOMING)}
    assert (pending["ii_1"]["amount"], pending["ii_1"]["description"]) == (100, "Kept for later")


def test_of_two_edits_that_attach_one_item_the_first_received_counts(drafts: Drafts) -> None:
    drafts.edit("add", "il_a", invoice_item="ii_9")
    drafts.edit("add", "il_b", invoice="in_2", invoice_item="ii_9")
    assert [line["invoice_line_id"] for line in drafts.rows()] == ["il_a"]
    assert drafts.rows("in_2") == []


def test_undoing_a_removal_puts_the_line_back(drafts: Drafts) -> None:
    drafts.line("il_1")
    before = drafts.rows()
    request = drafts.edit("remove", "il_1", behavior="unassign")
    drafts.edit("undo", request_id=request)
    assert drafts.rows() == before
    assert [line["invoice_item_id"] for line in drafts.rows(UPCOMING)] == ["ii_9"]


def test_an_edit_says_what_discounts_and_taxes_the_line_has(drafts: Drafts) -> None:
    drafts.line("il_1")
    drafts.edit("update", "il_1", discounts=[{"coupon": "half"}], tax_rates=["txr_1"])
    drafts.edit("update", "il_1", discounts="")
    (line,) = drafts.rows()
    assert line["given_discounts_json"] == ""
    assert json.loads(line["given_tax_rates_json"]) == ["txr_1"]
    assert line["given_tax_amounts_json"] is None
