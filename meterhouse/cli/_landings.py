"""How landed batches are printed: a table and its remarks on standard error, or JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foundation import encode_json
from meterhouse.cli._output import OutputFormat, print_json

if TYPE_CHECKING:
    from ingest import BatchReport

__all__ = ["show_batches"]

_SHOWN_REJECTS: Final = 5
_PIPE_WIDTH: Final = 10_000


def show_batches(batches: list[BatchReport], output_format: OutputFormat) -> int:
    """Print batches; return the exit code: 1 where rows were rejected."""
    if output_format is OutputFormat.JSON:
        print_json([_json(batch) for batch in batches])
    elif batches:
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
