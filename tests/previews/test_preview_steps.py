"""What a build keeps for previews: its own SQL, in an order that runs, and what may be skipped."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from meterhouse import Warehouse
from queries._previews._databases import Database, Step
from queries._previews._hypothesis import instant
from queries._previews._rows import Named, real_rows
from queries._previews._steps import databases_of, run_steps
from queries._reader import Reader

MOST_STAGES = 25


def steps_of(reader: Reader) -> dict[str, Step]:
    return {step.model: step for step in databases_of(reader).steps}


def test_a_build_keeps_the_very_sql_that_it_ran(account: Warehouse, account_home: Path) -> None:
    ran = json.loads((account_home / "current" / "dbt" / "run_results.json").read_text("utf-8"))
    compiled = {
        result["unique_id"].split(".")[2]: result["compiled_code"]
        for result in ran["results"]
        if result["unique_id"].startswith("model.")
    }
    with account._kernel.pool.reader() as reader:
        as_of = f"timestamp '{instant(reader.build.as_of_seconds)}'"
        steps = steps_of(reader)
    assert len(steps) > 50
    for model, step in steps.items():
        if model.startswith("stg_"):
            # Staging reads the files of the build's inputs, a preview the rows kept of them.
            assert step.sql.count('"warehouse"."previews".') == compiled[model].count("/*.parquet")
        else:
            assert step.sql.replace("cast($as_of as timestamp)", as_of) == compiled[model], model


def test_each_step_comes_after_those_that_it_reads(account: Warehouse) -> None:
    with account._kernel.pool.reader() as reader:
        steps = list(steps_of(reader).values())
    made: set[str] = set()
    names = {step.model for step in steps}
    for step in steps:
        assert set(step.reads) & names <= made, step.model
        made.add(step.model)


def test_no_step_has_more_than_25_stages(account: Warehouse) -> None:
    with account._kernel.pool.reader() as reader:
        steps = steps_of(reader)
    stages = {model: step.sql.count(" as (\n") for model, step in steps.items()}
    assert {model: count for model, count in stages.items() if count > MOST_STAGES} == {}


@pytest.mark.parametrize("customer", ["cus_metered", "cus_split", "cus_counted", "cus_taxed"])
def test_a_step_has_no_rows_without_those_it_is_declared_to_need(
    account: Warehouse, customer: str
) -> None:
    with account._kernel.pool.reader() as reader:
        databases = databases_of(reader)
        rows = real_rows(reader, customer, Named(), None)
        as_of = instant(reader.build.as_of_seconds)
        whole = _every_relation(reader, rows)
        checked = 0
        for step in databases.steps:
            for needed in step.empty_without:
                if step.runs_in_build:
                    continue
                with databases.lend() as database:
                    _fill(database, whole, without=needed.split(" or "), before=step)
                    assert database.run(step, as_of) == 0, (step.model, needed)
                checked += 1
    assert checked > 25


def _every_relation(reader: Reader, rows: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Every step's rows as a whole run makes them."""
    databases = databases_of(reader)
    as_of = instant(reader.build.as_of_seconds)
    made: dict[str, pa.Table] = {}
    with databases.lend() as database:
        for relation, table in rows.items():
            database.put(relation, table)
        for step in databases.steps:
            if step.runs_in_build:
                built = reader.arrow(f"from {step.relation}")
                database.put(step.relation, built)
            else:
                database.run(step, as_of)
            made[step.relation] = database.rows(step.relation)
    return {**rows, **made}


def _fill(
    database: Database, whole: dict[str, pa.Table], *, without: list[str], before: Step
) -> None:
    for relation, table in whole.items():
        name = relation.rpartition(".")[2].strip('"')
        if relation != before.relation and name not in without:
            database.put(relation, table)


def test_as_things_stand_the_steps_make_the_built_drafts(account: Warehouse) -> None:
    with account._kernel.pool.reader() as reader:
        as_of = instant(reader.build.as_of_seconds)
        for customer in reader.arrow("select id from main.customers").column("id").to_pylist():
            drafts = run_steps(reader, real_rows(reader, customer, Named(), None), as_of)
            for mart, made in (
                ("draft_invoices", drafts.invoices),
                ("draft_invoice_lines", drafts.lines),
            ):
                reader.lend("made", made)
                built = f"select * from main.{mart} where customer_id = $customer"
                for one, other in ((built, "from made"), ("from made", built)):
                    left = reader.rows(f"({one}) except all ({other})", {"customer": customer})
                    assert left == [], (customer, mart)
                reader.release()
