"""`meterhouse status`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, print_json, tables

__all__ = ["status"]


def status(
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print it.")
    ] = OutputFormat.TABLE,
) -> int:
    """Say what has landed, what is published, and what is waiting to be built."""
    from foundation import Home
    from meterhouse._status import home_status

    answer = home_status(Home.open(chosen_home(home)))
    if output_format is OutputFormat.JSON:
        print_json(answer)
    else:
        _print(answer)
    return 0


def _print(answer: dict[str, Any]) -> None:
    console = tables()
    published = answer["published"]
    waiting = answer["waiting"]
    console.print(f"home        {answer['home']}", soft_wrap=True)
    console.print(
        f"published   {published['build_id']} as of {published['as_of']}"
        if published
        else "published   nothing yet",
        soft_wrap=True,
    )
    landed = answer["landed"]
    console.print(
        f"landed      {landed['accepted']:,} rows in {landed['batches']:,} batches; "
        f"{landed['rejected']:,} rows rejected",
        soft_wrap=True,
    )
    console.print(
        f"waiting     {waiting['rows']:,} rows in {waiting['batches']:,} batches not yet built",
        soft_wrap=True,
    )
    if answer["building"] is not None:
        console.print(f"building    process {answer['building']}", soft_wrap=True)
    console.print(f"next        {answer['next']}", soft_wrap=True)
