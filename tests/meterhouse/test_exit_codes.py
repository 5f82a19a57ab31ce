"""Bad input: one line that names the value and the next command, and a code that says how bad.

0 all is well; 1 it ran and found something; 2 wrong usage or unusable input, nothing was changed; 3
a run failed, nothing was published.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import prepare_home
from tests.conftest import Said

Run = Callable[..., Said]


def is_one_line(said: Said) -> bool:
    return said.stdout == "" and said.stderr.count("\n") == 1 and "Next: meterhouse" in said.stderr


@pytest.fixture
def empty_home(tmp_path: Path) -> Path:
    return prepare_home(tmp_path / "empty").root


@pytest.fixture
def not_a_home(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Sir", "utf-8")
    return folder


def test_an_unknown_stream_is_refused_and_the_streams_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text("{}\n", "utf-8")
    said = run("land", "meter_event", "events.ndjson")
    assert said.exit_code == 2
    assert is_one_line(said)
    assert "'meter_event'" in said.stderr
    assert "meter_events" in said.stderr
    assert not (tmp_path / "data").exists()


def test_a_missing_file_is_refused(run: Run) -> None:
    said = run("land", "meter_events", "nowhere.ndjson")
    assert said.exit_code == 2
    assert is_one_line(said)
    assert "nowhere.ndjson" in said.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("build",),
        ("status",),
        ("builds",),
        ("rollback",),
        ("verify",),
        ("query", "select 1"),
        ("get", "/v1/customers"),
        ("compact",),
    ],
)
def test_a_home_that_is_none_is_refused_by_every_command(
    run: Run, not_a_home: Path, command: tuple[str, ...]
) -> None:
    for home in (not_a_home, not_a_home / "absent"):
        said = run(*command, "--home", home)
        assert said.exit_code == 2, said
        assert is_one_line(said), said
        assert str(home) in said.stderr
    assert [path.name for path in not_a_home.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("command", [("land", "customers", "letter.txt"), ("demo",)])
def test_nothing_is_landed_in_a_folder_that_holds_something_else(
    run: Run, not_a_home: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(not_a_home)
    said = run(*command, "--home", not_a_home)
    assert said.exit_code == 2
    assert "letter.txt" in said.stderr
    assert [path.name for path in not_a_home.iterdir()] == ["letter.txt"]


def test_an_empty_lake_is_refused_and_no_build_is_begun(run: Run, empty_home: Path) -> None:
    said = run("build", "--home", empty_home)
    assert said.exit_code == 2
    assert is_one_line(said)
    assert "is empty" in said.stderr
    assert list((empty_home / "builds").glob("2*")) == []


@pytest.mark.parametrize(
    "command", [("query", "select 1"), ("get", "/v1/customers"), ("verify",), ("rollback",)]
)
def test_nothing_published_yet_leads_to_the_build(
    run: Run, empty_home: Path, command: tuple[str, ...]
) -> None:
    said = run(*command, "--home", empty_home)
    assert said.exit_code == 2
    assert is_one_line(said)
    assert "meterhouse build" in said.stderr


@pytest.mark.parametrize("instant", ["yesterday", "2026-13-01", "2026-01-01T00:00:00.5Z", ""])
def test_a_clock_that_is_no_instant_is_refused(run: Run, empty_home: Path, instant: str) -> None:
    said = run("build", "--as-of", instant, "--home", empty_home)
    assert said.exit_code == 2
    assert said.stdout == ""
    assert f"{instant!r}" in said.stderr
    assert "Next: --as-of 2026-01-" in said.stderr


def test_a_query_that_is_wrong_is_answered_in_one_line(run: Run, sample_home: Path) -> None:
    for query in ("select no_such_column from customers", "selct 1", "  ", "drop table customers"):
        said = run("query", query, "--home", sample_home)
        assert said.exit_code == 2
        assert is_one_line(said), said


def test_a_build_that_is_none_is_refused_by_name(run: Run, sample_home: Path) -> None:
    said = run("query", "select 1", "--build", "20200101T000000Z-000000", "--home", sample_home)
    assert said.exit_code == 2
    assert "20200101T000000Z-000000" in said.stderr
    assert said.stderr.endswith("Next: meterhouse builds\n")


def test_the_sample_stays_out_of_a_home_with_data_of_its_own(
    run: Run, tmp_path: Path, empty_home: Path
) -> None:
    (tmp_path / "customers.json").write_text('[{"id":"cus_1","object":"customer"}]', "utf-8")
    assert run("land", "customers", "customers.json", "--home", empty_home).exit_code == 0
    said = run("demo", "--home", empty_home)
    assert said.exit_code == 2
    assert said.stderr.endswith("Next: meterhouse demo --home demo-data\n")


def test_rejected_rows_are_findings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "records.ndjson").write_text('{"quantity": "many"}\n', "utf-8")
    assert run("land", "usage_records", "records.ndjson").exit_code == 1


@pytest.mark.parametrize("command", [("status",), ("land", "customers", "c.json"), ("nightly",)])
def test_a_damaged_file_of_the_lake_is_named_in_one_line(
    run: Run, tmp_path: Path, empty_home: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "c.json").write_text('[{"id": "cus_1", "object": "customer"}]', "utf-8")
    seen = ("--observed-at", "2026-01-01T00:00:00Z")
    assert run("land", "customers", "c.json", *seen, "--home", empty_home).exit_code == 0
    (damaged,) = (empty_home / "lake" / "customers").glob("[0-9a-f]*.parquet")
    damaged.write_bytes(damaged.read_bytes()[:-100])
    more = {"land": seen, "nightly": ("--dry-run",)}.get(command[0], ())
    said = run(*command, *more, "--home", empty_home)
    assert said.exit_code == 3
    assert is_one_line(said)
    assert f"{damaged} cannot be read: " in said.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METERHOUSE_KEEP", "0"),
        ("METERHOUSE_KEEP", "seven"),
        ("METERHOUSE_THREADS", ""),
        ("METERHOUSE_MEMORY_LIMIT", "much"),
        ("METERHOUSE_MEMORY_LIMIT", "0%"),
        ("METERHOUSE_BUILD_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_named_before_anything_is_done(
    run: Run, empty_home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    waiting = empty_home / "inbox" / "customers" / "a.json"
    waiting.parent.mkdir(parents=True)
    waiting.write_text('[{"id": "cus_1", "object": "customer"}]', "utf-8")
    monkeypatch.setenv(name, value)
    said = run("nightly", "--keep", "1", "--home", empty_home)
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr.startswith(f"meterhouse: {name}={value!r} cannot be used: ")
    assert said.stderr.endswith(f". Next: unset {name}\n")
    assert waiting.exists()
