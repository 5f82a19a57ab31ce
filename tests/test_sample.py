"""The sample is what a Stripe account exports: objects of its schemas, in files of modest size."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample"
SCHEMAS = ROOT.parent / "shared" / "reference" / "openapi-2024.json"

SCHEMA_OF_STREAM = {
    "billed_invoices": "invoice",
    "coupons": "coupon",
    "credit_grants": "billing.credit_grant",
    "customers": "customer",
    "invoice_items": "invoiceitem",
    "meter_event_adjustments": "billing.meter_event_adjustment",
    "meter_events": "billing.meter_event",
    "meters": "billing.meter",
    "prices": "price",
    "products": "product",
    "subscriptions": "subscription",
    "tax_rates": "tax_rate",
    "usage_records": "usage_record",
}
BAD_ROWS = {"mbur_SampleBad01", "mbur_SampleBad02", "mbur_SampleBad03"}


def files_of(stream: str) -> list[Path]:
    return sorted(path for path in (SAMPLE / stream).iterdir() if path.name != "bad_rows.ndjson")


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def objects_of(path: Path) -> list[dict[str, Any]]:
    text = text_of(path)
    if ".ndjson" in path.name:
        return [json.loads(line) for line in text.splitlines()]
    if path.suffix == ".csv":
        rows = csv.DictReader(text.splitlines())
        return [usage_record_of(row) for row in rows if row["id"] not in BAD_ROWS]
    listed = json.loads(text)
    assert listed["object"] == "list"
    assert listed["has_more"] is False
    return listed["data"]


def usage_record_of(row: dict[str, str]) -> dict[str, Any]:
    whole = {name: int(row[name]) for name in ("quantity", "timestamp", "received_at")}
    return {**row, **whole, "object": "usage_record", "livemode": False}


def objects(stream: str) -> list[dict[str, Any]]:
    return [found for path in files_of(stream) for found in objects_of(path)]


def json_schema(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type or a choice."""
    if isinstance(node, list):
        return [json_schema(member) for member in node]
    if not isinstance(node, dict):
        return node
    changed = {key: json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True:
        return {"anyOf": [changed, {"type": "null"}]}
    return changed


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft202012Validator]:
    if not SCHEMAS.exists():
        pytest.skip(f"{SCHEMAS} is absent: the sample is not checked against Stripe's schemas")
    document = json_schema(json.loads(SCHEMAS.read_text(encoding="utf-8")))
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:stripe", resource)
    return {
        name: Draft202012Validator(
            {"$ref": f"urn:stripe#/components/schemas/{name}"}, registry=registry
        )
        for name in SCHEMA_OF_STREAM.values()
    }


@pytest.mark.shared
@pytest.mark.parametrize("stream", sorted(SCHEMA_OF_STREAM))
def test_every_object_of_the_sample_validates_against_stripes_schema(
    stream: str, validators: dict[str, Draft202012Validator]
) -> None:
    validator = validators[SCHEMA_OF_STREAM[stream]]
    found = objects(stream)
    assert found
    for each in found:
        failures = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(each)]
        assert not failures, (each.get("id") or each.get("identifier"), failures)


@pytest.mark.shared
def test_the_schema_check_sees_a_wrong_object(
    validators: dict[str, Draft202012Validator],
) -> None:
    customer = objects("customers")[0]
    assert not validators["customer"].is_valid({**customer, "balance": "0"})
    assert not validators["customer"].is_valid({**customer, "tax_exempt": "sometimes"})
    assert validators["customer"].is_valid({**customer, "email": None})


def test_a_subscriptions_plan_says_the_same_as_its_price() -> None:
    prices = {price["id"]: price for price in objects("prices")}
    for subscription in objects("subscriptions"):
        for item in subscription["items"]["data"]:
            price, plan = prices[item["price"]["id"]], item["plan"]
            assert item["price"] == {key: price[key] for key in price if key != "tiers"}
            assert plan["usage_type"] == price["recurring"]["usage_type"]
            assert plan["meter"] == price["recurring"]["meter"]
            assert plan["amount_decimal"] == price["unit_amount_decimal"]
            assert (price["recurring"]["usage_type"] == "licensed") == ("quantity" in item)


def test_every_reference_of_the_sample_leads_to_an_object() -> None:
    ids = {
        stream: {found["id"] for found in objects(stream)}
        for stream in ("customers", "products", "prices", "meters", "billed_invoices")
    }
    for price in objects("prices"):
        assert price["product"] in ids["products"]
        assert (price["recurring"] or {}).get("meter") in {None, *ids["meters"]}
    for subscription in objects("subscriptions"):
        assert subscription["customer"] in ids["customers"]
    for item in objects("invoice_items"):
        assert item["customer"] in ids["customers"]
        assert item["invoice"] in {None, *ids["billed_invoices"]}


def test_the_lines_of_an_invoice_of_the_sample_add_up_to_it() -> None:
    for invoice in objects("billed_invoices"):
        total = sum(line["amount"] for line in invoice["lines"]["data"])
        assert total == invoice["subtotal"] == invoice["total"] == invoice["amount_due"]


def test_the_sample_stays_small() -> None:
    size = sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())
    assert size < 300_000


def test_the_sample_holds_what_the_readme_promises() -> None:
    assert len(objects("customers")) == 5
    assert {customer["currency"] for customer in objects("customers")} == {"usd", "jpy"}
    assert {meter["default_aggregation"]["formula"] for meter in objects("meters")} == {
        "sum",
        "count",
    }
    assert {record["action"] for record in objects("usage_records")} == {"increment", "set"}
    assert (SAMPLE / "as_of.txt").read_text(encoding="utf-8") == "2026-04-15T00:00:00Z\n"
