"""Land files and frames: each input becomes one batch, whole or not at all, exactly once."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from foundation import Home, fail_point, stream
from foundation.errors import UsageError
from ingest._batch import REJECTED_SCHEMA, BatchWriter
from ingest._checks import Conditions
from ingest._column_files import plain
from ingest._columns import pc
from ingest._durable import full_disk_told
from ingest._inputs import examined
from ingest._instants import instant_text
from ingest._lake import find_batch
from ingest._mapping import Mapping, load_mapping
from ingest._metadata import BatchMetadata
from ingest._objects import ObjectConditions
from ingest._pipeline import Refusal, Work, in_order
from ingest._reading import Plan, works
from ingest._report import BatchReport, LandingReport, RejectedRow
from ingest._sources import Source, require_unchanged

__all__ = ["Landing", "Progress", "land", "micros", "shown", "tool_version"]

_SHOWN: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Progress = Callable[[str, int, int, int], None]


def land(
    home: Home,
    stream_name: str,
    inputs: Sequence[Any],
    *,
    backfill: bool = False,
    mapping: Path | str | None = None,
    observed_at: datetime | None = None,
    effective_at: datetime | None = None,
    effective_field: str | None = None,
    landed_at: datetime | None = None,
    dry_run: bool = False,
    threads: int = 2,
    progress: Progress | None = None,
) -> LandingReport:
    """Land inputs in a stream of a prepared home.

    Args:
        home: From `prepare_home` or `open_home`.
        stream_name: One of the declared streams.
        inputs: Paths, "-" for standard input, Arrow tables, polars or pandas frames. Files may be
            NDJSON, JSON documents, CSV, Parquet or Arrow, plain, gzip or zstd; their content
            decides.
        backfill: Lift the rule that events be recent when received.
        mapping: A TOML file that says how foreign rows become rows of the stream.
        observed_at: When the objects were seen; the instant of landing unless given.
        effective_at: From when on the object versions hold, where no webhook event says so.
        effective_field: The object's own field (dotted) that says so; not with effective_at.
        landed_at: The instant of landing; now unless given.
        dry_run: Check everything and land nothing.
        threads: How many blocks are checked at once.
        progress: Called with the source's name, rows so far, bytes so far and the file's size.

    Returns:
        One report an input. An input whose batch is in the lake changes nothing. All batches of the
        call are written before the first becomes part of the lake.

    Raises:
        UnknownStreamError: no stream has this name.
        UsageError: an input cannot be used; nothing was landed.
        RunError: the disk is full; nothing of the batch at hand was landed.
    """
    declared = stream(stream_name)
    if effective_at is not None and effective_field is not None:
        raise UsageError("effective_at and effective_field exclude each other; give one of them.")
    if declared.kind == "events" and (observed_at or effective_at or effective_field):
        raise UsageError(
            f"{stream_name} holds events, which have no versions; observed_at and effective_at are "
            "for objects."
        )
    now = micros(landed_at or datetime.now(UTC))
    rules = None if mapping is None else load_mapping(Path(mapping), stream_name)
    if rules is not None and declared.kind == "objects" and len(rules.events) > 1:
        raise UsageError(f"{rules.source} makes several rows of one; objects are one row each.")
    plan = Plan(
        stream=declared,
        events=Conditions(landed_at=now, backfill=backfill),
        objects=ObjectConditions(
            observed_at=now if observed_at is None else micros(observed_at),
            effective_at=None if effective_at is None else micros(effective_at),
            effective_field=effective_field,
        ),
        mapping=rules,
    )
    landing = Landing(home, plan, threads=threads, dry_run=dry_run, progress=progress)
    fail_point("landing.before_read")
    wanted = None if rules is None else rules.format
    with full_disk_told(home), examined(home, inputs, wanted, dry_run=dry_run) as sources:
        return landing.run(sources)


def micros(instant: datetime) -> int:
    """Return microseconds since 1970; an instant without a zone is UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


