"""How many calls a second the journal makes durable, and what sealing them costs.

    python -m benchmarks.journal [--seconds 3] [--folder DIR]

Clients are asyncio tasks that build one call, wait until it is durable, and build the next: the
journal's share of a server's work, without HTTP. Beside each rate stands what the disk alone does:
the same bytes appended and synced by a bare loop, one write a call.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest import Answer, Journal, prepare_home, seal_journal
from ingest._journal_recall import Recall


def event(number: int) -> dict[str, Any]:
    return {
        "event_name": "api_requests",
        "identifier": f"evt_{number:024x}",
        "timestamp": int(time.time()),
        "payload": {"stripe_customer_id": f"cus_{number % 20_000:014}", "value": "12"},
    }


class Run:
    """Clients that call for a while, and how long each call took."""

    def __init__(self, journal: Journal, clients: int, batch: int, keyed: bool) -> None:
        self.journal = journal
        self.clients = clients
        self.batch = batch
        self.keyed = keyed
        self.number = time.time_ns()
        self.took: list[float] = []

    async def client(self, until: float) -> None:
        while time.perf_counter() < until:
            rows = [event(self.number + place) for place in range(self.batch)]
            self.number += self.batch
            start = time.perf_counter()
            if self.keyed:
                key = f"key_{self.number}"
                with self.journal.idempotent(key, "0" * 64) as call:
                    answer = Answer(200, '{"object": "billing.meter_event"}')
                    await self.journal.append_async("meter_events", rows, call=call, answer=answer)
            else:
                single = self.batch == 1
                await self.journal.append_async("meter_events", rows, refuse_duplicates=single)
            self.took.append(time.perf_counter() - start)

    async def run(self, seconds: float) -> float:
        start = time.perf_counter()
        tasks = [self.client(start + seconds) for _ in range(self.clients)]
        await asyncio.gather(*tasks)
        return len(self.took) * self.batch / (time.perf_counter() - start)


def bare(folder: Path, size: int, seconds: float) -> float:
    """Append and sync `size` bytes at a time; return how often a second."""
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_DSYNC)
    data = b"x" * size
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        os.write(handle, data)
        done += 1
    rate = done / (time.perf_counter() - start)
    os.close(handle)
    return rate


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder or Path.cwd()))
    try:
        measure(folder, options.seconds)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, seconds: float) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"bare write and sync of 300 bytes: {bare(folder, 300, 1):,.0f} a second")
    home = prepare_home(folder / "home")
    print(f"{'clients':>8}{'batch':>7}{'key':>5}{'events/s':>11}{'p50 ms':>9}{'p99 ms':>9}")
    with Journal(home) as journal:
        for clients, batch, keyed in (
            (1, 1, False),
            (16, 1, False),
            (16, 1, True),
            (64, 1, False),
            (4, 100, False),
            (16, 100, False),
        ):
            run = Run(journal, clients, batch, keyed)
            rate = asyncio.run(run.run(seconds))
            ordered = sorted(run.took)
            p50, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
            mark = "yes" if keyed else "no"
            print(
                f"{clients:>8}{batch:>7}{mark:>5}{rate:>11,.0f}{p50 * 1e3:>9.2f}{p99 * 1e3:>9.2f}"
            )
    size = sum(path.stat().st_size for path in home.journal.rglob("*") if path.is_file())
    sealed: list[Any] = []
    took = timed(lambda: sealed.extend(seal_journal(home)))
    rows = sum(batch.accepted for batch in sealed)
    print(
        f"sealed {rows:,} events, {size / 2**20:,.0f} MiB of journal: {rows / took:,.0f} events/s"
    )
    opened: list[Journal] = []
    took = timed(lambda: opened.append(Journal(home)))
    recall: Recall = opened[0]._log.recall
    count = 20_000
    lookups = timed(
        lambda: [recall.has_identifier(f"evt_none_{number}", 0) for number in range(count)]
    )
    print(
        f"opened in {took * 1e3:,.0f} ms; one look-up over {len(recall._runs)} runs of "
        f"{sum(run.count for run in recall._runs):,} identifiers: {lookups / count * 1e6:.1f} us"
    )
    opened[0].close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
