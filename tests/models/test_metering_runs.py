"""A run of metering adds what is new, or says why it made everything anew.

The runs share one lake and follow each other as nights do; each test looks at one of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake, instant
from tests.models._meters import METERING, Row, event

AS_OF = "2026-06-01 00:00:00"
FIRST = 1_772_323_200  # 2026-03-01T00:00:00Z
# Everything that adds up, but neither the errors nor what is counted for the accounting.
HALF = ("+meter_event_summaries",)
HASHES = "events/identifier_hashes"


@dataclass
class Runs:
    """A lake that grows, and builds over it that start from other builds."""

    folder: Path

    def __post_init__(self) -> None:
        self.lake = Lake(self.folder / "lake")
        self.lake.land("customers", [{"id": "cus_a"}])
        self.lake.land(
            "meters",
            [{"id": "mtr_a", "event_name": "a", "default_aggregation_formula": "sum"}],
        )

    def land(self, batch: str, *events: Row) -> None:
        rows = [{"event_name": "a", "stripe_customer_id": "cus_a", **row} for row in events]
        self.lake.land("meter_events", rows, batch_id=batch)

    def run(
        self,
        name: str,
        former: str | None = None,
        *,
        has_events: bool = True,
        has_hashes: bool = True,
        select: Sequence[str] = METERING,
    ) -> Built:
        folder = self.folder / name
        if former is not None:
            folder.mkdir()
            shutil.copy(self.folder / former / "warehouse.duckdb", folder / "warehouse.duckdb")
            if has_events:
                events = self.folder / former / "events"
                shutil.copytree(events, folder / "events", copy_function=os.link)
            if not has_hashes:
                shutil.rmtree(folder / HASHES)
        return build(self.lake.folder, folder, select=select, as_of=AS_OF)

    def files(self, name: str) -> set[str]:
        events = self.folder / name / "events"
        return {str(file.relative_to(events)) for file in events.glob("event_month=*/*.parquet")}

    def hashes(self, name: str) -> list[Path]:
        return sorted((self.folder / name / HASHES).glob("*.parquet"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    made = Runs(tmp_path_factory.mktemp("runs"))
    made.land("one", event(FIRST, 1), event(FIRST, 2, stripe_customer_id="cus_unknown"))
    made.run("first")
    made.run("nothing new", "first")
    made.land("two", event(FIRST + 60, 4), event(FIRST + 60, 8, event_name="unheard"))
    made.run("added", "first")
    return made


def reason(built: Built) -> str | None:
    return built.rows("select reason from intermediate.metering_run")[0][0]


def totals(built: Built) -> list[tuple[Decimal, int]]:
    return built.rows("select aggregated_value, event_count from meter_event_summaries")


def errors(built: Built) -> list[tuple[str, str]]:
    return built.rows("select batch_id, error_code from meter_event_errors order by batch_id")


ALL_ERRORS = [("one", "meter_event_customer_not_found"), ("two", "no_meter")]


def made(runs: Runs, name: str) -> Built:
    return Built(runs.folder / name / "warehouse.duckdb")


def test_the_first_run_says_that_nothing_was_there(runs: Runs) -> None:
    assert reason(made(runs, "first")) == "nothing was there"


def test_a_run_without_anything_new_writes_no_event_file(runs: Runs) -> None:
    assert reason(made(runs, "nothing new")) is None
    assert runs.files("nothing new") == runs.files("first")
    assert totals(made(runs, "nothing new")) == totals(made(runs, "first")) == [(1, 1)]


def test_a_run_adds_one_file_for_the_month_of_its_new_events(runs: Runs) -> None:
    assert reason(made(runs, "added")) is None
    assert runs.files("added") - runs.files("first") == {"event_month=2026-03/000002-0001.parquet"}
    assert totals(made(runs, "added")) == [(5, 2)]
    assert errors(made(runs, "added")) == ALL_ERRORS


def test_a_run_adds_the_hashes_of_its_new_identifiers_and_only_those(runs: Runs) -> None:
    names = {name: [file.name for file in runs.hashes(name)] for name in ("nothing new", "added")}
    assert names == {
        "nothing new": ["000001.parquet"],
        "added": ["000001.parquet", "000002.parquet"],
    }
    with duckdb.connect() as connection:
        found = connection.execute(
            "select batch_key, batch_row from read_parquet(?) order by all",
            [str(runs.hashes("added")[-1])],
        ).fetchall()
    assert found == [(2, 1), (2, 2)]


def test_event_files_of_the_former_run_are_shared_not_copied(runs: Runs) -> None:
    shared = "event_month=2026-03/000001-0001.parquet"
    inodes = {(runs.folder / run / "events" / shared).stat().st_ino for run in ("first", "added")}
    assert len(inodes) == 1


def test_a_run_after_one_that_stopped_half_way_starts_anew(runs: Runs) -> None:
    runs.run("half", "first", select=HALF)
    whole = runs.run("after half", "half")
    assert reason(whole) == "the run before this one did not finish"
    assert totals(whole) == [(5, 2)]
    assert errors(whole) == ALL_ERRORS


def test_a_full_build_over_what_is_there_makes_all_of_it_anew(runs: Runs) -> None:
    whole = runs.run("in full", "added", select=(*METERING, "--full-refresh"))
    assert reason(whole) == "a full build was asked for"
    assert totals(whole) == [(5, 2)]
    assert errors(whole) == ALL_ERRORS


def test_a_run_without_the_event_files_of_the_former_one_starts_anew(runs: Runs) -> None:
    whole = runs.run("no events", "added", has_events=False)
    assert reason(whole) == "the event files are not those of the run before this one"
    assert totals(whole) == [(5, 2)]
    assert errors(whole) == ALL_ERRORS


def test_a_run_without_the_identifier_hashes_of_the_former_one_starts_anew(runs: Runs) -> None:
    whole = runs.run("no hashes", "added", has_hashes=False)
    assert reason(whole) == "the identifier hashes are not those of the run before this one"
    assert totals(whole) == [(5, 2)]
    assert errors(whole) == ALL_ERRORS


def test_identifiers_that_hash_alike_are_two_events(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    runs.land("one", event(FIRST, 1, identifier="early"), event(FIRST, 2, identifier="again"))
    runs.run("first")
    (hashed,) = runs.hashes("first")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select hash('late') as identifier_hash, batch_key, batch_row "
            f"from read_parquet('{hashed}')) to '{hashed}' (use_tmp_file true)"
        )
    runs.land("two", event(FIRST, 4, identifier="late"))
    added = runs.run("second", "first")
    assert reason(added) is None
    # the run looked at all three, and found three identifiers
    assert added.rows("select count(*) from intermediate.meter_event_repeats") == [(3,)]
    assert totals(added) == [(7, 3)]


def test_an_event_whose_customer_landed_since_counts_and_is_no_error_any_more(
    tmp_path: Path,
) -> None:
    runs = Runs(tmp_path)
    runs.land("one", event(FIRST, 2, stripe_customer_id="cus_late"))
    assert totals(runs.run("first")) == []
    runs.lake.land("customers", [{"id": "cus_late", "effective_at": instant(FIRST)}])
    judged_again = runs.run("second", "first")
    assert reason(judged_again) is None
    assert totals(judged_again) == [(2, 1)]
    assert errors(judged_again) == []


def test_an_event_counts_again_when_the_one_that_its_adjustment_meant_lands(
    tmp_path: Path,
) -> None:
    runs = Runs(tmp_path)
    again = FIRST + 40 * 86_400
    runs.land("one", event(FIRST, 1, identifier="reused"), event(FIRST, 2))
    runs.lake.land(
        "meter_event_adjustments",
        [
            {
                "type": "cancel",
                "event_name": "a",
                "identifier": "reused",
                "received_at": instant(again + 60),
            }
        ],
    )
    assert totals(runs.run("first")) == [(2, 1)]
    runs.land("two", event(again, 4, identifier="reused"), event(again, 8))
    added = runs.run("second", "first")
    assert reason(added) is None
    account = "select sum(effective_count), sum(cancelled_count) from meter_event_accounting"
    for built in (added, runs.run("third", "second"), runs.run("anew")):
        assert sorted(totals(built)) == [(3, 2), (8, 1)]
        assert built.rows(account) == [(3, 1)]
        assert built.rows(
            "select aggregated_value from meter_event_summaries_daily order by start_time"
        ) == [(3,), (8,)]
