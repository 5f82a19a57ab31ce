"""The SQL that a macro of the project expands to, so that a rule can be tried on rows of a test."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from foundation import project_dir

__all__ = ["expand"]


@cache
def expand(jinja: str) -> str:
    """Return the SQL of a Jinja expression of macros, such as ``{{ packages('q', '5', "'up'") }}``.

    dbt itself expands it, in a process of its own, so what is tried is what the models run.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lake").mkdir()
        ran = subprocess.run(
            [
                str(Path(sys.executable).with_name("dbt")),
                "--quiet",
                "compile",
                "--project-dir",
                str(project_dir()),
                "--no-introspect",
                "--inline",
                jinja,
            ],
            env={
                **os.environ,
                "METERHOUSE_BUILD": folder,
                "DBT_PROFILES_DIR": str(project_dir()),
                "DBT_TARGET_PATH": str(Path(folder) / "target"),
                "DBT_LOG_PATH": str(Path(folder) / "logs"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.strip()
