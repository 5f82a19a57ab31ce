"""The process that runs dbt loads it early, runs what it is asked once, and outlives nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meterhouse import _dbt
from meterhouse._dbt import dbt_child

_AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_was_asked_nothing_ends_with_its_block(tmp_path: Path) -> None:
    with dbt_child(lake=tmp_path / "lake", build=tmp_path, as_of=_AS_OF) as dbt:
        process = dbt._child.pid
        assert _is_alive(process)
    assert not _is_alive(process)
    assert list(tmp_path.iterdir()) == []


def test_a_child_ends_when_the_pipe_from_its_run_does(tmp_path: Path) -> None:
    with dbt_child(lake=tmp_path / "lake", build=tmp_path, as_of=_AS_OF) as dbt:
        assert dbt._child.stdin is not None
        dbt._child.stdin.close()
        assert dbt._child.wait(timeout=60) == 143


def test_a_child_that_cannot_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_dbt, "_CHILD", ("-c", "raise SystemExit('no dbt here')"))
    with dbt_child(lake=tmp_path / "lake", build=tmp_path, as_of=_AS_OF) as dbt:
        dbt._child.wait(timeout=60)
        run = dbt.run(["build"])
    assert run.exit_code == 1
    assert run.messages == ("no dbt here",)


def test_what_a_child_runs_is_what_it_was_asked(tmp_path: Path) -> None:
    with dbt_child(lake=tmp_path / "lake", build=tmp_path, as_of=_AS_OF) as dbt:
        run = dbt.run(["no-such-command"])
    assert run.exit_code == 2
    assert any("No such command 'no-such-command'" in message for message in run.messages)
