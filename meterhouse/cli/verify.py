"""`meterhouse verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, print_json

__all__ = ["verify"]


def verify(
    build: Annotated[
        str | None,
        typer.Argument(help="The build to check; by default the published one.", metavar="BUILD"),
    ] = None,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print what was found.")
    ] = OutputFormat.TABLE,
) -> int:
    """Check that the lake and a build still are what their own accounts say.

    Nothing is changed. The exit code is 1 when something does not agree.
    """
    from foundation import Home
    from meterhouse._publish import find_build, published_build
    from meterhouse._verify import verify as find_differences

    opened = Home.open(chosen_home(home))
    chosen = find_build(opened, build) if build is not None else published_build(opened)
    found = find_differences(opened, chosen)
    if output_format is OutputFormat.JSON:
        print_json({"build_id": chosen.build_id, "findings": found})
    else:
        for finding in found:
            typer.echo(finding)
        typer.echo(f"{chosen.build_id} and the lake: {len(found) or 'no'} findings.")
    return 1 if found else 0
