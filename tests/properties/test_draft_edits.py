"""Edits that no build has seen show what the build that takes them in will make of them."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from foundation import stream
from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.properties._draft_accounts import AS_OF, Edits, Line, land_accounts

# Many accounts, each built twice: too long for every change.
pytestmark = pytest.mark.torture

ACCOUNTS = 36
EDITED = stream("invoice_line_edits").schema
Rows = dict[str, list[tuple[Any, ...]]]


def made(lake: Lake, folder: Path) -> Built:
    others = ("customers", "prices", "products", "invoice_items", "invoice_line_edits")
    select = ["+draft_invoices", "+draft_invoice_errors", *others]
    return build(lake.folder, folder, select=select, as_of=AS_OF)


def rows_of(built: Built, mart: str, key: str) -> Rows:
    rows: Rows = defaultdict(list)
    for row in built.rows(f"select {key}, * from {mart} order by all"):
        rows[row[0]].append(row[1:])
    return rows


def overlaid(
    built: Built, invoices: Sequence[str], edits: list[dict[str, Any]]
) -> tuple[Rows, Rows]:
    """The rows of each draft and of its lines, over edits of no build."""
    drafts: Rows = {}
    lines: Rows = {}
    with duckdb.connect(built.file, read_only=True, config={"threads": 1}) as connection:
        connection.register("unbuilt", pa.Table.from_pylist(edits, EDITED))
        for invoice in invoices:
            (row,) = connection.execute(
                "select * from draft_invoice_with_lines_edited($1, 'unbuilt')", [invoice]
            ).fetchall()
            *draft, held = row
            drafts[invoice] = [tuple(draft)]
            lines[invoice] = sorted((tuple(line.values()) for line in held or ()), key=repr)
    return drafts, lines


def lines_of(built: Built) -> tuple[dict[str, list[Line]], dict[str, list[str]]]:
    """By customer: the lines that may be edited, and the invoice items that wait."""
    lines: dict[str, list[Line]] = defaultdict(list)
    waiting: dict[str, list[str]] = defaultdict(list)
    for is_upcoming, customer, *line in built.rows(
        "select drafts.is_upcoming, lines.customer_id, lines.id, lines.invoice_id,"
        " lines.customer_id, lines.invoice_item_id, lines.type = 'subscription', lines.proration"
        " from draft_invoice_lines as lines"
        " inner join draft_invoices as drafts on lines.invoice_id = drafts.id"
        " order by lines.id"
    ):
        if not is_upcoming:
            lines[customer].append(Line(*line))
        elif line[3] is not None:
            waiting[customer].append(line[3])
    return lines, waiting


def check(seed: int) -> None:
    draw = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        land_accounts(lake, draw, ACCOUNTS)
        # What a build has taken in already stands under what it has not.
        first = Edits(draw, "a")
        for number in range(0, ACCOUNTS, 3):
            first.add_and_remove(f"in_{number:03}", 1)
            first.of([_by_hand(number)], [], 3)
        lake.land("invoice_line_edits", first.rows)
        before = made(lake, Path(folder) / "before")
        lines, waiting = lines_of(before)
        restored = {f"cus_{number:03}" for number in range(0, ACCOUNTS, 6)}
        second = Edits(draw, "b")
        for customer, held in lines.items():
            if customer in restored:
                second.add_and_remove(draw.choice(held).invoice, draw.randint(1, 3))
            else:
                second.of(held, waiting[customer], draw.randint(1, 9))
        lake.land("invoice_line_edits", second.rows)
        after = made(lake, Path(folder) / "after")
        assert len({row["operation"] for row in second.rows}) == 4
        owners = dict(before.rows("select id, customer_id from draft_invoices"))
        asked = _some_drafts(draw, before, {row["invoice"] for row in second.rows})
        seen_drafts, seen_lines = overlaid(before, asked, second.rows)
        for mart, key, seen in (
            ("draft_invoices", "id", seen_drafts),
            ("draft_invoice_lines", "invoice_id", seen_lines),
        ):
            old, new = rows_of(before, mart, key), rows_of(after, mart, key)
            assert old != new
            for draft in asked:
                assert seen[draft] == sorted(new[draft], key=repr), (mart, draft)
                if owners[draft] in restored and mart == "draft_invoice_lines":
                    assert seen[draft] == sorted(old[draft], key=repr), (mart, draft)
        _check_that_charges_met(after)


def _some_drafts(draw: Random, built: Built, edited: set[str]) -> list[str]:
    """Of each customer the upcoming invoice, a draft that is edited, and one that is not."""
    drafts: dict[tuple[str, bool, bool], list[str]] = defaultdict(list)
    for draft, customer, is_upcoming in built.rows(
        "select id, customer_id, is_upcoming from draft_invoices order by id"
    ):
        drafts[customer, is_upcoming, draft in edited].append(draft)
    return [draw.choice(each) for each in drafts.values()]


def _by_hand(number: int) -> Line:
    return Line(
        f"il_{number:03}_0",
        f"in_{number:03}",
        f"cus_{number:03}",
        None,
        is_subscription=False,
        is_proration=False,
    )


def _check_that_charges_met(built: Built) -> None:
    """The comparison says something only where edited lines are discounted, credited and taxed."""
    (counts,) = built.rows(
        "select count(*) filter (where item_discount_amount > 0),"
        " count(*) filter (where invoice_discount_amount > 0),"
        " count(*) filter (where tax_amounts_json <> '[]'),"
        " count(*) filter (where tax_amounts_json like '%null%'),"
        " count(*) filter (where type = 'subscription'),"
        " count(*) filter (where invoice_id in (select invoice_id from draft_invoice_lines"
        " where credit_amount > 0))"
        " from draft_invoice_lines where last_edit_id is not null"
    )
    assert min(counts) > 2, counts


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_what_shows_before_the_build_is_what_it_makes(seed: int) -> None:
    check(seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(20))
def test_what_shows_before_the_build_is_what_it_makes_for_many_seeds(seed: int) -> None:
    check(seed)
