"""dbt's unit tests, which are of the models' text: a build does not run them, the suite does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.models._dbt import run_dbt
from tests.models._lake import Lake


def test_every_unit_test_of_the_models_passes(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    arguments = ["build", "--select", "+test_type:unit", "--exclude-resource-type", "test"]
    run_dbt(tmp_path / "build", lake.folder, arguments, as_of="2026-06-01 00:00:00")

    target = tmp_path / "build" / "target"
    ran = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    passed = {result["unique_id"] for result in ran if result["status"] == "pass"}
    written = json.loads((target / "manifest.json").read_text("utf-8"))["unit_tests"]
    assert written
    assert passed >= set(written)
