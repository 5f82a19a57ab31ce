"""A run of billing that follows a part of a run, rather than a whole one, makes everything anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.models._meters import METERING, event

AS_OF = "2026-06-01 00:00:00"
FIRST = 1_772_323_200  # 2026-03-01T00:00:00Z
WHOLE = (
    *METERING,
    "+path:models/intermediate/billing",
    "+path:models/intermediate/usage",
    "+path:models/marts",
    "+path:models/reconciliation",
)


def run(lake: Lake, folder: Path, former: Path | None, select: tuple[str, ...]) -> Built:
    if former is not None:
        folder.mkdir()
        shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
        shutil.copytree(former / "events", folder / "events", copy_function=os.link)
    return build(lake.folder, folder, select=select, as_of=AS_OF)


def reason(built: Built) -> object:
    return built.rows("select reason from intermediate.billing_run")[0][0]


def test_billing_that_missed_a_run_of_metering_starts_anew(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.land("customers", [{"id": "cus_a"}])
    meter = {"id": "mtr_a", "event_name": "a", "default_aggregation_formula": "sum"}
    lake.land("meters", [meter])
    of_a = {"event_name": "a", "stripe_customer_id": "cus_a"}
    lake.land("meter_events", [{**event(FIRST, 1), **of_a}], batch_id="one")
    first = tmp_path / "first"
    assert reason(run(lake, first, None, WHOLE)) == "nothing was there"

    lake.land("meter_events", [{**event(FIRST + 60, 2), **of_a}], batch_id="two")
    # What is asked for by itself adds the new events, and no later run sees them as new.
    run(lake, tmp_path / "metering", first, METERING)
    after = run(lake, tmp_path / "after", tmp_path / "metering", WHOLE)
    assert reason(after) == "metering ran without usage and billing"
