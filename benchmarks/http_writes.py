"""Durable single calls over HTTP, against a bare application that appends and syncs.

    python -m benchmarks.http_writes [--seconds 5] [--connections 32] [--folder DIR]

Three servers take turns, each `uvicorn` in a process of its own, posted to by a client of raw
sockets in this one: ours with one meter event a request, ours with streams of 100, and the least a
durable server can do: a starlette endpoint that appends the body to a file and answers once
`fdatasync` returned, all bodies that wait in one go. Events a second depend on how busy the machine
is; the servers' processor time a request does so less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import duckdb
import uvloop

from ingest import prepare_home

_KEY = "sk_test_0123456789abcdefghij"
_BATCH = 100
_NUMBER = "n" * 24
_BARE = "benchmarks._bare_durable_server"


@dataclass(slots=True)
class Run:
    """What the clients of one run saw."""

    requests: int = 0
    failed: int = 0
    took: list[float] = field(default_factory=list[float])


def single(token: str) -> Iterator[bytes]:
    """Meter events one a request, as Stripe's SDKs send them."""
    form = {
        "event_name": "api_requests",
        "identifier": f"evt_{_NUMBER}",
        "payload[stripe_customer_id]": f"cus_{7:014}",
        "payload[value]": "12",
    }
    body = urlencode(form).encode()
    kind = "application/x-www-form-urlencoded"
    return numbered(request("/v1/billing/meter_events", kind, body, token))


def stream(token: str) -> Iterator[bytes]:
    """A hundred meter events in one request of the second API."""
    events = [
        {
            "event_name": "api_requests",
            "identifier": f"evt_{_NUMBER}_{place:06}",
            "payload": {"stripe_customer_id": f"cus_{place:014}", "value": "12"},
        }
        for place in range(_BATCH)
    ]
    body = json.dumps({"events": events}).encode()
    return numbered(request("/v2/billing/meter_event_stream", "application/json", body, token))


def request(path: str, kind: str, body: bytes, token: str) -> bytes:
    """An HTTP request as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def numbered(pattern: bytes) -> Iterator[bytes]:
    """Requests without end, made once but for identifiers of their own."""
    mark, number = _NUMBER.encode(), time.time_ns()
    while True:
        yield pattern.replace(mark, b"%024x" % number)
        number += 1


class Client(asyncio.Protocol):
    """One connection that sends a request, waits for its answer, and sends the next."""

    def __init__(self, requests: Iterator[bytes], run: Run, until: float) -> None:
        self._requests = requests
        self._run = run
        self._until = until
        self._held = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take the answer in; when it is whole, go on."""
        if self._held:
            data = self._held + data
        start = data.find(b"\r\n\r\n")
        length = data.find(b"\ncontent-length: ", 0, start)
        if start < 0 or len(data) < start + 4 + int(data[length + 17 : data.find(b"\r", length)]):
            self._held = data
            return
        now = time.perf_counter()
        self._run.took.append(now - self._sent)
        self._run.requests += 1
        self._run.failed += not data.startswith(b"HTTP/1.1 200")
        self._held = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))


async def post(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Run:
    """Post from that many connections for that long."""
    run = Run()
    until = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    clients: list[Client] = []
    for _ in range(connections):
        _, client = await loop.create_connection(
            lambda: Client(requests, run, until), "127.0.0.1", port
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return run


@contextmanager
def serving(words: list[str]) -> Iterator[tuple[int, int]]:
    """Run a server in a process of its own; give its port and process."""
    environment = {**os.environ, "METERHOUSE_API_KEYS": _KEY}
    server = subprocess.Popen(
        [sys.executable, "-m", *words], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", said)):
            line = server.stderr.readline()
            if not line:
                raise SystemExit(f"The server did not start: {said}")
            said += line
        # What it logs is read by nobody, so it goes where nobody waits.
        drain = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
        yield int(found[1]), server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        drain.wait()


def processor_seconds(process: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def published_home(folder: Path) -> Path:
    """A home with a published build: meter events are taken without looking into it."""
    home = prepare_home(folder / "home")
    build = home.root / "builds" / "20260301T000000Z-000000"
    build.mkdir(parents=True)
    duckdb.connect(str(build / "warehouse.duckdb")).close()
    (build / "manifest.json").write_text('{"as_of": "2026-03-01T00:00:00Z"}')
    (home.root / "current").symlink_to(build.relative_to(home.root))
    return home.root


async def token_of(port: int) -> str:
    """A session's token, which is what the stream takes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ask = request("/v2/billing/meter_event_session", "application/json", b"{}", _KEY)
    writer.write(ask.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])["authentication_token"]


def measure(folder: Path, connections: int, seconds: float) -> None:
    """Run each server in turn and print what it did."""
    home = published_home(folder)
    ours = ["meterhouse", "--home", str(home), "serve", "--port", "0"]
    cases = (
        ("bare, append and sync", [_BARE, str(folder / "bare")], single, 1),
        ("meterhouse, one event", ours, single, 1),
        ("meterhouse, stream of 100", ours, stream, _BATCH),
    )
    print(
        f"{'':28}{'requests/s':>11}{'events/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'CPU us/request':>16}"
        f"{'client':>8}"
    )
    rates: dict[str, float] = {}
    for name, words, make, events in cases:
        with serving(words) as (port, process):
            requests = make(uvloop.run(token_of(port)) if make is stream else _KEY)
            uvloop.run(post(port, requests, connections, 1))
            before, own, started = (
                processor_seconds(process),
                time.process_time(),
                time.perf_counter(),
            )
            run = uvloop.run(post(port, requests, connections, seconds))
            took = time.perf_counter() - started
            used = (processor_seconds(process) - before) / run.requests * 1e6
            own = (time.process_time() - own) / run.requests * 1e6
        ordered = sorted(run.took)
        p50, p99 = (ordered[int(len(ordered) * part)] * 1e3 for part in (0.5, 0.99))
        rate = rates[name] = run.requests / took
        print(
            f"{name:28}{rate:>11,.0f}{rate * events:>10,.0f}{p50:>8.1f}{p99:>8.1f}{used:>16,.0f}"
            f"{own:>8,.0f}" + (f"   {run.failed} failed" if run.failed else "")
        )
    bare, one, _ = rates.values()
    print(f"one event a request, to the bare server: {one / bare:.2f}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {given.connections} connections")
    with tempfile.TemporaryDirectory(dir=given.folder or Path.cwd()) as name:
        measure(Path(name), given.connections, given.seconds)


if __name__ == "__main__":
    main()
