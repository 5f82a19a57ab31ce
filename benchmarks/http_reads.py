"""How many reads a second `meterhouse serve` answers, alone and while a build runs and publishes.

    python -m benchmarks.http_reads [--connections 32] [--seconds 20] [--builds 2] [--home DIR]

Without --home the sample is landed and built in a temporary folder. The client is asyncio over bare
sockets: 32 connections, each asks its next question when it has its answer. Every answer is held to
be whole (status 200, as many bytes as it says, JSON) and to be one build's own: between builds a
usage record is posted, so that builds differ, and every answer of one build to one question must be
the same to the byte.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

KEY = "sk_test_benchmark0000000000000000"
METER, CUSTOMER = "mtr_sample_GpuSeconds001", "cus_AuroraLabs0001"
ITEM = "si_BorealisMessages"
AS_OF = "2026-04-15T00:00:00Z"


def questions() -> dict[str, str]:
    """The reads that are measured, by name."""
    week = {"customer": CUSTOMER, "start_time": 1769904000, "end_time": 1770508800}
    hourly = urlencode({**week, "value_grouping_window": "hour", "limit": 100})
    return {
        "event summaries, a week by hour": f"/v1/billing/meters/{METER}/event_summaries?{hourly}",
        "usage record summaries": f"/v1/subscription_items/{ITEM}/usage_record_summaries",
        "a customer": f"/v1/customers/{CUSTOMER}",
        "a list of prices": "/v1/prices?limit=10",
        "a draft invoice": "/v1/invoices/in_EmberManualDraft",
        "lines of a draft": "/v1/invoices/in_EmberManualDraft/lines",
    }


@dataclass
class Measured:
    """What the clients saw."""

    took: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    builds: set[str] = field(default_factory=set)
    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, path: str, status: int, build: str, body: bytes, took: float) -> None:
        self.took.append(took)
        self.builds.add(build)
        if status != 200:
            self.wrong[f"status {status}"] += 1
        elif self.bodies.setdefault((build, path), body) != body:
            self.wrong["two answers of one build"] += 1

    def percentile(self, share: int) -> float:
        return statistics.quantiles(self.took, n=100)[share - 1] * 1000


async def client(url: str, paths: list[str], stop: asyncio.Event, measured: Measured) -> None:
    """Ask one question after the other over one connection."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    headers = f"Host: {parts.netloc}\r\nAuthorization: Bearer {KEY}\r\n"
    number = 0
    while not stop.is_set():
        path = paths[number % len(paths)]
        number += 1
        started = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        assert length is not None
        body = await reader.readexactly(int(length[1]))
        took = time.perf_counter() - started
        build = re.search(r"meterhouse-build: (\S+)", head)
        json.loads(body)
        measured.note(path, int(head.split(" ", 2)[1]), build[1] if build else "", body, took)
    writer.close()
    await writer.wait_closed()


async def measure(url: str, paths: list[str], connections: int, until: asyncio.Task) -> Measured:
    """Run the clients until a task ends."""
    measured, stop = Measured(), asyncio.Event()
    started = time.perf_counter()
    clients = [
        asyncio.create_task(client(url, paths[at % len(paths) :] + paths, stop, measured))
        for at in range(connections)
    ]
    await until
    stop.set()
    await asyncio.gather(*clients)
    measured.seconds = time.perf_counter() - started
    return measured


async def builds(home: Path, url: str, count: int) -> None:
    """Post a usage record and build, as often as asked; each build publishes."""
    for number in range(count):
        posted = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "meterhouse", "--home", str(home), "post"),
            f"/v1/subscription_items/{ITEM}/usage_records",
            *("-d", f"quantity={number + 1}", "-d", "timestamp=1776124800", "--as-of", AS_OF),
            stdout=subprocess.DEVNULL,
        )
        assert await posted.wait() == 0
        built = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "meterhouse", "--home", str(home), "build", "--as-of", AS_OF),
            stdout=subprocess.DEVNULL,
        )
        assert await built.wait() == 0
    # The last publish is to be read as well.
    await asyncio.sleep(2)


@contextmanager
def serving(home: Path) -> Generator[tuple[str, int]]:
    """Serve the home; give the address and the process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "meterhouse", "--home", str(home), "serve", "--port", "0"],
        env={**os.environ, "METERHOUSE_API_KEYS": KEY},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    line = server.stderr.readline()
    found = re.search(r"at (http://\S+)", line)
    assert found is not None, line + server.stderr.read()
    drained = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
    try:
        yield found[1], server.pid
    finally:
        server.terminate()
        server.wait()
        drained.wait()


def processor_seconds(process: int) -> float:
    """What a process has used so far, user and system."""
    held = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(held[11]) + int(held[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, measured: Measured, used: float) -> None:
    answers = len(measured.took)
    print(
        f"| {name} | {answers / measured.seconds:,.0f}/s | {measured.percentile(50):.1f} ms "
        f"| {measured.percentile(99):.1f} ms | {used / answers * 1000:.2f} ms "
        f"| {sum(measured.wrong.values())} of {answers:,} | {len(measured.builds)} |"
    )
    for what, count in measured.wrong.items():
        print(f"wrong: {what}, {count} times")


async def run(home: Path, connections: int, seconds: float, build_count: int) -> int:
    asked = questions()
    wrong = 0
    print("| reads | rate | p50 | p99 | processor time each | wrong | builds seen |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with serving(home) as (url, process):

        async def one(name: str, paths: list[str], until: asyncio.Task) -> int:
            before = processor_seconds(process)
            measured = await measure(url, paths, connections, until)
            show(name, measured, processor_seconds(process) - before)
            return sum(measured.wrong.values())

        def pause(length: float) -> asyncio.Task:
            return asyncio.create_task(asyncio.sleep(length))

        every = list(asked.values())
        await measure(url, every, connections, pause(2))
        for name, path in asked.items():
            wrong += await one(name, [path], pause(seconds / len(asked)))
        wrong += await one("all of them, idle", every, pause(seconds))
        if build_count:
            until = asyncio.create_task(builds(home, url, build_count))
            wrong += await one("all of them, beside builds", every, until)
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--builds", type=int, default=2)
    parser.add_argument("--home", type=Path, help="A home with the sample, which is written to.")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="meterhouse-http-"))
    try:
        home = arguments.home
        if home is None:
            home = folder / "home"
            subprocess.run(
                [sys.executable, "-m", "meterhouse", "--home", str(home), "demo"],
                stdout=subprocess.DEVNULL,
                check=True,
            )
        return asyncio.run(run(home, arguments.connections, arguments.seconds, arguments.builds))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
