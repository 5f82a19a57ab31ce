"""One input column to the type its declaration asks for, with the reasons where that fails.

A column comes as text, exactly as the source wrote it, or typed by a reader that loses nothing.
What cannot be converted becomes null here and a finding there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from foundation import JsonTextError, decode_json_text, encode_json
from foundation.errors import UsageError
from foundation.streams import Column, Kind
from ingest._columns import as_numpy, filled, mask_of, nulls, pc, without
from ingest._findings import Findings
from ingest._instants import END_OF_TIME, INSTANT, seconds, text_to_instants
from ingest._numbers import DECIMAL, decimals_beyond, text_to_decimals, text_to_integers
from ingest._rows import Mask, text_array
from ingest._values import map_items

__all__ = ["convert"]

_Converter = Callable[[Column, "pa.Array[Any]", Findings], "pa.Array[Any]"]
_MICRO: Final = 1_000_000


def convert(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    """Return the values in the column's type; failures are null and added to `findings`.

    Raises:
        UsageError: no value of this type could ever become what the column holds.
    """
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    if pa.types.is_null(values.type):
        return nulls(len(values), column.arrow_type)
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        values = values.cast(pa.string())
    if pa.types.is_string(values.type) and column.kind not in {Kind.TEXT_MAP, Kind.JSON}:
        values = _absent_where(values, mask_of(pc.equal(values, "")))
        for word in column.null_words:
            values = _absent_where(values, mask_of(pc.equal(values, word)))
    return _CONVERTERS[column.kind](column, values, findings)


def _absent_where(values: pa.Array[Any], rows: Mask) -> pa.Array[Any]:
    return without(values, rows)


def _text(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    if not (pa.types.is_string(values.type) or pa.types.is_integer(values.type)):
        raise _unusable(column, values.type)
    texts = values.cast(pa.string())
    # Bytes bound characters from above, and cost less to count.
    if column.longest is not None and _longest(texts) > column.longest:
        long = mask_of(pc.greater(pc.utf8_length(texts), column.longest))
        findings.add(long, "too_long", column.name, texts)
    if column.allowed:
        allowed = mask_of(pc.is_in(texts, value_set=text_array(column.allowed)))
        wrong = mask_of(texts.is_valid()) & ~allowed
        findings.add(wrong, "not_allowed", column.name, texts)
    return texts


def _longest(texts: pa.Array[Any]) -> int:
    return int(pc.max(pc.binary_length(texts)).as_py() or 0)


def _decimal(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    kind = values.type
    if kind == DECIMAL:
        outside = decimals_beyond(values)
        findings.add(outside, "number_out_of_range", column.name, values)
        return _bounded(column, without(values, outside), findings)
    if pa.types.is_signed_integer(kind) or kind in {pa.uint8(), pa.uint16(), pa.uint32()}:
        return _bounded(column, values.cast(pa.int64()).cast(DECIMAL), findings)
    if not _is_number_or_text(kind):
        raise _unusable(column, kind)
    # A double stands for the shortest text that reads back as it, which is what JSON would show.
    texts = values.cast(pa.string())
    numbers, not_numbers, outside = text_to_decimals(texts)
    findings.add(not_numbers, "not_a_number", column.name, texts)
    findings.add(outside, "number_out_of_range", column.name, texts)
    return _bounded(column, numbers, findings)


def _bounded(column: Column, numbers: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    if column.minimum is not None:
        low = mask_of(pc.less(numbers, pa.scalar(column.minimum).cast(numbers.type)))
        findings.add(low, "below_minimum", column.name, numbers)
    if column.whole:
        broken = mask_of(pc.not_equal(numbers, pc.trunc(numbers)))
        findings.add(broken, "not_an_integer", column.name, numbers)
    return numbers


def _integer(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    kind = values.type
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return _bounded(column, values.cast(pa.int64()), findings)
    if not _is_number_or_text(kind):
        raise _unusable(column, kind)
    texts = values.cast(pa.string())
    numbers, not_integers, outside = text_to_integers(texts)
    findings.add(not_integers, "not_an_integer", column.name, texts)
    findings.add(outside, "number_out_of_range", column.name, texts)
    return _bounded(column, numbers, findings)


def _boolean(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    if pa.types.is_boolean(values.type):
        return values
    if not (pa.types.is_string(values.type) or pa.types.is_integer(values.type)):
        raise _unusable(column, values.type)
    texts = values.cast(pa.string())
    lower = pc.ascii_lower(texts)
    true = mask_of(pc.is_in(lower, value_set=text_array(["true", "1"])))
    false = mask_of(pc.is_in(lower, value_set=text_array(["false", "0"])))
    findings.add(mask_of(texts.is_valid()) & ~true & ~false, "not_a_boolean", column.name, texts)
    return pa.array(true, mask=~(true | false))


def _instant(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    kind = values.type
    if pa.types.is_timestamp(kind):
        return _from_timestamps(column, values, findings)
    if pa.types.is_date(kind):
        return values.cast(pa.timestamp("s")).cast(INSTANT)
    if pa.types.is_integer(kind) and kind != pa.uint64():
        instants, outside = seconds(values.cast(pa.int64()))
        findings.add(outside, "timestamp_out_of_range", column.name, values)
        return instants
    if not _is_number_or_text(kind):
        raise _unusable(column, kind)
    texts = values.cast(pa.string())
    instants, unreadable, outside = text_to_instants(texts)
    findings.add(unreadable, "not_a_timestamp", column.name, texts)
    findings.add(outside, "timestamp_out_of_range", column.name, texts)
    return instants


def _from_timestamps(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    # A zone changes how a timestamp is shown, not the instant it counts from 1970 in UTC.
    unit: str = values.type.unit
    valid = mask_of(values.is_valid())
    counts = as_numpy(filled(values.cast(pa.int64()), 0), np.int64)
    if unit == "ns":
        micros = counts // 1000
        outside = valid & (micros < 0)
    else:
        per_second = {"s": 1, "ms": 1000, "us": _MICRO}[unit]
        outside = valid & ((counts < 0) | (counts >= END_OF_TIME * per_second))
        micros = np.where(outside, 0, counts) * (_MICRO // per_second)
    findings.add(outside, "timestamp_out_of_range", column.name, values)
    return pa.array(micros, mask=~valid).view(INSTANT)


def _json(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    if not pa.types.is_string(values.type):
        values = text_array(
            None if held is None else encode_json(held) for held in values.to_pylist()
        )
    texts: list[str | None] = []
    wrong = np.zeros(len(values), np.bool_)
    for row, text in enumerate(values.to_pylist()):
        try:
            texts.append(None if not text else encode_json(decode_json_text(text)))
        except JsonTextError:
            texts.append(None)
            wrong[row] = True
    findings.add(wrong, "invalid_json", column.name, values)
    return text_array(texts)


def _text_map(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    kind = values.type
    if pa.types.is_map(kind) and kind == column.arrow_type:
        return values
    items: list[list[tuple[str, str]] | None] = []
    wrong = np.zeros(len(values), np.bool_)
    for row, held in enumerate(values.to_pylist()):
        found: Any = held
        if isinstance(held, str) and held:
            try:
                found = decode_json_text(held)
            except JsonTextError:
                found = held
        elif isinstance(held, list):
            found = dict(held)
        if found is None or found == "":
            items.append(None)
        elif isinstance(found, dict):
            items.append(map_items(found))
        else:
            items.append(None)
            wrong[row] = True
    findings.add(wrong, "not_a_map", column.name, values)
    return pa.array(items, type=column.arrow_type)


def _no_list(column: Column, values: pa.Array[Any], findings: Findings) -> pa.Array[Any]:
    raise AssertionError(f"no event stream holds a {column.kind.value}")


def _is_number_or_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
    )


def _unusable(column: Column, kind: pa.DataType) -> UsageError:
    return UsageError(
        f"The column for {column.name} has type {kind}; {column.kind.value} is needed.",
        next_command="meterhouse land STREAM FILE --map MAPPING.toml --dry-run",
    )


_CONVERTERS: Final[dict[Kind, _Converter]] = {
    Kind.TEXT: _text,
    Kind.REFERENCE: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.INSTANT: _instant,
    Kind.JSON: _json,
    Kind.TEXT_LIST: _no_list,
    Kind.REFERENCE_LIST: _no_list,
    Kind.TEXT_MAP: _text_map,
    Kind.RECORDS: _no_list,
}
