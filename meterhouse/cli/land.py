"""`meterhouse land`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich import box
from rich import progress as bars
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foundation import STREAMS, Home, Settings, encode_json
from foundation import stream as declared_stream
from foundation.errors import UsageError
from meterhouse._instants import parse_instant
from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import OutputFormat, notices, print_json

if TYPE_CHECKING:
    from ingest import BatchReport, LandingReport

__all__ = ["land"]

_SHOWN_REJECTS: Final = 5
_PIPE_WIDTH: Final = 10_000


def land(
    stream: Annotated[
        str | None, typer.Argument(help="The stream the rows are for, such as meter_events.")
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="NDJSON, JSON, CSV, Parquet or Arrow files, plain, gzip or zstd; - is stdin."
        ),
    ] = None,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Take meter events older than 35 days.")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option("--map", help="A TOML file that says how foreign rows are read.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show the first rows as they would land; land nothing."),
    ] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Land the rejected rows again, after a fix.")
    ] = False,
    observed_at: Annotated[
        str | None, typer.Option(help="When the objects were seen. Default: now.")
    ] = None,
    effective_at: Annotated[
        str | None, typer.Option(help="From when on the object versions hold.")
    ] = None,
    effective_field: Annotated[
        str | None, typer.Option(help="The object's own field that says so, such as created.")
    ] = None,
    home: HomeOption = None,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How to print what landed.")
    ] = OutputFormat.TABLE,
) -> int:
    """Land files in a stream: each becomes one batch, whole or not at all, exactly once.

    A file of events that landed before changes nothing. Rows that cannot land are kept whole, each
    with its line and its reason; the exit code is 1 when there are any.
    """
    from ingest import land as land_files
    from ingest import open_home, prepare_home, reland

    if rejected:
        if files:
            raise UsageError("--rejected lands what was kept in the lake; name no files with it.")
        opened = open_home(chosen_home(home))
        reports = [
            reland(opened, name, backfill=backfill, mapping=mapping, dry_run=dry_run)
            for name in ([stream] if stream is not None else STREAMS)
        ]
        return _show([report for report in reports if report.batches], output_format)
    if stream is None or not files:
        raise UsageError(
            f"Name a stream and at least one file. Streams: {', '.join(STREAMS)}.",
            next_command="meterhouse land meter_events FILE",
        )
    declared_stream(stream)
    # A dry run of a first landing must leave no home behind.
    chosen = chosen_home(home)
    opened = Home(chosen.absolute()) if dry_run else prepare_home(chosen)
    with _progress() as on_progress:
        report = land_files(
            opened,
            stream,
            files,
            backfill=backfill,
            mapping=mapping,
            observed_at=_instant(observed_at, "--observed-at"),
            effective_at=_instant(effective_at, "--effective-at"),
            effective_field=effective_field,
            dry_run=dry_run,
            threads=Settings().threads,
            progress=on_progress,
        )
    return _show([report], output_format)


def _instant(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    instant = parse_instant(text, option=option)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _show(reports: list[LandingReport], output_format: OutputFormat) -> int:
    batches = [batch for report in reports for batch in report.batches]
    if output_format is OutputFormat.JSON:
        print_json([_json(batch) for batch in batches])
    elif not batches:
        notices().print("No rejected rows are open.")
    else:
        _print_table(batches)
        for batch in batches:
            _print_details(batch)
    is_clean = all(batch.already_landed or not batch.rejected for batch in batches)
    return 0 if is_clean else 1


def _json(batch: BatchReport) -> dict[str, Any]:
    # How long it took is the machine's affair and would make every answer another one.
    held = asdict(batch)
    del held["seconds"]
    return held


def _print_table(batches: list[BatchReport]) -> None:
    with_stream = len({batch.stream for batch in batches}) > 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    if with_stream:
        table.add_column("stream", no_wrap=True)
    table.add_column("source", no_wrap=True)
    for name in ("read", "accepted", "rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("events from", no_wrap=True)
    table.add_column("to", no_wrap=True)
    for batch in batches:
        refused = sum(batch.rejected.values())
        cells = [
            Text(Path(batch.source).name),
            f"{batch.read:,}",
            "before" if batch.already_landed else f"{batch.accepted:,}",
            Text(f"{refused:,}", style="bold red" if refused else ""),
            (batch.first_event_at or "")[:19],
            (batch.last_event_at or "")[:19],
        ]
        table.add_row(*([batch.stream, *cells] if with_stream else cells))
    _say(table)


def _say(what: Table | Text) -> None:
    # No line of a pipe is broken: there is no edge to break it at.
    width = None if sys.stderr.isatty() else _PIPE_WIDTH
    Console(file=sys.stderr, highlight=False, width=width).print(what, soft_wrap=True)


def _print_details(batch: BatchReport) -> None:
    name = Path(batch.source).name
    for row in batch.first_rows:
        _say(Text(encode_json(row), style="dim"))
    if batch.ignored_fields:
        _say(Text(f"{name}: no part of the stream, left out: {', '.join(batch.ignored_fields)}"))
    for note in batch.notes:
        _say(Text(f"{name}: {note}"))
    if batch.already_landed:
        return
    for reason, count in batch.rejected.items():
        _say(Text(f"{name}: {count:,} rejected as {reason}"))
    for row in batch.rejected_rows[:_SHOWN_REJECTS]:
        _say(Text(f"  line {row.line}: {row.message}", style="dim"))


@contextmanager
def _progress() -> Generator[Callable[[str, int, int, int], None]]:
    console = notices()
    with bars.Progress(
        bars.SpinnerColumn(),
        bars.TextColumn("[bold]land[/bold] {task.description}"),
        bars.BarColumn(bar_width=30),
        bars.TextColumn("{task.fields[rows]:,} rows"),
        bars.TextColumn("{task.fields[rate]} rows/s"),
        bars.TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:
        task = shown.add_task("reading", total=None, rows=0, rate="")
        started: dict[str, float] = {}

        def advance(name: str, rows: int, read: int, size: int) -> None:
            began = started.setdefault(name, shown.get_time())
            elapsed = shown.get_time() - began
            rate = f"{int(rows / elapsed):,}" if elapsed > 0 else ""
            shown.update(
                task,
                description=Path(name).name,
                rows=rows,
                rate=rate,
                total=size if read <= size else None,
                completed=read,
            )

        yield advance
