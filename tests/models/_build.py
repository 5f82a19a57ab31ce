"""One build of some models over a lake, by dbt in a process of its own, as in production."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from foundation._project import project_dir

__all__ = ["Built", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the file, and how to ask it."""

    file: Path

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of `query`, read-only, in UTC."""
        with duckdb.connect(self.file, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(query, list(parameters)).fetchall()


def build(
    lake: Path,
    folder: Path,
    *,
    select: Sequence[str],
    as_of: str,
    exclude: Sequence[str] = (),
    command: str = "run",
    variables: str | None = None,
) -> Built:
    """Run `dbt <command>` over `lake` into `folder`/warehouse.duckdb.

    `select` and `exclude` are dbt selectors; `as_of` is `YYYY-MM-DD HH:MM:SS` UTC; `variables` is
    dbt's `--vars`. Fails the test with dbt's own output when dbt fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    project = project_dir()
    environment = {
        **os.environ,
        "METERHOUSE_LAKE": str(lake),
        "METERHOUSE_BUILD": str(folder),
        "METERHOUSE_AS_OF": as_of,
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    arguments = [command, "--project-dir", str(project), "--select", *select]
    if exclude:
        arguments += ["--exclude", *exclude]
    if variables is not None:
        arguments += ["--vars", variables]
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Built(folder / "warehouse.duckdb")
