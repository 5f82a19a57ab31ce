"""What `meterhouse demo` shows: a few pages of the sample, readable at a glance."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from foundation import Home, decimal_text
from ingest import BatchReport
from meterhouse._demo import (
    ITEM,
    METER,
    hourly_summaries,
    invoice,
    invoice_lines,
    period_summaries,
    rejected_rows,
)
from meterhouse._publish import Build
from meterhouse.cli._output import tables

__all__ = ["show_build", "show_landed", "show_pages"]

_BAR: Final = "█"


def show_landed(home: Home, landed: Sequence[BatchReport]) -> None:
    """Print what landed by stream, and every rejected row with its reason."""
    console = tables()
    _heading(console, "What landed")
    table = _table("stream", "files", "read", "accepted", "rejected")
    for stream in dict.fromkeys(batch.stream for batch in landed):
        of_stream = [batch for batch in landed if batch.stream == stream]
        rejected = sum(sum(batch.rejected.values()) for batch in of_stream)
        table.add_row(
            stream,
            str(len(of_stream)),
            f"{sum(batch.read for batch in of_stream):,}",
            f"{sum(batch.accepted for batch in of_stream):,}",
            Text(f"{rejected:,}", style="bold red") if rejected else "0",
        )
    _show(console, table)
    if any(batch.already_landed for batch in landed):
        _show(console, Text("It had landed before, so this time nothing changed.", style="dim"))
    _heading(console, "What was rejected, and why")
    table = _table("file", "line", "reason", right=("line",))
    for batch in landed:
        for row in rejected_rows(home, batch):
            table.add_row(Path(batch.source).name, str(row["line"]), Text(row["message"]))
    _show(console, table)


def show_build(made: Build, *, is_new: bool) -> None:
    """Print which build is published and what it took."""
    console = tables()
    _heading(console, "What was built")
    manifest = made.manifest
    nodes = manifest.nodes
    what = f"{nodes.get('model', 0)} models, {nodes.get('test', 0)} tests passed"
    took = sum(manifest.timings_ms.values()) // 1000
    how = f"{what}, in {took} s" if is_new else "nothing new since; published as it was"
    _show(console, Text(f"{made.build_id} as of {manifest.as_of}: {how}"))


def show_pages(home: Home, made: Build) -> None:
    """Print three answers from the published file, where it is, and what to try next."""
    console = tables()
    _show_periods(console, home)
    _show_hours(console, home)
    _show_invoice(console, home)
    _heading(console, "Where it is")
    _show(console, Text(str(home.current / made.database.name)))
    _heading(console, "Five commands to try next")
    for command in _commands(home):
        # Not padded: a terminal may break a long line, but must not lose its end.
        console.print(Text(f"  {command}", style="cyan"), soft_wrap=True)
    console.print()


def _show_periods(console: Console, home: Home) -> None:
    _heading(console, f"One subscription item by billing period: {ITEM}")
    table = _table("from", "to", "usage", "records", "")
    for row in period_summaries(home):
        table.add_row(
            _minute(row["period_start"]),
            _minute(row["period_end"]),
            _number(row["total_usage"]),
            f"{row['record_count']:,}",
            Text("still open", style="yellow") if row["is_open"] else "",
        )
    _show(console, table)


def _show_hours(console: Console, home: Home) -> None:
    _heading(console, f"One meter by hour, one customer, one day: {METER}")
    table = _table("hour", "seconds", "events", "")
    for row in hourly_summaries(home):
        table.add_row(
            _minute(row["start_time"]),
            _number(row["aggregated_value"]),
            f"{row['event_count']:,}",
            Text(_BAR * max(row["share"], 1), style="cyan"),
        )
    _show(console, table)


def _show_invoice(console: Console, home: Home) -> None:
    draft = invoice(home)
    _heading(
        console,
        f"One draft invoice: {draft['customer']}, {draft['period_start'][:10]} to "
        f"{draft['period_end'][:10]}",
    )
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_footer=True)
    table.add_column("line", "Total")
    table.add_column("quantity", justify="right", no_wrap=True)
    total = _money(draft["total"], draft)
    table.add_column("amount", Text(total, style="bold green"), justify="right", no_wrap=True)
    for line in invoice_lines(home, draft["id"]):
        table.add_row(
            Text(line["description"]), _number(line["quantity"]), _money(line["amount"], draft)
        )
    _show(console, table)


def _commands(home: Home) -> list[str]:
    start = _program() if home.root == Path("data").absolute() else _at(home)
    return [
        f"{start} get /v1/subscription_items/{ITEM}/usage_record_summaries -d limit=2",
        f"{start} get /v1/invoices/upcoming -d customer=cus_AuroraLabs0001",
        f"{start} post /v1/subscription_items/{ITEM}/usage_records -d quantity=100",
        f'{start} query "select identifier, error_message from meter_event_errors"',
        f"{start} builds",
    ]


def _at(home: Home) -> str:
    here = Path.cwd()
    root = home.root.relative_to(here) if home.root.is_relative_to(here) else home.root
    return f"{_program()} --home {root}"


def _program() -> str:
    """Return what to type for `meterhouse` here: it need not be on the path."""
    called = Path(sys.argv[0])
    if called.name != "meterhouse":
        return f"{Path(sys.executable).name} -m meterhouse"
    found = shutil.which("meterhouse")
    return "meterhouse" if found and Path(found).samefile(called) else str(called)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _show(console: Console, what: RenderableType) -> None:
    console.print(Padding(what, (0, 0, 0, 2), expand=False), soft_wrap=True)


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    numbers = {"files", "read", "accepted", "rejected", "usage", "records", "seconds", "events"}
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        is_number = name in numbers or name in right
        is_wide = name == "reason"
        table.add_column(name, justify="right" if is_number else "left", no_wrap=not is_wide)
    return table


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _number(value: Any) -> str:
    whole, _, fraction = decimal_text(value).partition(".")
    grouped = f"{int(whole):,}"
    return f"{grouped}.{fraction}" if fraction else grouped


def _money(amount: int, currency: dict[str, Any]) -> str:
    digits = currency["digits"]
    text = f"{abs(amount):0{digits + 1}d}"
    whole, fraction = (text[:-digits], text[-digits:]) if digits else (text, "")
    sign = "-" if amount < 0 else ""
    return f"{sign}{currency['symbol']}{int(whole):,}{'.' + fraction if fraction else ''}"
