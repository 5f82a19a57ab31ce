"""Building in private, publishing in one rename, and what is left when something fails."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meterhouse._build_lock import build_lock, lock_holder
from tests.conftest import Said
from tests.meterhouse._tiny import TinyProject


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    project = TinyProject(tmp_path / "project")
    project.land("batch_1", "prod_a", "prod_b")
    return project


def manifest(build: Path) -> dict[str, Any]:
    return json.loads((build / "manifest.json").read_text("utf-8"))


def builds_of(tiny: TinyProject) -> list[Path]:
    return sorted(path.parent for path in tiny.home.builds.glob("*/manifest.json"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyProject, Said]:
    """A project built once, for tests that only look, and what the build said."""
    project = TinyProject(tmp_path_factory.mktemp("built") / "project")
    project.land("batch_1", "prod_a", "prod_b")
    return project, project.run("build", "--as-of", "2026-02-03T04:05:06Z", "--format", "json")


def test_a_build_says_what_it_was_made_of(built: tuple[TinyProject, Said]) -> None:
    tiny, said = built
    assert (said.exit_code, said.stderr) == (0, "")
    held = manifest(tiny.home.current.resolve())
    assert json.loads(said.stdout) == held
    assert held["status"] == "complete"
    assert held["as_of"] == "2026-02-03T04:05:06Z"
    assert held["previous"] is None
    assert held["inputs"]["products"] == {"rows": 2, "batches": {"batch_1": 2}}
    assert held["inputs"]["customers"] == {"rows": 0, "batches": {}}
    assert held["row_counts"] == {"control_totals": 1, "product_counts": 1}
    assert set(held["timings_ms"]) == {"freeze", "seed", "dbt", "totals", "finish"}
    assert {"duckdb", "dbt-core", "dbt-duckdb", "meterhouse", "python"} <= set(held["versions"])
    assert len(held["fingerprint"]["digest"]) == 64
    assert "models/marts/product_counts.sql" in held["fingerprint"]["files"]


def test_as_of_is_what_the_models_take_for_now(built: tuple[TinyProject, Said]) -> None:
    tiny, _ = built
    assert tiny.published("select product_count, as_of from product_counts") == [
        (2, datetime(2026, 2, 3, 4, 5, 6))
    ]


def test_a_published_build_stands_alone(built: tuple[TinyProject, Said]) -> None:
    tiny, _ = built
    assert not tiny.home.current.readlink().is_absolute()
    build = tiny.home.current.resolve()
    assert [path.name for path in (build / "inputs").iterdir()] == ["usage_records"]
    assert not (build / "spill").exists()
    assert list(build.glob("*.wal")) == []
    assert (build / "warehouse.duckdb").stat().st_mode & 0o222 == 0
    assert tiny.published("select * from duckdb_schemas() where schema_name = 'staging'") == []


def test_a_build_reads_nothing_that_lands_after_it_began(tiny: TinyProject) -> None:
    said = tiny.run("build", "--as-of", "2026-01-31")
    assert said.stdout.splitlines() == [
        f"Published {tiny.current()} as of 2026-01-31T00:00:00Z: 2 landed rows, 2 relations.",
        str(tiny.home.builds / str(tiny.current()) / "warehouse.duckdb"),
    ]
    tiny.land("batch_2", "prod_c")
    assert tiny.published("select product_count from product_counts") == [(2,)]

    assert tiny.run("build").exit_code == 0
    assert tiny.published("select product_count from product_counts") == [(3,)]
    held = manifest(tiny.home.current.resolve())
    assert held["inputs"]["products"]["batches"] == {"batch_1": 2, "batch_2": 1}
    assert held["previous"] == builds_of(tiny)[0].name


def test_a_data_test_that_fails_keeps_the_build_from_being_published(tiny: TinyProject) -> None:
    assert tiny.run("build").exit_code == 0
    before = tiny.current()
    tiny.land("batch_2", *[f"prod_{number}" for number in range(101)])

    said = tiny.run("build")

    failed = builds_of(tiny)[-1]
    assert said.exit_code == 3
    assert said.stdout == ""
    assert said.stderr == (
        f"meterhouse: Build {failed.name} failed and was not published: test few_products in "
        "tests/dbt/few_products.sql: Got 1 result, configured to fail if != 0. "
        f"Next: less {failed}/logs/dbt.log, then meterhouse build\n"
    )
    assert tiny.current() == before
    assert tiny.published("select product_count from product_counts") == [(2,)]
    assert manifest(failed)["status"] == "failed"
    assert "few_products" in manifest(failed)["failure"]["message"]
    # It stays readable, with what it read.
    with duckdb.connect(failed / "warehouse.duckdb", read_only=True) as connection:
        assert connection.execute("select product_count from product_counts").fetchall() == [(103,)]
    assert list((failed / "inputs" / "products").glob("batch_*.parquet")) != []


@pytest.mark.parametrize(
    ("model", "said_of_it"),
    [
        ("select no_such_column from {{ ref('stg_products') }}", "no_such_column"),
        ("select 1 as product_count, {{ no_such_macro() }}", "no_such_macro"),
        ("select 'two' as product_count, {{ as_of() }} as as_of", "contract"),
        ("select {% if %}", "product_counts"),
    ],
)
def test_a_model_that_fails_is_named_in_one_line(
    tiny: TinyProject, model: str, said_of_it: str
) -> None:
    tiny.write("models/marts/product_counts.sql", model)

    said = tiny.run("build")

    assert said.exit_code == 3
    assert said.stderr.count("\n") == 1
    assert "product_counts" in said.stderr
    assert said_of_it in said.stderr
    assert said.stderr.rstrip().endswith("then meterhouse build")
    assert tiny.current() is None


def test_a_view_that_needs_the_lake_is_never_published(tiny: TinyProject) -> None:
    tiny.write("models/marts/product_counts.yml", "")
    tiny.write(
        "models/marts/product_counts.sql",
        "{{ config(materialized='view', contract={'enforced': false}) }} "
        "select count(distinct id) as product_count, {{ as_of() }} as as_of "
        "from read_parquet('{{ env_var('METERHOUSE_LAKE') }}/products/*.parquet')",
    )

    said = tiny.run("build")

    assert said.exit_code == 3
    assert "the finished file does not stand alone" in said.stderr
    assert tiny.current() is None


def test_a_second_build_is_locked_out_and_named(tiny: TinyProject) -> None:
    with build_lock(tiny.home):
        said = tiny.run("build")
        assert said.exit_code == 3
        assert "Another build is running" in said.stderr
        assert f"process {lock_holder(tiny.home)}" in said.stderr
        assert tiny.run("rollback", "x").exit_code == 2
    assert lock_holder(tiny.home) is None
    assert builds_of(tiny) == []


def test_the_lock_of_a_dead_process_holds_nobody_up(tiny: TinyProject) -> None:
    (tiny.home.builds / ".lock").write_text("999999\n", "utf-8")
    assert lock_holder(tiny.home) is None
    with build_lock(tiny.home):
        assert lock_holder(tiny.home) is not None


def test_killed_anywhere_the_published_build_stands_and_the_next_run_completes(
    tiny: TinyProject,
) -> None:
    assert tiny.run("build").exit_code == 0
    before = tiny.current()
    tiny.land("batch_2", "prod_c")

    for point in ("begun", "frozen", "seeded", "tested", "controlled", "finished", "complete"):
        killed = tiny.run("build", METERHOUSE_FAIL_POINT=f"build.{point}")
        assert killed.exit_code == -9, point
        assert tiny.current() == before, point
        assert tiny.published("select product_count from product_counts") == [(2,)], point

    assert tiny.run("build", METERHOUSE_FAIL_POINT="build.published").exit_code == -9
    assert tiny.published("select product_count from product_counts") == [(3,)]

    assert tiny.run("build").exit_code == 0
    assert tiny.published("select product_count from product_counts") == [(3,)]
    statuses = [manifest(build)["status"] for build in builds_of(tiny)]
    assert sorted(statuses) == ["complete"] * 4 + ["failed"] * 6
    assert not [path for path in tiny.home.root.iterdir() if path.name.startswith(".current")]


def test_an_empty_lake_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    tiny = TinyProject(tmp_path / "project")

    said = tiny.run("build")

    assert said.exit_code == 2
    assert said.stderr == (
        f"meterhouse: The lake {tiny.home.lake} is empty: there is nothing to build. "
        "Next: meterhouse land STREAM FILE, or: meterhouse demo\n"
    )
    assert builds_of(tiny) == []


def test_the_fingerprint_tells_which_part_changed(tiny: TinyProject) -> None:
    assert tiny.run("build").exit_code == 0
    tiny.write("models/marts/product_counts.sql", "select 7 as x")
    assert tiny.run("build").exit_code == 3

    first, second = (manifest(build)["fingerprint"] for build in builds_of(tiny))
    assert first["digest"] != second["digest"]
    assert [name for name in first["files"] if first["files"][name] != second["files"][name]] == [
        "models/marts/product_counts.sql"
    ]
    assert first["schemas"] == second["schemas"]
    assert first["tools"] == second["tools"]
