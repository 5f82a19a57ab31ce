"""A newcomer's first quarter of an hour: clone, and type what the README says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from foundation import project_dir

PROJECT = project_dir()
README = (PROJECT / "README.md").read_text("utf-8")

pytestmark = pytest.mark.skipif(
    not (PROJECT / ".git").exists(), reason="this checkout is no repository"
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def shell(line: str, folder: Path, **variables: str) -> str:
    """Type one line in a shell in `folder`; return what it printed, fail where it failed.

    What is said to people goes to stderr, data to stdout: a reader of the README sees both.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        # What is installed here is used once: Python compiles what it imports, no more.
        env={**environment, "PIP_COMPILE": "0", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout or done.stderr


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, in an empty folder, its name with a space in it."""
    folder = tmp_path_factory.mktemp("a clone") / "meterhouse"
    shell(f"git clone --quiet '{PROJECT}' '{folder}'", folder.parent)
    return folder


@pytest.fixture(scope="module")
def first_commands(clone: Path) -> dict[str, str]:
    """What the commands of the README's first block printed, run in their order."""
    lines = [line.split("#")[0].strip() for line in blocks("sh")[0].splitlines()]
    # The tests inside the tests: one small room of them, or this would never end.
    return {line: shell(line, clone, TESTS="tests/foundation") for line in lines if line}


def test_the_first_two_commands_do_what_they_say(first_commands: dict[str, str]) -> None:
    assert list(first_commands) == ["make demo", "make test"]
    assert "What landed" in first_commands["make demo"]
    assert "$134.74" in first_commands["make demo"]
    assert re.search(r"=+ \d+ passed.* =+", first_commands["make test"])


def test_a_second_demo_changes_nothing(clone: Path, first_commands: dict[str, str]) -> None:
    before = (clone / "data" / "current").readlink()
    printed = shell("make demo", clone)
    assert "nothing changed" in printed
    assert "published as it was" in printed
    assert (clone / "data" / "current").readlink() == before


def test_the_commands_it_shows_run(clone: Path, first_commands: dict[str, str]) -> None:
    path = f"{clone}/.venv/bin:{os.environ['PATH']}"
    for line in blocks("sh")[1].splitlines():
        command = line.split("#")[0].strip()
        assert shell(command, clone, PATH=path).strip() != "", command


def test_its_python_runs(clone: Path, first_commands: dict[str, str]) -> None:
    for block in blocks("python"):
        (clone / "readme.py").write_text(block, "utf-8")
        assert shell(".venv/bin/python readme.py", clone).strip() != ""


def test_the_demo_leaves_nothing_to_commit(clone: Path, first_commands: dict[str, str]) -> None:
    (clone / "readme.py").unlink(missing_ok=True)
    assert shell("git status --porcelain", clone) == ""


def test_every_file_it_points_to_is_there(clone: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (clone / target).exists(), target


def test_dbt_builds_and_documents_on_its_own(clone: Path, first_commands: dict[str, str]) -> None:
    printed = shell(".venv/bin/dbt build", clone)
    assert "Completed successfully" in printed
    shell(".venv/bin/dbt docs generate --static", clone)
    assert (clone / "target" / "static_index.html").stat().st_size > 1_000_000

    query = "select count(*) from billing_periods where not is_open"
    with (
        duckdb.connect(clone / "data/current/warehouse.duckdb", read_only=True) as published,
        duckdb.connect(clone / "target/warehouse.duckdb", read_only=True) as own,
    ):
        held = published.execute(query).fetchone()
        assert held is not None
        # As of now rather than as of the sample's instant, so never fewer.
        assert own.execute(query).fetchone() >= held
