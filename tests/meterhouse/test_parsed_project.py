"""What dbt parsed for one build serves the next one, and never another project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.meterhouse._tiny import TinyProject

_NOTHING_PARSED = "Partial parsing enabled, no changes found, skipping parsing"


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    project = TinyProject(tmp_path / "project")
    project.land("batch_1", "prod_a")
    return project


def _log_of_build(project: TinyProject) -> str:
    said = project.run("build", METERHOUSE_BUILD_LOG_LEVEL="debug")
    assert said.exit_code == 0, said.stderr
    return (project.home.current / "logs" / "dbt.log").read_text("utf-8")


def test_only_the_first_build_of_a_home_parses_the_project(tiny: TinyProject) -> None:
    assert _NOTHING_PARSED not in _log_of_build(tiny)
    assert _NOTHING_PARSED in _log_of_build(tiny)


def test_a_changed_model_is_parsed_and_built(tiny: TinyProject) -> None:
    _log_of_build(tiny)
    model = tiny.folder / "models/staging/stg_products.sql"
    tiny.write("models/staging/stg_products.sql", f"{model.read_text('utf-8')}\nlimit 0")
    assert _NOTHING_PARSED not in _log_of_build(tiny)
    assert tiny.published("select product_count from product_counts") == [(0,)]


def test_a_damaged_parse_is_made_anew(tiny: TinyProject) -> None:
    _log_of_build(tiny)
    (kept,) = (tiny.home.builds / "_parsed").glob("*.msgpack")
    kept.write_bytes(kept.read_bytes()[:100])
    assert _NOTHING_PARSED not in _log_of_build(tiny)
    assert _NOTHING_PARSED in _log_of_build(tiny)
    assert tiny.published("select product_count from product_counts") == [(1,)]
