"""`meterhouse rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home

__all__ = ["rollback"]


def rollback(
    build: Annotated[
        str | None,
        typer.Argument(
            help="The build to publish; the beginning of its id will do.", metavar="BUILD"
        ),
    ] = None,
    home: HomeOption = None,
) -> int:
    """Publish an earlier build again: by default the complete one before the published one.

    Nothing is rebuilt and nothing is lost: `meterhouse rollback BUILD` with the newer id goes back.
    """
    from foundation import Home
    from meterhouse._build_lock import build_lock
    from meterhouse._publish import find_build, previous_build, publish

    opened = Home.open(chosen_home(home))
    chosen = find_build(opened, build) if build is not None else previous_build(opened)
    with build_lock(opened):
        publish(opened, chosen)
    typer.echo(f"Published {chosen.build_id} as of {chosen.manifest.as_of}.")
    return 0
