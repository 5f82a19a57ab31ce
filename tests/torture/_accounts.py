"""What must be true of a home after its processes were killed, however and whenever."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow.parquet as pq

from foundation import Home, project_dir
from ingest import Journal, batches, compact, live_files, prepare_home, seal_journal

STREAM = "meter_events"


@cache
def _template() -> Path:
    home = Path(mkdtemp()) / "home"
    prepare_home(home)
    return home


def new_home(folder: Path) -> Home:
    """Return an empty home; making one is slower than copying one."""
    shutil.copytree(_template(), folder / "home")
    return Home.open(folder / "home")


def start_worker(
    home: Home, name: str, seed: int, steps: int, clocks: str = "one clock", **environment: str
) -> subprocess.Popen[bytes]:
    """Start a process that makes `steps` random calls.

    `clocks` is "one clock" for all processes of the home or "own clocks", which disagree.
    """
    words = ["-m", "tests.torture._calls", str(home.root), name, str(seed), str(steps), clocks]
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=project_dir(),
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def recover(home: Home) -> None:
    """Do what the next server and the next build do: open, seal, compact."""
    with Journal(home):
        pass
    seal_journal(home)
    compact(home, streams=[STREAM], remove_after=timedelta(0))


def check_accounts(home: Home) -> dict[str, int]:
    """Assert that each answered call is in the lake once, and no call in part or twice."""
    rows = _rows(home)
    held = Counter(row["identifier"] for row in rows)
    doubled = [identifier for identifier, times in held.items() if times > 1]
    assert not doubled, f"twice in the lake: {doubled[:3]}"
    answered = {each for call in _noted(home, "answered") for each in call["ids"]}
    assert answered <= held.keys(), f"lost: {sorted(answered - held.keys())[:3]}"
    asked = [call["ids"] for call in _noted(home, "asked")]
    assert held.keys() <= {each for ids in asked for each in ids}
    for ids in asked:
        present = sum(each in held for each in ids)
        assert present in {0, len(ids)}, f"a call landed in part: {ids}"
    receipts = sorted((row["received_sequence"], row["received_at"]) for row in rows)
    sequences = [sequence for sequence, _ in receipts]
    assert len(set(sequences)) == len(sequences)
    instants = [instant for _, instant in receipts]
    assert instants == sorted(instants)
    accounts = {batch.batch_id: batch.accepted for batch in batches(home.lake, STREAM)}
    assert accounts == Counter(row["batch_id"] for row in rows)
    assert not any(batch.rejected for batch in batches(home.lake, STREAM))
    return {"asked": len(asked), "answered": len(answered), "rows": len(rows)}


def check_keys(home: Home) -> None:
    """Assert that each key was answered by one call within 24 hours of its receipt.

    Only where the clocks agree: who is a day ahead forgets a day earlier. Two hours pass at once,
    so of the 24 at least 20 must lie between two calls.
    """
    received = {row["identifier"]: row["received_at"] for row in _rows(home)}
    by_key: dict[str, set[str]] = {}
    for call in _noted(home, "answered"):
        if "key" in call:
            by_key.setdefault(call["key"], set()).update(call["ids"])
    for key, ids in by_key.items():
        for first, second in pairwise(sorted(received[each] for each in ids)):
            assert second - first > timedelta(hours=20), f"{key} was used twice: {ids}"


def _rows(home: Home) -> list[dict[str, Any]]:
    columns = ["batch_id", "batch_row", "identifier", "received_at", "received_sequence"]
    files = live_files(home.lake, STREAM)
    return [row for path in files for row in pq.read_table(path, columns=columns).to_pylist()]


def _noted(home: Home, suffix: str) -> list[dict[str, Any]]:
    paths = home.root.parent.glob(f"*.{suffix}")
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]
