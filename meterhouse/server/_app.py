"""The server as one ASGI application: the API, and what those who run it need."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation import encode_json
from meterhouse._warehouse_kernel import Kernel
from meterhouse.server._api import Api
from meterhouse.server._keys import Keys
from meterhouse.server._limits import Limits
from meterhouse.server._metrics import Metrics
from meterhouse.server._openapi import openapi_document
from queries import APIError, InvalidRequestError


def create_app(kernel: Kernel, keys: Keys, limits: Limits) -> ASGIApp:
    """Make the application.

    ``/healthz``, ``/metrics`` and ``/openapi.json`` need no key; everything else is the API.
    """
    metrics = Metrics()
    api = Api(kernel, keys, limits, metrics)
    document = encode_json(openapi_document(kernel.endpoints.routes))

    async def healthz(request: Request) -> Response:
        try:
            build = kernel.pool.build
        except Exception:
            return _json({"status": "unavailable"}, 503)
        return _json({"status": "ok", "build": build.id}, 200)

    async def show_metrics(request: Request) -> Response:
        build = kernel.pool.build
        text = metrics.text(build=build.id, as_of=build.as_of_seconds, under_way=api.gate.under_way)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def openapi(request: Request) -> Response:
        return Response(document, media_type="application/json")

    def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        refusal = InvalidRequestError(error.detail, http_status=error.status_code)
        return _json(refusal.json_body, error.status_code, error.headers)

    def fail(request: Request, error: Exception) -> Response:
        return _json(APIError("An unexpected error occurred.").json_body, 500)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        with kernel.sealing():
            yield
            api.close()
        kernel.close()

    own = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", show_metrics),
            Route("/openapi.json", openapi),
        ],
        exception_handlers={HTTPException: refuse, Exception: fail},
        lifespan=lifespan,
    )
    own_paths = {route.path for route in own.routes if isinstance(route, Route)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # The API answers everything by itself, refusals and failures too.
        is_own = scope["type"] == "lifespan" or scope["path"] in own_paths
        await (own if is_own else api)(scope, receive, send)

    return app


def _json(body: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(encode_json(body), status, headers, media_type="application/json")
