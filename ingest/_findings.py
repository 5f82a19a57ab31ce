"""What is wrong with the rows of a block; the first thing found in a row is its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import decimal_text
from foundation.reasons import REASONS
from foundation.streams import Column
from ingest._rows import Mask, Problem

__all__ = ["Findings", "explain"]

_SHOWN: Final = 60


class Findings:
    """Collects, for the rows of one block, the first reason why each does not land."""

    def __init__(self, rows: int, columns: dict[str, Column]) -> None:
        self.bad: Final[Mask] = np.zeros(rows, np.bool_)
        self.problems: Final[list[Problem]] = []
        self._columns: Final = columns

    def add(self, rows: Mask, reason: str, field: str, values: pa.Array[Any] | None) -> None:
        """Reject the rows of the mask; `values` is the column that shows why."""
        fresh = rows & ~self.bad
        if not fresh.any():
            return
        self.bad[fresh] = True
        column = self._columns.get(field)
        for row in np.flatnonzero(fresh):
            value = None if values is None else values[int(row)].as_py()
            message = explain(reason, field, value, column)
            self.problems.append(Problem(int(row), reason, field, message))


def explain(reason: str, field: str, value: object, column: Column | None = None) -> str:
    """Return one line that names the field, its value and what would be allowed."""
    shown = "" if value is None else f" is {_short(value)}"
    text = f"{field}{shown}: {REASONS[reason][:1].lower()}{REASONS[reason][1:]}"
    if column is not None:
        if reason == "not_allowed":
            text += f" Allowed: {', '.join(column.allowed)}."
        if reason == "too_long":
            text += f" At most {column.longest} characters."
        if reason == "below_minimum":
            text += f" At least {column.minimum}."
    if reason == "timestamp_out_of_range" and _looks_like_milliseconds(value):
        text += " It looks like milliseconds; a mapping can say so."
    return text


def _short(value: object) -> str:
    text = repr(decimal_text(value) if isinstance(value, Decimal) else str(value))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _looks_like_milliseconds(value: object) -> bool:
    text = str(value)
    return text.isdigit() and len(text) == 13
