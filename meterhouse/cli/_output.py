"""What commands print: data on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foundation import encode_json

_PIPE_WIDTH: Final = 10_000

__all__ = ["OutputFormat", "notices", "print_json", "print_table", "tables"]


class OutputFormat(StrEnum):
    """How a command prints its result: for people, or for programs."""

    TABLE = "table"
    JSON = "json"


def notices() -> Console:
    """Return the console for progress and remarks: standard error."""
    return Console(file=sys.stderr, highlight=False)


def tables() -> Console:
    """Return the console for what a command answers: standard output.

    In a pipe no line is broken: there is no edge to break it at.
    """
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(file=sys.stdout, highlight=False, width=width)


def print_json(value: object) -> None:
    """Print one JSON document in one line, every digit kept."""
    typer.echo(encode_json(value))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[str] = ()
) -> None:
    """Print rows under their columns, as wide as they are; numbers go to `right`.

    On a terminal too narrow for a line each row is printed field by field: nothing is cut.
    """
    console = tables()
    texts = [list(row) for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", no_wrap=True)
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    whole = console.measure(table, options=console.options.update(width=_PIPE_WIDTH)).maximum
    if whole <= console.width or not texts or not sys.stdout.isatty():
        console.print(table)
        return
    for number, row in enumerate(texts):
        if number:
            console.print()
        fields = Table.grid(padding=(0, 2))
        fields.add_column(style="bold", no_wrap=True)
        fields.add_column(overflow="fold")
        for name, cell in zip(columns, row, strict=True):
            fields.add_row(name, Text(cell))
        console.print(fields)
