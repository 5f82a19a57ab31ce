"""Rows out of JSON, exactly: lines, list objects, webhook envelopes, single objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import JsonTextError, Stream, decode_json_text, encode_json
from foundation.streams import Column, Kind
from ingest._findings import explain
from ingest._rows import Block, Problem, RawRow, text_array
from ingest._values import Misfit, first_present, given_columns, map_items, token

__all__ = ["JsonRow", "Unreadable", "column_block", "event_block", "line_rows", "text_rows"]

# Deleting a subscription ends it; its object says so itself and stays a version like any other.
_NOT_A_DELETION: Final = frozenset({"customer.subscription.deleted"})


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object of the input; `effective` is the `created` of the webhook event it came in."""

    value: Mapping[str, Any]
    raw: RawRow
    effective: Any = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no object of ours, and why."""

    raw: RawRow
    reason: str
    message: str


def line_rows(lines: bytes, first_line: int) -> Iterator[JsonRow | Unreadable]:
    """Return the rows of newline-delimited JSON; `first_line` is the number of its first line.

    Blank lines are no rows. One line may hold several rows: a list object, an array, an envelope.
    """
    for number, line in enumerate(lines.split(b"\n"), first_line):
        content = line.strip()
        if not content:
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            message = (
                f"The row is not UTF-8: byte {error.start + 1} is 0x{content[error.start]:02x}."
            )
            yield Unreadable(RawRow(number, content), "invalid_encoding", message)
            continue
        yield from text_rows(text, number)


def text_rows(text: str, line: int) -> Iterator[JsonRow | Unreadable]:
    """Return the rows that one JSON text holds."""
    try:
        value = decode_json_text(text)
        if r"\ud" in text.lower():
            encode_json(value).encode()
        rows = list(_unwrapped(value, RawRow(line, text)))
    except JsonTextError as error:
        yield Unreadable(RawRow(line, text), error.reason, f"The row is not JSON: {error}.")
    except RecursionError:
        yield Unreadable(RawRow(line, text), "too_deep", "The row nests too deeply to be read.")
    except UnicodeEncodeError:
        message = "The row escapes half a character (a lone surrogate), which is no text."
        yield Unreadable(RawRow(line, text), "invalid_encoding", message)
    else:
        yield from rows


def _unwrapped(value: Any, raw: RawRow, effective: Any = None) -> Iterator[JsonRow | Unreadable]:
    """Return the rows inside lists, list objects and webhook envelopes, in their order."""
    if isinstance(value, list):
        for item in value:
            yield from _unwrapped(item, _inner(raw, item), effective)
        return
    if not isinstance(value, Mapping):
        message = f"The row is {encode_json(value)[:60]}, not a JSON object."
        yield Unreadable(raw, "not_an_object", message)
        return
    data = value.get("data")
    if isinstance(data, list) and ("id" not in value or value.get("object") == "list"):
        yield from _unwrapped(data, raw, effective)
    elif (
        value.get("object") in {"event", "v2.core.event"}
        and isinstance(data, Mapping)
        and isinstance(data.get("object"), Mapping)
    ):
        inner: Mapping[str, Any] = data["object"]
        kind = str(value.get("type", ""))
        deleted = kind.endswith(".deleted") and kind not in _NOT_A_DELETION
        yield JsonRow(inner, raw, value.get("created"), deleted)
    else:
        yield JsonRow(value, raw, effective)


def _inner(raw: RawRow, value: Any) -> RawRow:
    return RawRow(raw.line, encode_json(value))


def _split(rows: Iterable[JsonRow | Unreadable]) -> tuple[list[JsonRow], list[int], Block]:
    readable: list[JsonRow] = []
    positions: list[int] = []
    problems: list[Problem] = []
    raws: list[RawRow] = []
    for position, row in enumerate(rows):
        raws.append(row.raw)
        if isinstance(row, JsonRow):
            readable.append(row)
            positions.append(position)
        else:
            problems.append(Problem(position, row.reason, None, row.message))
    block = Block(
        rows=len(raws),
        columns={},
        raw=raws.__getitem__,
        line=lambda position: raws[position].line,
        problems=problems,
    )
    return readable, positions, block


def event_block(stream: Stream, rows: Iterable[JsonRow | Unreadable]) -> Block:
    """Return rows as columns named as the stream's; rows that do not fit become problems."""
    readable, positions, block = _split(rows)
    columns = given_columns(stream.all_columns)
    known, dotted = _known_keys(columns), _dotted(columns)
    values: dict[str, list[Any]] = {column.name: [] for column in columns}
    kept: list[int] = []
    for row, position in zip(readable, positions, strict=True):
        try:
            _check_object(stream, row.value)
            found = [(column.name, _cell(column, columns, row.value)) for column in columns]
        except _RowProblem as problem:
            block.problems.append(Problem(position, problem.reason, problem.field, problem.message))
            continue
        for name, value in found:
            values[name].append(value)
        kept.append(position)
        for key, value in row.value.items():
            if value is not None and key not in known and not key.startswith(dotted):
                block.ignored[key] = block.ignored.get(key, 0) + 1
    block.positions = np.array(kept, dtype=np.int64)
    block.columns = {
        column.name: pa.array(values[column.name], type=column.arrow_type)
        if column.kind is Kind.TEXT_MAP
        else text_array(values[column.name])
        for column in columns
    }
    return block


