"""`meterhouse demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import notices
from meterhouse.cli._progress import build_progress

__all__ = ["demo"]


def demo(
    home: HomeOption = None,
    scale: Annotated[
        int | None,
        typer.Option(min=1, help="Land this many generated meter events instead of the sample."),
    ] = None,
) -> int:
    """Land the sample, build it, publish it, and show what came out.

    The sample is a small account of five customers, written for this. Its home is a home like any
    other. A second run changes nothing. With --scale there is no account to look at, but as many
    events as asked for, the same ones every time, to try sizes with.
    """
    from meterhouse._demo import demo_home, land_sample, publish_sample
    from meterhouse.cli._demo_pages import show_build, show_landed, show_pages

    if scale is not None:
        return _at_scale(chosen_home(home), scale)
    opened = demo_home(chosen_home(home))
    show_landed(opened, list(land_sample(opened)))
    with build_progress() as on_progress:
        made, is_new = publish_sample(opened, on_progress)
    show_build(made, is_new=is_new)
    show_pages(opened, made)
    return 0


def _at_scale(root: Path, events: int) -> int:
    from meterhouse._build import BuildOrder, build
    from meterhouse._demo import land_scale, scale_as_of, scale_home

    opened, scale = scale_home(root, events)
    console = notices()
    with console.status("landing") as shown:
        for number, batch in enumerate(land_scale(opened, scale), start=1):
            shown.update(f"landed {number} batches, last {batch}")
    with build_progress() as on_progress:
        order = BuildOrder(as_of=scale_as_of(scale), on_progress=on_progress)
        made = build(opened, order)
    typer.echo(
        f"Published {made.build_id}: {made.manifest.input_rows:,} landed rows, "
        f"built in {made.manifest.timings_ms['dbt'] // 1000} s.\n{made.database}"
    )
    return 0
