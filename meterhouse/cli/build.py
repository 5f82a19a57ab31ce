"""`meterhouse build`."""

from __future__ import annotations

from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, print_json
from meterhouse.cli._progress import build_progress

__all__ = ["build"]


def build(
    as_of: Annotated[
        str | None,
        typer.Option(help="What the build takes for now: ISO 8601 or Unix seconds. Default: now."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Reuse nothing that an earlier build computed.")
    ] = False,
    without_corrupt: Annotated[
        bool,
        typer.Option(
            "--without-corrupt", help="Publish also where damaged files of the lake are left out."
        ),
    ] = False,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print what was built.")
    ] = OutputFormat.TABLE,
) -> int:
    """Build everything that has landed, run its tests, and publish it.

    What the published build computed is added to, unless something it depends on has changed.
    Readers see the build before it until the last step, and this one from then on. When a model or
    a test fails, nothing is published and the exit code is 3.
    """
    from ingest import open_home
    from meterhouse._build import BuildOrder
    from meterhouse._build import build as make_build
    from meterhouse._instants import parse_instant

    instant = parse_instant(as_of, option="--as-of") if as_of is not None else None
    opened = open_home(chosen_home(home))
    with build_progress() as on_progress:
        order = BuildOrder(
            as_of=instant, is_full=full, without_corrupt=without_corrupt, on_progress=on_progress
        )
        made = make_build(opened, order)
    if output_format is OutputFormat.JSON:
        print_json(made.manifest.to_json())
    else:
        manifest = made.manifest
        typer.echo(
            f"Published {made.build_id} as of {manifest.as_of}: "
            f"{manifest.input_rows:,} landed rows, {len(manifest.row_counts)} relations.\n"
            f"{made.database}"
        )
    return 0
