"""What is called when a run has ended: it gets the summary, and never changes how the run ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meterhouse._nightly_schedule import call_on_finish
from meterhouse._nightly_summary import RunSummary


@pytest.fixture
def summary() -> RunSummary:
    return RunSummary(started_at="2026-11-27T02:15:00Z", home="/srv/größe", strays=["ö"])


def test_it_gets_the_summary_as_one_line_of_json(summary: RunSummary, tmp_path: Path) -> None:
    got = tmp_path / "got.json"
    assert call_on_finish(f"cat > '{got}'", summary) is None
    (line,) = got.read_text("utf-8").splitlines()
    assert json.loads(line) == summary.to_json()


def test_it_may_read_nothing(summary: RunSummary) -> None:
    summary.strays = ["x" * 1_000_000]
    assert call_on_finish("true", summary) is None


def test_bytes_that_are_no_text_are_told_and_not_fatal(summary: RunSummary) -> None:
    assert call_on_finish(r"printf '\377'", summary) is None
    said = call_on_finish(r"printf 'oops \377' >&2; exit 4", summary)
    assert said is not None
    assert "--on-finish ended with 4" in said
    assert said.endswith(": oops \ufffd")
