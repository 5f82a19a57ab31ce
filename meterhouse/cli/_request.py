"""What `meterhouse get` and `meterhouse post` share: asking in this process, and printing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import typer

from foundation.errors import UsageError
from meterhouse._objects_shown import cells, shown, summary
from meterhouse._warehouse import Warehouse
from meterhouse._warehouse_response import Response
from meterhouse.cli._output import OutputFormat, notices, print_table
from meterhouse.server._forms import nested_tree, parse_form

__all__ = ["Answered", "ask", "print_answer"]


class Answered(NamedTuple):
    """An answer, and which way the list goes that was asked for."""

    response: Response
    goes_back: bool


def ask(
    method: str,
    path: str,
    data: Sequence[str],
    *,
    home: Path,
    build: str | None = None,
    as_of: str | None = None,
    stripe_version: str | None = None,
    idempotency_key: str | None = None,
) -> Answered:
    """Answer one request from the published build."""
    path, _, query = path.partition("?")
    params = parse_form(query) | nested_tree(_pair(each) for each in data)
    with Warehouse(home, build=build, as_of=as_of) as warehouse:
        response = warehouse.request(
            method,
            path if path.startswith("/") else f"/{path}",
            params,
            idempotency_key=idempotency_key,
            stripe_version=stripe_version,
        )
        return Answered(response, "ending_before" in params)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"'{text}' is not name=value.", next_command="… -d limit=3")
    return name, value


def print_answer(answered: Answered, wanted: OutputFormat | None) -> int:
    """Print an answer: a table on a terminal, JSON in a pipe; a refusal on standard error too.

    The exit code is 0, or 2 where the request was refused, or 3 where answering it failed.
    """
    response, goes_back = answered
    form = wanted or (OutputFormat.TABLE if sys.stdout.isatty() else OutputFormat.JSON)
    if form is OutputFormat.JSON:
        typer.echo(response.text)
    elif not response.is_error:
        _print_tables(response.body, goes_back=goes_back)
    if not response.is_error:
        return 0
    error = cast("dict[str, Any]", response.body["error"])
    named = f" (param: {error['param']})" if "param" in error else ""
    notices().print(
        f"meterhouse: {error['message']}{named}", markup=False, soft_wrap=True, highlight=False
    )
    return 2 if response.status < 500 else 3


def _print_tables(body: dict[str, Any], *, goes_back: bool) -> None:
    if body.get("object") == "list":
        _print_list(body)
        if body.get("has_more"):
            side, at = ("ending_before", 0) if goes_back else ("starting_after", -1)
            _print_more(f"-d {side}={body['data'][at]['id']}")
        return
    fields = summary(body)
    rows = [[name, text] for name, value in fields.items() if (text := shown(name, value))]
    print_table(["field", "value"], rows)
    if isinstance(body.get("lines"), dict):
        lines = cast("dict[str, Any]", body["lines"])
        typer.echo()
        _print_list(lines)
        if lines.get("has_more"):
            last = lines["data"][-1]["id"]
            _print_more(f"meterhouse get '{lines['url']}' -d starting_after={last}")


def _print_list(body: dict[str, Any]) -> None:
    rows = cast("list[dict[str, Any]]", body["data"])
    names, texts, numbers = cells(rows)
    if rows:
        right = [name for name, number in zip(names, numbers, strict=True) if number]
        print_table(names, texts, right=right)
    else:
        notices().print("No objects.")


def _print_more(how: str) -> None:
    notices().print(f"More follow: {how}", markup=False, soft_wrap=True)
