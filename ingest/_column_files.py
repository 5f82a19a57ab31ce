"""Rows out of Parquet and Arrow files: typed columns, taken as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from foundation import JsonNumber, encode_json
from foundation.errors import UsageError
from ingest._fields import flattened
from ingest._rows import Block, RawRow
from ingest._sources import Source

__all__ = ["column_blocks", "column_names", "plain"]

_ROWS: Final = 1 << 17


def column_names(source: Source) -> list[str]:
    """Return the names of the columns, members of structs with dots.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        if source.format == "parquet":
            schema = pq.read_schema(source.path)
        else:
            with _arrow_reader(source) as reader:
                schema = reader.schema
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(source, error) from error
    return list(flattened({name: _no_rows(schema, name) for name in schema.names}))


def _no_rows(schema: pa.Schema, name: str) -> pa.Array[Any]:
    return pa.array([], type=schema.field(name).type)


def column_blocks(source: Source) -> Iterator[Block]:
    """Return the rows of a Parquet or Arrow file, a bounded number at a time."""
    done = 0
    try:
        for batch in _batches(source):
            if batch.num_rows:
                yield _block(batch, done)
                done += batch.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(source, error) from error


def _batches(source: Source) -> Iterator[pa.RecordBatch]:
    if source.format == "parquet":
        with pq.ParquetFile(source.path) as file:
            yield from file.iter_batches(batch_size=_ROWS)
        return
    with _arrow_reader(source) as reader:
        for batch in reader:
            for start in range(0, batch.num_rows, _ROWS):
                yield batch.slice(start, _ROWS)


def _arrow_reader(source: Source) -> Any:
    with source.path.open("rb") as file:
        is_file = file.read(6) == b"ARROW1"
    opened: Any = pa.memory_map(str(source.path))
    if not is_file:
        return pa.ipc.open_stream(opened)
    reader = pa.ipc.open_file(opened)
    batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
    return pa.RecordBatchReader.from_batches(reader.schema, batches)


def _block(batch: pa.RecordBatch, done: int) -> Block:
    columns = {name: batch.column(place) for place, name in enumerate(batch.schema.names)}

    def raw(position: int) -> RawRow:
        row = batch.slice(position, 1).to_pylist()[0]
        return RawRow(done + position + 1, encode_json(plain(row)))

    return Block(
        rows=batch.num_rows,
        columns=flattened(columns),
        raw=raw,
        line=lambda position: done + position + 1,
        size=batch.nbytes,
    )


def plain(value: Any) -> Any:
    """Return what Arrow made of a value as what JSON can hold, exactly."""
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list):
        pairs = [held for held in value if isinstance(held, tuple) and len(held) == 2]
        if value and len(pairs) == len(value):
            return {str(key): plain(held) for key, held in pairs}
        return [plain(held) for held in value]
    if isinstance(value, float):
        # The shortest text that reads back as this double; NaN and infinity stay text.
        text = repr(value)
        return JsonNumber(text) if text[-1].isdigit() else text
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, str | int | Decimal):
        return value
    return str(value)


def _damaged(source: Source, error: Exception) -> UsageError:
    return UsageError(
        f"{source.name} is no readable {source.format} file: {error}. Nothing was landed.",
        next_command="write the file again and land it",
    )
