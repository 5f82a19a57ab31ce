"""The sample: landed as a real account's export would be, and a few answers to show for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from foundation import STREAMS, Home, project_dir
from foundation.errors import UsageError
from ingest import BatchReport, batches, land, prepare_home, seal_journal
from meterhouse._build import BuildOrder, build
from meterhouse._build_inputs import input_of
from meterhouse._dbt import Progress
from meterhouse._fingerprint import fingerprint
from meterhouse._instants import instant_text, parse_instant
from meterhouse._publish import Build, current_build
from meterhouse._query import ask
from meterhouse._scale import Scale, write_scale_lake

__all__ = [
    "ITEM",
    "METER",
    "demo_home",
    "hourly_summaries",
    "invoice",
    "invoice_lines",
    "land_sample",
    "land_scale",
    "period_summaries",
    "publish_sample",
    "rejected_rows",
    "scale_as_of",
    "scale_home",
]

ITEM: Final = "si_BorealisMessages"
METER: Final = "mtr_sample_GpuSeconds001"
_METERED_CUSTOMER: Final = "cus_AuroraLabs0001"
_INVOICED: Final = "sub_BorealisMail02"


def demo_home(root: Path) -> Home:
    """Return the home for the demo, made if it is absent.

    Raises:
        UsageError: the home holds something else; sample customers have no place among real ones.
    """
    home = prepare_home(root)
    held = [batch for stream in STREAMS for batch in batches(home.lake, stream)]
    ours = {path.parts[-3:] for path in _sample_files()}
    if held and not any(Path(batch.source_name).parts[-3:] in ours for batch in held):
        raise UsageError(
            f"{home.root} holds data of its own; the sample does not belong there.",
            next_command="meterhouse demo --home demo-data",
        )
    return home


def scale_home(root: Path, events: int) -> tuple[Home, Scale]:
    """Return the home for generated events, made if it is absent, and what will be generated.

    Raises:
        UsageError: the home holds something else.
    """
    home = prepare_home(root)
    held = [batch for stream in STREAMS for batch in batches(home.lake, stream)]
    if any(not batch.batch_id.startswith("scale-") for batch in held):
        raise UsageError(
            f"{home.root} holds data of its own; generated events do not belong there.",
            next_command=f"meterhouse demo --scale {events} --home scale-data",
        )
    return home, Scale(events=events)


def land_scale(home: Home, scale: Scale) -> Iterator[str]:
    """Land generated events day by day; yield each batch id once it has landed."""
    return write_scale_lake(home, scale)


def scale_as_of(scale: Scale) -> datetime:
    """Return the first instant after the days that were generated."""
    midnight = datetime.combine(scale.first_day, datetime.min.time(), UTC)
    return midnight + timedelta(days=scale.days)


def land_sample(home: Home) -> Iterator[BatchReport]:
    """Land every file of the sample; what landed before is reported again and changes nothing."""
    for stream, declared in STREAMS.items():
        files = [str(path) for path in _sample_files() if path.parent.name == stream]
        if files:
            # Seen at one fixed instant: the same objects are the same batch on every run.
            observed_at = None if declared.kind == "events" else sample_as_of()
            yield from land(home, stream, files, backfill=True, observed_at=observed_at).batches


def rejected_rows(home: Home, batch: BatchReport) -> list[dict[str, Any]]:
    """Return `line` and `message` of each rejected row of a batch, also of one landed before."""
    if not batch.rejected:
        return []
    kept = home.rejected_folder(batch.stream) / f"{batch.batch_id}.parquet"
    return pq.read_table(kept, columns=["line", "message"]).sort_by("line").to_pylist()


def publish_sample(home: Home, on_progress: Callable[[Progress], None]) -> tuple[Build, bool]:
    """Return the published build of the sample, and whether it had to be built.

    What was posted since is part of it. Nothing is built where the published one has the same
    inputs, clock and fingerprint: it would hold the same rows.
    """
    seal_journal(home)
    current = current_build(home)
    if current is not None and _is_up_to_date(home, current):
        return current, False
    return build(home, BuildOrder(as_of=sample_as_of(), on_progress=on_progress)), True


def sample_as_of() -> datetime:
    """Return the instant for which the sample's numbers are worked out."""
    text = (project_dir() / "sample" / "as_of.txt").read_text("utf-8").strip()
    return parse_instant(text, option="as_of")


def _sample_files() -> list[Path]:
    return sorted(path for path in (project_dir() / "sample").glob("*/*") if path.is_file())


def _is_up_to_date(home: Home, current: Build) -> bool:
    manifest = current.manifest
    return (
        manifest.as_of == instant_text(sample_as_of())
        and manifest.fingerprint.get("digest") == fingerprint().digest
        and manifest.inputs == {stream: input_of(home.lake, stream) for stream in STREAMS}
    )


def period_summaries(home: Home) -> list[dict[str, Any]]:
    """Return one item's usage by billing period, newest first."""
    return _rows(
        home,
        f"""
        select period_start, period_end, is_open, total_usage, record_count
        from usage_record_summaries('{ITEM}')
        order by period_end desc
        """,
    )


def hourly_summaries(home: Home) -> list[dict[str, Any]]:
    """Return one meter's usage of one customer by hour, oldest first; `share` is of 30."""
    return _rows(
        home,
        f"""
        select
            start_time,
            aggregated_value,
            event_count,
            cast(round(30 * aggregated_value / max(aggregated_value) over ()) as integer) as share
        from meter_event_summaries(
            '{METER}', '{_METERED_CUSTOMER}', 1769904000, 1769990400, 'hour'
        )
        order by start_time
        """,
    )


def invoice(home: Home) -> dict[str, Any]:
    """Return one customer's latest draft that is not the upcoming one."""
    return _rows(
        home,
        f"""
        select
            invoices.id,
            customers.name as customer,
            invoices.period_start,
            invoices.period_end,
            invoices.total,
            currencies.symbol,
            currencies.digits
        from draft_invoices as invoices
        inner join customers on customers.id = invoices.customer_id
        inner join intermediate.int_currencies as currencies
            on currencies.currency = invoices.currency
        where invoices.subscription_id = '{_INVOICED}' and not invoices.is_upcoming
        order by invoices.period_end desc
        limit 1
        """,
    )[0]


def invoice_lines(home: Home, invoice_id: str) -> list[dict[str, Any]]:
    """Return the lines of a draft in their order; amounts are whole minor units."""
    return _rows(
        home,
        f"""
        select description, quantity, amount
        from draft_invoice_lines
        where invoice_id = '{invoice_id}'
        order by line_position
        """,
    )


def _rows(home: Home, sql: str) -> list[dict[str, Any]]:
    with ask(home.root, sql) as answer:
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows()]
