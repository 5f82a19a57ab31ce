"""`Warehouse`: call sites, objects, pages, frames, SQL, errors, threads."""

from __future__ import annotations

import concurrent.futures
import copy
import inspect
import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
import stripe

import meterhouse
from foundation.errors import UsageError
from meterhouse import (
    IdempotencyError,
    InvalidRequestError,
    Invoice,
    InvoiceLineItem,
    ListObject,
    MeterEventSummary,
    StripeError,
    StripeObject,
    UsageRecordSummary,
    Warehouse,
)
from tests.meterhouse._server import TEST_KEY, Served

ITEM = "si_BorealisMessages"
METER = "mtr_sample_GpuSeconds001"
APRIL = 1775001600
DAY = 86400
WINDOW = {
    "customer": "cus_DeltaRender004",
    "start_time": APRIL,
    "end_time": APRIL + 3 * DAY,
    "value_grouping_window": "day",
}


def summaries(warehouse: Warehouse, **params: Any) -> ListObject[UsageRecordSummary]:
    return warehouse.subscription_items.usage_record_summaries.list(ITEM, **params)


def test_positional_dicts_and_keywords_ask_the_same(warehouse: Warehouse) -> None:
    resource = warehouse.subscription_items.usage_record_summaries
    assert resource.list(ITEM, {"limit": 2}) == resource.list(ITEM, limit=2)
    assert resource.list(ITEM, {"limit": 1}, limit=2) == resource.list(ITEM, limit=2)
    options: meterhouse.RequestOptions = {"stripe_version": "2025-03-31.basil"}
    basil = warehouse.invoices.retrieve("in_EmberManualDraft", {}, options)
    assert "parent" in basil


