"""A run that makes more rows than DuckDB keeps in one row group, which is where it writes early."""

from __future__ import annotations

from pathlib import Path

from ingest import prepare_home
from meterhouse._scale import Scale, write_scale_lake
from tests.models._build import build

ROWS_OF_A_ROW_GROUP = 122_880


def test_a_run_reads_every_quarter_hour_that_it_made_itself(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")
    for _ in write_scale_lake(home, Scale(events=300_000, days=3)):
        pass

    built = build(
        home.lake, tmp_path / "build", select=["path:models"], as_of="2026-04-01 00:00:00"
    )

    [(quarter_hours, events)] = built.rows(
        "select count(*), sum(event_count) from intermediate.meter_quarter_hours"
    )
    assert quarter_hours > ROWS_OF_A_ROW_GROUP
    assert built.rows(
        "select source_total, result_total from control_totals "
        "where control = 'meter_events_in_rollup'"
    ) == [(events, events)]
