"""`meterhouse land`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import progress as bars

from foundation import STREAMS, Home, Settings
from foundation import stream as declared_stream
from foundation.errors import UsageError
from meterhouse._instants import parse_instant
from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._land_stripe import land_from_stripe
from meterhouse.cli._landings import show_batches
from meterhouse.cli._output import OutputFormat, notices

__all__ = ["land"]


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
    from_stripe: Annotated[
        bool,
        typer.Option(
            "--from-stripe",
            help="Pull objects through Stripe's API instead, with the key in STRIPE_API_KEY: "
            "all streams it has, or those named.",
        ),
    ] = False,
    stripe_address: Annotated[
        str, typer.Option(envvar="METERHOUSE_STRIPE_ADDRESS", help="The API's address.")
    ] = "https://api.stripe.com",
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Pull older objects again too: what changed lands."),
    ] = False,
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

    if from_stripe:
        if any((rejected, dry_run, backfill, mapping, observed_at, effective_at, effective_field)):
            raise UsageError(
                "--from-stripe goes with --stripe-address and --full-refresh alone.",
                next_command="meterhouse land --from-stripe",
            )
        return land_from_stripe(
            chosen_home(home),
            [*([stream] if stream else []), *(files or [])],
            address=stripe_address,
            full_refresh=full_refresh,
            output_format=output_format,
        )
    if full_refresh:
        raise UsageError(
            "--full-refresh goes with --from-stripe.",
            next_command="meterhouse land --from-stripe --full-refresh",
        )
    if rejected:
        if files:
            raise UsageError("--rejected lands what was kept in the lake; name no files with it.")
        opened = open_home(chosen_home(home))
        reports = [
            reland(opened, name, backfill=backfill, mapping=mapping, dry_run=dry_run)
            for name in ([stream] if stream is not None else STREAMS)
        ]
        batches = [batch for report in reports for batch in report.batches]
        if not batches and output_format is OutputFormat.TABLE:
            notices().print("No rejected rows are open.")
        return show_batches(batches, output_format)
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
    return show_batches(list(report.batches), output_format)


def _instant(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    instant = parse_instant(text, option=option)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


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
