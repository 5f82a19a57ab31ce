"""One build of some models over a lake, by dbt in a process of its own, as in production."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.models._dbt import run_dbt

__all__ = ["Built", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the file, and how to ask it."""

    file: Path

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of `query`, read-only, in UTC."""
        with duckdb.connect(self.file, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            # Staging reads the lake by the name it has in the build's folder.
            connection.execute(f"set file_search_path = '{self.file.parent}'")
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
    selection = ["--select", *select, *(["--exclude", *exclude] if exclude else [])]
    # The manifest of the whole project, which nobody reads here, takes half a second to write.
    words = ["--no-write-json", command, *selection]
    run_dbt(folder, lake, words, variables=variables or "", as_of=as_of)
    return Built(folder / "warehouse.duckdb")
