"""What commands print: data on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from enum import StrEnum

import typer
from rich.console import Console

from foundation import encode_json

__all__ = ["OutputFormat", "notices", "print_json", "tables"]


class OutputFormat(StrEnum):
    """How a command prints its result: for people, or for programs."""

    TABLE = "table"
    JSON = "json"


def notices() -> Console:
    """Return the console for progress and remarks: standard error."""
    return Console(file=sys.stderr, highlight=False)


def tables() -> Console:
    """Return the console for what a command answers: standard output."""
    return Console(file=sys.stdout, highlight=False)


def print_json(value: object) -> None:
    """Print one JSON document in one line, every digit kept."""
    typer.echo(encode_json(value))
