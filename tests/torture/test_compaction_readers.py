"""A build frozen at any instant sees each row exactly once, whatever compaction does meanwhile."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation import STREAMS, Home
from ingest import BatchMetadata, compact, write_batch
from meterhouse._build_inputs import freeze_inputs
from tests.torture._accounts import new_home

STREAM = "usage_records"
ROWS = 3
INSTANT = datetime(2026, 3, 1)


def land_batch(home: Home, number: int) -> None:
    values: list[dict[str, Any]] = [
        {
            "batch_id": f"batch-{number}",
            "batch_row": row,
            "livemode": False,
            "received_at": INSTANT,
            "received_sequence": row,
            "id": f"mbur_{number}_{row}",
            "subscription_item": "si_1",
            "action": "increment",
            "quantity": Decimal(row),
            "event_at": INSTANT,
        }
        for row in range(1, ROWS + 1)
    ]
    rows = pa.Table.from_pylist(values, schema=STREAMS[STREAM].schema)
    metadata = BatchMetadata(
        batch_id=f"batch-{number}",
        stream=STREAM,
        read=ROWS,
        accepted=ROWS,
        source_name="test",
        source_hash="",
        landed_at=f"{number:06}",
        tool_version="0",
    )
    write_batch(home, STREAMS[STREAM], rows, metadata)


def look_while_merging(folder: Path, batches: int) -> int:
    """Land and compact in two threads; freeze inputs all the while, and check each freezing."""
    home = new_home(folder)
    landed = 0
    failures: list[BaseException] = []
    done = threading.Event()

    def land() -> None:
        nonlocal landed
        try:
            for number in range(batches):
                land_batch(home, number)
                landed = number + 1
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    def merge() -> None:
        try:
            while not done.is_set():
                # Dead files are removed at once: harder on readers than `compact` ever is.
                compact(home, streams=[STREAM], remove_after=timedelta(0))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=land), threading.Thread(target=merge)]
    for thread in threads:
        thread.start()
    looks = 0
    while not done.is_set():
        before = landed
        build = folder / "build"
        freeze_inputs(home, build)
        held = Counter(
            (row["batch_id"], row["batch_row"])
            for path in (build / "inputs" / STREAM).iterdir()
            for row in pq.read_table(path, columns=["batch_id", "batch_row"]).to_pylist()
        )
        assert set(held.values()) <= {1}
        seen = Counter(batch for batch, _ in held)
        assert set(seen.values()) <= {ROWS}
        assert {f"batch-{number}" for number in range(before)} <= seen.keys()
        shutil.rmtree(build)
        looks += 1
    for thread in threads:
        thread.join()
    assert not failures
    return looks


def test_a_build_beside_compaction_sees_each_row_once(tmp_path: Path) -> None:
    assert look_while_merging(tmp_path, batches=40) > 0


@pytest.mark.torture
def test_many_builds_beside_compaction_see_each_row_once(tmp_path: Path) -> None:
    print(f"{look_while_merging(tmp_path, batches=2000)} freezings")
