"""Cut a text into blocks that end where a row ends."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from foundation.errors import UsageError
from ingest._rows import Positions
from ingest._sources import Readable

__all__ = [
    "BLOCK_BYTES",
    "TextBlock",
    "csv_blocks",
    "line_blocks",
    "quotes_only_fields",
    "record_end",
]

BLOCK_BYTES: Final = 8 << 20
_LONGEST_ROW: Final = 64 << 20

_NEWLINE: Final = 10
_RETURN: Final = 13
_QUOTE: Final = 34


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Whole rows of a text; `first_line` is the number of the block's first line, from 1."""

    content: bytes
    first_line: int


def line_blocks(source: Readable, name: str, size: int | None = None) -> Iterator[TextBlock]:
    """Cut after a newline; only the last block may end without one."""
    return _blocks(
        source, name, 1, b"", lambda content: content.rfind(b"\n") + 1, size or BLOCK_BYTES
    )


def csv_blocks(
    source: Readable,
    name: str,
    first_line: int,
    start: bytes,
    delimiter: str,
    size: int | None = None,
) -> Iterator[TextBlock]:
    """Cut after a record, which may hold quoted newlines; `start` was read before the source."""
    return _blocks(
        source,
        name,
        first_line,
        start,
        lambda content: record_end(content, delimiter),
        size or BLOCK_BYTES,
    )


def _blocks(
    source: Readable,
    name: str,
    first_line: int,
    start: bytes,
    end_of: Callable[[bytes], int],
    size: int,
) -> Iterator[TextBlock]:
    content = start
    while piece := source.read(size):
        content += piece
        end = end_of(content)
        if end == 0:
            if len(content) > _LONGEST_ROW:
                raise UsageError(
                    f"{name} has a row longer than {_LONGEST_ROW >> 20} MiB at line {first_line}; "
                    "nothing was landed.",
                    next_command="check that the file has one row a line and closes its quotes",
                )
            continue
        yield TextBlock(content[:end], first_line)
        first_line += content.count(b"\n", 0, end)
        content = content[end:]
    if content:
        yield TextBlock(content, first_line)


def record_end(content: bytes, delimiter: str) -> int:
    """Return where the last whole record ends, 0 where there is none.

    The block must start at the start of a record.
    """
    end = content.rfind(b"\n") + 1
    if end == 0 or b'"' not in content:
        return end
    quotes = _quotes(content)
    if _enclose_fields(content, quotes, delimiter):
        while end:
            before = int(np.searchsorted(quotes, end))
            if before % 2 == 0:
                return end
            # Inside a quoted field: the record can only have started before it opened.
            end = content.rfind(b"\n", 0, int(quotes[before - 1])) + 1
        return 0
    return _record_end_by_reading(content, delimiter)


def quotes_only_fields(content: bytes, delimiter: str) -> bool:
    """Whether every quote opens or closes a field or is doubled inside one, and each one closes.

    Only then do all readers of CSV agree, and does counting quotes tell what is inside of one.
    """
    quotes = _quotes(content)
    return len(quotes) % 2 == 0 and _enclose_fields(content, quotes, delimiter)


def _quotes(content: bytes) -> Positions:
    return np.flatnonzero(np.frombuffer(content, np.uint8) == _QUOTE)


def _enclose_fields(content: bytes, quotes: Positions, delimiter: str) -> bool:
    padded = np.frombuffer(b"\n" + content + b"\n", np.uint8)
    borders = (_NEWLINE, _RETURN, ord(delimiter), _QUOTE)
    opens = np.isin(padded[quotes[0::2]], borders)
    closes = np.isin(padded[quotes[1::2] + 2], borders)
    return bool(opens.all() and closes.all())


def _record_end_by_reading(content: bytes, delimiter: str) -> int:
    lines = content.splitlines(keepends=True)
    fed = 0

    def feed() -> Iterator[str]:
        nonlocal fed
        for line in lines:
            fed += 1
            yield line.decode("utf-8", "surrogateescape")

    end = 0
    complete = 0
    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            complete = fed
    except csv.Error:
        # The text ends inside quotes; the records before it are whole.
        pass
    end = sum(len(line) for line in lines[:complete])
    return end if content[:end].endswith((b"\n", b"\r")) else content.rfind(b"\n", 0, end) + 1
