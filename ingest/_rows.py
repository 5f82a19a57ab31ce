"""What passes between reading, mapping, checking and landing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Block", "Mask", "Positions", "Problem", "RawRow", "text_array"]

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it came: its line in the source, from 1, and the whole of it."""

    line: int
    content: str | bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one row does not land. `row` is its position in its block, from 0."""

    row: int
    reason: str
    field: str | None
    message: str


@dataclass(slots=True)
class Block:
    """Consecutive rows of one source, as columns.

    `rows` counts them all. `columns` has one value a readable row, each column either text exactly
    as the source wrote it or already of an exact type; `positions` tells where in the block the
    readable rows stand, None when all are readable. `problems` are of the rows that are not.
    `raw` returns a row as it came and `line` its line in the source, by its position.
    `ignored` counts the fields that nothing asked for, `size` the bytes read.
    """

    rows: int
    columns: dict[str, pa.Array[Any]]
    raw: Callable[[int], RawRow]
    line: Callable[[int], int]
    positions: Positions | None = None
    problems: list[Problem] = field(default_factory=list[Problem])
    ignored: dict[str, int] = field(default_factory=dict[str, int])
    size: int = 0

    @property
    def readable(self) -> int:
        """The number of rows that `columns` holds."""
        return self.rows if self.positions is None else len(self.positions)

    def position(self, row: int) -> int:
        """Return where in the block the readable row `row` stands."""
        return row if self.positions is None else int(self.positions[row])


def text_array(values: Iterable[str | None]) -> pa.Array[Any]:
    """Return an Arrow array of text."""
    return pa.array(values, type=pa.string())
