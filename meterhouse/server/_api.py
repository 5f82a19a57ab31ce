"""The API as an ASGI application: every path but the server's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from starlette.types import Receive, Scope, Send

from meterhouse._warehouse_kernel import Kernel
from meterhouse._warehouse_response import Asked, Response
from meterhouse.server._access_log import AccessLog
from meterhouse.server._intake import (
    asked_of,
    caller_of,
    headers_of,
    path_of,
    require_own_host,
    text_of,
)
from meterhouse.server._keys import Caller, Keys
from meterhouse.server._limits import Gate, Limits
from meterhouse.server._metrics import Metrics
from meterhouse.server._protocol import ANSWER, Answer

T = TypeVar("T")

_CONTENT_TYPE: Final = (b"content-type", b"application/json")
_CACHE_CONTROL: Final = (b"cache-control", b"no-cache, no-store")


class Api:
    """Answer requests from the kernel, within the server's limits."""

    def __init__(self, kernel: Kernel, keys: Keys, limits: Limits, metrics: Metrics) -> None:
        self._kernel = kernel
        self._keys = keys
        self._limits = limits
        self._metrics = metrics
        self._log = AccessLog()
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="meterhouse-query")
        self.gate = Gate(limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take in one request, answer it, and note that."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        headers = headers_of(scope)
        path = path_of(scope)
        caller = Caller(None)
        entered = False
        try:
            self.gate.enter()
            entered = True
            caller = self._caller(path, headers)
            read_body = self._kernel.endpoints.body_reader(path)
            asked = await asked_of(
                scope, receive, headers, path, caller.livemode, self._limits, read_body
            )
            response = await self._kernel.answer_async(asked, self._in_thread)
        except Exception as error:
            response = self._kernel.refuse(Asked(scope["method"], path), error)
        finally:
            if entered:
                self.gate.leave()
        body = response.text.encode()
        await _send(scope, send, response, body)
        self._note(scope, headers, path, caller, response, len(body), started)

    def close(self) -> None:
        """Let the running queries end, and start no more."""
        self._threads.shutdown()

    def _caller(self, path: str, headers: dict[bytes, bytes]) -> Caller:
        if not self._keys:
            require_own_host(headers)
        caller = caller_of(path, headers, self._keys, self._kernel.sessions)
        self.gate.count(caller.key)
        return caller

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _note(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        path: str,
        caller: Caller,
        response: Response,
        sent_bytes: int,
        started: float,
    ) -> None:
        seconds = time.perf_counter() - started
        route = response.route or "(none)"
        method = scope["method"] if response.route else "(any)"
        self._metrics.note(method, route, response.status, seconds)
        self._log.note(
            method=scope["method"],
            path=path,
            route=route,
            status=response.status,
            seconds=seconds,
            sent_bytes=sent_bytes,
            request_id=response.headers["Request-Id"],
            key=caller.key,
            build=response.headers.get("Meterhouse-Build", ""),
            client=(scope.get("client") or ("",))[0],
            user_agent=text_of(headers, b"user-agent") or "",
        )


async def _send(scope: Scope, send: Send, response: Response, body: bytes) -> None:
    headers = [_CONTENT_TYPE, (b"content-length", b"%d" % len(body)), _CACHE_CONTROL]
    for name, value in response.headers.items():
        headers.append((_header_name(name), _header_text(value)))
    if response.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Meterhouse"'))
    answer: Answer | None = scope.get(ANSWER)
    if answer is not None and answer(response.status, headers, body):
        return
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _header_name(name: str) -> bytes:
    return name.lower().encode()


def _header_text(value: str) -> bytes:
    """Put a value into a header; what cannot stand in one is left out."""
    if not (value.isascii() and value.isprintable()):
        value = "".join(each for each in value if " " <= each <= "~")
    return value.encode()
