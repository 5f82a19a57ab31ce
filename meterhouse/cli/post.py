"""`meterhouse post`."""

from __future__ import annotations

from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat

__all__ = ["post"]


def post(
    path: Annotated[
        str, typer.Argument(help="The path, such as /v1/subscription_items/si_…/usage_records.")
    ],
    data: Annotated[
        list[str] | None,
        typer.Option("--data", "-d", help="A parameter: quantity=100, lines[0][amount]=799."),
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Requests under one key within 24 hours are done once.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="A test clock: what counts as now for this request.")
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
    """Write through the API: `meterhouse post /v1/invoices/in_…/add_lines -d lines[0][amount]=799`.

    What is answered is durable; usage counts from the next build on, edits of drafts at once.
    """
    from meterhouse.cli._request import ask, print_answer

    answered = ask(
        "POST",
        path,
        data or [],
        home=chosen_home(home),
        as_of=as_of,
        stripe_version=stripe_version,
        idempotency_key=idempotency_key,
    )
    return print_answer(answered, output_format)