@cache
def tool_version() -> str:
    """Return the version that batches name as their maker."""
    try:
        return version("meterhouse")
    except PackageNotFoundError:
        return "0+checkout"


@dataclass(slots=True)
class _Account:
    """The running account of one batch."""

    source_rows: int = 0
    read: int = 0
    accepted: int = 0
    first_event: Any = None
    last_event: Any = None
    first_received: Any = None
    last_received: Any = None

    def range_of(self, table: pa.Table, column: str) -> tuple[Any, Any]:
        found = pc.min_max(table.column(column)).as_py()
        return found["min"], found["max"]

    def add(self, table: pa.Table, event_time: str) -> None:
        if table.num_rows == 0:
            return
        low, high = self.range_of(table, event_time)
        self.first_event = low if self.first_event is None else min(self.first_event, low)
        self.last_event = high if self.last_event is None else max(self.last_event, high)
        if "received_at" in table.schema.names:
            low, high = self.range_of(table, "received_at")
            first, last = self.first_received, self.last_received
            self.first_received = low if first is None else min(first, low)
            self.last_received = high if last is None else max(last, high)


class Landing:
    """One call of `land`: a plan, carried out over sources."""

    def __init__(
        self,
        home: Home,
        plan: Plan,
        *,
        threads: int = 2,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._home: Final = home
        self._plan: Final = plan
        self._threads: Final = threads
        self._dry_run: Final = dry_run
        self._progress: Final = progress

    def run(self, sources: Sequence[Source]) -> LandingReport:
        """Write a batch for each source, then make all of them part of the lake."""
        name = self._plan.stream.name
        reports: list[BatchReport] = []
        finished: list[tuple[int, BatchWriter, BatchMetadata]] = []
        with ExitStack() as stack:
            for source in sources:
                batch_id = batch_id_of(self._plan, source)
                held = None if self._dry_run else find_batch(self._home, name, batch_id)
                if held is not None:
                    reports.append(_landed_before(held, source.name))
                    continue
                writer: BatchWriter | None = None
                if not self._dry_run:
                    writer = stack.enter_context(
                        BatchWriter(self._home, self._plan.stream, batch_id)
                    )
                report, metadata = self.write(works(self._plan, source), source, batch_id, writer)
                if writer is not None:
                    writer.finish(metadata)
                    finished.append((len(reports), writer, metadata))
                reports.append(report)
            for source in sources:
                require_unchanged(source)
            for place, writer, metadata in finished:
                if writer.commit(metadata) is None:
                    # Another process landed the same batch while this one was written.
                    reports[place] = _landed_before(metadata, reports[place].source)
        fail_point("landing.before_return")
        return LandingReport(name, tuple(reports))

    def write(
        self,
        pieces: Iterator[Work],
        source: Source,
        batch_id: str,
        writer: BatchWriter | None,
    ) -> tuple[BatchReport, BatchMetadata]:
        """Write the rows of a source and return the batch's account, not committed yet."""
        start = time.monotonic()
        account = _Account()
        rejected: Counter[str] = Counter()
        ignored: Counter[str] = Counter()
        rejected_rows: list[RejectedRow] = []
        first_rows: list[dict[str, Any]] = []
        done = 0
        for block in in_order(pieces, self._threads):
            tables = block.finish(batch_id, account.source_rows)
            for table in tables:
                account.add(table, self._plan.stream.event_time)
                if writer is not None:
                    writer.write(table)
                if self._dry_run and len(first_rows) < _SHOWN:
                    first_rows += plain(table.slice(0, _SHOWN - len(first_rows)).to_pylist())
            if block.refusals and writer is not None:
                writer.reject(_rejected_table(batch_id, block.refusals))
            rejected.update(refusal.reason for refusal in block.refusals)
            ignored.update(block.ignored)
            room = _SHOWN - len(rejected_rows)
            rejected_rows += [shown(refusal) for refusal in block.refusals[:room]]
            account.source_rows += block.source_rows
            account.read += block.read
            account.accepted += block.accepted
            done += block.size
            if self._progress is not None:
                self._progress(source.name, account.source_rows, done, source.size)
        metadata = self._metadata(source, batch_id, account, rejected, ignored)
        return _report(
            metadata,
            source.name,
            dry_run=self._dry_run,
            rejected_rows=rejected_rows,
            first_rows=first_rows,
            seconds=time.monotonic() - start,
        ), metadata

    def _metadata(
        self,
        source: Source,
        batch_id: str,
        account: _Account,
        rejected: Counter[str],
        ignored: Counter[str],
    ) -> BatchMetadata:
        plan = self._plan
        return BatchMetadata(
            batch_id=batch_id,
            stream=plan.stream.name,
            read=account.read,
            accepted=account.accepted,
            rejected=dict(sorted(rejected.items())),
            source_name=source.name,
            source_hash=source.content_hash,
            source_format=source.format,
            mapping_hash=None if plan.mapping is None else plan.mapping.hash,
            landed_at=instant_text(plan.events.landed_at),
            tool_version=tool_version(),
            backfill=plan.events.backfill,
            first_event_at=_text(account.first_event),
            last_event_at=_text(account.last_event),
            first_received_at=_text(account.first_received),
            last_received_at=_text(account.last_received),
            ignored_fields=dict(sorted(ignored.items())),
            observed_at=instant_text(plan.objects.observed_at)
            if plan.stream.kind == "objects"
            else None,
        )


def batch_id_of(plan: Plan, source: Source) -> str:
    """Return the id of the batch that a source makes: a function of its content.

    The mapping belongs to the content, and so does the file's name where the mapping reads it, and
    for objects what was said of all versions: seen again is another observation.
    """
    parts = ["meterhouse batch 1", plan.stream.name, source.content_hash]
    mapping: Mapping | None = plan.mapping
    if mapping is not None:
        parts += [mapping.hash, source.file_name if mapping.uses_file_name else ""]
    if plan.stream.kind == "objects":
        objects = plan.objects
        parts += [str(objects.observed_at), str(objects.effective_at), str(objects.effective_field)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _rejected_table(batch_id: str, refusals: Sequence[Refusal]) -> pa.Table:
    contents = [refusal.raw.content for refusal in refusals]
    columns: list[Any] = [
        [batch_id] * len(refusals),
        [refusal.raw.line for refusal in refusals],
        [refusal.part for refusal in refusals],
        [refusal.reason for refusal in refusals],
        [refusal.field for refusal in refusals],
        [refusal.message for refusal in refusals],
        [
            content if isinstance(content, str) else content.decode("utf-8", "replace")
            for content in contents
        ],
        [content if isinstance(content, bytes) else None for content in contents],
    ]
    arrays = [
        pa.array(values, type=field.type)
        for values, field in zip(columns, REJECTED_SCHEMA, strict=True)
    ]
    return pa.table(arrays, schema=REJECTED_SCHEMA)


def shown(refusal: Refusal) -> RejectedRow:
    """Return a rejected row as reports show it, its text cut."""
    content = refusal.raw.content
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return RejectedRow(refusal.raw.line, refusal.reason, refusal.field, refusal.message, text[:200])


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(micros(instant))


def _landed_before(held: BatchMetadata, source: str) -> BatchReport:
    notes = [f"Landed before, at {held.landed_at}; nothing was changed."]
    if held.rejected:
        notes.append(
            f"Its rejected rows can be landed after a fix: meterhouse land {held.stream} --rejected"
        )
    return _report(held, source, already_landed=True, notes=notes)


def _report(metadata: BatchMetadata, source: str, **more: Any) -> BatchReport:
    return BatchReport(
        stream=metadata.stream,
        source=source,
        batch_id=metadata.batch_id,
        read=metadata.read,
        accepted=metadata.accepted,
        rejected=metadata.rejected,
        first_event_at=metadata.first_event_at,
        last_event_at=metadata.last_event_at,
        ignored_fields=metadata.ignored_fields,
        **more,
    )