def _methods(service: object, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in vars(service).items():
        if not name.startswith("_"):
            found |= _methods(member, f"{prefix}{name}.")
    for name, method in inspect.getmembers(service, inspect.ismethod):
        if not name.startswith("_"):
            found[f"{prefix}{name}"] = method
    return found


def test_every_call_site_is_one_of_the_stripe_packages(warehouse: Warehouse) -> None:
    client = stripe.StripeClient("sk_test_x")
    ours = {
        f"{name}.{path}": method
        for name, service in vars(warehouse).items()
        if not name.startswith("_")
        for path, method in _methods(service).items()
    }
    assert len(ours) > 30
    for path, method in ours.items():
        if path.startswith("billing.analytics."):
            continue
        theirs: Any = client
        for part in path.split("."):
            theirs = getattr(theirs, part)
        wanted = list(inspect.signature(theirs).parameters)
        given = [name for name in inspect.signature(method).parameters if name != "keywords"]
        assert given == wanted, path


def test_an_object_is_a_mapping_with_attributes(warehouse: Warehouse) -> None:
    summary = summaries(warehouse).data[0]
    assert isinstance(summary, UsageRecordSummary)
    assert summary.total_usage == summary["total_usage"] == 567
    assert isinstance(summary.total_usage, Decimal)
    assert summary.period.end == summary["period"]["end"]
    assert dict(summary)["object"] == "usage_record_summary"
    assert {**summary}.keys() == summary.keys()
    with pytest.raises(AttributeError, match=r"has no field 'totl_usage'.*total_usage"):
        _ = summary.totl_usage  # pyright: ignore[reportAttributeAccessIssue]
    assert not hasattr(summary, "nothing")
    assert copy.deepcopy(summary) == summary
    assert pickle.loads(pickle.dumps(summary)) == summary
    assert json.loads(summary.to_json())["total_usage"] == 567
    assert "567" in str(summary)
    assert repr(summary).startswith(f"<UsageRecordSummary usage_record_summary id={summary.id}>")


def test_quantities_are_exact_decimals(warehouse: Warehouse) -> None:
    page = warehouse.billing.meters.event_summaries.list(METER, WINDOW)
    assert all(isinstance(each, MeterEventSummary) for each in page)
    values = [each.aggregated_value for each in page]
    assert all(isinstance(value, Decimal) for value in values)
    assert any(value != value.to_integral_value() for value in values)
    line = warehouse.invoices.upcoming(customer="cus_DeltaRender004").lines.data[0]
    assert isinstance(line, InvoiceLineItem)
    assert line["quantity_decimal"] == "7889.809503"
    assert line.quantity == Decimal(7889)


def test_a_page_iterates_its_objects_and_pages_both_ways(warehouse: Warehouse) -> None:
    every = summaries(warehouse, limit=100)
    first = summaries(warehouse, limit=1)
    assert len(first) == 1
    assert list(first) == first.data == every.data[:1]
    second = first.next_page()
    assert second.data == every.data[1:2]
    last = second.next_page()
    assert last.data == every.data[2:3]
    assert not last.has_more
    assert last.next_page().is_empty
    assert last.next_page().data == []
    assert last.previous_page().data == every.data[1:2]
    assert last.previous_page().previous_page().data == every.data[:1]
    assert first.previous_page().is_empty
    assert list(first.auto_paging_iter()) == every.data
    back = summaries(warehouse, limit=1, ending_before=every.data[-1].id)
    assert list(back.auto_paging_iter()) == every.data[:-1][::-1]
    assert [each.id for each in reversed(every)] == [each.id for each in every.data][::-1]
    with pytest.raises(KeyError, match=r"use \.data\[0\]"):
        _ = every[0]  # pyright: ignore[reportArgumentType]


def test_the_lines_of_an_invoice_are_a_list_that_pages(warehouse: Warehouse) -> None:
    invoice = warehouse.invoices.upcoming(customer="cus_AuroraLabs0001")
    assert isinstance(invoice, Invoice)
    assert isinstance(invoice.lines, ListObject)
    again = invoice.lines.list(limit=2)
    assert [line.id for line in again.auto_paging_iter()] == [line.id for line in invoice.lines]


def test_a_page_becomes_frames_with_exact_quantities(warehouse: Warehouse) -> None:
    page = warehouse.billing.meters.event_summaries.list(METER, WINDOW)
    table = page.to_arrow()
    assert table.schema.field("aggregated_value").type == pa.decimal128(38, 12)
    frame = page.to_polars()
    assert frame.schema["aggregated_value"] == pl.Decimal(38, 12)
    assert frame["aggregated_value"].to_list() == [each.aggregated_value for each in page]
    pandas = page.to_pandas()
    assert list(pandas["aggregated_value"]) == [each.aggregated_value for each in page]
    nested = summaries(warehouse).to_polars()
    assert nested["period"].struct.field("end").to_list() == [
        each.period.end for each in summaries(warehouse)
    ]
    for name in ("customers", "prices", "subscriptions", "invoices", "invoice_items"):
        listed = getattr(warehouse, name).list()
        assert listed.to_polars().height == len(listed)
        assert len(listed.to_pandas()) == len(listed)
    empty = warehouse.subscription_schedules.list()
    assert empty.to_polars().height == 0
    assert repr(empty) == "/v1/subscription_schedules: 0 objects"


def test_a_page_reads_as_a_table_and_its_html_is_escaped(warehouse: Warehouse) -> None:
    text = repr(summaries(warehouse, limit=2))
    assert text.splitlines()[0].endswith(": 2 objects, more follow")
    assert "2026-04-30 09:30:00" in text
    assert "10976" in text
    html = warehouse.prices.list()._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert html.startswith("<table>")
    evil = ListObject[StripeObject](
        {
            "object": "list",
            "data": [StripeObject({"id": "<script>"})],
            "url": "/v1/<b>",
            "has_more": False,
        }
    )
    shown = evil._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert "<script>" not in shown
    assert "<b>" not in shown


def test_errors_have_the_packages_fields(warehouse: Warehouse) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        warehouse.customers.retrieve("cus_nope")
    error = refused.value
    assert isinstance(error, StripeError)
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")
    assert error.user_message == "No such customer: 'cus_nope'"
    assert error.request_id is not None
    assert str(error) == f"Request {error.request_id}: {error.user_message}"
    assert error.json_body["error"]["doc_url"].endswith("/resource-missing")
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.param, str(again)) == (error.code, error.param, str(error))


