"""Any SQL over a published file, row by row, every number with all its digits."""

from __future__ import annotations

import datetime
import math
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

import duckdb

from foundation import JsonNumber
from foundation.errors import UsageError
from queries import distinct_names, locate

__all__ = ["Answer", "ask"]

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's columns, no two of one name, and its rows as they are read.

    Good only within the `ask` block.
    """

    columns: tuple[str, ...]
    _result: duckdb.DuckDBPyConnection

    def rows(self) -> Generator[list[object]]:
        """Give each row once, in the query's order, its values as exact JSON holds them.

        Instants are ISO 8601 in UTC with `Z`, dates ISO 8601, other values of no JSON kind their
        text. A DOUBLE, which no mart has but a query may make, has the digits that tell it apart.
        """
        while rows := self._result.fetchmany(_AT_ONCE):
            for row in cast("list[tuple[object, ...]]", rows):
                yield [_json_value(value) for value in row]


@contextmanager
def ask(home: Path, sql: str, *, build_id: str | None = None) -> Generator[Answer]:
    """Run `sql` over the published build of `home`, or over another one; the file is read-only.

    Raises:
        UsageError: there is no such build, or the query is wrong; DuckDB's first line says how.
    """
    database = locate(home, build_id).database
    with duckdb.connect(database, read_only=True) as connection:
        try:
            connection.execute("set TimeZone = 'UTC'")
            result = connection.execute(sql)
            names = distinct_names(column[0] for column in result.description or ())
            yield Answer(tuple(names), result)
        except duckdb.Error as error:
            raise UsageError(
                str(error).splitlines()[0], next_command='meterhouse query "show all tables"'
            ) from error


def _json_value(value: object) -> object:
    match value:
        case None | bool() | int() | str() | Decimal():
            return value
        case float():
            return JsonNumber(repr(value)) if math.isfinite(value) else None
        case datetime.datetime():
            return value.replace(tzinfo=None).isoformat() + "Z"
        case Mapping():
            held = cast("Mapping[object, object]", value)
            return {str(key): _json_value(item) for key, item in held.items()}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [_json_value(item) for item in cast("Sequence[object]", value)]
        case _:
            return str(value)
