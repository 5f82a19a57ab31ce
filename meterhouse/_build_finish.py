"""The last steps of a build: make the file stand alone, prove that it does, put it on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import duckdb

from foundation.errors import RunError
from ingest import sync_path
from meterhouse._publish import DATABASE_NAME

__all__ = ["EVENTS_NAME", "count_rows", "finish"]

# Effective events lie beside the file, never in it; only views over them may read a path.
EVENTS_NAME: Final = "events"

_READ_ONLY: Final = 0o444


def finish(build: Path) -> dict[str, int]:
    """Seal the database of `build` and return the number of rows of each relation in `main`.

    Staging reads the build's inputs, which do not outlive it, so it goes first. Afterwards the file
    is opened the way a reader opens it, with everything but its own events out of reach, and every
    view must answer.

    Raises:
        RunError: the file does not open, or a view needs what lies outside the build.
    """
    database = build / DATABASE_NAME
    with duckdb.connect(database) as connection:
        connection.execute("drop schema if exists staging cascade")
        connection.execute("checkpoint")
    try:
        row_counts = count_rows(database, is_alone=True)
    except duckdb.Error as error:
        raise RunError(
            f"the finished file does not stand alone: {str(error).splitlines()[0]}"
        ) from error
    shutil.rmtree(build / "spill", ignore_errors=True)
    database.chmod(_READ_ONLY)
    for path in (database, *_files_and_folders(build / EVENTS_NAME), build, build.parent):
        sync_path(path)
    return row_counts


def count_rows(database: Path, *, is_alone: bool = False) -> dict[str, int]:
    """Return the number of rows of each relation in `main`, after asking every view for none.

    `is_alone` puts everything out of reach but the build's own events.
    """
    with duckdb.connect(database, read_only=True) as connection:
        if is_alone:
            events = str(database.parent / EVENTS_NAME).replace("'", "''")
            connection.execute(f"set allowed_directories = ['{events}']")
            connection.execute("set enable_external_access = false")
        for schema, view in _relations(connection, "VIEW"):
            connection.execute(f"select * from {schema}.{view} limit 0").fetchall()
        counted = [
            (name, connection.execute(f"select count(*) from {schema}.{name}").fetchone())
            for schema, name in _relations(connection, "BASE TABLE", "VIEW")
            if schema == '"main"'
        ]
    return {name.strip('"'): row[0] for name, row in counted if row}


def _relations(connection: duckdb.DuckDBPyConnection, *kinds: str) -> list[tuple[str, str]]:
    found = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = current_database() and list_contains(?, table_type) "
        "order by table_schema, table_name",
        [list(kinds)],
    ).fetchall()
    return [(_quoted(schema), _quoted(name)) for schema, name in found]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _files_and_folders(folder: Path) -> list[Path]:
    return [*folder.rglob("*"), folder] if folder.is_dir() else []
