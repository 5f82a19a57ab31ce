"""Values out of one JSON row: by path, as the text that the checks read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from foundation import JsonNumber, encode_json
from foundation.streams import Column, Kind

__all__ = ["ABSENT", "Misfit", "first_present", "given_columns", "map_items", "token", "value_at"]


class _Absent:
    __slots__ = ()


ABSENT: Final = _Absent()


class Misfit(Exception):  # noqa: N818 - a row that does not fit is no error of the program
    """A value is of a kind that its column cannot take."""

    def __init__(self, reason: str, value: object) -> None:
        super().__init__(reason)
        self.reason: str = reason
        self.value: object = value


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """Return what lies at a dotted path, ABSENT where nothing does.

    A key that is the whole path comes first, so that flat rows with dotted names work too.
    """
    if path in row:
        return row[path]
    held: Any = row
    for part in path.split("."):
        if isinstance(held, Mapping):
            held = held.get(part, ABSENT)
        elif isinstance(held, list) and part.isdigit() and int(part) < len(held):
            held = held[int(part)]
        else:
            return ABSENT
        if held is ABSENT:
            return ABSENT
    return held


def first_present(row: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    """Return the first value that is there and not null, else None."""
    for path in paths:
        held = value_at(row, path)
        if held is not ABSENT and held is not None:
            return held
    return None


def token(kind: Kind, value: Any) -> str | None:
    """Return the exact text of a value for a column of this kind.

    Raises:
        Misfit: a value of this sort is never right for the column.
    """
    if value is None:
        return None
    if kind is Kind.JSON:
        return encode_json(value)
    if isinstance(value, str) and not isinstance(value, JsonNumber):
        return value
    if kind is Kind.REFERENCE and isinstance(value, Mapping) and isinstance(value.get("id"), str):
        return value["id"]
    is_number = isinstance(value, int | JsonNumber) and not isinstance(value, bool)
    if is_number and kind in {Kind.DECIMAL, Kind.INTEGER, Kind.INSTANT}:
        return str(value)
    if isinstance(value, bool) and kind is Kind.BOOLEAN:
        return "true" if value else "false"
    shown = value if isinstance(value, str | int) else encode_json(value)
    raise Misfit(_WRONG_SORT[kind], shown)


_WRONG_SORT: Final = {
    Kind.TEXT: "not_text",
    Kind.REFERENCE: "not_text",
    Kind.INTEGER: "not_an_integer",
    Kind.DECIMAL: "not_a_number",
    Kind.BOOLEAN: "not_a_boolean",
    Kind.INSTANT: "not_a_timestamp",
    Kind.TEXT_LIST: "not_a_list",
    Kind.REFERENCE_LIST: "not_a_list",
    Kind.TEXT_MAP: "not_a_map",
    Kind.RECORDS: "not_a_list",
}


def map_items(value: Mapping[str, Any], without: frozenset[str] = frozenset()) -> Any:
    """Return the keys and texts of a map, by key; a null value is an absent key.

    Equal maps must be equal columns, so their order in the source does not count.
    """
    return [
        (key, held if isinstance(held, str) else encode_json(held))
        for key, held in sorted(value.items())
        if held is not None and key not in without
    ]


def given_columns(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that a row may fill; the batch's own are not among them."""
    return tuple(column for column in columns if column.name not in {"batch_id", "batch_row"})
