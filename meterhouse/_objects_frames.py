"""Pages as tables: for dataframes, for a terminal, for a notebook."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa

from foundation import encode_json
from meterhouse._objects_shown import Rows, cells

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_DECIMAL: Final = pa.decimal128(38, 12)


def to_arrow(rows: Rows) -> pa.Table:
    """Give rows as an Arrow table; numbers that are not whole are DECIMAL(38, 12)."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    return pa.table(columns)


def _column(values: list[Any]) -> pa.Array[Any]:
    kind = _kind(values)
    return pa.array([_fitted(value, kind) for value in values], type=kind)


def _kind(values: list[Any]) -> pa.DataType:
    """Find one type for all values of a column; what has none in common becomes JSON text."""
    held = [value for value in values if value is not None]
    if not held:
        return pa.null()
    if all(isinstance(value, dict) for value in held):
        return _struct(held)
    if all(isinstance(value, list) for value in held):
        return pa.list_(_kind([item for value in held for item in value]))
    if all(isinstance(value, bool) for value in held):
        return pa.bool_()
    if any(isinstance(value, bool) for value in held):
        return pa.string()
    if all(isinstance(value, int) for value in held):
        return pa.int64()
    if all(isinstance(value, int | Decimal) for value in held):
        return _DECIMAL
    return pa.string()


def _struct(held: list[Any]) -> pa.DataType:
    names = list(dict.fromkeys(name for value in held for name in value))
    if not names:
        return pa.string()
    return pa.struct([pa.field(name, _kind([value.get(name) for value in held])) for name in names])


def _fitted(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind) and not isinstance(value, str):
        return encode_json(value)
    if pa.types.is_decimal(kind):
        return Decimal(value)
    if pa.types.is_struct(kind):
        held = cast("dict[str, Any]", value)
        return {member.name: _fitted(held.get(member.name), member.type) for member in kind}
    if pa.types.is_list(kind):
        return [_fitted(item, kind.value_type) for item in value]
    return value


def to_polars(rows: Rows) -> pl.DataFrame:
    """Give rows as a polars frame."""
    import polars as pl

    frame = pl.from_arrow(to_arrow(rows))
    assert isinstance(frame, pl.DataFrame)
    return frame


def to_pandas(rows: Rows) -> pd.DataFrame:
    """Give rows as a pandas frame; DECIMAL columns hold ``Decimal`` objects, not floats."""
    return to_arrow(rows).to_pandas()


def text_table(rows: Rows, title: str) -> str:
    """Print rows as a table of plain text under a title."""
    columns, body, numbers = cells(rows)
    widths = [
        max([len(name), *(len(line[at]) for line in body)]) for at, name in enumerate(columns)
    ]

    def line(texts: list[str]) -> str:
        padded = (
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(texts, widths, numbers, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([title, *([line(columns)] if columns else []), *map(line, body)])


def html_table(rows: Rows, title: str) -> str:
    """Print rows as an HTML table; every text is escaped."""
    columns, body, numbers = cells(rows)
    align = [' style="text-align:right"' if number else "" for number in numbers]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{side}>{html.escape(text)}</td>" for side, text in zip(align, row, strict=True)
        )
        + "</tr>"
        for row in body
    )
    return (
        f"<table><caption>{html.escape(title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )
