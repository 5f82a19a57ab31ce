"""`meterhouse get`."""

from __future__ import annotations

from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat

__all__ = ["get"]


def get(
    path: Annotated[str, typer.Argument(help="The path, such as /v1/customers.")],
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", help="A parameter: limit=3, created[gte]=1767225600."),
    ] = None,
    build: Annotated[
        str | None, typer.Option(help="The build to ask; by default the published one.")
    ] = None,
    stripe_version: Annotated[
        str | None, typer.Option(help="The API version whose shapes are answered.")
    ] = None,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option("--format", help="Default: a table on a terminal, JSON in a pipe."),
    ] = None,
) -> int:
    """Ask the API from the command line: `meterhouse get /v1/customers -d limit=3`.

    Answers as `meterhouse serve` does, from the published build, without a server or a key.
    """
    from meterhouse.cli._request import ask, print_answer

    answered = ask(
        "GET",
        path,
        data or [],
        home=chosen_home(home),
        build=build,
        stripe_version=stripe_version,
    )
    return print_answer(answered, output_format)
