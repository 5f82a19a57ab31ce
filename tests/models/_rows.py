"""Tables made of rows given as tuples, and rows back as dicts: the ground for trying one macro."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

__all__ = ["dicts", "fill"]


def fill(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Iterable[Sequence[Any]],
) -> None:
    """Make table `name` with `columns` (as in ``create table``) and fill it with `rows`."""
    connection.execute(f"create or replace table {name} ({columns})")
    given = list(rows)
    if not given:
        return
    names = [column[0] for column in connection.execute(f"from {name}").description or []]
    held = connection.sql(f"from {name}").to_arrow_table().schema
    table = pa.table(
        {
            column: pa.array([row[place] for row in given], held.field(column).type)
            for place, column in enumerate(names)
        }
    )
    connection.register("given_rows", table)
    connection.execute(f"insert into {name} from given_rows")
    connection.unregister("given_rows")


def dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return the rows of `query`, each as column name to value."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
