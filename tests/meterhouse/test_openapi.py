"""The OpenAPI document holds: what it promises is answered, whatever is sent."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from foundation import project_dir
from meterhouse._routes import Endpoints
from meterhouse._sessions import Sessions
from meterhouse.server._openapi import openapi_document
from tests.meterhouse._server import TEST_KEY, Served

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


schema = schemathesis.openapi.from_dict(openapi_document(Endpoints(Sessions()).routes))


@schema.parametrize()
@hypothesis.settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
def test_no_request_meets_a_fault_or_breaks_the_document(case: Any, served: Served) -> None:
    headers = {"Authorization": f"Bearer {TEST_KEY}"}
    case.call_and_validate(base_url=served.url, checks=CHECKS, headers=headers, timeout=300)


def test_every_route_is_described() -> None:
    routes = Endpoints(Sessions()).routes
    document = openapi_document(routes)
    described = {
        (method.upper(), path) for path, held in document["paths"].items() for method in held
    }
    assert described == {(route.method, route.template) for route in routes}
    names = [each["operationId"] for held in document["paths"].values() for each in held.values()]
    assert len(names) == len(set(names))
    references = json.dumps(document).split('"$ref": "#/components/schemas/')[1:]
    assert {each.split('"')[0] for each in references} <= set(document["components"]["schemas"])


def test_every_route_stands_in_the_documentation() -> None:
    text = (project_dir() / "docs" / "api.md").read_text("utf-8")
    for route in Endpoints(Sessions()).routes:
        assert f"`{route.method} {route.template}`" in text, route.template
