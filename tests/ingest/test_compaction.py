"""Compaction: few large files instead of many small ones, and every row exactly once throughout."""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation import STREAMS, Home
from foundation.errors import RunError
from ingest import (
    BatchMetadata,
    CompactionRunningError,
    batches,
    compact,
    has_batch,
    live_files,
    prepare_home,
    read_footer,
    write_batch,
)

START = datetime(2026, 3, 1)
AT_ONCE = timedelta(0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def land_events(home: Home, batch_id: str, rows: int = 3, customer: str = "cus_1") -> Path | None:
    values: list[dict[str, Any]] = [
        {
            "batch_id": batch_id,
            "batch_row": number,
            "livemode": False,
            "received_at": START,
            "received_sequence": number,
            "identifier": f"{batch_id}.{number}",
            "event_name": "calls" if number % 2 else "bytes",
            "event_at": START + timedelta(seconds=rows - number),
            "stripe_customer_id": customer,
            "value": Decimal("12345678901234567890123456.000000000001"),
            "payload": [("model", "m"), ("é", "")],
        }
        for number in range(1, rows + 1)
    ]
    return write(home, "meter_events", batch_id, values)


def land_customers(home: Home, batch_id: str, rows: int = 3) -> Path | None:
    values: list[dict[str, Any]] = [
        {
            "batch_id": batch_id,
            "batch_row": number,
            "id": f"cus_{number}",
            "livemode": False,
            "is_deleted": False,
            "observed_at": START,
            "effective_at": START,
            "effective_at_is_assumed": True,
            "content_hash": "0",
            "object_json": "{}",
        }
        for number in range(1, rows + 1)
    ]
    return write(home, "customers", batch_id, values)


def write(home: Home, stream: str, batch_id: str, values: Sequence[dict[str, Any]]) -> Path | None:
    metadata = BatchMetadata(
        batch_id=batch_id,
        stream=stream,
        read=len(values),
        accepted=len(values),
        source_name=f"{batch_id}.ndjson",
        source_hash=batch_id,
        landed_at=datetime.now(UTC).isoformat(),
        tool_version="0",
    )
    rows = pa.Table.from_pylist(list(values), schema=STREAMS[stream].schema)
    return write_batch(home, STREAMS[stream], rows, metadata)


def held(home: Home, stream: str = "meter_events") -> list[dict[str, Any]]:
    """Return every row of the lake, ordered by batch and row."""
    rows = [
        row for path in live_files(home.lake, stream) for row in pq.read_table(path).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["batch_id"], row["batch_row"]))


def rewrite(path: Path, rows: pa.Table) -> None:
    """Put other rows into a file of the lake, under the account it has."""
    pq.write_table(rows.replace_schema_metadata(read_footer(path)), path)


def merged_files(home: Home, stream: str = "meter_events") -> list[Path]:
    return [p for p in live_files(home.lake, stream) if p.name.startswith("merge-")]


def test_small_files_become_one_with_the_same_rows(home: Home) -> None:
    for number in range(5):
        land_events(home, f"batch-{number}")
    before, accounts = held(home), batches(home.lake, "meter_events")
    (made,) = compact(home)
    assert held(home) == before
    assert batches(home.lake, "meter_events") == accounts
    assert [path.name for path in live_files(home.lake, "meter_events")] == [
        "_empty.parquet",
        made.file,
    ]
    assert (made.stream, len(made.files), made.batches, made.rows) == ("meter_events", 5, 5, 15)
    assert made.size_after == merged_files(home)[0].stat().st_size
    assert pq.read_schema(merged_files(home)[0]).equals(STREAMS["meter_events"].schema)


def test_meter_events_are_sorted_by_event_name_customer_and_time(home: Home) -> None:
    for number in range(4):
        land_events(home, f"batch-{number}", rows=10, customer=f"cus_{number % 2}")
    compact(home)
    rows = pq.read_table(merged_files(home)[0]).to_pylist()
    keys = [(row["event_name"], row["stripe_customer_id"], row["event_at"]) for row in rows]
    assert keys == sorted(keys)


def test_other_streams_keep_the_order_of_landing(home: Home) -> None:
    for name in ("z", "a", "m"):
        land_customers(home, name)
    compact(home)
    rows = pq.read_table(merged_files(home, "customers")[0]).to_pylist()
    assert [(row["batch_id"], row["batch_row"]) for row in rows] == [
        (name, number) for name in ("z", "a", "m") for number in (1, 2, 3)
    ]


def test_a_single_file_and_an_empty_lake_are_left_alone(home: Home) -> None:
    assert compact(home) == []
    land_events(home, "batch-1")
    assert compact(home) == []


def test_a_dry_run_tells_and_changes_nothing(home: Home) -> None:
    for number in range(3):
        land_events(home, f"batch-{number}")
    before = sorted(home.lake.rglob("*.parquet"))
    (planned,) = compact(home, dry_run=True)
    assert sorted(home.lake.rglob("*.parquet")) == before
    assert planned.size_after is None
    (made,) = compact(home)
    assert (made.file, made.files, made.rows) == (planned.file, planned.files, planned.rows)


def test_only_the_streams_named_are_merged(home: Home) -> None:
    for number in range(2):
        land_events(home, f"batch-{number}")
        land_customers(home, f"batch-{number}")
    assert [made.stream for made in compact(home, streams=["customers"])] == ["customers"]


