"""Rows out of CSV, exactly: any delimiter, quoted newlines, mixed line ends, ragged rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import encode_json
from foundation.errors import UsageError
from ingest._line_blocks import TextBlock
from ingest._rows import Block, Problem, RawRow, text_array
from ingest._sources import Readable

__all__ = ["Header", "csv_block", "read_header"]

_DELIMITERS: Final = (",", ";", "\t", "|")
_FIRST_PIECE: Final = 1 << 20
# A cell may be as long as a block of rows.
csv.field_size_limit(1 << 30)


class Header:
    """The names of the columns, the delimiter, and the text that was read beyond them."""

    def __init__(self, names: list[str], delimiter: str, lines: int, rest: bytes) -> None:
        self.names: Final = names
        self.delimiter: Final = delimiter
        self.lines: Final = lines
        self.rest: Final = rest


def read_header(source: Readable, name: str, delimiter: str | None = None) -> Header | None:
    """Read the first record; None where the text holds none.

    The delimiter is the one of `, ; tab |` that the first line has most of, unless given.

    Raises:
        UsageError: the header is not UTF-8.
    """
    start = source.read(_FIRST_PIECE)
    stripped = start.lstrip(b"\r\n")
    if not stripped:
        return None
    skipped = start[: len(start) - len(stripped)].count(b"\n")
    lines = stripped.splitlines(keepends=True)
    try:
        first = lines[0].decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"The header of {name} is not UTF-8.",
            next_command=f"iconv -f WINDOWS-1252 -t UTF-8 {name} > utf8.csv",
        ) from error
    mark = delimiter or max(_DELIMITERS, key=first.count)
    used = 0

    def feed() -> Iterator[str]:
        nonlocal used
        for line in lines:
            used += 1
            yield line.decode("utf-8", "replace")

    names = [cell.strip() for cell in next(csv.reader(feed(), delimiter=mark))]
    length = sum(len(line) for line in lines[:used])
    newlines = stripped.count(b"\n", 0, length)
    return Header(names, mark, skipped + newlines, stripped[length:])


def csv_block(header: Header, text: TextBlock) -> Block:
    """Return the records of a block of whole records, each column as text."""
    lines = text.content.splitlines(keepends=True)
    raws: list[tuple[int, int, int]] = []
    cells: list[list[str]] = []
    positions: list[int] = []
    problems: list[Problem] = []
    width = len(header.names)
    for first, last, line, record in _records(lines, header.delimiter, text.first_line):
        position = len(raws)
        raws.append((first, last, line))
        content = b"".join(lines[first:last])
        problem = _problem(record, width, content)
        if last == len(lines) and _is_unclosed(content, header.delimiter):
            problem = "unclosed_quote", f"A quote opened at line {line} is never closed."
        if problem is None:
            positions.append(position)
            cells.append(record)
        else:
            problems.append(Problem(position, problem[0], None, problem[1]))
    columns: dict[str, pa.Array[Any]] = {
        name: text_array(record[place] for record in cells)
        for place, name in enumerate(header.names)
    }
    return Block(
        rows=len(raws),
        columns=columns,
        raw=_raw_rows(header, lines, raws),
        line=lambda position: raws[position][2],
        positions=np.array(positions, dtype=np.int64),
        problems=problems,
    )


def _records(
    lines: Sequence[bytes], delimiter: str, first_line: int
) -> Iterator[tuple[int, int, int, list[str]]]:
    """Return, for each record, its first line and the one after its last, its number, its cells."""
    fed = 0

    def feed() -> Iterator[str]:
        nonlocal fed
        for line in lines:
            fed += 1
            yield line.decode("utf-8", "surrogateescape")

    first = 0
    number = first_line
    for record in csv.reader(feed(), delimiter=delimiter):
        if record:
            yield first, fed, number, record
        number += b"".join(lines[first:fed]).count(b"\n")
        first = fed


def _problem(record: list[str], width: int, content: bytes) -> tuple[str, str] | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {error.start + 1} is 0x{content[error.start]:02x}"
        return "invalid_encoding", f"The row is not UTF-8: {found}."
    if len(record) != width:
        return "ragged_row", f"The row has {len(record)} fields; the header has {width}."
    return None


def _text_lines(content: bytes) -> list[str]:
    # Text is split at many more characters than bytes are, form feeds among them.
    return [line.decode("utf-8", "replace") for line in content.splitlines(keepends=True)]


def _is_unclosed(content: bytes, delimiter: str) -> bool:
    try:
        list(csv.reader(_text_lines(content), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _raw_rows(
    header: Header, lines: Sequence[bytes], raws: Sequence[tuple[int, int, int]]
) -> Callable[[int], RawRow]:
    def raw(position: int) -> RawRow:
        first, last, line = raws[position]
        content = b"".join(lines[first:last]).rstrip(b"\r\n")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return RawRow(line, content)
        record = next(csv.reader(_text_lines(content), delimiter=header.delimiter))
        if len(record) != len(header.names):
            return RawRow(line, text)
        return RawRow(line, encode_json(dict(zip(header.names, record, strict=True))))

    return raw
