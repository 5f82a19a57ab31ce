"""Blocks in, checked rows out: the part of landing that is the same for every format.

Blocks are read and checked in worker threads, and handed on in the order of the source, so that a
row's place in its batch does not depend on which thread was faster.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import Stream
from ingest._checks import Conditions, check_events, finish_events
from ingest._column_files import plain
from ingest._fields import stream_columns
from ingest._findings import Findings
from ingest._json_rows import JsonRow, Unreadable
from ingest._map_rows import map_block
from ingest._mapping import Mapping
from ingest._objects import ObjectConditions, object_rows, object_table
from ingest._rows import Block, Positions, Problem, RawRow

__all__ = ["CheckedBlock", "Refusal", "check_block", "check_objects", "in_order", "rows_of_columns"]

# Blocks in the works at once: enough that no worker waits, few enough to bound memory.
_AHEAD: Final = 4
Work = Callable[[], "list[CheckedBlock]"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that does not land, whole. `part` is which of the rows made of it, from 0."""

    raw: RawRow
    part: int
    reason: str
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block after the checks.

    `source_rows` are the rows of the source in it, `parts` how many rows each readable one makes,
    `read` the rows offered in all. `finish` makes the table once batch id and the number of source
    rows before the block are known. `kept` has, for each part, the positions of the accepted rows.
    """

    source_rows: int
    parts: int
    read: int
    accepted: int
    refusals: list[Refusal]
    ignored: dict[str, int]
    finish: Callable[[str, int], list[pa.Table]]
    kept: list[tuple[int, Positions]]
    size: int = 0


def in_order(works: Iterator[Work], threads: int) -> Iterator[CheckedBlock]:
    """Run works in threads and return what they make, in the order of the works."""
    waiting: deque[Future[list[CheckedBlock]]] = deque()
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="landing") as pool:
        try:
            for work in works:
                waiting.append(pool.submit(work))
                if len(waiting) >= _AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def check_block(
    stream: Stream,
    block: Block,
    conditions: Conditions,
    *,
    mapping: Mapping | None,
    file_name: str,
    ready: bool = False,
    only_part: int | None = None,
) -> CheckedBlock:
    """Map and check a block of events; `ready` says that its columns are the stream's already."""
    if mapping is None:
        columns, findings = block.columns, Findings(block.readable, stream.by_name)
        if not ready:
            columns = stream_columns(stream, columns, findings)
        parts = [(columns, findings)]
    else:
        made = map_block(mapping, block, file_name)
        parts = [
            (stream_columns(stream, each.columns, each.findings), each.findings) for each in made
        ]
    refusals = [_refusal(block, 0, problem, problem.row) for problem in block.problems]
    tables: list[tuple[int, dict[str, pa.Array[Any]], Positions]] = []
    for part, (columns, findings) in enumerate(parts):
        if only_part is not None and part != only_part:
            continue
        checked = check_events(stream, columns, conditions, findings)
        kept = checked.kept if block.positions is None else block.positions[checked.kept]
        tables.append((part, checked.columns, kept))
        refusals += [
            _refusal(block, part, problem, block.position(problem.row))
            for problem in checked.problems
        ]
    refusals.sort(key=lambda refusal: (refusal.raw.line, refusal.part))
    accepted = sum(len(kept) for _, _, kept in tables)

    def finish(batch_id: str, before: int) -> list[pa.Table]:
        return [
            finish_events(stream, columns, batch_id, (kept + before) * len(parts) + part + 1)
            for part, columns, kept in tables
        ]

    return CheckedBlock(
        source_rows=block.rows,
        parts=len(parts),
        read=len(block.problems) + block.readable * len(tables),
        accepted=accepted,
        refusals=refusals,
        ignored=block.ignored,
        finish=finish,
        kept=[(part, kept) for part, _, kept in tables],
        size=block.size,
    )


def _refusal(block: Block, part: int, problem: Problem, position: int) -> Refusal:
    return Refusal(block.raw(position), part, problem.reason, problem.field, problem.message)


def check_objects(
    stream: Stream, rows: list[JsonRow | Unreadable], conditions: ObjectConditions, size: int = 0
) -> CheckedBlock:
    """Check a block of object versions."""
    checked = object_rows(stream, rows, conditions)
    refusals = [
        Refusal(checked.raws[problem.row], 0, problem.reason, problem.field, problem.message)
        for problem in checked.problems
    ]

    def finish(batch_id: str, before: int) -> list[pa.Table]:
        numbers = [before + position + 1 for position in checked.positions]
        return [object_table(stream, checked.rows, batch_id, numbers)]

    return CheckedBlock(
        source_rows=len(rows),
        parts=1,
        read=len(rows),
        accepted=len(checked.rows),
        refusals=refusals,
        ignored={},
        finish=finish,
        kept=[(0, np.array(checked.positions, dtype=np.int64))],
        size=size,
    )


def rows_of_columns(
    block: Block, columns: dict[str, pa.Array[Any]], problems: list[Problem]
) -> list[JsonRow | Unreadable]:
    """Return the rows of a block of columns as objects, nested where names have dots.

    Empty texts are absent. A double stands for the shortest text that reads back as it. `problems`
    are what a mapping found wrong, by readable row.
    """
    rows: list[JsonRow | Unreadable] = []
    lists = {name: values.to_pylist() for name, values in columns.items()}
    unreadable = {problem.row: problem for problem in block.problems}
    unmapped = {problem.row: problem for problem in problems}
    row = -1
    for position in range(block.rows):
        problem = unreadable.get(position)
        if problem is None:
            row += 1
            problem = unmapped.get(row)
        if problem is not None:
            rows.append(Unreadable(block.raw(position), problem.reason, problem.message))
            continue
        value: dict[str, Any] = {}
        for name, values in lists.items():
            held = plain(values[row])
            if held is not None and held != "":
                _put(value, name.split("."), held)
        rows.append(JsonRow(value, block.raw(position)))
    return rows


def _put(row: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        held = row.setdefault(part, {})
        if not isinstance(held, dict):
            return
        row = held
    row[path[-1]] = value
