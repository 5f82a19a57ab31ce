"""Python, HTTP and SQL answer the same: bytes between the first two, rows with the third."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx

from meterhouse import Warehouse
from tests.meterhouse._reads import APRIL, DAY, every_read
from tests.meterhouse._server import Served, serving
from tests.meterhouse.conftest import AS_OF


def query_of(params: dict[str, Any]) -> list[tuple[str, str]]:
    """Parameters as the stripe package sends them."""
    pairs: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                add(f"{name}[{key}]", item)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                add(f"{name}[{at}]", item)
        else:
            pairs.append((name, str(value)))

    for name, value in params.items():
        add(name, value)
    return pairs


def test_python_and_http_answer_the_same_bytes(warehouse: Warehouse, sample_home: Path) -> None:
    reads = every_read(warehouse)
    assert len(reads) > 150
    with serving(sample_home) as server, server.client() as client:
        for path, params in reads:
            ours = warehouse.request("GET", path, params)
            theirs = client.get(path, params=query_of(params))
            assert (theirs.status_code, theirs.text) == (ours.status, ours.text), (path, params)
            assert ours.status in (200, 404), (path, params, ours.text)


def rows(warehouse: Warehouse, query: str, values: list[Any]) -> list[dict[str, Any]]:
    return warehouse.sql(query, values, format="arrow").to_pylist()


def seconds(instant: datetime.datetime) -> int:
    return int(instant.replace(tzinfo=datetime.UTC).timestamp())


def test_sql_gives_the_rows_that_python_gives(warehouse: Warehouse) -> None:
    for item in warehouse.sql("select id from subscription_items")["id"]:
        listed = warehouse.subscription_items.usage_record_summaries.list(item, limit=100)
        stored = rows(warehouse, "select * from usage_record_summaries(?)", [item])
        assert [
            (each.id, each.period.start, each.period.end, each.total_usage, each.invoice)
            for each in listed
        ] == [
            (
                row["id"],
                seconds(row["period_start"]),
                seconds(row["period_end"]),
                row["total_usage"],
                row["invoice_id"],
            )
            for row in stored
        ]
    for meter in warehouse.sql("select id from meters")["id"]:
        for customer in warehouse.sql("select id from customers")["id"]:
            for window in ("hour", "day", None):
                given = {} if window is None else {"value_grouping_window": window}
                page = warehouse.billing.meters.event_summaries.list(
                    meter,
                    customer=customer,
                    start_time=APRIL,
                    end_time=APRIL + 2 * DAY,
                    limit=100,
                    **given,
                )
                stored = rows(
                    warehouse,
                    "select * from meter_event_summaries(?, ?, ?, ?, ?)",
                    [meter, customer, APRIL, APRIL + 2 * DAY, window],
                )
                assert [
                    (each.id, each.start_time, each.end_time, each.aggregated_value)
                    for each in page.auto_paging_iter()
                ] == [
                    (
                        row["id"],
                        seconds(row["start_time"]),
                        seconds(row["end_time"]),
                        row["aggregated_value"],
                    )
                    for row in stored
                ]
    for invoice in warehouse.invoices.list(status="draft", limit=100):
        lines = rows(
            warehouse,
            "select id, amount from draft_invoice_lines where invoice_id = ? "
            "order by line_position",
            [invoice.id],
        )
        listed_lines = warehouse.invoices.line_items.list(invoice.id, limit=100)
        assert [(each.id, each.amount) for each in listed_lines] == [
            (line["id"], line["amount"]) for line in lines
        ]


def test_the_file_answers_without_our_python(sample_home: Path) -> None:
    query = "select count(*) from usage_record_summaries('si_BorealisMessages')"
    file = str(sample_home / "current" / "warehouse.duckdb")
    with duckdb.connect(file, read_only=True) as opened:
        assert opened.execute(query).fetchall() == [(3,)]
    with duckdb.connect() as session:
        session.execute(f"attach '{file}' as books (read_only)")
        session.execute("use books")
        assert session.execute(query).fetchall() == [(3,)]


def test_edits_and_refusals_are_the_same_bytes(sample_copy: Path, served: Served) -> None:
    del served
    with (
        Warehouse(sample_copy, as_of=AS_OF) as opened,
        serving(sample_copy, "--as-of", AS_OF) as server,
        server.client() as client,
    ):
        path = "/v1/invoices/in_EmberManualDraft"
        added = client.post(f"{path}/add_lines", data={"lines[0][amount]": "5"})
        assert added.text == opened.request("GET", path).text == client.get(path).text
        for method, wrong, params in (
            ("GET", "/v1/customers/nope", {}),
            ("GET", "/v1/customers", {"limit": "0"}),
            ("POST", f"{path}/add_lines", {"lines": [{"amount": "x"}]}),
            ("DELETE", "/v1/customers", {}),
        ):
            ours = opened.request(method, wrong, params)
            asked: dict[str, Any] = (
                {"data": dict(query_of(params))}
                if method == "POST"
                else {"params": query_of(params)}
            )
            theirs = client.request(method, wrong, **asked)
            assert isinstance(theirs, httpx.Response)
            assert (theirs.status_code, theirs.text) == (ours.status, ours.text)
