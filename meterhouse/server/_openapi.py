"""The OpenAPI document of what is served, made from the routes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from meterhouse.server._openapi_schemas import COMPUTED, ERROR, Schema, landed
from queries import DEFAULT_VERSION, ListOf, Parameter, Route

_REFUSALS: Final = {
    "400": "A parameter is unknown, missing or wrong, or names nothing.",
    "401": "No API key, or an unknown one.",
    "403": "The key may not do this.",
    "404": "There is no such object.",
    "405": "The path does not take this method.",
    "408": "The body did not arrive in time.",
    "409": "The Idempotency-Key is in use by a request under way.",
    "413": "The body is too long.",
    "414": "The query string is too long.",
    "415": "The body is of another media type.",
    "429": "Too many requests.",
    "500": "A fault of the server.",
    "503": "The request took too long or too much memory.",
}


def openapi_document(routes: Sequence[Route]) -> dict[str, Any]:
    """Describe every route."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Meterhouse",
            "version": version("meterhouse"),
            "description": f"Stripe's API of version {DEFAULT_VERSION} over a published build.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{"bearer": []}, {"basic": []}],
    }


def _schemas(routes: Sequence[Route]) -> dict[str, Schema]:
    names = sorted({route.answers for route in routes} | {"line_item"})
    return {"error": ERROR, **{name: COMPUTED.get(name) or landed(name) for name in names}}


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [_path_parameter(name) for name in route.places],
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": {"schema": _answer(route)}},
            },
            **{status: _refusal(text) for status, text in _REFUSALS.items()},
        },
    }
    if route.method == "GET":
        operation["parameters"] += [_query_parameter(each) for each in route.parameters]
    else:
        operation["requestBody"] = _body(route)
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Requests under one key within 24 hours are done once.",
                "schema": {"type": "string", "maxLength": 255, "minLength": 1},
            }
        )
    return operation


def _answer(route: Route) -> Schema:
    named = {"$ref": f"#/components/schemas/{route.answers}"}
    if not route.is_list:
        return named
    return {
        "type": "object",
        "required": ["object", "data", "has_more", "url"],
        "properties": {
            "object": {"type": "string", "enum": ["list"]},
            "data": {"type": "array", "items": named},
            "has_more": {"type": "boolean"},
            "url": {"type": "string"},
        },
    }


def _refusal(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
    }


def _path_parameter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 5000},
    }


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    is_list = isinstance(parameter.kind, ListOf)
    described: dict[str, Any] = {
        "name": f"{parameter.name}[]" if is_list else parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.doc,
        "schema": parameter.kind.schema(),
    }
    if not is_list and described["schema"].get("type") in ("object", None):
        described |= {"style": "deepObject", "explode": True}
    return described


def _body(route: Route) -> dict[str, Any]:
    schema = route.parameters.schema()
    if route.template.startswith("/v2/"):
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    nested = {
        parameter.name: {"style": "deepObject", "explode": True}
        for parameter in route.parameters
        if parameter.kind.schema().get("type") not in ("string", "integer", "boolean")
    }
    return {
        "required": bool(schema.get("required")),
        "content": {"application/x-www-form-urlencoded": {"schema": schema, "encoding": nested}},
    }
