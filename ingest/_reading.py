"""From a source to pieces of work, each of which checks one block of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa

from foundation import Stream
from foundation.errors import UsageError
from ingest._checks import Conditions
from ingest._column_files import column_blocks, column_names
from ingest._csv_fast import FastCsv
from ingest._csv_rows import csv_block, read_header
from ingest._fields import check_header, require_unique
from ingest._json_documents import document_rows
from ingest._json_fast import FastJson
from ingest._json_mapped import FastMappedJson
from ingest._json_rows import JsonRow, Unreadable, column_block, event_block, line_rows
from ingest._line_blocks import TextBlock, csv_blocks, line_blocks, record_end
from ingest._map_rows import map_block, require_columns
from ingest._mapping import Mapping
from ingest._objects import ObjectConditions
from ingest._pipeline import CheckedBlock, check_block, check_objects, rows_of_columns
from ingest._rows import Block, Problem
from ingest._sources import Readable, Source, open_source
from ingest._text_reading import TextReader

__all__ = ["Plan", "check_rows", "works"]

# Rows of a document in one piece of work.
_DOCUMENT_ROWS: Final = 5000
Work = Callable[[], list[CheckedBlock]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made of a source's rows."""

    stream: Stream
    events: Conditions
    objects: ObjectConditions
    mapping: Mapping | None = None


def works(plan: Plan, source: Source) -> Iterator[Work]:
    """Return the pieces of work of a source, in the order of its rows.

    Raises:
        UsageError: the source lacks a column that is needed, or stops being readable.
    """
    if source.format in {"parquet", "arrow"}:
        yield from _column_works(plan, source)
        return
    with open_source(source) as opened:
        if source.format == "csv":
            yield from _csv_works(plan, source, opened)
        elif source.format == "json lines":
            yield from _line_works(plan, source, opened)
        else:
            rows = document_rows(opened, source.name)
            while piece := list(islice(rows, _DOCUMENT_ROWS)):
                yield _rows_work(plan, source, piece)


def _line_works(plan: Plan, source: Source, opened: Readable) -> Iterator[Work]:
    if plan.mapping is None and plan.stream.kind == "objects":
        for text in line_blocks(opened, source.name):
            yield _lines_work(plan, source, text)
        return
    mapping = plan.mapping
    fast = FastJson(plan.stream) if mapping is None else FastMappedJson(mapping.paths)
    read = TextReader(
        fast, lambda text: _exact_lines(plan, text), lambda content: content.rfind(b"\n") + 1
    )
    for text in line_blocks(opened, source.name):
        yield _text_work(plan, source, text, read, [], ready=mapping is None)


def _exact_lines(plan: Plan, text: TextBlock) -> Block:
    rows = line_rows(text.content, text.first_line)
    if plan.mapping is None:
        block = event_block(plan.stream, rows)
    else:
        block = column_block(plan.mapping.paths, rows)
    block.size = len(text.content)
    return block


def _text_work(
    plan: Plan,
    source: Source,
    text: TextBlock,
    read: TextReader,
    ignored: list[str],
    *,
    ready: bool = False,
) -> Work:
    return lambda: [
        _check_columns(plan, source.file_name, block, ignored, ready=ready) for block in read(text)
    ]


def _lines_work(plan: Plan, source: Source, text: TextBlock) -> Work:
    def work() -> list[CheckedBlock]:
        rows = list(line_rows(text.content, text.first_line))
        return [check_rows(plan, source.file_name, rows, size=len(text.content))]

    return work


def _rows_work(plan: Plan, source: Source, rows: list[JsonRow | Unreadable]) -> Work:
    return lambda: [check_rows(plan, source.file_name, rows)]


def check_rows(
    plan: Plan,
    file_name: str,
    rows: list[JsonRow | Unreadable],
    *,
    size: int = 0,
    only_part: int | None = None,
) -> CheckedBlock:
    """Check rows that came as JSON; `only_part` takes one of the rows that a mapping makes."""
    if plan.mapping is not None:
        block = column_block(plan.mapping.paths, rows)
        block.size = size
        return _check_columns(plan, file_name, block, [], only_part=only_part)
    if plan.stream.kind == "objects":
        return check_objects(plan.stream, rows, plan.objects, size)
    block = event_block(plan.stream, rows)
    block.size = size
    return check_block(
        plan.stream, block, plan.events, mapping=None, file_name=file_name, ready=True
    )


def _csv_works(plan: Plan, source: Source, opened: Readable) -> Iterator[Work]:
    delimiter = None if plan.mapping is None else plan.mapping.delimiter
    header = read_header(opened, source.name, delimiter)
    if header is None:
        return
    ignored = _ignored(plan, source, header.names)

    if plan.mapping is not None:
        wanted = plan.mapping.paths
    else:
        wanted = [name for name in header.names if name not in ignored]
    read = TextReader(
        FastCsv(header, wanted),
        lambda text: csv_block(header, text),
        lambda content: record_end(content, header.delimiter),
    )
    for text in csv_blocks(opened, source.name, header.lines + 1, header.rest, header.delimiter):
        yield _text_work(plan, source, text, read, ignored)


def _column_works(plan: Plan, source: Source) -> Iterator[Work]:
    ignored = _ignored(plan, source, column_names(source))

    def work_on(block: Block) -> Work:
        return lambda: [_check_columns(plan, source.file_name, block, ignored)]

    for block in column_blocks(source):
        yield work_on(block)


def _ignored(plan: Plan, source: Source, names: list[str]) -> list[str]:
    require_unique(names, source.name)
    if plan.mapping is not None:
        require_columns(plan.mapping, names, source.name)
        return []
    if plan.stream.kind == "objects":
        if "id" not in names:
            raise UsageError(
                f"{source.name} has no column id; objects of {plan.stream.name} need one.",
                next_command=f"meterhouse land {plan.stream.name} FILE --map MAPPING.toml",
            )
        return []
    return check_header(plan.stream, names, source.name)


def _check_columns(
    plan: Plan,
    file_name: str,
    block: Block,
    ignored: list[str],
    *,
    ready: bool = False,
    only_part: int | None = None,
) -> CheckedBlock:
    if plan.stream.kind == "objects":
        return _check_object_columns(plan, file_name, block)
    for name in ignored:
        block.ignored[name] = block.rows
    return check_block(
        plan.stream,
        block,
        plan.events,
        mapping=plan.mapping,
        file_name=file_name,
        ready=ready,
        only_part=only_part,
    )


def _check_object_columns(plan: Plan, file_name: str, block: Block) -> CheckedBlock:
    columns: dict[str, pa.Array[Any]] = block.columns
    problems: list[Problem] = []
    if plan.mapping is not None:
        mapped = map_block(plan.mapping, block, file_name)[0]
        columns, problems = mapped.columns, mapped.findings.problems
    rows = rows_of_columns(block, columns, problems)
    return check_objects(plan.stream, rows, plan.objects, block.size)
