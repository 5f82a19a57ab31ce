"""Lines of JSON events, a whole block at once, wherever that loses nothing.

Arrow's JSON reader keeps numbers as text until their column's type is known, and reads a decimal
from that text exactly. It is taken for a block only when the block is one object a line and every
value is of a type that keeps its digits; otherwise None is returned, and the exact reader decides
row by row. That both readers agree is held by a test.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from foundation import JsonTextError, Stream, decode_json_text
from foundation.streams import Column, Kind
from ingest._fields import stream_columns
from ingest._line_blocks import TextBlock
from ingest._maps import map_of_columns
from ingest._numbers import DECIMAL
from ingest._rows import Block, Positions, RawRow
from ingest._values import given_columns

__all__ = ["FastJson"]

# Arrow's reader descends by recursion and would overrun its stack: no line may nest deeper.
_DEEPEST: Final = 64
# A line this short cannot nest deep enough to matter.
_SHORT_LINE: Final = 4096
_MOST_KEYS: Final = 64
_TEXT_TYPES: Final = (pa.string(), pa.null(), pa.bool_(), pa.int64())

Tree = dict[str, Any]


class FastJson:
    """Reads blocks of one source of events; learns which payload keys hold text."""

    def __init__(self, stream: Stream) -> None:
        self._stream: Final = stream
        self._columns: Final = given_columns(stream.all_columns)
        self._maps: Final = [held for held in self._columns if held.kind is Kind.TEXT_MAP]
        self._text_keys: Final[dict[str, None]] = {}
        self._is_possible: Final = all(
            column.kind is not Kind.JSON and (column.required or column.kind is not Kind.TEXT_MAP)
            for column in self._columns
        )

    def __call__(self, text: TextBlock) -> Block | None:
        """Return the block's rows as the stream's columns; None when it cannot vouch for them."""
        if not self._is_possible:
            return None
        ends = _line_ends(text.content)
        if ends is None:
            return None
        sample = _sample(text.content[: int(ends[0])])
        if sample is None:
            return None
        for column in self._maps:
            held = sample.get(column.name)
            if isinstance(held, Mapping):
                self._learn(
                    f"{column.name}.{key}" for key, value in held.items() if _is_text(value)
                )
        for _ in range(2):
            table = self._parsed(text.content, sample)
            if table is None or table.num_rows != len(ends) or table.num_columns > _MOST_KEYS:
                return None
            learnt = len(self._text_keys)
            columns = self._taken(table, text.content)
            if columns is not None:
                return self._block(text, ends, table, columns)
            if len(self._text_keys) == learnt:
                return None
        return None

    def _learn(self, paths: Iterable[str]) -> None:
        declared = {path for column in self._columns for path in column.paths}
        for path in paths:
            if path not in declared and len(self._text_keys) < _MOST_KEYS:
                self._text_keys[path] = None

    def _parsed(self, content: bytes, sample: Mapping[str, Any]) -> pa.Table | None:
        schema = self._schema(sample)
        try:
            return pj.read_json(
                io.BytesIO(content),
                read_options=pj.ReadOptions(use_threads=False, block_size=len(content) + 1),
                parse_options=pj.ParseOptions(
                    explicit_schema=schema, unexpected_field_behavior="infer"
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None

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

    def _taken(self, table: pa.Table, content: bytes) -> dict[str, pa.Array[Any]] | None:
        """Return the stream's columns, None where a value was not read as what it says."""
        held = _one_chunk(table)
        if "data" in held or not self._is_of_stream(held.pop("object", None)):
            return None
        if any("." in name for name in held):
            return None
        maps: dict[str, pa.Array[Any]] = {}
        for column in self._maps:
            members = self._members(column, held, content)
            if members is None:
                return None
            maps[column.name] = map_of_columns(members, table.num_rows)
        found = stream_columns(self._stream, held, table.num_rows)
        return {**found, **maps}

    def _is_of_stream(self, names: pa.Array[Any] | None) -> bool:
        if names is None or not self._stream.object_names:
            return True
        if not pa.types.is_string(names.type):
            return pa.types.is_null(names.type)
        return set(names.unique().to_pylist()) <= {None, *self._stream.object_names}

    def _members(
        self, column: Column, held: dict[str, pa.Array[Any]], content: bytes
    ) -> dict[str, pa.Array[Any]] | None:
        """Return the map's own keys as columns of text, and leave the others in `held`."""
        maps = held.pop(column.name, None)
        if maps is None:
            return {}
        if not pa.types.is_struct(maps.type):
            return None
        declared = {path for other in self._columns for path in other.paths}
        own: Any = maps
        members: dict[str, pa.Array[Any]] = {}
        for field, values in zip(own.type, own.flatten(), strict=True):
            path = f"{column.name}.{field.name}"
            if path in declared:
                held[path] = values
            elif pa.types.is_timestamp(field.type):
                # Text that looks like a time; the next try keeps it as it is.
                self._learn([path])
                return None
            elif field.type not in _TEXT_TYPES or (field.type == pa.int64() and b"-0" in content):
                return None
            else:
                members[field.name] = values
        return members

    def _block(
        self, text: TextBlock, ends: Positions, table: pa.Table, columns: dict[str, pa.Array[Any]]
    ) -> Block:
        heads = {path.split(".")[0] for column in self._columns for path in column.paths}
        known = heads | {"object"}
        ignored = {
            name: table.num_rows - table.column(name).null_count
            for name in table.schema.names
            if name not in known
        }

        def raw(position: int) -> RawRow:
            start = int(ends[position - 1]) + 1 if position else 0
            line = text.content[start : int(ends[position])].strip()
            return RawRow(text.first_line + position, line.decode("utf-8"))

        return Block(
            rows=table.num_rows,
            columns=columns,
            raw=raw,
            line=lambda position: text.first_line + position,
            ignored={name: count for name, count in ignored.items() if count},
            size=len(text.content),
        )


def _line_ends(content: bytes) -> Positions | None:
    """Return where each line ends; None unless each holds exactly one object, of modest depth."""
    if not content.isascii():
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return None
    if not content.startswith(b"{"):
        return None
    data = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(data == 10)
    if not content.endswith(b"\n"):
        ends = np.append(ends, len(content))
    # A line that ends with } before one that starts with { ends its object too: inside an object
    # or an array a comma would have to stand between the two.
    borders = content.count(b"}\n{") + content.count(b"}\r\n{")
    if borders != len(ends) - 1 or not content.rstrip().endswith(b"}"):
        return None
    if int(np.diff(ends, prepend=-1).max()) > _SHORT_LINE:
        opened = np.flatnonzero((data == ord("{")) | (data == ord("[")))
        counts = np.bincount(np.searchsorted(ends, opened))
        if int(counts.max()) > _DEEPEST:
            return None
    return ends


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


def _one_chunk(table: pa.Table) -> dict[str, pa.Array[Any]]:
    combined = table.combine_chunks()
    held: dict[str, Any] = {}
    for name in combined.schema.names:
        chunks: Any = combined.column(name).chunks
        held[name] = chunks[0]
    return held
