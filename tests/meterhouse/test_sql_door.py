"""The published file by itself: each list endpoint is a table function, read with DuckDB alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meterhouse import Warehouse
from queries import READS

METER = "mtr_sample_GpuSeconds001"
AURORA = "cus_AuroraLabs0001"
WEEK = {"start_time": 1769904000, "end_time": 1770508800}

ENDPOINTS: list[tuple[str, dict[str, Any], str]] = [
    ("/v1/customers", {}, "customers()"),
    (
        "/v1/customers",
        {"email": "hello@ember.example"},
        "customers(email := 'hello@ember.example')",
    ),
    (
        "/v1/customers",
        {"created": {"gte": 1769644800, "lt": 1769904000}},
        "customers(created_gte := 1769644800, created_lt := 1769904000)",
    ),
    ("/v1/products", {}, "products()"),
    ("/v1/products", {"active": True}, "products(active := true)"),
    (
        "/v1/products",
        {"ids": ["prod_Platform00001", "prod_nope"]},
        "products(ids := ['prod_Platform00001', 'prod_nope'])",
    ),
    ("/v1/prices", {}, "prices()"),
    (
        "/v1/prices",
        {"recurring": {"usage_type": "metered"}, "currency": "usd"},
        "prices(recurring_usage_type := 'metered', currency := 'usd')",
    ),
    ("/v1/prices", {"type": "one_time"}, "prices(type := 'one_time')"),
    ("/v1/subscriptions", {}, "subscriptions()"),
    ("/v1/subscriptions", {"status": "all"}, "subscriptions(status := 'all')"),
    ("/v1/subscriptions", {"status": "canceled"}, "subscriptions(status := 'canceled')"),
    (
        "/v1/subscriptions",
        {"price": "price_PlatformMonthly"},
        "subscriptions(price := 'price_PlatformMonthly')",
    ),
    (
        "/v1/subscriptions",
        {"current_period_end": {"gt": 1777000000}},
        "subscriptions(current_period_end_gt := 1777000000)",
    ),
    (
        "/v1/subscription_items",
        {"subscription": "sub_AuroraPlatform1"},
        "subscription_items('sub_AuroraPlatform1')",
    ),
    ("/v1/subscription_schedules", {}, "subscription_schedules()"),
    ("/v1/invoiceitems", {}, "invoice_items()"),
    ("/v1/invoiceitems", {"pending": True}, "invoice_items(pending := true)"),
    ("/v1/invoiceitems", {"pending": False}, "invoice_items(pending := false)"),
    ("/v1/invoices", {}, "invoices()"),
    ("/v1/invoices", {"status": "draft"}, "invoices(status := 'draft')"),
    (
        "/v1/invoices",
        {"status": "paid", "customer": "cus_BorealisMail02"},
        "invoices(status := 'paid', customer := 'cus_BorealisMail02')",
    ),
    ("/v1/invoices/in_EmberManualDraft/lines", {}, "invoice_lines('in_EmberManualDraft')"),
    ("/v1/invoices/in_BorealisFebruary/lines", {}, "invoice_lines('in_BorealisFebruary')"),
    (
        "/v1/invoices/upcoming/lines",
        {"customer": AURORA},
        f"upcoming_invoice_lines(customer := '{AURORA}')",
    ),
    ("/v1/coupons", {}, "coupons()"),
    ("/v1/tax_rates", {"inclusive": False}, "tax_rates(inclusive := false)"),
    ("/v1/billing/meters", {"status": "active"}, "meters(status := 'active')"),
    ("/v1/billing/credit_grants", {}, "credit_grants()"),
    ("/v1/billing/alerts", {}, "alerts()"),
    (
        "/v1/subscription_items/si_BorealisMessages/usage_record_summaries",
        {},
        "usage_record_summaries('si_BorealisMessages')",
    ),
    (
        f"/v1/billing/meters/{METER}/event_summaries",
        {"customer": AURORA, **WEEK, "value_grouping_window": "day"},
        f"meter_event_summaries('{METER}', '{AURORA}', 1769904000, 1770508800, 'day')",
    ),
]
"""A read of every list endpoint, and the table function that has the same rows."""

WRONG = {
    "prices(type := 'monthly')": "type is 'monthly'; it can be 'one_time', 'recurring'.",
    "subscriptions(status := 'gone')": "status is 'gone'; it can be 'active', 'all', 'canceled'",
    "invoices(status := 'lost')": "status is 'lost'; it can be 'draft', 'open'",
    "meters(status := 'on')": "status is 'on'; it can be 'active', 'inactive'.",
    "customers(nope := 1)": "email := NULL",
    "subscription_items('sub_nope')": "No such subscription: 'sub_nope'.",
    "invoice_lines('in_nope')": "No such invoice: 'in_nope'.",
    "upcoming_invoice_lines()": "Give one of customer and subscription",
    "usage_record_summaries('si_nope')": "No such subscription_item: 'si_nope'.",
    f"meter_event_summaries('mtr_''nope', '{AURORA}', 0, 60, null)": "No such meter: 'mtr_'nope'.",
    f"meter_event_summaries('{METER}', '{AURORA}', 0, 61, 'hour')": "end_time 61 must be aligned",
    f"meter_event_summaries('{METER}', '{AURORA}', 0, 3600, 'week')": "it can be 'hour', 'day'",
}

BARE = """
import json, sys
import duckdb

file, how, asked = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if how == "opened":
    session = duckdb.connect(file, read_only=True)
