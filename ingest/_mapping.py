r"""Mapping files: how foreign rows become rows of a stream. TOML, checked when it is read.

    stream = "meter_events"              # which stream the rows are for

    [source]                             # all optional
    format = "csv"                       # else the content decides
    delimiter = ";"
    file_name = 'usage_(?P<region>\\w+)\\.csv'   # its named groups may be used below

    [fields]                             # for every row; a field of the stream each
    event_at = { column = "TIMESTAMP", format = "%d.%m.%Y %H:%M:%S", time_zone = "Europe/Berlin" }
    stripe_customer_id = { file_name = "region", values = { eu = "cus_1", us = "cus_2" } }
    "payload.region" = { file_name = "region" }

    [[events]]                           # one row of the stream each, from every row of the source
    event_name = { constant = "requests" }
    value = { column = "Requests" }

A field takes its text from exactly one of `column` (dotted for nested rows), `constant`,
`file_name` (a named group) or `template` (`{line}`, `{file_name}`, groups and `{column:NAME}`).
Then, in this order: `trim`, `values` with `otherwise`, `default`, and for instants `format`, `unit`
and `time_zone` with `ambiguous`; for numbers `decimal_mark` and `group_mark`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from string import Formatter
from typing import Any, Final, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from foundation import Stream, encode_json, stream
from foundation.errors import UsageError
from foundation.streams import Kind
from ingest._sources import Format

__all__ = ["FieldRule", "Mapping", "load_mapping"]

_ORIGINS: Final = ("column", "constant", "file_name", "template")
_UNITS: Final = ("seconds", "milliseconds", "microseconds", "nanoseconds")
_AMBIGUOUS: Final = ("reject", "earliest", "latest")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one field of the stream comes from, and what is done to its text."""

    name: str
    column: str | None = None
    constant: str | None = None
    file_name: str | None = None
    template: str | None = None
    trim: bool = False
    values: dict[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    format: str | None = None
    unit: str | None = None
    time_zone: str | None = None
    ambiguous: str = "reject"
    decimal_mark: str | None = None
    group_mark: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, read and checked. `events` has the rules of each row that a row becomes."""

    stream: Stream
    hash: str
    events: tuple[tuple[FieldRule, ...], ...]
    format: Format | None = None
    delimiter: str | None = None
    file_name: re.Pattern[str] | None = None
    source: str = field(default="", compare=False)

    @property
    def uses_file_name(self) -> bool:
        """Whether the same bytes under another name make other rows."""
        return any(
            rule.file_name is not None or "{" in (rule.template or "")
            for rules in self.events
            for rule in rules
        )

    @property
    def paths(self) -> list[str]:
        """The columns of the source that the rules read."""
        found: dict[str, None] = {}
        for rule in (rule for rules in self.events for rule in rules):
            if rule.column is not None:
                found[rule.column] = None
            for _, name, form, _ in Formatter().parse(rule.template or ""):
                if name == "column" and form:
                    found[form] = None
        return list(found)

    def groups(self, file_name: str) -> dict[str, str]:
        """Return the named groups that the pattern finds in a file's name.

        Raises:
            UsageError: the name does not match.
        """
        if self.file_name is None:
            return {}
        found = self.file_name.search(file_name)
        if found is None:
            raise UsageError(
                f"The file name {file_name} does not match {self.file_name.pattern!r} of "
                f"{self.source}.",
                next_command="rename the file, or change file_name in the mapping",
            )
        return {name: text for name, text in found.groupdict().items() if text is not None}


def load_mapping(path: Path, stream_name: str) -> Mapping:
    """Read a mapping file for a stream.

    Raises:
        UsageError: the file cannot be read, or says something that no mapping can say.
    """
    try:
        held = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"There is no mapping file {path}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The mapping {path} cannot be read: {error}.") from error
    return _Reading(path).mapping(held, stream_name)


class _Reading:
    def __init__(self, path: Path) -> None:
        self._path: Final = path

    def mapping(self, held: dict[str, Any], stream_name: str) -> Mapping:
        self._only(held, ("stream", "source", "fields", "events"), "")
        named = held.get("stream", stream_name)
        if named != stream_name:
            raise self._wrong(f"is for the stream {named!r}, not for {stream_name!r}")
        declared = stream(stream_name)
        source = self._table(held.get("source", {}), "source")
        self._only(source, ("format", "delimiter", "file_name"), "source.")
        shared = self._rules(self._table(held.get("fields", {}), "fields"), declared, "fields")
        extra: Any = held.get("events", [{}])
        if not isinstance(extra, list) or not extra:
            raise self._wrong("events must be [[events]] tables")
        events = [
            self._merged(
                shared, self._rules(self._table(each, "events"), declared, f"events[{place}]")
            )
            for place, each in enumerate(cast("list[Any]", extra))
        ]
        pattern = self._pattern(source.get("file_name"))
        for rule in (rule for rules in events for rule in rules):
            self._check_groups(rule, pattern)
        return Mapping(
            stream=declared,
            hash=hashlib.sha256(encode_json(_exact(held), sort_keys=True).encode()).hexdigest(),
            events=tuple(events),
            format=self._format(source.get("format")),
            delimiter=self._delimiter(source.get("delimiter")),
            file_name=pattern,
            source=str(self._path),
        )

    def _rules(self, table: dict[str, Any], declared: Stream, place: str) -> list[FieldRule]:
        return [self._rule(name, rule, declared, place) for name, rule in table.items()]

    def _rule(self, name: str, given: Any, declared: Stream, place: str) -> FieldRule:
        where = f"{place}.{name}"
        target = _target(declared, name)
        if target is None:
            known = ", ".join(column.name for column in declared.columns)
            raise self._wrong(f"{where} is no field of {declared.name}; it has {known}")
        rule = {"column": given} if isinstance(given, str) else self._table(given, where)
        allowed = tuple(item.name for item in fields(FieldRule) if item.name != "name")
        self._only(rule, allowed, f"{where}.")
        origins = [origin for origin in _ORIGINS if origin in rule]
        if len(origins) != 1:
            raise self._wrong(f"{where} needs exactly one of {', '.join(_ORIGINS)}")
        texts = {
            key: self._text(value, f"{where}.{key}")
            for key, value in rule.items()
            if key not in {"values", "trim"}
        }
        self._one_of(texts.get("unit"), _UNITS, f"{where}.unit")
        self._one_of(texts.get("ambiguous"), _AMBIGUOUS, f"{where}.ambiguous")
        self._zone(texts.get("time_zone"), f"{where}.time_zone")
        values: dict[str, str] | None = None
        if "values" in rule:
            table = self._table(rule["values"], f"{where}.values")
            values = {key: self._text(held, f"{where}.values.{key}") for key, held in table.items()}
        optional: dict[str, Any] = dict(texts)
        return FieldRule(name=target, trim=rule.get("trim") is True, values=values, **optional)

    def _merged(self, shared: list[FieldRule], own: list[FieldRule]) -> tuple[FieldRule, ...]:
        rules = {rule.name: rule for rule in (*shared, *own)}
        return tuple(rules.values())

    def _check_groups(self, rule: FieldRule, pattern: re.Pattern[str] | None) -> None:
        groups = set(pattern.groupindex) if pattern else set[str]()
        used = {rule.file_name} if rule.file_name is not None else set[str]()
        for _, name, form, _ in Formatter().parse(rule.template or ""):
            if name == "column" and not form:
                raise self._wrong(f"{rule.name}.template needs a name: {{column:NAME}}")
            if name is not None and name not in {"line", "file_name", "column"}:
                used.add(name)
        for name in used - groups:
            raise self._wrong(
                f"{rule.name} uses {name!r}, which is no named group of source.file_name"
            )

    def _pattern(self, given: Any) -> re.Pattern[str] | None:
        if given is None:
            return None
        try:
            return re.compile(self._text(given, "source.file_name"))
        except re.error as error:
            raise self._wrong(f"source.file_name is no pattern: {error}") from error

    def _format(self, given: Any) -> Format | None:
        self._one_of(given, get_args(Format), "source.format")
        return cast("Format | None", given)

    def _delimiter(self, given: Any) -> str | None:
        if given is None:
            return None
        text = self._text(given, "source.delimiter")
        if len(text) != 1 or text in '"\r\n' or not text.isascii():
            raise self._wrong(f"source.delimiter is {text!r}; one ASCII character is needed")
        return text

    def _zone(self, given: str | None, where: str) -> None:
        if given is None:
            return
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise self._wrong(f"{where} is {given!r}, which is no IANA time zone") from error

    def _one_of(self, given: Any, allowed: tuple[str, ...], where: str) -> None:
        if given is not None and given not in allowed:
            raise self._wrong(f"{where} is {given!r}; allowed: {', '.join(allowed)}")

    def _table(self, given: Any, where: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise self._wrong(f"{where} must be a table")
        return cast("dict[str, Any]", given)

    def _text(self, given: Any, where: str) -> str:
        if isinstance(given, bool):
            return "true" if given else "false"
        if isinstance(given, str | int):
            return str(given)
        raise self._wrong(f"{where} is {given!r}; text is needed, numbers with a point in quotes")

    def _only(self, given: AnyMapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
        for key in given:
            if key not in allowed:
                raise self._wrong(f"does not know {where}{key}; allowed: {', '.join(allowed)}")

    def _wrong(self, what: str) -> UsageError:
        return UsageError(
            f"The mapping {self._path}: {what}.",
            next_command="meterhouse land STREAM FILE --map MAPPING.toml --dry-run",
        )


def _target(declared: Stream, name: str) -> str | None:
    """Return the column that a mapping's field fills: by its own name or by its input's."""
    if name in declared.by_name:
        return name
    if declared.kind == "objects":
        return name
    for column in declared.columns:
        if name in column.paths:
            return column.name
        if column.kind is Kind.TEXT_MAP and name.startswith(f"{column.name}."):
            return name
    return None


def _exact(value: Any) -> Any:
    # A mapping holds no numbers that matter; one with a point is refused above, if it is used.
    if isinstance(value, dict):
        return {str(key): _exact(held) for key, held in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_exact(held) for held in cast("list[Any]", value)]
    return value if isinstance(value, str | int) else str(value)
