"""Lines of JSON events, a whole block at once, wherever that loses nothing.

Arrow's reader is taken for a block only when the block is one object a line and every value is of a
type that keeps its digits; otherwise None is returned, and the exact reader decides row by row.
That both readers agree is held by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from foundation import JsonTextError, Stream, decode_json_text
from foundation.streams import Column, Kind
from ingest._fields import stream_columns
from ingest._findings import Findings
from ingest._json_arrow import ArrowJson, columns_of, line_ends, reads_as_text
from ingest._line_blocks import TextBlock
from ingest._maps import map_of_columns
from ingest._numbers import DECIMAL
from ingest._rows import Block, Positions, RawRow
from ingest._values import given_columns

__all__ = ["FastJson", "block_of_lines"]

_MOST_KEYS: Final = 64

Tree = dict[str, Any]


class FastJson:
    """Reads blocks of one source of events; learns which payload keys hold text."""

    def __init__(self, stream: Stream) -> None:
        self._stream: Final = stream
        self._columns: Final = given_columns(stream.all_columns)
        self._maps: Final = [held for held in self._columns if held.kind is Kind.TEXT_MAP]
        self._declared: Final = {path for column in self._columns for path in column.paths}
        parts = {part for path in self._declared for part in path.split(".")}
        self._arrow: Final = ArrowJson(kept={*parts, "object", "data"})
        self._text_keys: Final[dict[str, None]] = {}
        self._is_possible: Final = all(
            column.kind is not Kind.JSON and (column.required or column.kind is not Kind.TEXT_MAP)
            for column in self._columns
        )

    def __call__(self, text: TextBlock) -> Block | None:
        """Return the block's rows as the stream's columns; None when it cannot vouch for them."""
        if not self._is_possible:
            return None
        ends = line_ends(text.content)
        if ends is None:
            return None
        sample = _sample(text.content[: int(ends[0])])
        if sample is None:
            return None
        self._learn_from(sample)
        while True:
            table = self._arrow.read(text.content, len(ends), lambda: self._schema(sample))
            if table is None:
                return None
            learnt: list[str] = []
            columns = self._taken(table, text.content, learnt)
            if columns is not None:
                return block_of_lines(text, ends, columns, self._ignored(table))
            if sum(map(self._learn, learnt)) == 0:
                return None

    def _learn_from(self, sample: Mapping[str, Any]) -> None:
        for column in self._maps:
            held = sample.get(column.name)
            if isinstance(held, Mapping):
                for key, value in held.items():
                    if isinstance(value, str):
                        self._learn(f"{column.name}.{key}", is_text=type(value) is str)

    def _learn(self, path: str, *, is_text: bool = False) -> bool:
        """Note that a key of a map holds texts, or that its numbers are to be made texts."""
        if path in self._declared or len(self._text_keys) >= _MOST_KEYS:
            return False
        is_new = path not in self._text_keys
        self._text_keys[path] = None
        if is_text:
            return is_new
        return self._arrow.learn(path.partition(".")[2]) or is_new

    def _schema(self, sample: Mapping[str, Any]) -> pa.Schema:
        tree: Tree = {}
        for column in self._columns:
            if column.kind is not Kind.TEXT_MAP:
                for path in column.paths:
                    _put(tree, path, _leaf(column, _at(sample, path)))
        for path in self._text_keys:
            # A key may hold a dot of its own: what comes after the map's name is one name.
            name, _, key = path.partition(".")
            held: Any = tree.setdefault(name, {})
            held[key] = pa.string()
        return pa.schema(_fields(tree))

    def _taken(
        self, table: pa.Table, content: bytes, learnt: list[str]
    ) -> dict[str, pa.Array[Any]] | None:
        """Return the stream's columns, None where a value was not read as what it says.

        Keys of maps whose values must be read as texts are then added to `learnt`.
        """
        held = columns_of(table)
        if "data" in held or not self._is_of_stream(held.pop("object", None)):
            return None
        if any("." in name for name in held):
            return None
        maps: dict[str, pa.Array[Any]] = {}
        for column in self._maps:
            members = self._members(column, held, content, learnt)
            if members is None:
                return None
            maps[column.name] = map_of_columns(members, table.num_rows)
        found = stream_columns(self._stream, held, Findings(table.num_rows, self._stream.by_name))
        return None if learnt else {**found, **maps}

    def _is_of_stream(self, names: pa.Array[Any] | None) -> bool:
        if names is None or not self._stream.object_names:
            return True
        if not pa.types.is_string(names.type):
            return pa.types.is_null(names.type)
        return set(names.unique().to_pylist()) <= {None, *self._stream.object_names}

    def _members(
        self, column: Column, held: dict[str, pa.Array[Any]], content: bytes, learnt: list[str]
    ) -> dict[str, pa.Array[Any]] | None:
        """Return the map's own keys as columns of text, and leave the others in `held`."""
        maps = held.pop(column.name, None)
        if maps is None:
            return {}
        if not pa.types.is_struct(maps.type):
            return None
        own: Any = maps
        members: dict[str, pa.Array[Any]] = {}
        for field, values in zip(own.type, own.flatten(), strict=True):
            path = f"{column.name}.{field.name}"
            if path in self._declared:
                held[path] = values
            elif pa.types.is_nested(field.type):
                return None
            elif reads_as_text(values, content):
                members[field.name] = values
            else:
                # Fractions, and texts that look like times; the next try keeps them as they are.
                learnt.append(path)
        return members

    def _ignored(self, table: pa.Table) -> dict[str, int]:
        known = {path.split(".")[0] for path in self._declared} | {"object"}
        known |= {column.name for column in self._maps}
        counts = {
            name: table.num_rows - table.column(name).null_count
            for name in table.schema.names
            if name not in known
        }
        return {name: count for name, count in counts.items() if count}


def block_of_lines(
    text: TextBlock,
    ends: Positions,
    columns: dict[str, pa.Array[Any]],
    ignored: dict[str, int] | None = None,
) -> Block:
    """Return the columns of a block whose every line is a row that could be read."""

    def raw(position: int) -> RawRow:
        start = int(ends[position - 1]) + 1 if position else 0
        line = text.content[start : int(ends[position])].strip()
        return RawRow(text.first_line + position, line.decode("utf-8"))

    return Block(
        rows=len(ends),
        columns=columns,
        raw=raw,
        line=lambda position: text.first_line + position,
        ignored=ignored or {},
        size=len(text.content),
    )


def _sample(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = decode_json_text(line.decode("utf-8"))
    except JsonTextError:
        return None
    return value if isinstance(value, Mapping) else None


def _is_text(value: Any) -> bool:
    return type(value) is str


def _at(row: Mapping[str, Any], path: str) -> Any:
    held: Any = row
    for part in path.split("."):
        held = held.get(part) if isinstance(held, Mapping) else None
    return held


def _leaf(column: Column, sample: Any) -> pa.DataType:
    """Return the type that reads the column as its values are written in this block."""
    if column.kind is Kind.DECIMAL:
        return DECIMAL
    if column.kind is Kind.INTEGER:
        return pa.int64()
    if column.kind is Kind.BOOLEAN:
        return pa.bool_()
    if column.kind is Kind.INSTANT and not _is_text(sample):
        return pa.int64()
    return pa.string()


def _put(tree: Tree, path: str, kind: pa.DataType) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree.setdefault(name, kind)


def _fields(tree: Tree) -> list[pa.Field[Any]]:
    return [
        pa.field(name, pa.struct(_fields(held)) if isinstance(held, dict) else held)
        for name, held in tree.items()
    ]
