"""Lines of foreign JSON rows, a whole block at once, as the columns that a mapping reads.

Each value comes as its exact text, as from the exact reader, which decides row by row wherever
this one returns None. That both agree is held by a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from ingest._columns import nulls
from ingest._json_arrow import ArrowJson, columns_of, line_ends, reads_as_text
from ingest._json_fast import block_of_lines
from ingest._line_blocks import TextBlock
from ingest._maps import as_text
from ingest._rows import Block

__all__ = ["FastMappedJson"]

Tree = dict[str, Any]


class FastMappedJson:
    """Reads blocks of one source; `paths` are the dotted paths that the mapping reads."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths: Final = paths
        self._arrow: Final = ArrowJson(kept=("object", "data"))
        self._schema: Final = _schema_of(paths)

    def __call__(self, text: TextBlock) -> Block | None:
        """Return the block's rows as columns of text; None when it cannot vouch for them."""
        schema = self._schema
        ends = None if schema is None else line_ends(text.content)
        if schema is None or ends is None:
            return None
        table = self._arrow.read(text.content, len(ends), lambda: schema)
        if table is None:
            return None
        held = columns_of(table)
        if "data" in held or any("." in name for name in held):
            # Rows inside a list object or an envelope, and names that are paths by themselves.
            return None
        columns: dict[str, pa.Array[Any]] = {}
        for path in self._paths:
            values = _at(held, path.split("."), len(ends))
            if values is None or not reads_as_text(values, text.content):
                return None
            columns[path] = as_text(values)
        return block_of_lines(text, ends, columns)


def _schema_of(paths: Sequence[str]) -> pa.Schema | None:
    """Return a schema with text at every path; None where that is no description of a row."""
    tree: Tree = {}
    for path in paths:
        *parents, name = path.split(".")
        if any(part.isdigit() or not part or {'"', "\\"} & set(part) for part in (*parents, name)):
            return None
        held: Any = tree
        for parent in parents:
            held = held.setdefault(parent, {})
            if not isinstance(held, dict):
                return None
        if name in held:
            return None
        held[name] = pa.string()
    return pa.schema(_fields(tree))


def _fields(tree: Tree) -> list[pa.Field[Any]]:
    return [
        pa.field(name, pa.struct(_fields(held)) if isinstance(held, dict) else held)
        for name, held in tree.items()
    ]


def _at(columns: dict[str, pa.Array[Any]], path: list[str], rows: int) -> pa.Array[Any] | None:
    name, *rest = path
    values: Any = columns.get(name)
    if values is None:
        return nulls(rows, pa.string())
    if not rest:
        return values
    if not pa.types.is_struct(values.type):
        return None
    names = [field.name for field in values.type]
    return _at(dict(zip(names, values.flatten(), strict=True)), rest, rows)
