"""`meterhouse query`."""

from __future__ import annotations

import csv
import sys
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from foundation import JsonNumber, encode_json
from foundation.errors import UsageError
from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import notices, print_table

if TYPE_CHECKING:
    from meterhouse._query import Answer

__all__ = ["query"]


class QueryFormat(StrEnum):
    """How a query's rows are printed; JSON is one object a line."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def query(
    sql: Annotated[str, typer.Argument(help="The query; - reads it from standard input.")],
    build: Annotated[
        str | None, typer.Option(help="The build to ask; by default the published one.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows a table shows at most.")] = 100,
    home: HomeOption = None,
    output_format: Annotated[
        QueryFormat, typer.Option("--format", help="How to print the rows.")
    ] = QueryFormat.TABLE,
) -> int:
    """Ask the published file in SQL: marts, table functions, anything DuckDB can read.

    The file is opened read-only. JSON and CSV keep every digit and every row.
    """
    from meterhouse._query import ask

    text = sys.stdin.read() if sql == "-" else sql
    if not text.strip():
        raise UsageError("The query is empty.", next_command='meterhouse query "show tables"')
    with ask(chosen_home(home), text, build_id=build) as answer:
        match output_format:
            case QueryFormat.TABLE:
                _print_table(answer, limit)
            case QueryFormat.CSV:
                _print_csv(answer)
            case QueryFormat.JSON:
                _print_lines(answer)
    return 0


def _print_table(answer: Answer, limit: int) -> None:
    shown: list[list[object]] = []
    for row in answer.rows():
        if len(shown) == limit:
            notices().print(f"More than {limit} rows; the rest: --limit N, --format csv or json.")
            break
        shown.append(row)
    numbers = {
        name
        for position, name in enumerate(answer.columns)
        if all(_is_number(row[position]) for row in shown if row[position] is not None)
    }
    cells = [[_cell(value) for value in row] for row in shown]
    print_table(answer.columns, cells, right=numbers)


def _print_csv(answer: Answer) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows():
        writer.writerow([_cell(value) for value in row])


def _print_lines(answer: Answer) -> None:
    for row in answer.rows():
        typer.echo(encode_json(dict(zip(answer.columns, row, strict=True))))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encode_json(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal | JsonNumber) and not isinstance(value, bool)
