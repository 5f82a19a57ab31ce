"""Land rejected rows again, after whatever was wrong with them or with us was mended.

What is accepted now becomes a batch of its own, whose footer names the rejected rows it came from.
That footer is the only record of it: a rejected row is open until some batch of the lake names it,
and so it lands once, whoever asks how often.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from foundation import STREAMS, Home, Stream, stream
from ingest._batch import BatchWriter
from ingest._checks import Conditions
from ingest._columns import pc
from ingest._durable import full_disk_told
from ingest._instants import instant_text, parse_instant
from ingest._json_rows import JsonRow, Unreadable, text_rows
from ingest._lake import batches
from ingest._landing import micros, shown, tool_version
from ingest._mapping import Mapping, load_mapping
from ingest._metadata import BatchMetadata
from ingest._objects import ObjectConditions
from ingest._pipeline import CheckedBlock, Refusal
from ingest._reading import Plan, check_rows
from ingest._report import BatchReport, LandingReport
from ingest._rows import Positions, RawRow

__all__ = ["open_rejections", "reland"]

_ROWS: Final = 20_000


def reland(
    home: Home,
    stream_name: str,
    *,
    backfill: bool = False,
    mapping: Path | str | None = None,
    landed_at: datetime | None = None,
    dry_run: bool = False,
) -> LandingReport:
    """Land the open rejected rows of a stream again, each at most once.

    Rows that came with a mapping need one again, the same or a mended one with as many events.
    Events without a receipt of their own are received now, not when they were rejected; object
    versions keep the instant at which they were observed.

    Returns:
        One report for each batch with open rejected rows: `read` are those, `accepted` what landed.
    """
    declared = stream(stream_name)
    rules = None if mapping is None else load_mapping(Path(mapping), stream_name)
    now = micros(landed_at or datetime.now(UTC))
    held = batches(home.lake, stream_name)
    reports = [
        _Relanding(home, declared, batch, rules, now, backfill, dry_run).run(
            _open_rows(home, batch, held)
        )
        for batch in held
        if batch.rejected
    ]
    return LandingReport(stream_name, tuple(report for report in reports if report is not None))


def open_rejections(home: Home) -> dict[str, int]:
    """Return how many rejected rows are open, for each stream that has any."""
    found: dict[str, int] = {}
    for name in STREAMS:
        held = batches(home.lake, name)
        landed = sum(
            last - first + 1
            for batch in held
            for ranges in batch.relanded.values()
            for first, last in ranges
        )
        count = sum(sum(batch.rejected.values()) for batch in held) - landed
        if count:
            found[name] = count
    return found


def _resolved(held: list[BatchMetadata], batch_id: str) -> set[int]:
    return {
        position
        for batch in held
        for first, last in batch.relanded.get(batch_id, [])
        for position in range(first, last + 1)
    }


def _rejected_file(home: Home, batch: BatchMetadata) -> Path:
    return home.rejected_folder(batch.stream) / f"{batch.batch_id}.parquet"


def _open_rows(home: Home, batch: BatchMetadata, held: list[BatchMetadata]) -> Positions:
    rows = pq.read_metadata(_rejected_file(home, batch)).num_rows
    is_open = np.ones(rows, np.bool_)
    is_open[list(_resolved(held, batch.batch_id))] = False
    return np.flatnonzero(is_open)


@dataclass(frozen=True, slots=True)
class _Relanding:
    home: Home
    stream: Stream
    batch: BatchMetadata
    mapping: Mapping | None
    now: int
    backfill: bool
    dry_run: bool

    def run(self, positions: Positions) -> BatchReport | None:
        if not len(positions):
            return None
        note = self._mapping_note()
        if note is not None:
            return self._report("", len(positions), 0, Counter(), [], [note])
        accepted: list[int] = []
        tables: list[pa.Table] = []
        refusals: list[Refusal] = []
        reasons: Counter[str] = Counter()
        checked = list(self._checked(positions))
        for rows, block in checked:
            accepted += [int(rows[place]) for _, kept in block.kept for place in kept]
            reasons.update(refusal.reason for refusal in block.refusals)
            refusals += block.refusals[: 10 - len(refusals)]
        accepted.sort()
        batch_id = self._batch_id(accepted)
        if accepted and not self.dry_run:
            before = 0
            for rows, block in checked:
                tables += block.finish(batch_id, before)
                before += len(rows)
            if not self._commit(batch_id, tables, accepted):
                note = "Another process landed some of these rows meanwhile; nothing was changed."
                return self._report("", len(positions), 0, Counter(), [], [note])
        return self._report(batch_id, len(positions), len(accepted), reasons, refusals, [])

    def _mapping_note(self) -> str | None:
        if self.batch.mapping_hash is not None and self.mapping is None:
            return "These rows came with a mapping; name it, or a mended one, with --map."
        parts = 1 if self.mapping is None else len(self.mapping.events)
        if self.batch.mapping_hash is None and parts > 1:
            return "These rows came without a mapping, so each can become one row only."
        return None

    def _checked(self, positions: Positions) -> Iterator[tuple[Positions, CheckedBlock]]:
        table = pq.read_table(_rejected_file(self.home, self.batch))
        table = _taken(table, positions)
        plan, file_name = self._plan(), Path(self.batch.source_name).name
        parts = np.asarray(table.column("part"))
        for part in sorted(set(parts.tolist())):
            places = np.flatnonzero(parts == part)
            for start in range(0, len(places), _ROWS):
                piece = places[start : start + _ROWS]
                rows = [_row(held) for held in _taken(table, piece).to_pylist()]
                yield positions[piece], check_rows(plan, file_name, rows, only_part=part)

    def _plan(self) -> Plan:
        seen = parse_instant(self.batch.observed_at or self.batch.landed_at)
        assert isinstance(seen, int), "a footer holds no other instants"
        return Plan(
            stream=self.stream,
            events=Conditions(self.now, self.backfill),
            objects=ObjectConditions(observed_at=seen),
            mapping=self.mapping,
        )

    def _batch_id(self, accepted: list[int]) -> str:
        parts = ["meterhouse relanded 1", self.stream.name, self.batch.batch_id, repr(accepted)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def _commit(self, batch_id: str, tables: list[pa.Table], accepted: list[int]) -> bool:
        metadata = self._metadata(batch_id, tables, accepted)

        def still_open() -> bool:
            held = batches(self.home.lake, self.stream.name)
            return not _resolved(held, self.batch.batch_id) & set(accepted)

        with (
            full_disk_told(self.home),
            BatchWriter(self.home, self.stream, batch_id) as writer,
        ):
            for table in tables:
                writer.write(table)
            return writer.commit(metadata, still_open) is not None

    def _metadata(
        self, batch_id: str, tables: list[pa.Table], accepted: list[int]
    ) -> BatchMetadata:
        whole = pa.concat_tables(tables)
        times: dict[str, Any] = {}
        ranges = {"event": self.stream.event_time, "received": "received_at"}
        for name, column in ranges.items():
            if column in whole.schema.names:
                found = pc.min_max(whole.column(column)).as_py()
                times[f"first_{name}_at"] = instant_text(micros(found["min"]))
                times[f"last_{name}_at"] = instant_text(micros(found["max"]))
        return replace(
            self.batch,
            batch_id=batch_id,
            read=len(accepted),
            accepted=len(accepted),
            rejected={},
            mapping_hash=None if self.mapping is None else self.mapping.hash,
            landed_at=instant_text(self.now),
            tool_version=tool_version(),
            backfill=self.backfill,
            ignored_fields={},
            relanded={self.batch.batch_id: _ranges(accepted)},
            **times,
        )

    def _report(
        self,
        batch_id: str,
        read: int,
        accepted: int,
        reasons: Counter[str],
        refusals: list[Refusal],
        notes: list[str],
    ) -> BatchReport:
        return BatchReport(
            stream=self.stream.name,
            source=f"rejected rows of {self.batch.source_name}",
            batch_id=batch_id,
            read=read,
            accepted=accepted,
            rejected=dict(sorted(reasons.items())),
            dry_run=self.dry_run,
            rejected_rows=[shown(refusal) for refusal in refusals],
            notes=notes,
        )


def _taken(table: pa.Table, positions: Positions) -> pa.Table:
    indices: Any = pa.array(positions)
    return table.take(indices)


def _row(held: dict[str, Any]) -> JsonRow | Unreadable:
    raw = RawRow(held["line"], held["row_bytes"] or held["row_text"])
    same = Unreadable(raw, held["reason"], held["message"])
    if isinstance(raw.content, bytes):
        return same
    rows = list(text_rows(raw.content, raw.line))
    return rows[0] if len(rows) == 1 and isinstance(rows[0], JsonRow) else same


def _ranges(positions: list[int]) -> list[list[int]]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for place, position in enumerate(positions):
        grouped[position - place].append(position)
    return [[members[0], members[-1]] for members in grouped.values()]