def test_a_batch_landed_again_after_its_merge_changes_nothing(home: Home) -> None:
    for number in range(3):
        land_events(home, f"batch-{number}")
    before = held(home)
    compact(home)
    compact(home, remove_after=AT_ONCE)
    assert has_batch(home, "meter_events", "batch-1")
    assert land_events(home, "batch-1") is None
    assert held(home) == before


def test_dead_files_stay_for_readers_and_go_later(home: Home) -> None:
    first = land_events(home, "batch-1")
    land_events(home, "batch-2")
    assert first is not None
    compact(home)
    compact(home)
    assert first.exists()
    (merged,) = merged_files(home)
    os.utime(merged, (0, 0))
    compact(home)
    assert not first.exists()
    assert merged_files(home) == [merged]


def test_a_hard_link_keeps_a_dead_file_for_a_build(home: Home, tmp_path: Path) -> None:
    first = land_events(home, "batch-1")
    land_events(home, "batch-2")
    assert first is not None
    os.link(first, tmp_path / "frozen.parquet")
    compact(home)
    compact(home, remove_after=AT_ONCE)
    assert not first.exists()
    assert pq.read_table(tmp_path / "frozen.parquet").num_rows == 3


def test_merges_of_merges_never_bring_a_dead_file_back(home: Home) -> None:
    expected = 0
    for round_ in range(4):
        for number in range(4):
            land_events(home, f"batch-{round_}-{number}", rows=4**round_)
            expected += 4**round_
        compact(home, remove_after=timedelta(days=1))
        assert len(held(home)) == expected
    # The merges in between go first: what they had replaced must stay dead all the same.
    live = set(live_files(home.lake, "meter_events"))
    between = set((home.lake / "meter_events").glob("merge-*")) - live
    assert between
    for path in between:
        path.unlink()
        assert len(held(home)) == expected
    compact(home, remove_after=AT_ONCE)
    assert len(held(home)) == expected


def test_a_row_is_rewritten_a_few_times_only(home: Home) -> None:
    rewritten = 0
    for number in range(64):
        land_events(home, f"batch-{number:02}", rows=20)
        rewritten += sum(made.rows for made in compact(home, streams=["meter_events"]))
    assert len(held(home)) == 64 * 20
    assert len(live_files(home.lake, "meter_events")) <= 10
    # Merging all each time would rewrite 64 * 65 / 2 * 20 = 41,600 rows.
    assert rewritten <= 64 * 20 * 10


def test_files_are_merged_up_to_the_size_asked_and_large_ones_are_left(home: Home) -> None:
    sizes = []
    for number in range(8):
        path = land_events(home, f"batch-{number}")
        assert path is not None
        sizes.append(path.stat().st_size)
    made = compact(home, merge_size=3 * max(sizes))
    assert [len(merge.files) for merge in made] == [3, 3, 2]
    assert compact(home, merge_size=max(sizes)) == []


def test_rows_of_an_older_schema_gain_the_new_columns(home: Home) -> None:
    older = land_events(home, "batch-1")
    land_events(home, "batch-2")
    assert older is not None
    rewrite(older, pq.read_table(older).drop_columns(["value", "livemode"]))
    compact(home)
    rows = held(home)
    assert [row["livemode"] for row in rows] == [None] * 3 + [False] * 3
    assert [row["value"] is None for row in rows] == [True] * 3 + [False] * 3


def test_a_column_of_a_newer_version_is_never_dropped(home: Home) -> None:
    newer = land_events(home, "batch-1")
    land_events(home, "batch-2")
    assert newer is not None
    rewrite(newer, pq.read_table(newer).append_column("later", pa.array(["x"] * 3)))
    with pytest.raises(RunError, match="later"):
        compact(home)
    assert len(held(home)) == 6


def test_rows_that_contradict_their_account_are_not_merged(home: Home) -> None:
    wrong = land_events(home, "batch-1")
    land_events(home, "batch-2")
    assert wrong is not None
    rewrite(wrong, pq.read_table(wrong).slice(1))
    with pytest.raises(RunError, match="batch-1 tells of 3 rows, 2 were found"):
        compact(home)
    assert merged_files(home) == []
    assert not list(home.incoming.glob("*.tmp"))


def test_a_full_disk_leaves_the_lake_as_it_was(home: Home) -> None:
    for number in range(3):
        land_events(home, f"batch-{number}")
    before = sorted(home.lake.rglob("*.parquet"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
    try:
        with pytest.raises(RunError, match="is full; meter_events was not merged"):
            compact(home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(home.lake.rglob("*.parquet")) == before
    assert not list(home.incoming.glob("*.tmp"))
    assert len(compact(home)) == 1


def test_two_compactions_at_once_are_locked_out(home: Home) -> None:
    for number in range(2):
        land_events(home, f"batch-{number}")

    def second(_: object) -> None:
        with pytest.raises(CompactionRunningError, match="Another process is compacting"):
            compact(home)

    compact(home, on_plan=second)
    assert len(held(home)) == 6


def test_a_batch_that_lands_while_files_are_merged_is_kept(home: Home) -> None:
    for number in range(2):
        land_events(home, f"batch-{number}")
    compact(home, on_plan=lambda _: land_events(home, "meanwhile") and None)
    assert len(held(home)) == 9
    assert has_batch(home, "meter_events", "meanwhile")