class _RowProblem(Exception):  # noqa: N818 - control flow inside this module
    def __init__(self, reason: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


def _check_object(stream: Stream, value: Mapping[str, Any]) -> None:
    name = value.get("object")
    if name is None or not stream.object_names or name in stream.object_names:
        return
    message = (
        f"object is {encode_json(name)[:60]}: the stream {stream.name} takes "
        f"{', '.join(stream.object_names)}."
    )
    raise _RowProblem("wrong_object", "object", message)


def _cell(column: Column, columns: tuple[Column, ...], row: Mapping[str, Any]) -> Any:
    value = first_present(row, column.paths)
    try:
        if column.kind is Kind.TEXT_MAP:
            return _map_cell(column, columns, row, value)
        return token(column.kind, value)
    except Misfit as misfit:
        message = explain(misfit.reason, column.name, misfit.value, column)
        raise _RowProblem(misfit.reason, column.name, message) from misfit


def _map_cell(
    column: Column, columns: tuple[Column, ...], row: Mapping[str, Any], value: Any
) -> list[tuple[str, str]]:
    mark = f"{column.name}."
    taken = frozenset(
        path.removeprefix(mark)
        for other in columns
        for path in other.paths
        if path.startswith(mark)
    )
    if value is not None and not isinstance(value, Mapping):
        raise Misfit("not_a_map", value if isinstance(value, str | int) else encode_json(value))
    # Flat rows name a payload's keys with dots; there, as in CSV, an empty text is an absent one.
    flat = {
        key.removeprefix(mark): held
        for key, held in row.items()
        if key.startswith(mark) and held != ""
    }
    return map_items({**flat, **(value or {})}, taken)


def _known_keys(columns: tuple[Column, ...]) -> frozenset[str]:
    heads = {path.split(".")[0] for column in columns for path in column.paths}
    return frozenset(heads | {path for column in columns for path in column.paths} | {"object"})


def _dotted(columns: tuple[Column, ...]) -> tuple[str, ...]:
    return tuple(f"{column.name}." for column in columns if column.kind is Kind.TEXT_MAP)


def column_block(paths: Iterable[str], rows: Iterable[JsonRow | Unreadable]) -> Block:
    """Return rows as the columns that a mapping asks for, each value as its exact text."""
    readable, positions, block = _split(rows)
    for path in paths:
        block.columns[path] = text_array(
            _any_text(first_present(row.value, (path,))) for row in readable
        )
    block.positions = np.array(positions, dtype=np.int64)
    return block


def _any_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, str) else encode_json(value)
