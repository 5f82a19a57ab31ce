"""DuckDB 1.5 opens what 2.0 published, and every answer is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from foundation import project_dir

_BESIDE = project_dir() / ".venv-duckdb-1.5" / "bin" / "python"
PYTHON = os.environ.get("DUCKDB_1_5_PYTHON") or (str(_BESIDE) if _BESIDE.exists() else None)
"""A Python that has what requirements/duckdb-1.5.lock names: two versions cannot share one."""


def answers(python: str, home: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("_published_answers.py")
    no_edits = home / "lake" / "invoice_line_edits" / "_empty.parquet"
    ran = subprocess.run(
        [python, str(script), str(home / "current" / "warehouse.duckdb"), str(no_edits)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.skipif(
    PYTHON is None, reason="no Python with requirements/duckdb-1.5.lock: make test-duckdb-1.5"
)
def test_duckdb_1_5_answers_from_what_was_published_as_this_version_does(
    sample_home: Path,
) -> None:
    older, ours = answers(str(PYTHON), sample_home), answers(sys.executable, sample_home)
    assert older["duckdb"].startswith("1.5.")
    assert ours["duckdb"] == duckdb.__version__
    assert {name for name, rows in ours["answers"].items() if rows} >= {
        "draft_invoices",
        "control_totals",
        "usage_record_summaries()",
        "usage_record_summary_records()",
        "meter_event_summaries()",
        "meter_usage()",
        "draft_invoice_lines_edited()",
        "preview_lines()",
        "invoice_lines()",
        "upcoming_invoice_lines()",
        "subscriptions()",
    }
    asked = {name.removesuffix("()") for name in ours["answers"] if name.endswith("()")}
    assert asked == set(ours["functions"])
    assert older["answers"] == ours["answers"]
