"""A dry run says what a run would do, and has findings where a run would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ingest import prepare_home, set_aside_unreadable
from tests.conftest import Said

Run = Callable[..., Said]


def deliver(
    home: Path, name: str, content: str = '[{"id": "cus_1", "object": "customer"}]'
) -> Path:
    path = home / "inbox" / "customers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def plan(run: Run, home: Path) -> tuple[int, list[str]]:
    said = run("nightly", "--dry-run", "--home", home)
    assert said.stderr == ""
    return said.exit_code, said.stdout.splitlines()


def test_the_first_run_of_all_is_planned_and_nothing_is_made(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    deliver(home, "a.json")
    code, (land, build) = plan(run, home)
    assert code == 0
    assert land == "land customers/a.json: 1 rows"
    assert build.startswith("build as of ")
    assert [path.name for path in home.iterdir()] == ["inbox"]


def test_a_folder_of_something_else_is_refused_as_by_a_run(run: Run, tmp_path: Path) -> None:
    deliver(tmp_path / "home", "a.json")
    (tmp_path / "home" / "letter.txt").write_text("Dear Sir", "utf-8")
    for more in ((), ("--dry-run",)):
        said = run("nightly", *more, "--home", tmp_path / "home")
        assert said.exit_code == 2
        assert "is not a home: it holds" in said.stderr


def test_what_would_be_put_aside_is_a_finding_and_nothing_to_build(
    run: Run, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    deliver(home, "torn.json", "[")
    code, (aside, build) = plan(run, home)
    assert code == 1
    assert aside.startswith("put aside customers/torn.json: ")
    assert build == "build nothing: nothing has ever landed"


def test_rows_that_would_be_rejected_are_findings(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    deliver(home, "bad.json", '[{"id": 5, "object": "customer"}]')
    code, (land, _) = plan(run, home)
    assert (code, land) == (1, "land customers/bad.json: 0 rows, 1 rejected as not_text")


def test_a_file_that_landed_before_would_only_be_moved(run: Run, tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home").root
    path = deliver(home, "a.json")
    os.utime(path, (1_764_000_000, 1_764_000_000))
    seen = "1764000000"
    assert run("land", "customers", path, "--observed-at", seen, "--home", home).exit_code == 0
    assert plan(run, home)[1][0] == "move customers/a.json: it landed before"


def test_a_damaged_file_of_the_lake_would_hold_up_publishing(run: Run, tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")
    path = deliver(home.root, "a.json")
    assert run("land", "customers", path, "--home", home.root).exit_code == 0
    shutil.rmtree(home.inbox / "customers")
    (damaged,) = home.stream_folder("customers").glob("[0-9a-f]*.parquet")
    damaged.write_bytes(damaged.read_bytes()[:-100])
    set_aside_unreadable(home)
    code, (nothing,) = plan(run, home.root)
    assert code == 1
    assert nothing.startswith("publish nothing: 1 files of the lake cannot be read")
    assert f"customers/{damaged.name}" in nothing
