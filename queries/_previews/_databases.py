"""Small databases in memory in which a preview runs the steps of the build over one customer.

A build keeps, as ``previews.steps``, the SQL that it ran from the streams of objects to the drafts.
A database here has an empty table for each of them and that SQL prepared, so that a preview pays
for running alone. It works inside a transaction that is rolled back, and leaves the tables empty.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

_IDLE_AT_MOST: Final = 4
_CLOCK: Final = "$as_of"


@dataclass(frozen=True, slots=True)
class Step:
    """One model of the build as a preview runs it."""

    model: str
    relation: str
    """The relation it makes, quoted, as the SQL of others names it."""
    reads: tuple[str, ...]
    empty_without: tuple[str, ...]
    """Models without whose rows it has none; ``a or b`` where neither has any."""
    runs_in_build: bool
    """Whether it reads events, and so runs on the published file."""
    sql: str

    def is_empty(self, counts: Mapping[str, int]) -> bool:
        """Whether it has no rows, whatever the clock, given how many the models before it made."""
        return any(
            not any(counts.get(model, 0) for model in needed.split(" or "))
            for needed in self.empty_without
        )

    @property
    def asks_clock(self) -> int:
        """How many times the SQL asks what time it is."""
        return self.sql.count(_CLOCK)


class Database:
    """An empty copy of what lies between the streams and the drafts. For one thread at a time."""

    def __init__(self, steps: Sequence[Step], kept: Mapping[str, pa.Schema]) -> None:
        self._kept = kept
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        # Tiny tables: to fill one costs as much as its blocks are large.
        self._connection.execute("attach ':memory:' as warehouse (block_size 16384)")
        self._connection.execute("use warehouse")
        self._connection.execute("set timezone = 'UTC'")
        # The tables are tiny: planning well would take longer than running badly.
        self._connection.execute("pragma disable_optimizer")
        self._connection.execute("set enable_external_access = false")
        for relation, schema in kept.items():
            self._create(relation, schema)
        made_here = [step for step in steps if not step.runs_in_build]
        for step in made_here:
            self._create_for(step)
        # Only now: a prepared statement is planned again, each time, once the catalog has changed.
        for step in made_here:
            self._prepare(step)

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    def interrupt(self) -> None:
        """Stop the query that is running; called from another thread."""
        self._connection.interrupt()

    @contextmanager
    def session(self) -> Generator[None]:
        """Hold what is put in for the length of one preview."""
        self._connection.execute("begin")
        try:
            yield
        finally:
            self._connection.execute("rollback")

    def put(self, relation: str, rows: pa.Table) -> int:
        """Put rows into a relation, by the names of their columns; give how many."""
        if not rows.num_rows:
            return 0
        self._connection.register("given_rows", rows)
        try:
            return self._count(f"insert into {relation} by name select * from given_rows")
        finally:
            self._connection.unregister("given_rows")

    def run(self, step: Step, as_of: datetime.datetime) -> int:
        """Run a step over what its inputs hold now; give the number of rows it made."""
        instants = ", ".join([f"timestamp '{as_of:%Y-%m-%d %H:%M:%S}'"] * step.asks_clock)
        return self._count(f"execute {_name(step)}" + (f"({instants})" if instants else ""))

    def change(self, sql: str, values: Mapping[str, object]) -> None:
        """Change rows that a step made."""
        self._connection.execute(sql, dict(values))

    def count(self, relation: str) -> int:
        """Give how many rows a relation holds."""
        return self._count(f"select count(*) from {relation}")

    def rows(self, relation: str) -> pa.Table:
        """Give what a relation holds."""
        return self.query(f"from {relation}")

    def query(self, sql: str) -> pa.Table:
        """Ask what the relations hold."""
        return self._connection.sql(sql).to_arrow_table()

    def _count(self, statement: str) -> int:
        counted = self._connection.execute(statement).fetchone()
        return counted[0] if counted else 0

    def _create(self, relation: str, schema: pa.Schema) -> None:
        self._make_schema(relation)
        self._connection.register("no_rows", schema.empty_table())
        self._connection.execute(f"create table {relation} as from no_rows")
        self._connection.unregister("no_rows")

    def _create_for(self, step: Step) -> None:
        self._make_schema(step.relation)
        some_instant = step.sql.replace(_CLOCK, "timestamp '2000-01-01'")
        self._connection.execute(f"create table {step.relation} as {some_instant} with no data")

    def _prepare(self, step: Step) -> None:
        # A parameter that stands in two places, or whose type is open, has it planned again too.
        sql = step.sql.replace(_CLOCK, "cast(? as timestamp)")
        self._connection.execute(f"prepare {_name(step)} as insert into {step.relation} {sql}")

    def _make_schema(self, relation: str) -> None:
        self._connection.execute(f"create schema if not exists {relation.rpartition('.')[0]}")


def _name(step: Step) -> str:
    return f"run_{step.model}"


class Databases:
    """The databases of one build: made when they are needed, kept for the next preview."""

    def __init__(self, steps: Sequence[Step], kept: Mapping[str, pa.Schema]) -> None:
        self.steps = tuple(steps)
        self.kept = kept
        self._lock = threading.Lock()
        self._idle: list[Database] = []
        self._is_closed = False

    @contextmanager
    def lend(self) -> Generator[Database]:
        """Lend a database, every table empty."""
        with self._lock:
            database = self._idle.pop() if self._idle else None
        database = database or Database(self.steps, self.kept)
        try:
            with database.session():
                yield database
        except BaseException:
            database.close()
            raise
        with self._lock:
            if len(self._idle) < _IDLE_AT_MOST and not self._is_closed:
                self._idle.append(database)
                return
        database.close()

    def close(self) -> None:
        """Close every database that is not lent, and the others when they come back."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for database in idle:
            database.close()
