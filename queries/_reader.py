"""One request's view of one build: a cursor, rows as dicts, and tables lent for the request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

import duckdb
import pyarrow as pa

from foundation.errors import UsageError
from queries._build import Build
from queries._column_names import distinct_names
from queries._errors import APIError
from queries._recent_objects import RecentObjects

_READING = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})
_parsing = threading.Lock()


T = TypeVar("T")


class BuildCache:
    """What is made once for a build and kept while it is open. Shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Any] = {}
        self.recent_objects = RecentObjects()

    def get(self, name: str, make: Callable[[], T]) -> T:
        """Give what is kept under a name, made on the first call."""
        with self._lock:
            if name not in self._held:
                self._held[name] = make()
            return self._held[name]

    def close(self) -> None:
        """Close what can be closed."""
        with self._lock:
            for held in self._held.values():
                if hasattr(held, "close"):
                    held.close()
            self._held.clear()


class Reader:
    """Read one build through one cursor. Not to be shared between threads."""

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, build: Build, cache: BuildCache | None = None
    ) -> None:
        self._cursor = cursor
        self.build = build
        self._cache = cache or BuildCache()
        self._lent: list[str] = []
        self._interrupts: list[Callable[[], None]] = [cursor.interrupt]
        self._supposed: dict[tuple[str, str], dict[str, Any]] = {}
        self.is_overdue = False

    def rows(self, sql: str, values: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Run a query of ours and give its rows. ``values`` fill the ``$names`` it holds."""
        statement = _statement(sql)
        try:
            result = self._cursor.execute(statement, _bound(statement, values))
            columns = [column[0] for column in result.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        except duckdb.InterruptException as error:
            raise _overdue() from error

    def row(self, sql: str, values: Mapping[str, object] | None = None) -> dict[str, Any] | None:
        """Give the first row of a query, or None."""
        rows = self.rows(sql, values)
        return rows[0] if rows else None

    def table(
        self, sql: str, values: Sequence[object] | Mapping[str, object] | None = None
    ) -> pa.Table:
        """Run somebody's query, which may only read, and give all its rows.

        Raises:
            UsageError: the query is wrong, is several, or would do more than read.
        """
        if values is not None and (
            isinstance(values, str | bytes)
            or not isinstance(cast("object", values), Sequence | Mapping)
        ):
            raise UsageError(
                f"Parameters are a list for ? or a dict for $name, not {values!r}.",
                next_command='warehouse.sql("select ?", [value])',
            )
        try:
            statements = self._cursor.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise UsageError(
                    "Only one query that reads can be run here.",
                    next_command='warehouse.sql("show all tables")',
                )
            table = self._cursor.sql(sql, params=values).to_arrow_table()
            return table.rename_columns(distinct_names(table.column_names))
        except duckdb.InterruptException as error:
            raise _overdue() from error
        except duckdb.Error as error:
            raise UsageError(str(error)) from error

    def arrow(self, sql: str, values: Mapping[str, object] | None = None) -> pa.Table:
        """Run a query of ours and give its rows as Arrow, every number exact."""
        statement = _statement(sql)
        try:
            return self._cursor.sql(
                statement, params=_bound(statement, values) or None
            ).to_arrow_table()
        except duckdb.InterruptException as error:
            raise _overdue() from error

    def cached(self, name: str, make: Callable[[Reader], T]) -> T:
        """Give what is kept for this build under a name, made by the first who asks."""
        return self._cache.get(name, lambda: make(self))

    @property
    def recent_objects(self) -> RecentObjects:
        """Landed objects of this build that were read lately."""
        return self._cache.recent_objects

    def suppose(self, objects: Mapping[tuple[str, str], dict[str, Any]]) -> None:
        """Let objects be found, by type and id, as if they had landed, until the request ends."""
        self._supposed.update(objects)

    @property
    def supposed(self) -> Mapping[tuple[str, str], dict[str, Any]]:
        """The objects that are found although they did not land."""
        return self._supposed

    @contextmanager
    def also_interrupting(self, interrupt: Callable[[], None]) -> Generator[None]:
        """Stop this too when the request takes too long."""
        self._interrupts.append(interrupt)
        try:
            yield
        except duckdb.InterruptException as error:
            raise _overdue() from error
        finally:
            self._interrupts.remove(interrupt)

    def lend(self, name: str, table: pa.Table) -> None:
        """Let queries read an Arrow table under a name, until the request ends."""
        self._cursor.register(name, table)
        self._lent.append(name)

    def interrupt(self) -> None:
        """Stop the query that is running; called from another thread."""
        self.is_overdue = True
        for interrupt in list(self._interrupts):
            interrupt()

    def release(self) -> None:
        """Take back what was lent."""
        for name in self._lent:
            self._cursor.unregister(name)
        self._lent.clear()
        self._supposed.clear()


def _overdue() -> APIError:
    return APIError(
        "The request took too long and was stopped. Ask for less at once.", http_status=503
    )


@lru_cache(maxsize=1024)
def _statement(sql: str) -> duckdb.Statement:
    """Parse a query of ours, once: that takes as long as many of them take to run."""
    with _parsing:
        (statement,) = _parser().extract_statements(sql)
    return statement


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Give a connection that only parses: what it makes belongs to no build."""
    return duckdb.connect(":memory:", config={"threads": 1})


def _bound(statement: duckdb.Statement, values: Mapping[str, object] | None) -> dict[str, object]:
    """Pick the values that a query has names for: DuckDB refuses others."""
    return {name: (values or {})[name] for name in statement.named_parameters}
