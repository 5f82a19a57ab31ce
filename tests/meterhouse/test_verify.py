"""Verification: silent on what is right, exact about what is not."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from meterhouse._build_finish import measure
from tests.conftest import Said

Run = Callable[..., Said]


def findings(run: Run, home: Path) -> list[str]:
    said = run("verify", "--format", "json", "--home", home)
    found = json.loads(said.stdout)["findings"]
    assert said.exit_code == (1 if found else 0)
    return found


def batch_files(home: Path, stream: str) -> list[Path]:
    return sorted(
        path for path in (home / "lake" / stream).glob("*.parquet") if path.stem[0] != "_"
    )


def test_the_sample_verifies(run: Run, sample_home: Path) -> None:
    said = run("verify", "--home", sample_home)
    assert said.exit_code == 0
    assert said.stdout.endswith(" and the lake: no findings.\n")


def test_a_compacted_lake_verifies(run: Run, sample_copy: Path) -> None:
    assert run("compact", "--home", sample_copy).exit_code == 0
    assert findings(run, sample_copy) == []


def test_a_damaged_file_is_named(run: Run, sample_copy: Path) -> None:
    damaged = batch_files(sample_copy, "meter_events")[0]
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[: len(content) // 2])
    found = findings(run, sample_copy)
    assert found
    assert str(damaged) in found[0]


def test_a_batch_that_is_there_twice_is_found(run: Run, sample_copy: Path) -> None:
    batch = batch_files(sample_copy, "usage_records")[0]
    os.link(batch, batch.with_name("copy.parquet"))
    assert findings(run, sample_copy) == [f"usage_records: batch {batch.stem} is in 2 files"]


def test_a_batch_that_is_gone_is_missed(run: Run, sample_copy: Path) -> None:
    batch = batch_files(sample_copy, "customers")[0]
    batch.unlink()
    build = (sample_copy / "current").resolve().name
    assert findings(run, sample_copy) == [
        f"{build}: customers batch {batch.stem} is not in the lake any more"
    ]


def test_rejected_rows_that_are_gone_are_missed(run: Run, sample_copy: Path) -> None:
    kept = next((sample_copy / "lake" / "_rejected" / "usage_records").glob("*.parquet"))
    kept.unlink()
    (found,) = findings(run, sample_copy)
    assert str(kept) in found


def test_a_published_file_that_lost_a_row_is_found(run: Run, sample_copy: Path) -> None:
    build = (sample_copy / "current").resolve()
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    manifest["row_counts"]["customers"] += 1
    (build / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert findings(run, sample_copy) == [
        f"{build.name}: customers has 5 rows, its manifest says 6"
    ]


def test_a_manifest_measures_every_mart_and_event_summaries_by_their_rollup(
    sample_home: Path,
) -> None:
    build = (sample_home / "current").resolve()
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    with duckdb.connect(build / "warehouse.duckdb", read_only=True) as connection:
        marts = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    summaries = {"meter_event_summaries", "meter_event_summaries_daily"}
    rollups = {"intermediate.meter_quarter_hours", "intermediate.meter_days"}
    expected = {name for (name,) in marts} - summaries | rollups
    assert set(manifest["row_counts"]) == set(manifest["column_totals"]) == expected
    assert all(manifest["row_counts"][rollup] > 0 for rollup in rollups)


def test_a_build_made_before_there_was_a_rollup_of_days_is_measured_without_it(
    sample_home: Path, tmp_path: Path
) -> None:
    database = tmp_path / "warehouse.duckdb"
    shutil.copyfile((sample_home / "current").resolve() / "warehouse.duckdb", database)
    with duckdb.connect(database) as connection:
        connection.execute("drop table intermediate.meter_days")
        connection.execute(
            "create or replace view meter_event_summaries_daily as from meter_event_summaries"
        )
    measured = measure(database)
    assert "intermediate.meter_quarter_hours" in measured
    assert "intermediate.meter_days" not in measured


def test_a_manifest_that_counted_event_summaries_is_held_to_them(
    run: Run, sample_copy: Path
) -> None:
    build = (sample_copy / "current").resolve()
    manifest = json.loads((build / "manifest.json").read_text("utf-8"))
    for measured in (manifest["row_counts"], manifest["column_totals"]):
        del measured["intermediate.meter_quarter_hours"]
    manifest["row_counts"]["meter_event_summaries"] = 7
    (build / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (finding,) = findings(run, sample_copy)
    assert re.search(r": meter_event_summaries has \d+ rows, its manifest says 7$", finding)
