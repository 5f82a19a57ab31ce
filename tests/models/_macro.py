"""The SQL that a macro of the project expands to, so that a rule can be tried on rows of a test."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from tests.models._dbt import run_dbt

__all__ = ["expand"]


@cache
def expand(jinja: str) -> str:
    """Return the SQL of a Jinja expression of macros, such as ``{{ packages('q', '5', "'up'") }}``.

    dbt itself expands it, in a process of its own, so what is tried is what the models run.
    """
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        lake.mkdir()
        arguments = ["--quiet", "compile", "--no-introspect", "--inline", jinja]
        return run_dbt(Path(folder), lake, arguments).strip()
