"""Readers while a night is built and published: none fails, and each moves on by itself.

Over the real models. What a build answers is known by how many customers it has, so an answer put
together from two builds would show.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from meterhouse import Warehouse
from tests.conftest import CommandLine, Said, copy_of_home
from tests.meterhouse._server import Served, serving

CUSTOMER = {"id": "cus_OfTheNight", "object": "customer", "name": "Night", "livemode": False}


@dataclass
class Reader:
    """Asks again and again, and keeps each answer: which build, and how many customers it has."""

    ask: Callable[[], tuple[str, int]]
    answers: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    trouble: list[BaseException] = field(default_factory=list[BaseException])

    @contextmanager
    def reading(self) -> Generator[None]:
        stopped = threading.Event()

        def go_on() -> None:
            try:
                while not stopped.is_set():
                    self.answers.append(self.ask())
                    # The machine has other work to do.
                    time.sleep(0.05)
            except BaseException as error:
                self.trouble.append(error)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def builds(self) -> list[str]:
        """The builds in the order in which they were first read."""
        return list(dict.fromkeys(build for build, _ in self.answers))


def over_http(served: Served) -> tuple[str, int]:
    with served.client() as client:
        answer = client.get("/v1/customers", params={"limit": 100})
    assert answer.status_code == 200
    return answer.headers["meterhouse-build"], len(answer.json()["data"])


def in_python(warehouse: Warehouse) -> tuple[str, int]:
    response = warehouse.request("GET", "/v1/customers", {"limit": 100})
    assert not response.is_error
    return response.headers["Meterhouse-Build"], len(response.body["data"])


def as_an_sql_client(home: Path) -> tuple[str, int]:
    """Opens `current` anew each time, as tools do that know nothing of us."""
    folder = (home / "current").resolve()
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
        (row,) = connection.execute("select count(*) from customers").fetchall()
    return folder.name, row[0]


@dataclass(frozen=True)
class Watched:
    """A night over the sample, what it said, and the readers that were at it meanwhile."""

    home: Path
    said: Said
    before: str
    readers: dict[str, Reader]
    open_file: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def night(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    home = copy_of_home(sample_home, tmp_path_factory.mktemp("night") / "home")
    before = (home / "current").resolve().name
    inbox = home / "inbox" / "customers"
    inbox.mkdir(parents=True)
    (inbox / "night.json").write_text(json.dumps([CUSTOMER]), "utf-8")
    line = CommandLine(home.parent)
    with (
        Warehouse(home) as warehouse,
        serving(home) as served,
        duckdb.connect(home / "current" / "warehouse.duckdb", read_only=True) as held,
    ):
        readers = {
            "python": Reader(lambda: in_python(warehouse)),
            "http": Reader(lambda: over_http(served)),
            "sql": Reader(lambda: as_an_sql_client(home)),
        }
        with readers["python"].reading(), readers["http"].reading(), readers["sql"].reading():
            said = line("nightly", "--home", home, "--as-of", "2026-04-16", "--format", "json")
            after = (home / "current").resolve().name
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not all(
                reader.trouble or (reader.answers and reader.answers[-1][0] == after)
                for reader in readers.values()
            ):
                time.sleep(0.1)
        open_file = held.execute("select count(*) from customers").fetchall()
    return Watched(home, said, before, readers, open_file)


@pytest.mark.parametrize("door", ["python", "http", "sql"])
def test_no_reader_fails_and_each_moves_on_by_itself(night: Watched, door: str) -> None:
    assert night.said.exit_code == 0, night.said.stderr
    reader = night.readers[door]
    assert reader.trouble == []
    after = json.loads(night.said.stdout)["build"]["build_id"]
    assert reader.builds() == [night.before, after]
    # Whole builds only, the old one up to the publishing, the new one from then on.
    counts = dict.fromkeys(reader.answers)
    assert list(counts) == [(night.before, 5), (after, 6)]


def test_readers_were_answered_all_the_while(night: Watched) -> None:
    """None waited for the run: each had many answers of the old build meanwhile."""
    for reader in night.readers.values():
        assert len([build for build, _ in reader.answers if build == night.before]) > 10


def test_a_connection_opened_before_reads_on_in_its_build(night: Watched) -> None:
    assert night.open_file == [(5,)]


def test_the_night_added_to_the_sample_and_verifies(night: Watched) -> None:
    build = json.loads(night.said.stdout)["build"]
    assert (build["seed"], build["full_because"]) == (night.before, [])
    controls = {each["control"]: each for each in build["control_totals"]}
    assert set(controls) == {
        "landed_rows",
        "meter_events_by_fate",
        "meter_events_in_rollup",
        "meter_events_in_summaries",
        "meter_usage_in_summaries",
        "meter_events_in_periods",
        "meter_usage_in_periods",
        "usage_records_by_fate",
        "usage_records_in_periods",
        "usage_on_lines",
        "lines_on_invoices",
    }
    for each in controls.values():
        assert (each["unbalanced_rows"], each["source_total"]) == (0, each["result_total"])
        assert each["rows"] > 0
    said = CommandLine(night.home.parent)("verify", "--home", night.home)
    assert said.exit_code == 0, said.stdout
