"""Any sequence of nights ends where one build of everything ends, mart by mart, row by row.

The real command over the real models; only the data tests are left out, which change no number and
run in every other build of the suite. Each night brings some of what may come over the sample:
late events, cancellations, sets on closed periods, changed prices, new versions of subscriptions,
deleted objects, retractions, closed periods, rejected rows; now and then a model changes, or
nothing comes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from foundation import project_dir
from tests.properties._random_nights import Deliveries, happenings, instant_of

# Whole nights, again and again: too long for every change.
pytestmark = pytest.mark.torture

_COPIED = (
    *("foundation", "ingest", "queries", "meterhouse", "models", "macros"),
    *("dbt_project.yml", "profiles.yml"),
)
_NO_TESTS = "\ndata_tests:\n  meterhouse:\n    +enabled: false\nunit_tests:\n  +enabled: false\n"
_FIRST = 1775347200  # 5 April 2026, UTC
# These compare builds with each other, which one build cannot.
_OF_BUILDS: frozenset[str] = frozenset()


class Checkout:
    """A copy of the project without its data tests, whose models a night may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in _COPIED:
            copy = shutil.copytree if (project_dir() / name).is_dir() else shutil.copy2
            copy(project_dir() / name, folder / name)
        with (folder / "dbt_project.yml").open("a", encoding="utf-8") as file:
            file.write(_NO_TESTS)
        self.home = folder / "home"
        (self.home / "inbox").mkdir(parents=True)

    def run(self, *words: str) -> dict[str, Any]:
        """Run a command that prints one JSON document, and return that."""
        command = [sys.executable, "-m", "meterhouse", "--home", str(self.home), *words]
        ran = subprocess.run(
            [*command, "--format", "json"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def change_a_model(self) -> None:
        """Say the same in other words, which nobody can know without building it."""
        with (self.folder / "models/marts/customers.sql").open("a", encoding="utf-8") as file:
            file.write("\n-- the same, in other words\n")

    def differences(self, one: str, other: str) -> dict[str, int]:
        """How many rows of each relation of `main` are in one of two builds only."""
        with duckdb.connect() as both:
            for name, build in (("one", one), ("other", other)):
                path = self.home / "builds" / build / "warehouse.duckdb"
                both.execute(f"attach '{path}' as {name} (read_only)")
            tables = [
                {
                    table
                    for (table,) in both.execute(
                        "select table_name from duckdb_tables() "
                        f"where database_name = '{name}' and schema_name = 'main'"
                    ).fetchall()
                }
                for name in ("one", "other")
            ]
            assert tables[0] == tables[1]
            found: dict[str, int] = {}
            for table in sorted(tables[0] - _OF_BUILDS):
                rows = both.execute(
                    f"select count(*) from ((from one.main.{table} except all from "
                    f"other.main.{table}) union all (from other.main.{table} except all from "
                    f"one.main.{table}))"
                ).fetchone()
                assert rows is not None
                if rows[0]:
                    found[table] = rows[0]
            return found


class Nights(RuleBasedStateMachine):
    """A home, night by night."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = tempfile.TemporaryDirectory()
        self.checkout = Checkout(Path(self.temporary.name) / "checkout")
        self.deliveries = Deliveries(self.checkout.home / "inbox")
        self.as_of = _FIRST
        self.deliveries.send_sample(_FIRST - 86400)
        self.published = self.checkout.run("nightly", "--as-of", instant_of(self.as_of))["build"]

    @rule(
        data=st.data(),
        days=st.integers(0, 20),
        came=happenings(),
        changes_a_model=st.integers(0, 9).map(lambda drawn: drawn == 0),
    )
    def night(self, data: st.DataObject, days: int, came: list[Any], changes_a_model: bool) -> None:
        """Some days later: what came is landed and built."""
        self.as_of += days * 86400
        for name, happen in came:
            note(f"{name} on {instant_of(self.as_of)}")
            happen(self.deliveries, data.draw, self.as_of)
        if changes_a_model:
            self.checkout.change_a_model()
        summary = self.checkout.run("nightly", "--as-of", instant_of(self.as_of))
        is_new = bool(came or days or changes_a_model)
        assert summary["outcome"] == ("published" if is_new else "nothing_new")
        if is_new:
            before, self.published = self.published, summary["build"]
            assert (self.published["seed"] is None) == changes_a_model
            assert self.published["seed"] in {None, before["build_id"]}
            assert all(each["unbalanced_rows"] == 0 for each in self.published["control_totals"])

    def teardown(self) -> None:
        """Build everything once, as of the same instant, and compare."""
        try:
            if self.published["previous"] is not None:
                full = self.checkout.run("build", "--full", "--as-of", instant_of(self.as_of))
                assert full["control_totals"] == self.published["control_totals"]
                pair = (self.published["build_id"], full["build_id"])
                assert self.checkout.differences(*pair) == {}
        finally:
            self.temporary.cleanup()


def run_nights(runs: int, *, is_the_same: bool) -> None:
    run_state_machine_as_test(
        Nights,
        settings=settings(
            max_examples=runs,
            stateful_step_count=4,
            deadline=None,
            derandomize=is_the_same,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nights_end_where_one_build_of_everything_ends() -> None:
    run_nights(2, is_the_same=False)


@pytest.mark.torture
def test_hundreds_of_nights_end_where_one_build_of_everything_ends() -> None:
    run_nights(100, is_the_same=False)