def test_a_request_is_answered_as_over_http(warehouse: Warehouse) -> None:
    good = warehouse.request("get", "/v1/customers", {"limit": "1"})
    assert good.status == 200
    assert json.loads(good.text)["has_more"] is True
    bad = warehouse.request("POST", "/v1/customers", {})
    assert (bad.status, bad.headers["Allow"]) == (405, "GET")


def test_sql_gives_frames_and_only_reads(warehouse: Warehouse) -> None:
    query = "select total_usage from usage_record_summaries(?) limit 1"
    frame = warehouse.sql(query, [ITEM])
    assert frame["total_usage"].to_list() == [Decimal(567)]
    table = warehouse.sql("select $a as a, $b as b", {"a": 1, "b": None}, format="arrow")
    assert isinstance(table, pa.Table)
    assert table.to_pylist() == [{"a": 1, "b": None}]
    for wrong in (
        "selec 1",
        "select 1; select 2",
        "",
        "create table x as select 1",
        "create temp table x as select 1",
        "delete from customers",
        "copy (select 1) to '/dev/null'",
        "set threads = 4",
        "attach ':memory:' as other",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/etc/*')",
        "pragma enable_profiling",
        "install httpfs",
        # DuckDB 1.5 makes a query of a pragma that only reads.
        *(["pragma database_size"] if not duckdb.__version__.startswith("1.") else []),
    ):
        with pytest.raises(UsageError):
            warehouse.sql(wrong)
    with pytest.raises(UsageError, match="not one of 'polars' and 'arrow'"):
        warehouse.sql("select 1", format="csv")  # pyright: ignore[reportArgumentType,reportCallIssue]


def test_the_build_says_what_it_is(warehouse: Warehouse) -> None:
    build = warehouse.build
    assert build.as_of is not None
    assert build.as_of.isoformat() == "2026-04-15T00:00:00+00:00"
    assert build.inputs["customers"] == 5
    assert build.id in repr(warehouse)


def test_threads_share_a_warehouse(warehouse: Warehouse) -> None:
    expected = summaries(warehouse)

    def ask(at: int) -> bool:
        if at % 3 == 0:
            return warehouse.sql("select count(*) as n from customers")["n"].to_list() == [5]
        return summaries(warehouse) == expected

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(60)))


def test_a_published_file_or_folder_can_be_read_but_not_written(sample_home: Path) -> None:
    folder = (sample_home / "current").resolve()
    for place in (folder, folder / "warehouse.duckdb"):
        with Warehouse(place) as opened:
            assert len(opened.customers.list()) == 5
            with pytest.raises(StripeError, match="single published file") as refused:
                opened.subscription_items.usage_records.create(ITEM, quantity=1)
            assert refused.value.http_status == 403
    with Warehouse(sample_home, build=folder.name) as pinned:
        assert pinned.build.id == folder.name


def test_a_place_without_a_build_is_a_one_line_error(tmp_path: Path, sample_home: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere", Path(__file__)):
        with pytest.raises(UsageError, match="Next: meterhouse build") as error:
            Warehouse(place)
        assert "\n" not in str(error.value)
    for build in ("nope", "../builds", ".", ""):
        with pytest.raises(UsageError):
            Warehouse(sample_home, build=build)


def test_a_closed_warehouse_says_so(sample_home: Path) -> None:
    opened = Warehouse(sample_home)
    opened.close()
    opened.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = opened.build


def test_the_mode_decides_what_is_seen(sample_home: Path) -> None:
    with Warehouse(sample_home, livemode=True) as live:
        assert live.customers.list().is_empty
    with Warehouse(sample_home, livemode=False) as test:
        assert len(test.customers.list()) == 5


def test_idempotency_errors_are_their_own(writable: Warehouse) -> None:
    create = writable.subscription_items.usage_records.create
    key: meterhouse.RequestOptions = {"idempotency_key": "one"}
    assert create(ITEM, {"quantity": 1}, key) == create(ITEM, {"quantity": 1}, key)
    with pytest.raises(IdempotencyError):
        create(ITEM, {"quantity": 2}, key)


def test_headers_among_the_options_are_heeded(writable: Warehouse) -> None:
    create = writable.subscription_items.usage_records.create
    key: meterhouse.RequestOptions = {"headers": {"idempotency-key": "two"}}
    assert create(ITEM, {"quantity": 1}, key) == create(ITEM, {"quantity": 1}, key)
    basil: meterhouse.RequestOptions = {"headers": {"Stripe-Version": "2025-03-31.basil"}}
    assert "parent" in writable.invoices.list({"limit": 1}, basil).data[0]


def test_the_last_response_is_the_packages(writable: Warehouse, served: Served) -> None:
    client = stripe.StripeClient(TEST_KEY, base_addresses={"api": served.url})
    doors: tuple[Any, ...] = (writable, client)
    for door in doors:
        made = door.subscription_items.usage_records.create(
            ITEM, {"quantity": 1}, {"idempotency_key": f"of {type(door).__name__}"}
        )
        response = made.last_response
        assert response.code == 200
        assert response.request_id == response.headers["request-id"]
        assert response.request_id.startswith("req_")
        assert response.idempotency_key == response.headers["Idempotency-Key"]
        assert json.loads(response.body)["id"] == response.data["id"] == made.id


def test_a_page_is_copied_with_its_paging_and_pickled_without(warehouse: Warehouse) -> None:
    page = warehouse.prices.list({"limit": 2})
    assert copy.deepcopy(page).next_page() == copy.copy(page).next_page() == page.next_page()
    kept = pickle.loads(pickle.dumps(page))
    assert kept == page
    assert [each.id for each in kept] == [each.id for each in page]
    with pytest.raises(ValueError, match="unpickled"):
        kept.next_page()


def test_every_public_name_is_there_and_documented() -> None:
    assert meterhouse.__all__ == sorted(meterhouse.__all__)
    for name in meterhouse.__all__:
        member = getattr(meterhouse, name)
        assert inspect.getdoc(member), name
        if inspect.isclass(member):
            for method, function in inspect.getmembers(member, inspect.isfunction):
                if not method.startswith("_") and function.__module__.startswith("meterhouse"):
                    assert inspect.getdoc(function), f"{name}.{method}"
    assert dir(meterhouse) == meterhouse.__all__
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = meterhouse.Nothing  # pyright: ignore[reportAttributeAccessIssue]


def test_columns_of_one_name_are_told_apart(warehouse: Warehouse) -> None:
    joined = (
        "select c.id, s.id from customers() as c join subscriptions() as s on s.customer_id = c.id"
    )
    assert warehouse.sql(joined).columns == ["id", "id_1"]
    assert warehouse.sql(joined, format="arrow").column_names == ["id", "id_1"]
    assert warehouse.sql("select 1 as a, 2 as a, 3 as a_1").row(0, named=True) == {
        "a": 1,
        "a_2": 2,
        "a_1": 3,
    }


def test_sql_that_cannot_be_answered_is_said_in_words(warehouse: Warehouse) -> None:
    length = "select period_end - period_start as length from draft_invoices"
    with pytest.raises(
        UsageError, match=r"polars cannot hold .* length \(month_day_nano_interval\)"
    ):
        warehouse.sql(length)
    assert warehouse.sql(length, format="arrow").num_rows > 0
    for wrong in (ITEM, 1):
        with pytest.raises(UsageError, match=r"Parameters are a list for \? or a dict"):
            warehouse.sql("select ?", wrong)  # pyright: ignore[reportArgumentType,reportCallIssue]
