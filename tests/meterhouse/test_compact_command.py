"""`meterhouse compact`: says what it merges, and merges it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import Journal, live_files, prepare_home, seal_journal
from ingest._compaction import _only_one
from tests.conftest import Said

Run = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three small files of one stream."""
    opened = prepare_home(tmp_path / "data")
    with Journal(opened) as journal:
        for quantity in range(3):
            row = {"subscription_item": "si_1", "quantity": quantity, "timestamp": 1_772_323_200}
            journal.append("usage_records", [row])
            seal_journal(opened)
    return opened.root


def files(home: Path) -> int:
    return len(live_files(home / "lake", "usage_records")) - 1


def test_compact_merges_and_says_what(run: Run, home: Path) -> None:
    said = run("compact", "--home", home, "--format", "json")
    assert said.exit_code == 0
    (merge,) = json.loads(said.stdout)
    assert (merge["stream"], merge["batches"], merge["rows"]) == ("usage_records", 3, 3)
    assert len(merge["files"]) == 3
    assert merge["size_after"] > 0
    assert files(home) == 1


def test_compact_shows_a_table(run: Run, home: Path) -> None:
    said = run("compact", "usage_records", "--home", home)
    assert said.stdout.split()[:2] == ["stream", "files"]
    assert "usage_records" in said.stdout
    assert said.stderr == ""


def test_a_dry_run_changes_nothing_and_says_so(run: Run, home: Path) -> None:
    said = run("compact", "--dry-run", "--home", home)
    assert (said.exit_code, files(home)) == (0, 3)
    assert "Nothing was changed. Next: meterhouse compact" in said.stderr
    assert "usage_records" in said.stdout


def test_nothing_to_merge_is_no_failure(run: Run, home: Path) -> None:
    run("compact", "--home", home)
    said = run("compact", "--home", home)
    assert (said.exit_code, said.stdout) == (0, "")
    assert "no small files" in said.stderr
    assert json.loads(run("compact", "--home", home, "--format", "json").stdout) == []


def test_an_unknown_stream_is_wrong_usage(run: Run, home: Path) -> None:
    said = run("compact", "usage", "--home", home)
    assert said.exit_code == 2
    assert "There is no stream 'usage'" in said.stderr


def test_a_folder_that_is_no_home_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("compact", "--home", tmp_path / "nothing").exit_code == 2


def test_a_second_compaction_is_told_to_wait(run: Run, home: Path) -> None:
    with _only_one(prepare_home(home)):
        said = run("compact", "--home", home)
    assert said.exit_code == 3
    assert "Another process is compacting" in said.stderr
