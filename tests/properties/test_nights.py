"""Any sequence of nights ends where one build of everything ends, mart by mart, row by row.

The real command over the real models. Left out is what changes no number and runs in every other
build of the suite: the data tests, the comments on columns, the stored functions. Each night brings
some of what may come over the sample: late events, cancellations, sets on closed periods, changed
prices, new versions of subscriptions and meters, deleted objects, retracted rows and batches,
closed periods, rejected rows and their landing again; now and then a model or a setting changes,
the clock of the build goes back, or nothing comes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from foundation import project_dir
from tests.conftest import copy_of_home
from tests.properties._random_nights import Deliveries, Project, happenings, instant_of

_COPIED = (
    *("foundation", "ingest", "queries", "meterhouse", "models", "macros"),
    *("dbt_project.yml", "profiles.yml"),
)
_NO_TESTS = "\ndata_tests:\n  meterhouse:\n    +enabled: false\nunit_tests:\n  +enabled: false\n"
_COMMENTS = "    +persist_docs:\n      relation: true\n      columns: true\n"
_NO_FUNCTIONS = """
{% macro create_table_functions() %}{% endmacro %}
{% macro keep_preview_steps(results) %}{% endmacro %}
"""
_FUNCTIONS = (
    "macros/functions/create_table_functions.sql",
    "macros/previews/keep_preview_steps.sql",
)
_FIRST = 1775347200  # 5 April 2026, UTC


class Checkout:
    """A copy of the project without its data tests, whose models a night may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in _COPIED:
            copy = shutil.copytree if (project_dir() / name).is_dir() else shutil.copy2
            copy(project_dir() / name, folder / name)
        settings = (folder / "dbt_project.yml").read_text("utf-8")
        assert _COMMENTS in settings
        settings = settings.replace(_COMMENTS, "") + _NO_TESTS
        (folder / "dbt_project.yml").write_text(settings, "utf-8")
        for name in _FUNCTIONS:
            (folder / name).unlink()
        (folder / "macros/no_functions.sql").write_text(_NO_FUNCTIONS, "utf-8")
        self.project = Project(folder)
        self.home = folder / "first"
        (self.home / "inbox").mkdir(parents=True)

    def run(self, *words: str) -> Any:
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
            for table in sorted(tables[0]):
                rows = both.execute(
                    f"select count(*) from ((from one.main.{table} except all from "
                    f"other.main.{table}) union all (from other.main.{table} except all from "
                    f"one.main.{table}))"
                ).fetchone()
                assert rows is not None
                if rows[0]:
                    found[table] = rows[0]
            return found


@cache
def _checkout() -> tuple[Checkout, dict[str, Any], tempfile.TemporaryDirectory[str]]:
    """The checkout of all runs and the build they begin from, which is made and parsed once."""
    temporary = tempfile.TemporaryDirectory()
    checkout = Checkout(Path(temporary.name) / "checkout")
    Deliveries(checkout.home / "inbox").send_sample(_FIRST - 86400)
    summary = checkout.run("nightly", "--as-of", instant_of(_FIRST))
    return checkout, summary["build"], temporary


class Nights(RuleBasedStateMachine):
    """A home, night by night."""

    def __init__(self) -> None:
        super().__init__()
        self.checkout, self.published, _ = _checkout()
        self.first = self.checkout.home
        self.checkout.home = copy_of_home(self.first, self.first.with_name("home"))
        self.deliveries = Deliveries(self.checkout.home / "inbox")
        self.as_of = _FIRST

    @rule(
        data=st.data(),
        days=st.integers(0, 20),
        came=happenings(),
        lands_again=st.booleans(),
        besides=st.integers(0, 15),
    )
    def night(
        self, data: st.DataObject, days: int, came: list[Any], lands_again: bool, besides: int
    ) -> None:
        """Some days later: what came is landed and built."""
        changes, goes_back = besides in {13, 14}, besides == 15
        self.as_of += -86400 if goes_back else days * 86400
        if besides == 13:
            note("a model says the same in other words")
            self.checkout.project.change_a_model()
        elif besides == 14:
            note("a setting changes")
            self.checkout.project.change_a_setting(data.draw)
        again = lands_again and self.deliveries.holds_old_events
        if again:
            note("rejected events land again")
            landed = self.checkout.run("land", "meter_events", "--rejected", "--backfill")
            assert sum(batch["accepted"] for batch in landed) > 0
            self.deliveries.holds_old_events = False
        for name, happen in came:
            note(f"{name} on {instant_of(self.as_of)}")
            happen(self.deliveries, data.draw, self.as_of)
        summary = self.checkout.run("nightly", "--as-of", instant_of(self.as_of))
        is_new = bool(came or days or goes_back or changes or again)
        assert summary["outcome"] == ("published" if is_new else "nothing_new")
        if is_new:
            before, self.published = self.published, summary["build"]
            assert (self.published["seed"] is None) == (changes or goes_back)
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
            shutil.rmtree(self.checkout.home)
            self.checkout.home = self.first
            self.checkout.project.restore()


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
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_nights_end_where_one_build_of_everything_ends() -> None:
    # The first run that hypothesis makes is the simplest there is: nights that bring nothing. Five
    # with four nights each that bring something follow.
    run_nights(6, is_the_same=True)


# In parts, so that they can run beside each other. Each draws its own.
@pytest.mark.torture
@pytest.mark.parametrize("part", range(10))
def test_hundreds_of_nights_end_where_one_build_of_everything_ends(part: int) -> None:
    run_nights(10, is_the_same=False)
