"""A lake made of rows given as dicts, for tests of the models that do without landing.

`Lake.land` writes one batch file with the columns that the stream declares. A row names what the
test is about; everything else gets a value that says nothing: events are received one second after
another in the order given, objects hold from their creation on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foundation.streams import STREAMS, Stream, stream

__all__ = ["Lake", "instant"]

Row = Mapping[str, Any]

_FIRST_INSTANT = datetime(2020, 1, 1)


def instant(text: str | int | datetime) -> datetime:
    """Return a naive UTC instant from ISO 8601 text or Unix seconds; UTC without a zone."""
    if isinstance(text, datetime):
        return text
    if isinstance(text, int):
        return datetime.fromtimestamp(text, UTC).replace(tzinfo=None)
    parsed = datetime.fromisoformat(text)
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


class Lake:
    """A lake folder under construction: every stream has its empty file from the start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._batches = 0
        for declared in STREAMS.values():
            path = folder / declared.name / "_empty.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(declared.schema.empty_table(), path)

    def land(self, name: str, rows: Iterable[Row], *, batch_id: str | None = None) -> Path:
        """Write `rows` as one batch of the stream `name` and return the file."""
        declared = stream(name)
        self._batches += 1
        batch = batch_id or f"batch_{self._batches:06d}"
        complete = _event_row if declared.kind == "events" else _object_row
        landed = [complete(declared, row, batch, place) for place, row in enumerate(rows, start=1)]
        path = self.folder / name / f"{batch}.parquet"
        pq.write_table(_table(declared, landed), path, compression="zstd")
        return path


def _table(declared: Stream, rows: Sequence[Row]) -> pa.Table:
    for row in rows:
        unknown = set(row) - set(declared.by_name)
        if unknown:
            raise ValueError(f"{declared.name} has no column {sorted(unknown)}")
    return pa.Table.from_pylist([_with_instants(declared, row) for row in rows], declared.schema)


def _with_instants(declared: Stream, row: Row) -> dict[str, Any]:
    return {field.name: _typed(row.get(field.name), field.type) for field in declared.schema}


def _typed(value: Any, wanted: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_timestamp(wanted):
        return instant(value)
    if pa.types.is_struct(wanted):
        members = {wanted.field(place).name for place in range(wanted.num_fields)}
        if set(value) - members:
            raise ValueError(f"no member {sorted(set(value) - members)} in {sorted(members)}")
        return {
            wanted.field(place).name: _typed(
                value.get(wanted.field(place).name), wanted.field(place).type
            )
            for place in range(wanted.num_fields)
        }
    if pa.types.is_map(wanted):
        return list(value.items()) if isinstance(value, Mapping) else value
    if pa.types.is_list(wanted):
        return [_typed(element, wanted.value_type) for element in value]
    return value


def _event_row(declared: Stream, row: Row, batch: str, place: int) -> dict[str, Any]:
    filled: dict[str, Any] = {
        "batch_id": batch,
        "batch_row": place,
        "livemode": False,
        "received_at": _FIRST_INSTANT + timedelta(seconds=place),
        "received_sequence": place,
    }
    for name, column in declared.by_name.items():
        if column.default is not None and column.default not in ("true", "false"):
            filled.setdefault(name, column.default)
    if "id" in declared.by_name:
        filled["id"] = f"{batch}_{place}"
    return {**filled, **row}


def _object_row(declared: Stream, row: Row, batch: str, place: int) -> dict[str, Any]:
    created = row.get("created_at", _FIRST_INSTANT)
    given = json.dumps(dict(row), default=str, sort_keys=True)
    filled: dict[str, Any] = {
        "batch_id": batch,
        "batch_row": place,
        "livemode": False,
        "created_at": created,
        "is_deleted": False,
        "effective_at": created,
        "effective_at_is_assumed": False,
        "content_hash": hashlib.sha256(given.encode()).hexdigest(),
        "object_json": json.dumps({"id": row["id"]}),
    }
    filled["observed_at"] = row.get("effective_at", created)
    return {**filled, **row}