else:
    session = duckdb.connect()
    session.execute(f"attach '{file}' as books (read_only)")
    session.execute("use books")
said = []
for call in asked:
    try:
        said.append([row[0] for row in session.execute(f"select id from {call}").fetchall()])
    except duckdb.Error as error:
        said.append(str(error))
assert not {name.split(".")[0] for name in sys.modules} & {"meterhouse", "queries", "foundation"}
print(json.dumps(said))
"""


def asked_bare(file: Path, how: str, calls: list[str], folder: Path) -> list[Any]:
    """What a child process with DuckDB alone is told by the file."""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", BARE, str(file), how, json.dumps(calls)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def published(home: Path) -> Path:
    return home / "current" / "warehouse.duckdb"


def listed(warehouse: Warehouse, path: str, params: dict[str, Any]) -> list[str]:
    """The ids that Python lists, page by page."""
    found: list[str] = []
    after: dict[str, Any] = {}
    while True:
        answer = warehouse.request("GET", path, {**params, **after, "limit": 2})
        assert answer.status == 200, answer.text
        found += [each["id"] for each in answer.body["data"]]
        if not answer.body["has_more"]:
            return found
        after = {"starting_after": found[-1]}


@pytest.mark.parametrize("how", ["opened", "attached and used"])
def test_every_list_is_a_table_function_with_the_same_rows(
    warehouse: Warehouse, sample_home: Path, tmp_path: Path, how: str
) -> None:
    calls = [call for _, _, call in ENDPOINTS]
    said = asked_bare(published(sample_home), how, calls, tmp_path)
    for (path, params, call), ids in zip(ENDPOINTS, said, strict=True):
        assert ids == listed(warehouse, path, params), call
    assert sum(len(ids) for ids in said) > 100


def test_no_list_endpoint_is_without_its_table_function() -> None:
    def template_of(path: str) -> str:
        for id_ in (METER, "in_EmberManualDraft", "in_BorealisFebruary", "si_BorealisMessages"):
            path = path.replace(id_, "{}")
        return path

    lists = {route.template for route in READS if route.is_list and route.method == "GET"}
    named = {template_of(path) for path, _, _ in ENDPOINTS}
    assert {
        "/".join("{}" if "{" in part else part for part in each.split("/")) for each in lists
    } == named


def test_the_functions_are_called_as_the_documentation_says(warehouse: Warehouse) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    table = page.split("## Table functions")[1].split("\n\n## ")[0]
    said = {
        name: [each.strip() for each in given.split(",")]
        for name, given in re.findall(r"`(\w+)\(([^)`]+)\)`(?=[,| ])", table)
    }
    frame = warehouse.sql(
        "select function_name, parameters from duckdb_functions() "
        "where schema_name = 'main' and function_type = 'table_macro' and not internal"
    )
    held: dict[str, list[str]] = dict(frame.iter_rows())
    assert len(said) > 15
    for name, given in said.items():
        there = [each for each in held[name] if not each.endswith(("_gt", "_gte", "_lt", "_lte"))]
        if "…" in given:
            given.remove("…")
            there = there[: len(given)]
        assert given == there, name


def test_summaries_without_a_window_are_of_the_whole_range(warehouse: Warehouse) -> None:
    asked = {
        "meter": METER,
        "customer": "cus_DeltaRender004",
        "start": 1775001600,
        "end": 1775088000,
    }
    call = "from meter_event_summaries($meter, $customer, $start, $end{})"
    whole = warehouse.sql(call.format(""), asked)
    assert whole.equals(warehouse.sql(call.format(", null"), asked))
    hours = warehouse.sql(call.format(", value_grouping_window := 'hour'"), asked)
    assert whole["aggregated_value"].to_list() == [hours["aggregated_value"].sum()]


@pytest.mark.parametrize("how", ["opened", "attached and used"])
def test_errors_of_use_are_readable(sample_home: Path, tmp_path: Path, how: str) -> None:
    said = asked_bare(published(sample_home), how, list(WRONG), tmp_path)
    for (call, message), error in zip(WRONG.items(), said, strict=True):
        assert message in error, (call, error)


def test_the_duckdb_command_line_reads_the_file(sample_home: Path, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("duckdb")
    ran = subprocess.run(
        [
            str(program),
            "-readonly",
            "-csv",
            str(published(sample_home)),
            "select id, total_usage from usage_record_summaries('si_BorealisMessages') "
            "order by period_end desc limit 1",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "id,total_usage",
        "sis_a6f499094e4f608a255a345c,567.000000000000",
    ]
    wrong = subprocess.run(
        [str(program), "-readonly", str(published(sample_home)), "from invoice_lines('in_nope')"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode != 0
    assert "No such invoice: 'in_nope'." in wrong.stderr


def test_the_functions_join_with_the_marts_row_by_row(warehouse: Warehouse) -> None:
    query = """
        select items.id, sum(summaries.total_usage) as used
        from main.subscription_items as items
        left join usage_record_summaries(items.id) as summaries on true
        group by items.id order by items.id
    """
    totals = dict(warehouse.sql(query).iter_rows())
    expected = dict(
        warehouse.sql(
            "select items.id, sum(total_usage) from main.subscription_items as items "
            "left join main.usage_record_summaries as summaries "
            "on summaries.subscription_item_id = items.id group by items.id"
        ).iter_rows()
    )
    assert totals == expected
    assert any(value is None for value in totals.values())
