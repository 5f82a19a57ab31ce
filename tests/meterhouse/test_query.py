"""SQL over the published file from the command line: exact in every format, and read-only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.conftest import CommandLine, Said

Run = Callable[..., Said]

VALUES = """
select
    cast('0.000000000001' as decimal(38, 12)) as small,
    cast('99999999999999999999999999.5' as decimal(38, 12)) as large,
    cast(9223372036854775807 as bigint) as whole,
    cast(0.1 as double) as fraction,
    timestamp '2026-01-31 09:30:00' as instant,
    date '2026-01-31' as day,
    null as nothing,
    true as yes,
    ['a', 'b'] as names,
    {'key': cast(1.50 as decimal(38, 12))} as named,
    'a "quoted", line' as words
"""


def test_json_keeps_every_digit(run: Run, sample_home: Path) -> None:
    said = run("query", VALUES, "--format", "json", "--home", sample_home)
    assert said.stdout == (
        '{"small":0.000000000001,"large":99999999999999999999999999.5,'
        '"whole":9223372036854775807,"fraction":0.1,"instant":"2026-01-31T09:30:00Z",'
        '"day":"2026-01-31","nothing":null,"yes":true,"names":["a","b"],"named":{"key":1.5},'
        '"words":"a \\"quoted\\", line"}\n'
    )


def test_csv_has_the_same_values_and_empty_fields_for_nulls(run: Run, sample_home: Path) -> None:
    said = run("query", VALUES, "--format", "csv", "--home", sample_home)
    header, row = said.stdout.splitlines()
    assert header == "small,large,whole,fraction,instant,day,nothing,yes,names,named,words"
    assert row == (
        "0.000000000001,99999999999999999999999999.5,9223372036854775807,0.1,"
        '2026-01-31T09:30:00Z,2026-01-31,,true,"[""a"",""b""]","{""key"":1.5}",'
        '"a ""quoted"", line"'
    )


def test_json_is_one_object_a_row_and_all_rows(run: Run, sample_home: Path) -> None:
    said = run("query", "select * from range(2500)", "--format", "json", "--home", sample_home)
    rows = [json.loads(line) for line in said.stdout.splitlines()]
    assert rows == [{"range": number} for number in range(2500)]


def test_columns_of_one_name_are_told_apart(run: Run, sample_home: Path) -> None:
    said = run("query", "select 1 as a, 2 as a", "--format", "json", "--home", sample_home)
    assert said.stdout == '{"a":1,"a_1":2}\n'


def test_a_table_is_cut_at_its_limit_and_says_so(run: Run, sample_home: Path) -> None:
    query = "select * from range(7)"
    said = run("query", query, "--limit", "3", "--home", sample_home)
    assert said.stdout.split() == ["range", "─────", "0", "1", "2"]
    assert said.stderr.startswith("More than 3 rows")
    assert run("query", query, "--limit", "7", "--home", sample_home).stderr == ""


def test_a_query_may_come_from_standard_input(cli: CommandLine, sample_home: Path) -> None:
    said = cli("query", "-", "--home", sample_home, stdin="select id from customers order by id")
    assert said.exit_code == 0
    assert said.stdout.split()[-1] == "cus_EmberStudio005"


def test_marts_and_table_functions_answer(run: Run, sample_home: Path) -> None:
    query = "select total_usage from usage_record_summaries('si_BorealisMessages')"
    said = run("query", query, "--format", "csv", "--home", sample_home)
    assert said.stdout.split() == ["total_usage", "567", "10976", "1647"]


@pytest.mark.parametrize("statement", ["delete from customers", "create table x as select 1"])
def test_nothing_can_be_changed(run: Run, sample_home: Path, statement: str) -> None:
    said = run("query", statement, "--home", sample_home)
    assert said.exit_code == 2
    assert "read-only" in said.stderr


def test_an_earlier_build_can_be_asked(run: Run, sample_home: Path) -> None:
    build = (sample_home / "current").resolve().name
    said = run("query", "select 1 as one", "--build", build, "--home", sample_home)
    assert said.stdout.split()[-1] == "1"


def test_a_reader_that_holds_the_file_does_not_disturb(run: Run, sample_home: Path) -> None:
    with duckdb.connect(sample_home / "current" / "warehouse.duckdb", read_only=True):
        assert run("query", "select 1", "--home", sample_home).exit_code == 0
