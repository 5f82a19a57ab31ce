"""The last steps of a build: make the file stand alone, prove that it does, put it on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from foundation import decimal_text
from foundation.errors import RunError
from ingest import sync_path
from meterhouse._publish import DATABASE_NAME

__all__ = ["EVENTS_NAME", "Measured", "finish", "measure"]

# Effective events lie beside the file, never in it; only views over them may read a path.
EVENTS_NAME: Final = "events"

_READ_ONLY: Final = 0o444

# Views that merge all of history each time they are counted, and the tables that they read. Their
# rows and sums say as much of them, and take a night no longer the longer history is.
_MEASURED_BY: Final = {
    "meter_event_summaries": "meter_quarter_hours",
    "meter_event_summaries_daily": "meter_days",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One relation: its rows, and the sum of each whole-number and decimal column.

    Sums are exact numbers as text; None where one does not fit 38 digits.
    """

    rows: int
    totals: dict[str, str | None]


def finish(build: Path) -> dict[str, Measured]:
    """Seal the database of `build` and return what each relation in `main` measures, by name.

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
        measured = measure(database, is_alone=True)
    except duckdb.Error as error:
        raise RunError(
            f"the finished file does not stand alone: {str(error).splitlines()[0]}"
        ) from error
    shutil.rmtree(build / "spill", ignore_errors=True)
    database.chmod(_READ_ONLY)
    for path in (database, *_files_and_folders(build / EVENTS_NAME), build, build.parent):
        sync_path(path)
    return measured


def measure(
    database: Path, *, is_alone: bool = False, counted: Container[str] = ()
) -> dict[str, Measured]:
    """Return what each relation in `main` measures, after asking every view for none of its rows.

    Event summaries are not counted; the rollups that they are read from are measured in their
    place, unless `counted` names them, as builds made earlier do.

    `is_alone` puts everything out of reach but the build's own events.
    """
    with duckdb.connect(database, read_only=True) as connection:
        if is_alone:
            events = str(database.parent / EVENTS_NAME).replace("'", "''")
            connection.execute(f"set allowed_directories = ['{events}']")
            connection.execute("set enable_external_access = false")
        for schema, view in _relations(connection, "VIEW"):
            connection.execute(f"select * from {schema}.{view} limit 0").fetchall()
        names = {
            name.strip('"'): f"{schema}.{name}"
            for schema, name in _relations(connection, "BASE TABLE", "VIEW")
            if schema == '"main"'
        }
        measured_by = {
            f'"intermediate"."{table}"': f"intermediate.{table}"
            for view, table in _MEASURED_BY.items()
            if view not in counted and names.pop(view, None) is not None
        }
        # Builds made earlier have no rollup of days.
        for schema, name in _relations(connection, "BASE TABLE"):
            if rollup := measured_by.get(f"{schema}.{name}"):
                names[rollup] = rollup
        return {name: _measured(connection, relation) for name, relation in names.items()}


def _measured(connection: duckdb.DuckDBPyConnection, relation: str) -> Measured:
    columns: Sequence[str] = [
        name
        for (name, kind) in connection.execute(
            f"select column_name, column_type from (describe {relation}) order by column_name"
        ).fetchall()
        if kind == "BIGINT" or kind.startswith("DECIMAL")
    ]
    sums = [f"sum({_quoted(column)})" for column in columns]
    try:
        row = _only_row(connection, relation, ["count(*)", *sums])
    except duckdb.OutOfRangeException:
        row = [
            *_only_row(connection, relation, ["count(*)"]),
            *(_sum_that_fits(connection, relation, one) for one in sums),
        ]
    totals = (None if total is None else decimal_text(total) for total in row[1:])
    return Measured(row[0], dict(zip(columns, totals, strict=True)))


def _sum_that_fits(connection: duckdb.DuckDBPyConnection, relation: str, total: str) -> Any:
    try:
        return _only_row(connection, relation, [total])[0]
    except duckdb.OutOfRangeException:
        return None


def _only_row(
    connection: duckdb.DuckDBPyConnection, relation: str, expressions: Sequence[str]
) -> list[Any]:
    row = connection.execute(f"select {', '.join(expressions)} from {relation}").fetchone()
    return list(row or ())


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
