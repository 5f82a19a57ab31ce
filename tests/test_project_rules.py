"""Rules of the dbt project as dbt itself understood it: documented, under contract, tested, owned.

Read from the manifest of the build of the sample, so nothing is parsed again.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from foundation import project_dir

UNIQUE = {"unique", "unique_combination"}

# Tens of millions of rows at full size, made by one `group by` of their grain: dbt's own test would
# cost more than the model. Held to it here instead, on the sample.
UNIQUE_BY_GROUPING = {"meter_event_summaries", "meter_event_summaries_daily"}

# Small: a night makes them whole. Whatever else feeds usage or invoices says whose each row is.
MADE_WHOLE = {
    "int_coupon_products",
    "int_coupons",
    "int_credit_grant_prices",
    "int_currencies",
    "int_invoice_item_discounts",
    "int_invoice_item_tax_rates",
    "int_invoice_line_edits",
    "int_keyed_invoice_line_edits",
    "int_live_invoice_line_edits",
    "int_price_tiers",
    "int_tax_rates",
}


@pytest.fixture(scope="module")
def manifest(sample_home: Path) -> dict[str, Any]:
    return json.loads((sample_home / "current" / "dbt" / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.fixture(scope="module")
def marts(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    # What only control_totals reads is no mart.
    return {
        name: node
        for name, node in models.items()
        if node["original_file_path"].startswith(("models/marts/", "models/reconciliation/"))
        and not node["original_file_path"].startswith("models/reconciliation/controls/")
    }


def test_every_model_says_first_what_one_row_is(models: dict[str, dict[str, Any]]) -> None:
    silent = [
        name for name, node in models.items() if not node["description"].startswith("One row per ")
    ]
    assert silent == []


def test_every_model_has_its_yml_beside_it(models: dict[str, dict[str, Any]]) -> None:
    strays = [
        name
        for name, node in models.items()
        if node["patch_path"] != f"meterhouse://{node['original_file_path'][:-4]}.yml"
    ]
    assert strays == []


def test_marts_are_public_and_under_contract(marts: dict[str, dict[str, Any]]) -> None:
    loose = [
        name
        for name, node in marts.items()
        if not node["contract"]["enforced"] or node["access"] != "public"
    ]
    assert loose == []


def test_every_column_of_a_mart_is_described(marts: dict[str, dict[str, Any]]) -> None:
    silent = [
        f"{name}.{column['name']}"
        for name, node in marts.items()
        for column in node["columns"].values()
        if len(column["description"]) < 5
    ]
    assert silent == []


def test_every_mart_is_tested_to_be_unique_on_its_grain(
    manifest: dict[str, Any], marts: dict[str, dict[str, Any]]
) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name") in UNIQUE
    }
    untested = {name for name, node in marts.items() if node["unique_id"] not in tested}
    assert untested <= UNIQUE_BY_GROUPING


@pytest.mark.parametrize("mart", sorted(UNIQUE_BY_GROUPING))
def test_a_mart_made_by_grouping_has_each_id_once(sample_home: Path, mart: str) -> None:
    with duckdb.connect(sample_home / "current" / "warehouse.duckdb", read_only=True) as published:
        counted = published.execute(f"select count(*), count(distinct id) from {mart}").fetchone()
    assert counted is not None
    assert counted[0] == counted[1] > 0


def test_what_makes_usage_and_invoices_says_whose_a_row_is(
    models: dict[str, dict[str, Any]],
) -> None:
    folders = ("models/intermediate/usage/", "models/intermediate/billing/")
    nobodys = {
        name
        for name, node in models.items()
        if node["original_file_path"].startswith(folders) and "scope" not in node["config"]["meta"]
    }
    assert nobodys == MADE_WHOLE


def test_no_mart_holds_a_binary_fraction(marts: dict[str, dict[str, Any]]) -> None:
    inexact = [
        f"{name}.{column['name']} {column['data_type']}"
        for name, node in marts.items()
        for column in node["columns"].values()
        if re.search(r"float|double|real", column["data_type"] or "", re.IGNORECASE)
    ]
    assert inexact == []


def test_sources_feed_staging_and_nothing_reads_reconciliation(
    models: dict[str, dict[str, Any]],
) -> None:
    layers = {name: node["original_file_path"].split("/")[1] for name, node in models.items()}
    wrong = [
        f"{name} reads {read}"
        for name, node in models.items()
        for read in node["depends_on"]["nodes"]
        if (read.startswith("source.") and layers[name] != "staging")
        or (read.startswith("model.") and not _may_read(layers[name], layers[read.split(".")[-1]]))
    ]
    assert wrong == []


def _may_read(layer: str, read: str) -> bool:
    # The billing periods, a mart, are also what invoices are made of.
    return read == "staging" if layer == "staging" else read != "reconciliation" or read == layer


def test_no_package_is_needed(manifest: dict[str, Any]) -> None:
    assert not (project_dir() / "packages.yml").exists()
    projects = {node["package_name"] for node in manifest["nodes"].values()}
    assert projects == {"meterhouse"}
