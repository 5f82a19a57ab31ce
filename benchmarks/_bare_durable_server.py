"""The least a durable server can do: append each body to a file, sync it, answer.

Started by `benchmarks/http_writes.py`: `python -m benchmarks._bare_durable_server FILE`. All bodies
that wait are synced in one go, as a journal would do it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Log:
    """A file that bodies are appended to, in groups."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()

    async def append(self, body: bytes) -> None:
        """Return once the body is on the disk."""
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, durable))
        self._arrived.set()
        await durable

    async def write(self) -> None:
        """Write whatever waits, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            group, self._waiting = self._waiting, []
            await loop.run_in_executor(None, self._sync, b"".join(body for body, _ in group))
            for _, durable in group:
                durable.set_result(None)

    def _sync(self, bodies: bytes) -> None:
        os.write(self._handle, bodies)
        os.fdatasync(self._handle)


def main(path: str) -> None:
    """Serve on a free port of the loopback."""
    log = Log(path)

    async def take(request: Request) -> Response:
        await log.append(await request.body())
        return Response(b"{}", media_type="application/json")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        writer = asyncio.create_task(log.write())
        yield
        writer.cancel()

    app = Starlette(
        routes=[Route("/{path:path}", take, methods=["POST"])],
        lifespan=lifespan,
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"Serving at http://127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
    config = uvicorn.Config(app, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
