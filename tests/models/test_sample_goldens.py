"""The sample, built, says what the goldens say: they were worked out without reading any SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def published(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(sample_home / "current" / "warehouse.duckdb", read_only=True) as connection:
        yield connection


def rows(
    published: duckdb.DuckDBPyConnection, query: str, *parameters: object
) -> list[dict[str, Any]]:
    cursor = published.execute(query, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [
        {name: text_of(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def text_of(value: object) -> object:
    """Instants and decimals as the goldens write them."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


INVOICES = golden("draft_invoices.json")


@pytest.mark.parametrize(
    "expected", INVOICES, ids=lambda invoice: f"{invoice['subscription']}@{invoice['boundary']}"
)
def test_a_draft_is_what_was_worked_out_from_the_reference_pages(
    published: duckdb.DuckDBPyConnection, expected: dict[str, Any]
) -> None:
    (invoice,) = rows(
        published,
        "select id, subscription_id as subscription, customer_id as customer,"
        " period_end as boundary, is_upcoming, billing_reason, currency, period_start,"
        " period_end, subtotal, total, amount_due from draft_invoices"
        " where subscription_id = ? and period_end = ?",
        expected["subscription"],
        datetime.fromisoformat(expected["boundary"]).replace(tzinfo=None),
    )
    invoice["lines"] = rows(
        published,
        "select type, subscription_item_id as subscription_item, invoice_item_id as invoice_item,"
        " price_id as price, tier, part, description, quantity, unit_amount_decimal,"
        " exact_amount_decimal, amount, unit_amount_excluding_tax, period_start, period_end"
        " from draft_invoice_lines where invoice_id = ? order by line_position",
        invoice.pop("id"),
    )
    # The goldens say `flat` where the mart says `flat_fee`.
    wanted = [
        {**line, "part": "flat_fee" if line["part"] == "flat" else line["part"]}
        for line in expected["lines"]
    ]
    assert invoice == {**expected, "lines": wanted}


def test_a_line_is_its_billed_quantity_at_its_unit_amount(
    published: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        published,
        "select part, tier, quantity, billed_quantity, "
        "billed_quantity * unit_amount_decimal = exact_amount_decimal as is_product "
        "from draft_invoice_lines where part in ('usage', 'flat_fee')",
    )
    assert len(found) > 40
    assert all(line["is_product"] for line in found)
    assert {line["billed_quantity"] for line in found if line["part"] == "flat_fee"} == {"1"}
    assert {line["quantity"] for line in found if line["part"] == "flat_fee"} == {"0"}


def test_there_is_no_draft_beyond_those_worked_out(published: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        published,
        "select count(*) as drafts from draft_invoices where subscription_id is not null",
    ) == [{"drafts": len(INVOICES)}]


def test_usage_record_summaries_are_as_worked_out(published: duckdb.DuckDBPyConnection) -> None:
    expected = golden("usage_record_summaries.json")
    items = {summary["subscription_item"] for summary in expected}
    found = [
        summary
        for item in sorted(items)
        for summary in rows(
            published,
            "select subscription_item_id as subscription_item, aggregate_usage, period_start,"
            " period_end, total_usage, record_count, is_open from usage_record_summaries(?)",
            item,
        )
    ]
    wanted = [
        {name: held for name, held in summary.items() if name != "billed_invoice"}
        for item in sorted(items)
        for summary in expected
        if summary["subscription_item"] == item
    ]
    assert found == wanted


def test_a_summary_names_the_invoice_that_billed_its_period(
    published: duckdb.DuckDBPyConnection,
) -> None:
    for summary in golden("usage_record_summaries.json"):
        (found,) = rows(
            published,
            "select invoice_id from usage_record_summaries"
            " where subscription_item_id = ? and period_start = ?",
            summary["subscription_item"],
            datetime.fromisoformat(summary["period_start"]).replace(tzinfo=None),
        )
        if summary["billed_invoice"] is not None:
            assert found["invoice_id"] == summary["billed_invoice"]
        elif summary["is_open"]:
            assert found["invoice_id"] is None
        else:
            assert str(found["invoice_id"]).startswith("in_")


@pytest.mark.parametrize(
    ("part", "window"),
    [("hours_of_2026-03-12", "hour"), ("days_of_2026-03", "day"), ("whole_of_2026-03", None)],
)
def test_windows_of_a_meter_are_as_worked_out(
    published: duckdb.DuckDBPyConnection, part: str, window: str | None
) -> None:
    expected = golden("meter_event_summaries.json")
    wanted = expected[part]
    if isinstance(wanted, dict):
        wanted = [wanted]
    bounds = {
        "hours_of_2026-03-12": ("2026-03-12", "2026-03-13"),
        "days_of_2026-03": ("2026-03-01", "2026-04-01"),
        "whole_of_2026-03": ("2026-03-01", "2026-04-01"),
    }[part]
    start, end = (
        int(datetime.fromisoformat(bound).replace(tzinfo=UTC).timestamp()) for bound in bounds
    )
    found = rows(
        published,
        "select start_time, end_time, aggregated_value, event_count"
        " from meter_event_summaries(?, ?, ?, ?, ?)",
        expected["meter"],
        expected["customer"],
        start,
        end,
        window,
    )
    assert [
        {
            name: int(datetime.fromisoformat(str(value)).timestamp())
            if name in {"start_time", "end_time"} and isinstance(value, str)
            else value
            for name, value in row.items()
        }
        for row in found
    ] == wanted


def test_every_meter_and_customer_has_its_months(published: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        published,
        "select meter_id as meter, customer_id as customer,"
        " strftime(start_time, '%Y-%m') as month, sum(aggregated_value) as aggregated_value,"
        " cast(sum(event_count) as bigint) as event_count"
        " from meter_event_summaries group by all order by meter, customer, month",
    )
    assert found == sorted(
        golden("meter_usage_by_month.json"),
        key=lambda row: (row["meter"], row["customer"], row["month"]),
    )


def test_every_row_is_accounted_for(published: duckdb.DuckDBPyConnection) -> None:
    totals = golden("control_totals.json")
    landed = rows(
        published,
        "select stream, cast(sum(accepted_count) as bigint) as accepted,"
        " cast(sum(rejected_count) as bigint) as rejected"
        " from landed_batches group by stream",
    )
    assert {row["stream"]: row["accepted"] for row in landed} == totals["landed"]
    assert {row["stream"]: row["rejected"] for row in landed if row["rejected"]} == {
        stream: sum(reasons.values()) for stream, reasons in totals["rejected"].items()
    }


def test_the_manual_draft_adds_up(published: duckdb.DuckDBPyConnection) -> None:
    expected = golden("manual_draft_invoice.json")
    (invoice,) = rows(
        published,
        "select id, subtotal, subtotal_excluding_tax, total, total_excluding_tax, amount_due, tax"
        " from draft_invoices where id = ?",
        expected["id"],
    )
    lines = rows(
        published,
        "select amount, description from draft_invoice_lines where invoice_id = ?"
        " order by line_position",
        expected["id"],
    )
    assert {
        **invoice,
        "line_amounts": [line["amount"] for line in lines],
        "descriptions": [line["description"] for line in lines],
    } == expected
