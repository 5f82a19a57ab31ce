"""Check the rows of a block, column by column, and bring them into the stream's schema.

A row lands exactly as it was given or is rejected with a reason; nothing in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from foundation import Stream
from foundation.streams import Column, Kind
from ingest._columns import as_numpy, filled, mask_of, nulls, pc
from ingest._convert import convert
from ingest._findings import Findings
from ingest._instants import INSTANT
from ingest._rows import Mask, Positions, Problem
from ingest._values import given_columns

__all__ = ["Checked", "Conditions", "check_events", "finish_events"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What landing decides for all rows of a batch: the instant, and whether age matters.

    `landed_at` is in microseconds since 1970.
    """

    landed_at: int
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows of a block that may land, by column name, and the problems of those that may not.

    `kept` holds the positions of the accepted rows among those checked; a problem's row counts
    likewise.
    """

    columns: dict[str, pa.Array[Any]]
    kept: Positions
    problems: list[Problem]


def check_events(
    stream: Stream,
    columns: dict[str, pa.Array[Any]],
    conditions: Conditions,
    findings: Findings,
) -> Checked:
    """Check the rows of an event stream, given as columns named as the stream's.

    `findings` may hold what a mapping found wrong already.
    """
    rows = len(findings.bad)
    found: dict[str, pa.Array[Any]] = {}
    for column in given_columns(stream.all_columns):
        values = columns.get(column.name)
        if values is None:
            values = nulls(rows, column.arrow_type)
        else:
            values = convert(column, values, findings)
        found[column.name] = _with_default(column, values, rows)
    received = found["received_at"]
    found["received_at"] = filled(received, pa.scalar(conditions.landed_at).cast(INSTANT))
    for column in given_columns(stream.all_columns):
        if column.default_from is not None:
            found[column.name] = pc.coalesce(found[column.name], found[column.default_from])
        _require(column, found[column.name], findings)
    _check_age(stream, found, findings, conditions)
    for rule in stream.order_rules:
        wrong = mask_of(pc.less(found[rule.second], found[rule.first]))
        findings.add(wrong, "wrong_order", rule.second, found[rule.second])
    kept = np.flatnonzero(~findings.bad)
    if len(kept) < rows:
        selection: Any = pa.array(kept)
        found = {name: values.take(selection) for name, values in found.items()}
    return Checked(found, kept, findings.problems)


def _with_default(column: Column, values: pa.Array[Any], rows: int) -> pa.Array[Any]:
    if column.kind is Kind.TEXT_MAP and column.required and values.null_count:
        empty: Any = pa.scalar([], column.arrow_type)
        return pc.if_else(values.is_valid(), values, empty) if rows else values
    if column.default is None or not values.null_count:
        return values
    given: Any = column.default == "true" if column.kind is Kind.BOOLEAN else column.default
    return filled(values, pa.scalar(given, column.arrow_type))


def _require(column: Column, values: pa.Array[Any], findings: Findings) -> None:
    later = column.name == "received_sequence" or column.derived_prefix is not None
    if column.required and not later and values.null_count:
        findings.add(mask_of(values.is_null()), "missing_field", column.name, None)


def _check_age(
    stream: Stream, found: dict[str, pa.Array[Any]], findings: Findings, conditions: Conditions
) -> None:
    rule = stream.age_rule
    if rule is None:
        return
    events = _micros(found[rule.column])
    age = _micros(found["received_at"]) - events
    known = mask_of(found[rule.column].is_valid())
    if not conditions.backfill:
        findings.add(
            known & (age > rule.past * 1_000_000), "too_old", rule.column, found[rule.column]
        )
    ahead: Mask = known & (-age > rule.ahead * 1_000_000)
    findings.add(ahead, "in_the_future", rule.column, found[rule.column])


def _micros(instants: pa.Array[Any]) -> Any:
    return as_numpy(filled(instants.view(pa.int64()), 0), np.int64)


def finish_events(
    stream: Stream, columns: dict[str, pa.Array[Any]], batch_id: str, batch_rows: Positions
) -> pa.Table:
    """Return checked rows as the lake holds them, once their places in the batch are known."""
    numbers = pa.array(batch_rows)
    done = dict(columns)
    done["batch_id"] = pa.repeat(pa.scalar(batch_id), len(batch_rows))
    done["batch_row"] = numbers
    done["received_sequence"] = pc.coalesce(done["received_sequence"], numbers)
    for column in stream.columns:
        if column.derived_prefix is not None and done[column.name].null_count:
            derived: Any = pc.binary_join_element_wise(
                f"{column.derived_prefix}{batch_id}", numbers.cast(pa.string()), "_"
            )
            done[column.name] = pc.coalesce(done[column.name], derived)
    return pa.table([done[name] for name in stream.schema.names], schema=stream.schema)
