"""Run the steps of a build over the rows of one customer, real and hypothetical."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import pyarrow as pa

from queries._errors import APIError
from queries._previews._databases import Database, Databases, Step
from queries._reader import Reader

PREVIEWS: Final = '"warehouse"."previews"'
USAGE: Final = '"warehouse"."intermediate"."int_usage_per_timestamp"'
_LENT: Final = "preview_of_"


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that changes what a model made."""

    model: str
    sql: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts that the steps came to, and their lines, in the columns of the marts."""

    invoices: pa.Table
    lines: pa.Table
    answering: pa.Table
    """The rows of ``int_draft_invoices`` that were asked for."""


@contextmanager
def previewing(reader: Reader) -> Generator[None]:
    """Say so where a build was made by another release, and lacks what previews now read of it."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise APIError(
            f"The build {reader.build.id} was made by another release of Meterhouse, and its "
            "invoices cannot be previewed by this one. Next: meterhouse build",
        ) from error


def run_steps(
    reader: Reader,
    rows: Mapping[str, pa.Table],
    as_of: datetime.datetime,
    changes: Sequence[Change] = (),
    answering: str = 'select * from "warehouse"."intermediate"."int_draft_invoices"',
) -> Drafts:
    """Run every step over ``rows``, which are by relation, as of an instant.

    ``answering`` is the query that finds the drafts which answer.
    """
    databases = databases_of(reader)
    with databases.lend() as database, reader.also_interrupting(database.interrupt):
        counts = {
            _model_of(relation): database.put(relation, rows[relation])
            for relation in databases.kept
            if relation in rows
        }
        by_model = {step.model: step for step in databases.steps}
        for step in databases.steps:
            if step.is_empty(counts):
                counts[step.model] = 0
            elif step.runs_in_build:
                made = _run_in_build(reader, database, step, by_model, as_of)
                counts[step.model] = database.put(step.relation, made)
            else:
                counts[step.model] = database.run(step, as_of)
            if _change(database, changes, step):
                counts[step.model] = database.count(step.relation)
        return Drafts(
            invoices=database.rows(by_model["draft_invoices"].relation),
            lines=database.rows(by_model["draft_invoice_lines"].relation),
            answering=database.query(answering),
        )


def _change(database: Database, changes: Sequence[Change], step: Step) -> bool:
    """Make the changes to a step's rows that are asked for; say whether there were any."""
    asked = [change for change in changes if change.model == step.model]
    for change in asked:
        database.change(change.sql, change.values)
    return bool(asked)


def _run_in_build(
    reader: Reader,
    database: Database,
    step: Step,
    by_model: Mapping[str, Step],
    as_of: datetime.datetime,
) -> pa.Table:
    """Run a step that reads events on the published file, over what the others made so far."""
    sql = step.sql
    for model in step.reads:
        if model in by_model:
            relation = by_model[model].relation
            reader.lend(_LENT + model, database.rows(relation))
            sql = sql.replace(relation, _LENT + model)
    return reader.arrow(sql, {"as_of": as_of})


def _model_of(relation: str) -> str:
    return relation.rpartition(".")[2].strip('"')


def databases_of(reader: Reader) -> Databases:
    """Give the databases of the reader's build."""
    return reader.cached("preview_databases", _open_databases)


def _open_databases(reader: Reader) -> Databases:
    steps = [
        _step(row)
        for row in reader.rows(
            "select model, relation, reads, empty_without, runs_in_build, select_sql "
            "from previews.steps order by position"
        )
    ]
    streams = [f'{PREVIEWS}."{stream}"' for stream in _streams(reader)]
    kept = [USAGE, *(step.relation for step in steps if step.runs_in_build)]
    schemas = {
        stream: reader.arrow(f"select * exclude (lookup_hash) from {stream} limit 0").schema
        for stream in streams
    } | {relation: reader.arrow(f"from {relation} limit 0").schema for relation in kept}
    return Databases(steps, schemas)


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        model=row["model"],
        relation=row["relation"],
        reads=tuple(row["reads"]),
        empty_without=tuple(row["empty_without"]),
        runs_in_build=row["runs_in_build"],
        sql=row["select_sql"],
    )


def _streams(reader: Reader) -> list[str]:
    rows = reader.rows(
        "select table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and table_schema = 'previews' "
        "and table_name <> 'steps' order by table_name"
    )
    return [row["table_name"] for row in rows]
