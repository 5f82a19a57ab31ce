"""What a tortured process does: calls, sealing and compaction at random, until it is killed.

Started as a program: `python -m tests.torture._calls HOME NAME SEED STEPS CLOCKS`. Before each call
it writes what it is about to ask to `HOME/../NAME.asked`, after the answer to `NAME.answered`; so
whoever killed it knows what was promised and what may or may not have happened.
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ingest import (
    Answer,
    CompactionRunningError,
    DuplicateMeterEventError,
    IdempotencyKeyInUseError,
    Journal,
    compact,
    request_fingerprint,
    seal_journal,
)

PATH: Final = "/v1/billing/meter_events"


class Notebook:
    """A file of lines, each there as a whole once `write` returned, whatever kills the process."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, value: object) -> None:
        os.write(self._handle, json.dumps(value).encode() + b"\n")


class Hours:
    """Hours that have passed, for every process that looks at the file."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)

    def count(self) -> int:
        return os.fstat(self._handle).st_size

    def pass_by(self, hours: int) -> None:
        os.write(self._handle, b"." * hours)


class Worker:
    """Makes calls whose outcome can be checked afterwards."""

    def __init__(self, home: Path, name: str, seed: int, time: str) -> None:
        self.home = home
        # Two hours pass with each sealing, so that days pass in a test: for all processes alike, or
        # for each one apart.
        self.hours = Hours(
            home.parent / ("hours" if time == "one clock" else f"{name}.{seed}.hours")
        )
        self.name = name
        self.random = random.Random(seed)
        self.asked = Notebook(home.parent / f"{name}.asked")
        self.answered = Notebook(home.parent / f"{name}.answered")
        self.number = 0
        # Which life of the worker this is, so that ids differ from those before it was killed.
        self.life = f"{seed:x}.{os.getpid():x}"

    def run(self, steps: int) -> None:
        with Journal(self.home, clock=self.clock) as journal:
            for _ in range(steps):
                self.step(journal)

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(hours=self.hours.count())

    def step(self, journal: Journal) -> None:
        choice = self.random.random()
        if choice < 0.55:
            self.single(journal)
        elif choice < 0.70:
            self.keyed(journal)
        elif choice < 0.80:
            self.stream(journal)
        elif choice < 0.85:
            journal.roll()
        elif choice < 0.94:
            self.hours.pass_by(2)
            seal_journal(self.home, clock=self.clock)
        else:
            try:
                compact(self.home, streams=["meter_events"], remove_after=timedelta(0))
            except CompactionRunningError:
                return

    def event(self) -> dict[str, object]:
        self.number += 1
        return {
            "event_name": "calls",
            "identifier": f"{self.name}.{self.life}.{self.number}",
            "payload": {"stripe_customer_id": "cus_1", "value": str(self.number)},
        }

    def single(self, journal: Journal) -> None:
        event = self.event()
        ids = [event["identifier"]]
        self.asked.write({"ids": ids})
        journal.append("meter_events", [event])
        self.answered.write({"ids": ids})
        try:
            journal.append("meter_events", [event])
        except DuplicateMeterEventError:
            return
        raise AssertionError(f"{ids} was accepted twice")

    def keyed(self, journal: Journal) -> None:
        # A few keys, so that they come again in other lives and other processes.
        key = f"key.{self.random.randrange(40)}"
        fingerprint = request_fingerprint("POST", PATH, {"key": key})
        event = self.event()
        answer = Answer(200, json.dumps({"identifier": event["identifier"]}))
        self.asked.write({"ids": [event["identifier"]], "key": key})
        try:
            with journal.idempotent(key, fingerprint) as call:
                if call.answer is None:
                    journal.append("meter_events", [event], call=call, answer=answer)
                else:
                    answer = call.answer
        except IdempotencyKeyInUseError:
            return
        self.answered.write({"ids": [json.loads(answer.body)["identifier"]], "key": key})

    def stream(self, journal: Journal) -> None:
        events = [self.event() for _ in range(self.random.randrange(1, 30))]
        ids = [event["identifier"] for event in events]
        self.asked.write({"ids": ids})
        journal.append("meter_events", events, refuse_duplicates=False)
        self.answered.write({"ids": ids})


if __name__ == "__main__":
    home_path, worker_name, worker_seed, worker_steps, clocks = sys.argv[1:]
    worker = Worker(Path(home_path), worker_name, int(worker_seed), clocks)
    print("started", flush=True)
    worker.run(int(worker_steps))
