"""Every object that is answered validates against Stripe's own schemas of the version."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from meterhouse import Warehouse
from tests.meterhouse._reads import every_read

SHARED = Path(__file__).parents[3] / "shared" / "reference"
pytestmark = pytest.mark.shared


class Shapes:
    """Stripe's component schemas, with OpenAPI's `nullable` brought to JSON Schema."""

    def __init__(self, name: str) -> None:
        file = SHARED / name
        if not file.exists():
            pytest.skip(f"{file} is absent")
        document = _as_json_schema(json.loads(file.read_text()))
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Any = Registry().with_resource("urn:shapes", resource)
        self.known = set(document["components"]["schemas"])

    def problems(self, item: dict[str, Any]) -> list[str]:
        kind = item["object"]
        schema = {"$ref": f"urn:shapes#/components/schemas/{kind}"}
        validator = jsonschema.Draft202012Validator(schema, registry=self._registry)
        return [
            f"{kind} {item.get('id')}: {'.'.join(map(str, error.path))}: {error.message[:200]}"
            for error in validator.iter_errors(json.loads(json.dumps(item, default=float)))
        ]


def _as_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    fields = {key: _as_json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True:
        return {"anyOf": [fields, {"type": "null"}]}
    return fields


def objects(body: dict[str, Any]) -> Generator[dict[str, Any]]:
    if body.get("object") == "list":
        yield from body["data"]
    elif "error" not in body:
        yield body


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes("openapi-2024.json")


def test_every_object_of_the_sample_validates(warehouse: Warehouse, shapes: Shapes) -> None:
    problems: list[str] = []
    seen: set[str] = set()
    for path, params in every_read(warehouse):
        for item in objects(warehouse.request("GET", path, params).body):
            seen.add(item["object"])
            problems += shapes.problems(item)
    assert not problems, "\n".join(sorted(set(problems))[:20])
    assert {"invoice", "line_item", "usage_record_summary", "price", "subscription"} <= seen


def test_every_answer_to_a_post_validates(writable: Warehouse, shapes: Shapes) -> None:
    payload = {"value": "1.5", "stripe_customer_id": "cus_AuroraLabs0001"}
    event = {"event_name": "gpu_seconds", "payload": payload}
    cancel = {"event_name": "gpu_seconds", "type": "cancel", "cancel": {"identifier": "x"}}
    for path, params in (
        ("/v1/subscription_items/si_BorealisMessages/usage_records", {"quantity": 1}),
        ("/v1/billing/meter_events", event),
        ("/v1/billing/meter_event_adjustments", cancel),
        ("/v2/billing/meter_events", event),
        ("/v2/billing/meter_event_adjustments", cancel),
        ("/v2/billing/meter_event_session", {}),
        ("/v1/invoices/in_EmberManualDraft/add_lines", {"lines": [{"amount": 1}]}),
        ("/v1/invoices/create_preview", {"customer": "cus_DeltaRender004"}),
    ):
        answer = writable.request("POST", path, params)
        assert answer.status == 200, answer.text
        assert not shapes.problems(answer.body), path


def test_the_newest_shape_of_invoices_and_lines_validates(warehouse: Warehouse) -> None:
    shapes = Shapes("openapi-latest.json")
    newest = "2026-10-28.endive"
    for invoice in warehouse.invoices.list({"status": "draft"}, {"stripe_version": newest}):
        assert not shapes.problems(invoice.to_dict())
    for line in warehouse.invoices.upcoming_lines.list(
        {"customer": "cus_AuroraLabs0001"}, {"stripe_version": newest}
    ):
        assert not shapes.problems(line.to_dict())
