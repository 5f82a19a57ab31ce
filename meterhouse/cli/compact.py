"""`meterhouse compact`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich import progress as bars

from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, notices, print_json, print_table

if TYPE_CHECKING:
    from ingest import Compaction, MergePlan

__all__ = ["compact"]


def compact(
    streams: Annotated[
        list[str] | None, typer.Argument(help="The streams to compact; all when none is named.")
    ] = None,
    home: HomeOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be merged; change nothing.")
    ] = False,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print the merges.")
    ] = OutputFormat.TABLE,
) -> int:
    """Merge the lake's small files into large sorted ones of about 128 MB.

    Every row stays what it is and is in the lake exactly once, also when this is interrupted at any
    moment. Builds, landings and the server go on meanwhile. The files replaced are removed by a
    later compaction, ten minutes on at the earliest.
    """
    from ingest import compact as compact_lake
    from ingest import open_home

    opened = open_home(chosen_home(home))
    with _progress() as (on_plan, on_merge):
        merges = compact_lake(
            opened, streams=streams or (), dry_run=dry_run, on_plan=on_plan, on_merge=on_merge
        )
    if output_format is OutputFormat.JSON:
        print_json([asdict(merge) for merge in merges])
        return 0
    if not merges:
        notices().print(f"The lake {opened.lake} has no small files to merge.", soft_wrap=True)
        return 0
    print_table(
        ("stream", "files", "batches", "rows", "bytes before", "bytes after"),
        [_cells(merge) for merge in merges],
        right=("files", "batches", "rows", "bytes before", "bytes after"),
    )
    if dry_run:
        notices().print("Nothing was changed. Next: meterhouse compact", soft_wrap=True)
    return 0


def _cells(merge: Compaction) -> tuple[str, ...]:
    return (
        merge.stream,
        f"{len(merge.files):,}",
        f"{merge.batches:,}",
        f"{merge.rows:,}",
        f"{merge.size_before:,}",
        "" if merge.size_after is None else f"{merge.size_after:,}",
    )


@contextmanager
def _progress() -> Generator[
    tuple[Callable[[Sequence[MergePlan]], None], Callable[[MergePlan], None]]
]:
    console = notices()
    with bars.Progress(
        bars.SpinnerColumn(),
        bars.TextColumn("[bold]compact[/bold]"),
        bars.BarColumn(bar_width=30),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("[dim]{task.description}[/dim]"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:
        task = shown.add_task("looking for small files", total=None)

        def on_plan(plans: Sequence[MergePlan]) -> None:
            size = sum(plan.size for plan in plans)
            shown.update(task, total=size, description=plans[0].stream if plans else "")

        def on_merge(plan: MergePlan) -> None:
            shown.update(task, advance=plan.size, description=plan.stream)

        yield on_plan, on_merge
