"""From the columns of a file to the columns of a stream, where no mapping says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from foundation import JsonTextError, Stream, decode_json_text
from foundation.errors import UsageError
from foundation.streams import Column, Kind
from ingest._columns import pc
from ingest._findings import Findings
from ingest._json_cells import cell_columns
from ingest._maps import MAP, as_text, map_of_columns, split_map
from ingest._values import given_columns, map_items

__all__ = ["check_header", "flattened", "require_unique", "stream_columns"]


def flattened(columns: Mapping[str, pa.Array[Any]]) -> dict[str, pa.Array[Any]]:
    """Return the columns with each struct replaced by its members, named with dots."""
    flat: dict[str, pa.Array[Any]] = {}
    for name, values in columns.items():
        if pa.types.is_struct(values.type):
            held: Any = values
            members = dict(zip((field.name for field in values.type), held.flatten(), strict=True))
            flat.update(flattened({f"{name}.{key}": member for key, member in members.items()}))
        else:
            flat[name] = values
    return flat


def require_unique(names: Sequence[str], source: str) -> None:
    """Refuse a header that names a column twice.

    Raises:
        UsageError: naming the column.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"{source} names the column {twice[0]!r} twice; which one counts is unclear.",
            next_command="rename one of them and land the file again",
        )


def check_header(stream: Stream, names: Sequence[str], source: str) -> list[str]:
    """Return the names that no column of the stream takes.

    Raises:
        UsageError: nothing is there for a required column.
    """
    maps = tuple(f"{column.name}." for column in stream.columns if column.kind is Kind.TEXT_MAP)
    held = {*names, *(name.split(".")[0] for name in names)}
    for column in given_columns(stream.all_columns):
        filled = (
            column.default is not None
            or column.default_from is not None
            or column.derived_prefix is not None
            or column.kind is Kind.TEXT_MAP
            or column.name in {"received_at", "received_sequence"}
        )
        if column.required and not filled and not held.intersection(_heads(column)):
            raise UsageError(
                f"{source} has no column for {column.name} (looked for "
                f"{', '.join(column.paths)}); it has {', '.join(names[:12]) or 'none'}.",
                next_command=f"meterhouse land {stream.name} FILE --map MAPPING.toml --dry-run",
            )
    known = {path for column in stream.all_columns for path in column.paths}
    known |= {column.name for column in stream.columns if column.kind is Kind.TEXT_MAP}
    return [
        name
        for name in names
        if name not in known and not name.startswith(maps) and name != "object"
    ]


def _heads(column: Column) -> set[str]:
    return {*column.paths, *(path.split(".")[0] for path in column.paths)}


def stream_columns(
    stream: Stream, columns: Mapping[str, pa.Array[Any]], findings: Findings
) -> dict[str, pa.Array[Any]]:
    """Return the columns named as the stream's, from those of a file with a header.

    Cells that should hold a map and do not are added to `findings`.
    """
    rows = len(findings.bad)
    flat = flattened(columns)
    taken: set[str] = set()
    found: dict[str, pa.Array[Any]] = {}
    for column in stream.columns:
        if column.kind is Kind.TEXT_MAP:
            flat = _without_map(stream, column, flat, findings)
    for column in given_columns(stream.all_columns):
        if column.kind is Kind.TEXT_MAP:
            continue
        present = [path for path in column.paths if path in flat]
        taken.update(present)
        if present:
            found[column.name] = _first([flat[path] for path in present])
    for column in stream.columns:
        if column.kind is Kind.TEXT_MAP:
            found[column.name] = _map(column, flat, taken, rows)
    return found


def _first(candidates: list[pa.Array[Any]]) -> pa.Array[Any]:
    values = [held for held in candidates if held.null_count < len(held)] or candidates[:1]
    if len(values) == 1:
        return values[0]
    if len({held.type for held in values}) > 1:
        values = [as_text(held) for held in values]
    if pa.types.is_string(values[0].type):
        values = [pc.if_else(pc.equal(held, ""), None, held) for held in values]
    return pc.coalesce(*values)


def _without_map(
    stream: Stream, column: Column, flat: dict[str, pa.Array[Any]], findings: Findings
) -> dict[str, pa.Array[Any]]:
    """Return the columns with the map's own replaced by those of the keys that streams declare."""
    maps = flat.get(column.name)
    if maps is None:
        return flat
    mark = f"{column.name}."
    others = {name: values for name, values in flat.items() if name != column.name}
    if pa.types.is_large_string(maps.type) or pa.types.is_string_view(maps.type):
        maps = maps.cast(pa.string())
    if pa.types.is_string(maps.type) and len(maps):
        cells = cell_columns(maps)
        if cells is not None:
            taken = _declared(stream, mark)
            rest = {key: values for key, values in cells.items() if key not in taken}
            found = {f"{mark}{key}": as_text(cells[key]) for key in taken if key in cells}
            return {**others, **found, column.name: map_of_columns(rest, len(maps))}
    wanted = _declared(stream, mark)
    if not pa.types.is_map(maps.type):
        maps = _parsed(column, maps, findings)
    found, rest = split_map(maps.cast(MAP), wanted)
    return {**others, **{f"{mark}{name}": held for name, held in found.items()}, column.name: rest}


def _declared(stream: Stream, mark: str) -> list[str]:
    """Return the keys of a map that columns of their own take."""
    return [
        path.removeprefix(mark)
        for other in stream.columns
        for path in other.paths
        if path.startswith(mark)
    ]


def _parsed(column: Column, cells: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    """Return maps from JSON text or lists of pairs, null where a cell is neither."""
    items: list[Any] = []
    wrong = np.zeros(len(cells), np.bool_)
    for row, held in enumerate(cells.to_pylist()):
        value: Any = held
        if isinstance(held, str):
            try:
                value = decode_json_text(held) if held else {}
            except JsonTextError:
                value = held
        elif isinstance(held, list):
            value = dict(held)
        wrong[row] = value is not None and not isinstance(value, dict)
        items.append(None if wrong[row] else map_items(value or {}))
    findings.add(wrong, "not_a_map", column.name, cells)
    return pa.array(items, type=MAP)


def _map(
    column: Column, flat: Mapping[str, pa.Array[Any]], taken: set[str], rows: int
) -> pa.Array[Any]:
    mark = f"{column.name}."
    members = {
        name.removeprefix(mark): _absent_when_empty(as_text(values))
        for name, values in flat.items()
        if name.startswith(mark) and name not in taken
    }
    held = flat.get(column.name)
    if held is None:
        return map_of_columns(members, rows)
    if not members or not pa.types.is_map(held.type):
        return held
    entries = [
        {**dict(own or []), **{name: text for name, text in more.items() if text is not None}}
        for own, more in zip(
            held.to_pylist(),
            pa.table(members).to_pylist(),
            strict=True,
        )
    ]
    return pa.array([map_items(entry) for entry in entries], type=MAP)


def _absent_when_empty(texts: pa.Array[Any]) -> pa.Array[Any]:
    return pc.if_else(pc.equal(texts, ""), None, texts)
