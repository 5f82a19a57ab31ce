"""A build's progress on standard error: one moving line on a terminal, silence in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich import progress as bars

from meterhouse._dbt import Progress
from meterhouse.cli._output import notices

__all__ = ["build_progress"]


@contextmanager
def build_progress() -> Generator[Callable[[Progress], None]]:
    """Show a bar for as long as the block runs; yield what to call with each step."""
    console = notices()
    with bars.Progress(
        bars.SpinnerColumn(),
        bars.TextColumn("[bold]build[/bold]"),
        bars.BarColumn(bar_width=30),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("[dim]{task.description}[/dim]"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:
        task = shown.add_task("starting dbt", total=None)

        def advance(step: Progress) -> None:
            if step.status is None:
                shown.update(
                    task, total=step.total, completed=step.number - 1, description=step.name
                )
            else:
                shown.update(task, total=step.total, completed=step.number)

        yield advance
