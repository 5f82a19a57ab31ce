"""The same input lands once, whoever lands it, however often; different inputs all land."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import random
from pathlib import Path
from typing import Any

import pytest

from foundation import Home
from ingest import batches, compact, land, live_files
from tests.ingest.conftest import RECEIVED


def land_files(root: Path, paths: list[Path]) -> list[bool]:
    """Land files in this process; return which of them were in the lake before."""
    landed: list[bool] = []
    for path in paths:
        report = land(Home.open(root), "meter_events", [path], landed_at=RECEIVED)
        landed.append(report.batches[0].already_landed)
    return landed


def in_processes(work: list[tuple[Path, list[Path]]]) -> list[list[bool]]:
    with multiprocessing.get_context("spawn").Pool(len(work)) as pool:
        return pool.starmap(land_files, work)


def test_the_same_file_twice_lands_once(lake, event):
    path = lake.write("e.ndjson", [event(), event(identifier="e2")])
    assert lake.land("meter_events", path).accepted == 2
    report = lake.land("meter_events", path)
    assert (report.read, report.accepted) == (0, 0)
    assert report.batches[0].already_landed
    assert "nothing was changed" in report.batches[0].notes[0]
    assert lake.account("meter_events") == (2, 2, 0)


def test_the_same_file_twice_in_one_call_lands_once(lake, event):
    path = lake.write("e.ndjson", [event()])
    copy = lake.write("copy.ndjson", [event()])
    report = lake.land("meter_events", path, copy)
    assert [batch.already_landed for batch in report.batches] == [False, True]
    assert lake.account("meter_events") == (1, 1, 0)


def test_the_same_bytes_compressed_otherwise_land_once(lake, event):
    content = json.dumps(event()).encode()
    lake.land("meter_events", lake.write("e.ndjson", content))
    lake.land("meter_events", lake.write("e.gz", gzip.compress(content, 1)))
    lake.land("meter_events", lake.write("f.gz", gzip.compress(content, 9, mtime=1)))
    assert lake.account("meter_events") == (1, 1, 0)


def test_backfill_makes_no_second_batch_of_a_file(lake, event):
    path = lake.write("e.ndjson", [event(), event(timestamp=1600000000)])
    lake.land("meter_events", path)
    report = lake.land("meter_events", path, backfill=True)
    assert report.batches[0].already_landed
    assert "--rejected" in report.batches[0].notes[1]


def test_a_file_that_was_compacted_is_still_known(lake, event):
    paths = [lake.write(f"{n}.ndjson", [event(identifier=f"e{n}")]) for n in range(3)]
    lake.land("meter_events", *paths)
    compact(lake.home)
    assert any(
        path.name.startswith("merge-") for path in live_files(lake.home.lake, "meter_events")
    )
    assert all(batch.already_landed for batch in lake.land("meter_events", *paths).batches)
    assert len(lake.rows("meter_events")) == 3


def test_two_processes_at_once_land_a_file_once(lake, event):
    path = lake.write("e.ndjson", [event(identifier=f"e{n}") for n in range(2000)])
    landed = in_processes([(lake.home.root, [path])] * 2)
    assert sorted(known for each in landed for known in each) == [False, True]
    assert lake.account("meter_events") == (2000, 2000, 0)


def test_eight_processes_with_overlapping_files_land_each_file_once(lake, event):
    files = [
        lake.write(f"{n}.ndjson", [event(identifier=f"{n}-{m}") for m in range(300)])
        for n in range(12)
    ]
    shuffled = random.Random(7)
    work: list[tuple[Path, list[Path]]] = []
    for _ in range(8):
        some = shuffled.sample(files, 8)
        work.append((lake.home.root, some))
    wanted = {path for _, some in work for path in some}
    landed = in_processes(work)
    assert sum(not known for each in landed for known in each) == len(wanted)
    assert lake.account("meter_events") == (300 * len(wanted),) * 2 + (0,)
    identifiers = [row["identifier"] for row in lake.rows("meter_events")]
    assert len(set(identifiers)) == len(identifiers) == 300 * len(wanted)


@pytest.mark.parametrize("objects", [1, 3])
def test_each_observation_of_objects_is_a_batch(lake, objects):
    rows: list[dict[str, Any]] = [{"id": f"cus_{n}"} for n in range(objects)]
    lake.land("customers", rows)
    lake.land("customers", rows, landed_at=RECEIVED.replace(hour=13))
    assert len(batches(lake.home.lake, "customers")) == 2
    assert lake.account("customers") == (2 * objects, 2 * objects, 0)
