"""Land files in a process of its own, which a fail point or a signal may end at any instant."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from foundation import FAIL_POINT_VARIABLE, Home, project_dir
from ingest import batches
from tests.ingest.conftest import EVENT_SECONDS, Lake

_PROGRAM = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from ingest import land, open_home
home = open_home(sys.argv[1])
print("ready", flush=True)
for path in sys.argv[2:]:
    land(home, "meter_events", [path], landed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
"""

FAIL_POINTS = (
    "landing.before_read",
    "landing.before_write",
    "landing.while_writing",
    "landing.before_lock",
    "landing.before_rename_rejected",
    "landing.after_rename_rejected",
    "landing.before_rename",
    "landing.after_rename",
    "landing.before_return",
)


def start(home: Home, paths: list[Path], fail_point: str | None = None) -> subprocess.Popen[str]:
    """Start a process that lands the files one after the other."""
    environment = {**os.environ, "PYTHONPATH": str(project_dir())}
    if fail_point is not None:
        environment[FAIL_POINT_VARIABLE] = fail_point
    command = [sys.executable, "-c", _PROGRAM, str(home.root), *map(str, paths)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def land_and_die(home: Home, paths: list[Path], fail_point: str) -> int:
    """Land the files until the fail point; return how the process ended."""
    with start(home, paths, fail_point) as process:
        return process.wait()


def land_until_killed(home: Home, paths: list[Path], chance: random.Random, longest: float) -> int:
    """Land the files and kill the process at a random instant after it began to read."""
    with start(home, paths) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        return process.wait()


def made_files(lake: Lake, count: int, rows: int, tag: str = "") -> list[Path]:
    """Write files of events, one row in ten without a name and so rejected."""
    paths: list[Path] = []
    for number in range(count):
        content: list[dict[str, Any]] = [
            {
                "identifier": f"{tag}{number}-{row}",
                "event_name": "" if row % 10 == 0 else "calls",
                "timestamp": EVENT_SECONDS,
                "payload": {"value": str(row)},
            }
            for row in range(rows)
        ]
        path = lake.folder / f"{tag}{number}.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in content), "utf-8")
        paths.append(path)
    return paths


def assert_whole(lake: Lake, rows: int) -> int:
    """Every batch is whole, its account and its rejected rows too; return how many there are."""
    held = batches(lake.home.lake, "meter_events")
    for batch in held:
        assert (batch.read, batch.accepted) == (rows, rows - rows // 10)
        assert batch.rejected == {"missing_field": rows // 10}
    lake.account("meter_events")
    found = lake.table("meter_events").column("identifier").to_pylist()
    assert len(found) == len(set(found))
    return len(held)


def assert_all_land_once(lake: Lake, paths: list[Path], rows: int) -> None:
    """Landing everything again completes what is missing and doubles nothing."""
    report = lake.land("meter_events", *paths)
    before = sum(batch.already_landed for batch in report.batches)
    assert before + report.accepted // (rows - rows // 10) == len(paths)
    assert assert_whole(lake, rows) == len(paths)
    assert not list(lake.home.incoming.glob(f"{os.getpid()}.*.tmp"))
