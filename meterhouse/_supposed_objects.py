"""Objects that a preview supposes, as the rows that landing them would make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from foundation import encode_json, stream
from ingest._json_rows import JsonRow
from ingest._objects import ObjectConditions, object_rows, object_table
from ingest._rows import RawRow
from queries import APIError

__all__ = ["land_in_memory"]

_BATCH: Final = "preview"
_SECOND: Final = 1_000_000


def land_in_memory(name: str, versions: Sequence[tuple[dict[str, Any], int]]) -> pa.Table:
    """Give the rows of a stream for objects, each holding from a second on; nothing is written.

    The reader is landing's own, so that what comes true lands as the same row.

    Raises:
        APIError: an object that we made does not fit the stream.
    """
    declared = stream(name)
    rows: list[dict[str, Any]] = []
    for value, effective_at in versions:
        conditions = ObjectConditions(
            observed_at=effective_at * _SECOND, effective_at=effective_at * _SECOND
        )
        found = object_rows(declared, [JsonRow(value, RawRow(1, encode_json(value)))], conditions)
        if found.problems:
            raise APIError(found.problems[0].message)
        rows += found.rows
    return object_table(declared, rows, _BATCH, range(1, len(rows) + 1))
