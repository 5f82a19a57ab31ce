"""The command line as a whole: which commands there are, how they are helped, how they end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from meterhouse.cli import COMMANDS
from tests.conftest import CommandLine, Said

Run = Callable[..., Said]


def test_help_lists_every_command_with_what_it_does(run: Run) -> None:
    said = run("--help")
    assert said.exit_code == 0
    listed = {
        line.split("│")[1].split()[0]: line.split(maxsplit=2)[2]
        for line in said.stdout.split("Commands")[1].splitlines()
        if line.startswith("│ ") and line[2] != " "
    }
    assert tuple(listed) == COMMANDS
    assert all(len(text.rstrip("│ ")) > 10 for text in listed.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_module_with_help(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.exit_code == 0
    assert f"meterhouse {command}" in said.stdout
    assert "--home" in said.stdout


def test_no_words_at_all_is_a_request_for_help(run: Run) -> None:
    assert run().stdout == run("--help").stdout


def test_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version") == Said(0, f"meterhouse {version('meterhouse')}\n", "")


def test_a_typing_error_is_answered_with_what_was_meant(run: Run) -> None:
    said = run("biuld")
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr.startswith("meterhouse: No such command 'biuld'")
    assert "'build'" in said.stderr
    assert said.stderr.endswith("Next: meterhouse --help\n")


def test_an_unknown_option_leads_to_the_help_of_its_command(run: Run) -> None:
    said = run("build", "--nonsense")
    assert said.exit_code == 2
    assert said.stderr.endswith("Next: meterhouse build --help\n")


def test_the_home_may_stand_before_the_command_or_behind_it(run: Run, sample_home: Path) -> None:
    behind = run("status", "--home", sample_home)
    assert behind.exit_code == 0
    assert run("--home", sample_home, "status") == behind
    assert run("--home", "/nowhere", "status", "--home", sample_home) == behind


def test_the_home_may_come_from_the_environment(cli: CommandLine, sample_home: Path) -> None:
    said = cli("status", METERHOUSE_HOME=str(sample_home))
    assert said.stdout.startswith(f"home        {sample_home}\n")


def test_a_reader_that_has_seen_enough_is_no_error(sample_home: Path) -> None:
    query = "select * from range(2000000)"
    words = ["query", query, "--format", "csv", "--home", str(sample_home)]
    with subprocess.Popen(
        [sys.executable, "-m", "meterhouse", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asked:
        assert asked.stdout is not None
        assert asked.stderr is not None
        assert asked.stdout.readline() == "range\n"
        asked.stdout.close()
        assert asked.stderr.read() == ""
    assert asked.returncode == 0


def test_starting_imports_no_engine_that_the_command_does_not_need(cli: CommandLine) -> None:
    heavy = "duckdb pyarrow polars starlette uvicorn dbt stripe pandas"
    code = (
        "import sys; from meterhouse.cli import main; main(['builds', '--home', 'none']);"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cli.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(eval(ran.stdout)) <= {"duckdb", "pyarrow"}
