"""Apply a mapping to a block: each of its rows becomes one row or several of the stream."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import Stream
from foundation.errors import UsageError
from foundation.streams import Kind
from ingest._columns import mask_of, nulls, pc
from ingest._findings import Findings
from ingest._instants import INSTANT, text_to_instants
from ingest._mapping import FieldRule, Mapping
from ingest._maps import as_text
from ingest._rows import Block, text_array
from ingest._time_formats import from_format, from_local

__all__ = ["MappedRows", "map_block", "require_columns"]

_PER_SECOND: Final = {"milliseconds": 3, "microseconds": 6, "nanoseconds": 9}
_ZONED: Final = r"(?:Z|z|[+-]\d{2}:?(?:\d{2})?)$"
_NUMERIC: Final = r"^-?[0-9]+(?:\.[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class MappedRows:
    """The rows that one [[events]] table makes: columns named as the stream's, and findings."""

    columns: dict[str, pa.Array[Any]]
    findings: Findings


def require_columns(mapping: Mapping, names: list[str], source: str) -> None:
    """Refuse a source that lacks a column which the mapping reads.

    Raises:
        UsageError: naming the column and those there are.
    """
    for path in mapping.paths:
        if path not in names:
            raise UsageError(
                f"{source} has no column {path!r}, which {mapping.source} reads; it has "
                f"{', '.join(names[:12]) or 'none'}.",
                next_command="meterhouse land STREAM FILE --map MAPPING.toml --dry-run",
            )


def map_block(mapping: Mapping, block: Block, file_name: str) -> list[MappedRows]:
    """Return what each [[events]] table of the mapping makes of the block's readable rows."""
    made: list[MappedRows] = []
    for rules in mapping.events:
        findings = Findings(block.readable, mapping.stream.by_name)
        columns = {
            rule.name: _Field(rule, mapping, block, findings).values(file_name) for rule in rules
        }
        made.append(MappedRows(columns, findings))
    return made


class _Field:
    def __init__(self, rule: FieldRule, mapping: Mapping, block: Block, findings: Findings) -> None:
        self._rule: Final = rule
        self._mapping: Final = mapping
        self._block: Final = block
        self._findings: Final = findings

    def values(self, file_name: str) -> pa.Array[Any]:
        rule = self._rule
        values = self._origin(file_name)
        if rule.trim and pa.types.is_string(values.type):
            values = pc.utf8_trim_whitespace(values)
        if rule.values is not None:
            values = self._translated(as_text(values))
        if rule.default is not None:
            values = pc.fill_null(_absent_when_empty(as_text(values)), rule.default)
        if self._is_instant(self._mapping.stream):
            return self._instants(values)
        if rule.decimal_mark is not None or rule.group_mark is not None:
            values = self._marked(as_text(values))
        return values

    def _origin(self, file_name: str) -> pa.Array[Any]:
        rule, rows = self._rule, self._block.readable
        if rule.column is not None:
            found = self._block.columns.get(rule.column)
            return nulls(rows, pa.string()) if found is None else found
        if rule.constant is not None:
            return pa.repeat(pa.scalar(rule.constant), rows)
        groups = self._mapping.groups(file_name)
        if rule.file_name is not None:
            text = pa.scalar(groups.get(rule.file_name), pa.string())
            return pa.repeat(text, rows)
        return self._filled_template(rule.template or "", {**groups, "file_name": file_name})

    def _filled_template(self, template: str, known: AnyMapping[str, str]) -> pa.Array[Any]:
        rows = self._block.readable
        pieces: list[Any] = []
        for literal, name, form, _ in Formatter().parse(template):
            if literal:
                pieces.append(pa.scalar(literal))
            if name == "line":
                lines = (self._block.line(self._block.position(row)) for row in range(rows))
                pieces.append(text_array(str(line) for line in lines))
            elif name == "column":
                found = self._block.columns.get(form or "")
                pieces.append(nulls(rows, pa.string()) if found is None else as_text(found))
            elif name is not None:
                pieces.append(pa.scalar(known.get(name, ""), pa.string()))
        if not any(isinstance(piece, pa.Array) for piece in pieces):
            return pa.repeat(pa.scalar("".join(piece.as_py() for piece in pieces)), rows)
        return pc.binary_join_element_wise(*pieces, "")

    def _translated(self, texts: pa.Array[Any]) -> pa.Array[Any]:
        known = self._rule.values or {}
        place = pc.index_in(texts, value_set=text_array(known))
        found = text_array(known.values()).take(place)
        if self._rule.otherwise is not None:
            other = pc.if_else(texts.is_valid(), self._rule.otherwise, None)
            return pc.coalesce(found, other)
        missing = mask_of(texts.is_valid()) & ~mask_of(found.is_valid())
        self._findings.add(missing, "not_allowed", self._rule.name, texts)
        return found

    def _marked(self, texts: pa.Array[Any]) -> pa.Array[Any]:
        if self._rule.group_mark is not None:
            texts = pc.replace_substring(texts, self._rule.group_mark, "")
        if self._rule.decimal_mark is not None:
            texts = pc.replace_substring(texts, self._rule.decimal_mark, ".")
        return texts

    def _is_instant(self, declared: Stream) -> bool:
        column = declared.by_name.get(self._rule.name)
        given = self._rule.format or self._rule.unit or self._rule.time_zone
        return given is not None and (column is None or column.kind is Kind.INSTANT)

    def _instants(self, values: pa.Array[Any]) -> pa.Array[Any]:
        rule = self._rule
        if rule.unit in _PER_SECOND:
            values = _shifted(as_text(values), _PER_SECOND[rule.unit])
        if rule.format is not None:
            texts = _absent_when_empty(as_text(values))
            instants, unmatched = from_format(texts, rule.format)
            self._findings.add(unmatched, "not_a_timestamp", rule.name, texts)
            zoned = np.full(len(texts), "%z" in rule.format)
        elif pa.types.is_timestamp(values.type):
            instants: pa.Array[Any] = values.cast(INSTANT, safe=False)
            zoned = np.full(len(values), values.type.tz is not None)
        elif rule.time_zone is not None:
            texts = _absent_when_empty(as_text(values))
            instants, unreadable, outside = text_to_instants(texts)
            self._findings.add(unreadable, "not_a_timestamp", rule.name, texts)
            self._findings.add(outside, "timestamp_out_of_range", rule.name, texts)
            zoned = mask_of(pc.match_substring_regex(texts, _ZONED))
            zoned |= mask_of(pc.match_substring_regex(texts, _NUMERIC))
        else:
            return values
        if rule.time_zone is None:
            return instants
        utc, twice, absent = from_local(instants, rule.time_zone, rule.ambiguous)
        self._findings.add(twice & ~zoned, "local_time_ambiguous", rule.name, as_text(values))
        self._findings.add(absent & ~zoned, "local_time_absent", rule.name, as_text(values))
        return pc.if_else(pa.array(zoned), instants, utc)


def _absent_when_empty(texts: pa.Array[Any]) -> pa.Array[Any]:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _shifted(texts: pa.Array[Any], places: int) -> pa.Array[Any]:
    """Return whole counts of smaller units as decimal seconds, by moving the point in the text."""
    padded = pc.utf8_lpad(texts, width=places + 1, padding="0")
    whole = pc.utf8_slice_codeunits(padded, 0, -places)
    rest = pc.utf8_slice_codeunits(padded, -places)
    digits = mask_of(pc.match_substring_regex(texts, r"^[0-9]+$"))
    joined = pc.binary_join_element_wise(whole, rest, ".")
    return pc.if_else(pa.array(digits), joined, texts)
