"""One row among very many is found by a number made from its id, not by comparing every id."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import duckdb
import pytest


@pytest.fixture(scope="module")
def built(sample_home: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """The sample's published file."""
    file = sample_home / "current" / "warehouse.duckdb"
    with duckdb.connect(file, read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("relation", "text", "number"),
    [
        ("main.draft_invoices", "id", "id_hash"),
        ("main.draft_invoice_lines", "invoice_id", "invoice_id_hash"),
        ("main.landed_objects", "id", "id_hash"),
        ("intermediate.int_listed_invoices", "invoice_id", "invoice_id_hash"),
        ("intermediate.int_listed_invoices", "customer_id", "customer_id_hash"),
        ("intermediate.int_listed_invoices", "subscription_id", "subscription_id_hash"),
        (
            "intermediate.int_usage_per_timestamp",
            "subscription_item_id",
            "subscription_item_id_hash",
        ),
        ("previews.subscriptions", "customer", "lookup_hash"),
        ("previews.customers", "id", "lookup_hash"),
    ],
)
def test_the_number_beside_an_id_is_made_from_it_in_every_row(
    built: duckdb.DuckDBPyConnection, relation: str, text: str, number: str
) -> None:
    found = built.execute(
        f"select count({text}), "
        f"count(*) filter ({number} is distinct from md5_number_lower({text})) from {relation}"
    ).fetchone()
    assert found is not None
    assert found[0] > 0
    assert found[1] == 0


# By what each read looks up, a relation that has some.
READS = [
    ("intermediate.draft_named({})", "id_hash", "main.draft_invoices", "id"),
    ("intermediate.lines_of_draft({})", "invoice_id_hash", "main.draft_invoices", "id"),
    ("intermediate.listed_invoice_named({})", "invoice_id_hash", "main.draft_invoices", "id"),
    (
        "intermediate.listed_invoices(customer := {})",
        "customer_id_hash",
        "main.draft_invoices",
        "customer_id",
    ),
    (
        "intermediate.listed_invoices(subscription := {})",
        "subscription_id_hash",
        "main.draft_invoices",
        "subscription_id",
    ),
    (
        "intermediate.next_invoice({}, null, null, null)",
        "customer_id_hash",
        "main.draft_invoices",
        "customer_id",
    ),
    (
        "intermediate.next_invoice(null, {}, null, null)",
        "subscription_id_hash",
        "main.draft_invoices",
        "subscription_id",
    ),
    (
        "main.usage_per_timestamp({})",
        "subscription_item_id_hash",
        "intermediate.int_usage_per_timestamp",
        "subscription_item_id",
    ),
    ("previews.subscriptions_of({})", "lookup_hash", "previews.subscriptions", "customer"),
]


@pytest.mark.parametrize(("read", "number", "relation", "text"), READS)
def test_the_scan_itself_compares_the_number(
    built: duckdb.DuckDBPyConnection, read: str, number: str, relation: str, text: str
) -> None:
    # Before rows are taken from the file: so whole row groups are skipped by their bounds. One in
    # the middle is asked for: beyond them nothing would be scanned at all.
    middle = built.execute(
        f"select {text} from {relation} where {text} is not null "
        f"order by md5_number_lower({text}) limit 1 "
        f"offset (select count({text}) // 2 from {relation})"
    ).fetchone()
    assert middle is not None
    read = read.format(f"'{middle[0]}'")
    plan = built.execute(f"explain (format json) from {read}").fetchall()[0][1]
    scans = [part for part in plan.split('"name"') if "SEQ_SCAN" in part or "TABLE_SCAN" in part]
    assert any(f"{number}=" in scan.replace(" ", "") for scan in scans), plan


def test_an_upcoming_invoice_of_another_customer_is_never_the_next_one(
    built: duckdb.DuckDBPyConnection,
) -> None:
    upcoming = built.execute(
        "select customer_id, min((period_end, id)) from main.draft_invoices where is_upcoming "
        "group by customer_id"
    ).fetchall()
    assert upcoming
    for customer, first in upcoming:
        found = built.execute(
            "select id from intermediate.next_invoice($1, null, null, null)", [customer]
        ).fetchone()
        assert found == (first[1],)
