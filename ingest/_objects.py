"""Stripe objects: the whole of one as exact JSON, and its declared columns as exact types."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

import pyarrow as pa

from foundation import DECIMAL_PATTERN, Stream, encode_json, parse_decimal
from foundation.streams import Column, Kind
from ingest._findings import explain
from ingest._instants import parse_instant
from ingest._json_rows import JsonRow, Unreadable
from ingest._rows import Problem, RawRow
from ingest._values import ABSENT, Misfit, first_present, token, value_at

__all__ = ["ObjectConditions", "ObjectRows", "object_rows", "object_table"]


@dataclass(frozen=True, slots=True)
class ObjectConditions:
    """What landing knows of all versions of a batch; instants in microseconds since 1970.

    `effective_at` or the object's own field `effective_field` says from when on a version holds,
    where no webhook event does.
    """

    observed_at: int
    effective_at: int | None = None
    effective_field: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectRows:
    """Versions that may land, with their positions among the rows given, and the problems."""

    rows: list[dict[str, Any]]
    positions: list[int]
    problems: list[Problem]
    raws: list[RawRow]


def object_rows(
    stream: Stream, rows: Iterable[JsonRow | Unreadable], conditions: ObjectConditions
) -> ObjectRows:
    """Return the versions that rows describe, each as the values of the stream's columns."""
    found = ObjectRows([], [], [], [])
    for position, row in enumerate(rows):
        found.raws.append(row.raw)
        if isinstance(row, Unreadable):
            found.problems.append(Problem(position, row.reason, None, row.message))
            continue
        try:
            version = _version(stream, row, conditions)
        except _Refused as refused:
            problem = Problem(position, refused.reason, refused.field, refused.message)
            found.problems.append(problem)
        else:
            found.rows.append(version)
            found.positions.append(position)
    return found


class _Refused(Exception):  # noqa: N818 - control flow inside this module
    def __init__(self, reason: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.message = message


def _version(stream: Stream, row: JsonRow, conditions: ObjectConditions) -> dict[str, Any]:
    value = row.value
    name = value.get("object")
    if name is not None and name not in stream.object_names:
        takes = ", ".join(stream.object_names)
        message = f"object is {encode_json(name)[:60]}: the stream {stream.name} takes {takes}."
        raise _Refused("wrong_object", "object", message)
    version: dict[str, Any] = {}
    for column in stream.all_columns:
        if column.name not in _FILLED_HERE:
            version[column.name] = _typed(column, value, column.name)
    if row.is_deleted:
        version["is_deleted"] = True
    effective = _effective(row, conditions)
    version["observed_at"] = conditions.observed_at
    version["effective_at"] = conditions.observed_at if effective is None else effective
    version["effective_at_is_assumed"] = effective is None
    text = encode_json(value, sort_keys=True)
    version["object_json"] = text
    version["content_hash"] = hashlib.sha256(text.encode()).hexdigest()
    return version


_FILLED_HERE: Final = frozenset(
    {
        "batch_id",
        "batch_row",
        "observed_at",
        "effective_at",
        "effective_at_is_assumed",
        "content_hash",
        "object_json",
    }
)


def _effective(row: JsonRow, conditions: ObjectConditions) -> int | None:
    if row.effective is not None:
        return _instant("event.created", row.effective)
    if conditions.effective_field is not None:
        value = first_present(row.value, (conditions.effective_field,))
        if value is None:
            message = explain("missing_field", conditions.effective_field, None)
            raise _Refused("missing_field", conditions.effective_field, message)
        return _instant(conditions.effective_field, value)
    return conditions.effective_at


def _instant(name: str, value: Any) -> int:
    return cast("int", _scalar(Column(name, Kind.INSTANT, ""), value, name))


def _typed(column: Column, row: Mapping[str, Any], place: str) -> Any:
    """Return the value of a column in a row, in the type that Arrow takes it in."""
    if column.kind is Kind.RECORDS:
        return _records(column, row, place)
    value = _first(column, row)
    if column.kind in {Kind.TEXT_LIST, Kind.REFERENCE_LIST}:
        return _texts(column, value, place)
    typed = _scalar(column, value, place)
    if typed is None and column.default is not None:
        return column.default == "true" if column.kind is Kind.BOOLEAN else column.default
    if typed is None and column.required:
        raise _Refused("missing_field", place, explain("missing_field", place, None))
    return typed


def _first(column: Column, row: Mapping[str, Any]) -> Any:
    """Return the first value that is there; an object in the way of a text is looked past.

    Newer API versions nest what older ones held flat, under the same name.
    """
    for path in column.paths:
        held = value_at(row, path)
        if held is ABSENT or held is None or held == "":
            continue
        if column.kind is Kind.TEXT and isinstance(held, Mapping) and len(column.paths) > 1:
            continue
        return held
    return None


def _scalar(column: Column, value: Any, place: str) -> Any:
    try:
        text = token(column.kind, value)
    except Misfit as misfit:
        message = explain(misfit.reason, place, misfit.value, column)
        raise _Refused(misfit.reason, place, message) from misfit
    if text is None or text == "" or text in column.null_words:
        return None
    if column.kind in {Kind.TEXT, Kind.REFERENCE, Kind.JSON}:
        if column.longest is not None and len(text) > column.longest:
            raise _wrong("too_long", place, text, column)
        return text
    if column.kind is Kind.BOOLEAN:
        if text.lower() not in {"true", "false", "1", "0"}:
            raise _wrong("not_a_boolean", place, text, column)
        return text.lower() in {"true", "1"}
    if column.kind is Kind.INSTANT:
        instant = parse_instant(text)
        if isinstance(instant, str):
            raise _wrong(instant, place, text, column)
        return instant
    return _number(column, text, place)


def _number(column: Column, text: str, place: str) -> Decimal | int:
    number = parse_decimal(text)
    if number is None:
        is_number = DECIMAL_PATTERN.fullmatch(text) is not None
        reason = "not_an_integer" if column.kind is Kind.INTEGER else "not_a_number"
        raise _wrong("number_out_of_range" if is_number else reason, place, text, column)
    if column.minimum is not None and number < column.minimum:
        raise _wrong("below_minimum", place, text, column)
    if column.kind is Kind.DECIMAL:
        return number
    if number != number.to_integral_value():
        raise _wrong("not_an_integer", place, text, column)
    if not -(2**63) <= int(number) < 2**63:
        raise _wrong("number_out_of_range", place, text, column)
    return int(number)


def _wrong(reason: str, place: str, text: str, column: Column) -> _Refused:
    return _Refused(reason, place, explain(reason, place, text, column))


def _texts(column: Column, value: Any, place: str) -> list[str] | None:
    if value is None:
        return None
    held = value.get("data", value) if isinstance(value, Mapping) else value
    if not isinstance(held, list):
        raise _Refused("not_a_list", place, explain("not_a_list", place, None))
    kind = Kind.TEXT if column.kind is Kind.TEXT_LIST else Kind.REFERENCE
    member = Column(column.name, kind, "")
    return [
        cast("str", _scalar(member, item, f"{place}[{position}]"))
        for position, item in enumerate(cast("list[Any]", held))
    ]


def _records(column: Column, row: Mapping[str, Any], place: str) -> list[dict[str, Any]] | None:
    """Return the records of a column: from a list, a list object, one object, or bare ids.

    A bare id is looked up among the objects that the other sources hold, since a discount may stand
    in one field as an id and in another as the object.
    """
    if column.keyed_by is not None:
        return _keyed_records(column, column.keyed_by, row, place)
    sources = [_listed(value_at(row, path), place) for path in column.paths]
    listed = next((held for held in sources if held), None)
    if listed is None:
        return [] if any(held is not None for held in sources) else None
    whole = {
        item.get("id"): item for held in sources for item in held or [] if isinstance(item, Mapping)
    }
    found: list[dict[str, Any]] = []
    for position, item in enumerate(listed):
        where = f"{place}[{position}]"
        record = whole.get(item, {"id": item}) if isinstance(item, str) else item
        if not isinstance(record, Mapping):
            raise _Refused("not_an_object", where, explain("not_an_object", where, None))
        found.append(_members(column, cast("Mapping[str, Any]", record), where))
    return found


def _listed(value: Any, place: str) -> list[Any] | None:
    if value is ABSENT or value is None:
        return None
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, Mapping):
        data = cast("Mapping[str, Any]", value).get("data")
        return cast("list[Any]", data) if isinstance(data, list) else [value]
    raise _Refused("not_a_list", place, explain("not_a_list", place, value))


def _keyed_records(
    column: Column, keyed_by: str, row: Mapping[str, Any], place: str
) -> list[dict[str, Any]] | None:
    value = _first(column, row)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _Refused("not_a_map", place, explain("not_a_map", place, None))
    return [
        {keyed_by: key, **_members(column, record, f"{place}.{key}")}
        for key, record in sorted(cast("Mapping[str, Any]", value).items())
        if isinstance(record, Mapping)
    ]


def _members(column: Column, record: Mapping[str, Any], place: str) -> dict[str, Any]:
    return {
        member.name: _typed(member, record, f"{place}.{member.name}") for member in column.columns
    }


def object_table(
    stream: Stream, rows: list[dict[str, Any]], batch_id: str, batch_rows: Iterable[int]
) -> pa.Table:
    """Return versions as the lake holds them, once their places in the batch are known."""
    for row, number in zip(rows, batch_rows, strict=True):
        row["batch_id"] = batch_id
        row["batch_row"] = number
    return pa.Table.from_pylist(rows, schema=stream.schema)
