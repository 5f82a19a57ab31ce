"""The fast readers give what the exact ones give, or nothing."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation import decode_json_text, stream
from ingest._checks import Conditions
from ingest._csv_fast import FastCsv
from ingest._csv_rows import Header, csv_block
from ingest._json_cells import cell_columns
from ingest._json_fast import FastJson
from ingest._json_mapped import FastMappedJson
from ingest._json_rows import column_block, event_block, line_rows
from ingest._line_blocks import TextBlock
from ingest._maps import as_text
from ingest._pipeline import check_block
from ingest._rows import Block
from ingest._values import map_items
from tests.ingest.conftest import EVENT_SECONDS

_MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_CONDITIONS = Conditions(landed_at=(EVENT_SECONDS + 3600) * 1_000_000)
EVENTS = stream("meter_events")


def outcome(block: Block, *, ready: bool) -> tuple[Any, Any, Any]:
    """What comes of a block: the rows that land, those that do not, and the fields left out."""
    checked = check_block(EVENTS, block, _CONDITIONS, mapping=None, file_name="f", ready=ready)
    rows = [row for table in checked.finish("b", 0) for row in table.to_pylist()]
    refusals = [
        (held.raw.line, held.raw.content, held.reason, held.field, held.message)
        for held in checked.refusals
    ]
    return rows, refusals, block.ignored


def assert_readers_agree(content: bytes) -> bool:
    """Hold that both readers agree; return whether the fast one had an answer."""
    text = TextBlock(content, 7)
    fast = FastJson(EVENTS)(text)
    if fast is None:
        return False
    exact = event_block(EVENTS, line_rows(content, 7))
    assert outcome(fast, ready=True) == outcome(exact, ready=True)
    return True


def line(**changes: Any) -> str:
    row = {
        "identifier": "e",
        "event_name": "calls",
        "timestamp": EVENT_SECONDS,
        "payload": {"stripe_customer_id": "c", "value": "1.5", "region": "eu"},
    }
    row.update(changes)
    return json.dumps(row, ensure_ascii=False)


VOUCHED = {
    "the usual": [line(), line(identifier="é", payload={"value": "2", "region": "us"})],
    "CRLF": [line() + "\r", line() + "\r"],
    "numbers": [line(payload={"value": 1}), line(payload={"value": -0.25})],
    "long numbers": ['{"event_name":"e","payload":{"value":12345678901234567890.123456789012}}']
    * 2,
    "ISO times": [line(timestamp="2026-03-01T11:00:00Z"), line(timestamp="2026-03-01 11:00:00.5")],
    "texts like times": [line(payload={"day": "x"}), line(payload={"day": "2026-01-01"})],
    "a text like a time in a new key": [line(), line(payload={"since": "2026-01-01T00:00:00Z"})],
    "whole numbers in the payload": [line(payload={"n": 5}), line(payload={"n": 12345678901})],
    "truth in the payload": [line(payload={"on": True}), line(payload={"on": False})],
    "nulls": [line(payload={"on": None, "value": None}), line(identifier=None, payload=None)],
    "fields of no column": [line(colour="red", depth={"x": [1]}), line(colour=None)],
    "Stripe's own object": [line(object="billing.meter_event", created=EVENT_SECONDS + 1)],
    "too old": [line(timestamp=EVENT_SECONDS - 10**7), line()],
    "a missing name": [line(event_name=""), line(event_name=None), line()],
    "flat rows": ['{"event_name":"e","stripe_customer_id":"c","value":5}'] * 2,
    "both flat and nested": [line(value="9"), line(payload={}, value="9")],
    "sequences": [line(received_sequence=5, received_at=EVENT_SECONDS, livemode=True)] * 2,
    "escapes": ['{"event_name":"a\\u003c\\n\\"","payload":{"k\\u00e9":"\\ud83d\\ude00"}}'],
    "fractions in the payload": [line(payload={"ratio": 0.5}), line(payload={"ratio": 7})],
    "long fractions in the payload": [
        '{"event_name":"e","payload":{"ratio" : 0.10000000000000000001 }}',
        '{"event_name":"e","payload":{"ratio":12345678901234567890.5,"x":1E-400}}',
    ],
    "minus zero in the payload": ['{"event_name":"e","payload":{"zero":-0}}'],
    "numbers and texts under one key": [
        line(payload={"a": "x"}),
        line(payload={"a": 0.25}),
        line(payload={"a": True}),
        line(payload={"a": None}),
    ],
    "a number under a key with a dot": [line(payload={"a.b": 0.5}), line(payload={"a.b": "x"})],
    "a number under an odd key": [line(payload={"é|(.*)": 0.5, "a b": 1.25, "": 2.5})],
    "a text that looks like a number of another": [
        line(payload={"ratio": 0.5}),
        line(payload={"ratio": 1.5, "note": '"ratio": 2.5, "ratio":3}'}),
    ],
    "a longer key that ends like another": [
        line(payload={"ratio": 0.5, 'x"ratio': 0.125, "xratio": 2.5, "ratiox": 3.5})
    ],
    "a field of no column with two types": [line(colour="red"), line(colour=1), line(colour=0.5)],
    "spaces inside": ['{ "event_name" : "e" , "payload" : { "value" : 1 } }'] * 2,
}


@pytest.mark.parametrize("lines", VOUCHED.values(), ids=VOUCHED)
@pytest.mark.parametrize("end", ["\n", ""])
def test_lines_that_the_fast_reader_takes(lines, end):
    assert assert_readers_agree(("\n".join(lines) + end).encode())


REFUSED = {
    "a broken line": [line(), "{oops}"],
    "an array": ["[1]"],
    "a blank line": [line(), "", line()],
    "leading space": [line(), " " + line()],
    "two on a line": [line() + line(), line()],
    "one over two lines": ['{"event_name":"e",', '"payload":{}}'],
    "a list in the payload": [line(payload={"tags": ["a"]})],
    "a 13th place": [line(payload={"value": "0.1234567890123"})],
    "no number": [line(payload={"value": "x"})],
    "a number just too long": [
        line(),
        '{"event_name":"e","timestamp":1772362800,"payload":{"value":150000000000000000000000000}}',
    ],
    "an exponent": [line(payload={"value": "1e5"})],
    "letters in other words": ['{"event_name":"a\\u0041","payload":{"k":"1"}}'],
    "a number as name": [line(event_name=5)],
    "duplicate keys": ['{"event_name":"a","event_name":"b"}'],
    "an envelope": ['{"object":"event","data":{"object":{"event_name":"e"}}}'],
    "a list object": ['{"object":"list","data":[]}'],
    "another object": [line(object="customer")],
    "dotted names": ['{"event_name":"e","payload.value":"5"}'],
    "invalid UTF-8": ['{"event_name":"\udcff"}'],
    "half a surrogate": ['{"event_name":"\\ud800"}'],
    "a raw control character": ['{"event_name":"\x01"}'],
    "deep nesting": ['{"event_name":"e","x":' + "[" * 3000 + "]" * 3000 + "}"],
    "NaN": ['{"event_name":"e","payload":{"value":NaN}}'],
    "a field of no column with values of two shapes": [line(colour="red"), line(colour=[1])],
    "a fraction under the name of a column": [line(payload={"timestamp": 0.5})],
    "a fraction as name": [line(event_name=0.5), line(payload={"event_name": 0.5})],
    "a number with a leading zero": ['{"event_name":"e","payload":{"ratio":01.5}}', line()],
    "mixed times": [line(), line(timestamp="2026-03-01T11:00:00Z")],
}


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED)
def test_lines_that_the_fast_reader_leaves_to_the_exact_one(lines):
    content = "\n".join(lines).encode("utf-8", "surrogateescape")
    assert FastJson(EVENTS)(TextBlock(content, 1)) is None


_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from(["", "2026-01-01", "1e3", "x", "é", "5", "-0", "a,b", 'q"q', "12.50"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
_numbers = st.sampled_from(
    [
        "1",
        "-2.5",
        "0.10000000000000000001",
        "-0.0",
        "1e-400",
        "1e3",
        "1E-12",
        "0.1234567890123",
        "NaN",
        "-0",
        "1.0",
        '"7"',
        '"x"',
        "true",
    ]
)


def _with_number(row: dict[str, Any], number: str) -> str:
    return json.dumps(row, ensure_ascii=False).replace('"NUMBER"', number)


_lines = st.builds(
    _with_number,
    st.fixed_dictionaries(
        {"event_name": st.sampled_from(["calls", "", "x" * 101])},
        optional={
            "identifier": _scalars,
            "timestamp": st.sampled_from(
                [EVENT_SECONDS, str(EVENT_SECONDS), "2026-03-01", 0, None]
            ),
            "payload": st.dictionaries(
                st.sampled_from(["stripe_customer_id", "value", "region", "n", "a.b"]),
                st.one_of(_scalars, st.just("NUMBER")),
                max_size=4,
            ),
            "colour": _scalars,
            "livemode": st.sampled_from([True, False, "true"]),
        },
    ),
    _numbers,
)


@_MANY
@given(lines=st.lists(_lines, min_size=1, max_size=4), end=st.sampled_from(["\n", "\r\n"]))
def test_the_fast_reader_of_lines_agrees_with_the_exact_one(lines, end):
    assert_readers_agree(end.join(lines).encode())


PATHS = ["who.id", "units", "ratio", "when", "flag"]


def assert_mapped_readers_agree(content: bytes) -> bool:
    """Hold that both readers of foreign rows agree; return whether the fast one had an answer."""
    fast = FastMappedJson(PATHS)(TextBlock(content, 7))
    if fast is None:
        return False
    exact = column_block(PATHS, line_rows(content, 7))
    assert {name: values.to_pylist() for name, values in fast.columns.items()} == {
        name: values.to_pylist() for name, values in exact.columns.items()
    }
    assert exact.problems == []
    assert [fast.raw(row) for row in range(fast.rows)] == [exact.raw(r) for r in range(exact.rows)]
    return True


MAPPED = {
    "the usual": ['{"who":{"id":"c","x":1},"units":"5","ratio":"x","other":[1]}'] * 2,
    "numbers": ['{"units":5,"ratio":0.10000000000000000001}', '{"units":-0,"ratio":2}'],
    "numbers and texts": ['{"units":5}', '{"units":"five"}', '{"units":true}', '{"units":null}'],
    "nothing": ["{}", '{"who":null}', '{"who":{}}'],
    "times": ['{"when":"2026-03-01T11:00:00Z"}', '{"when":1772362800.25}', '{"when":1}'],
    "a null object": ['{"who":{"id":1.5}}', '{"who":null,"flag":false}'],
}


@pytest.mark.parametrize("lines", MAPPED.values(), ids=MAPPED)
def test_foreign_lines_that_the_fast_reader_takes(lines):
    assert assert_mapped_readers_agree("\n".join(lines).encode())


UNMAPPED = {
    "an object where a text is read": ['{"units":{"a":1}}'],
    "a list where a text is read": ['{"units":[1]}'],
    "a text where an object is read": ['{"who":"c"}'],
    "a path that is a name": ['{"who.id":"c","who":{"id":"d"}}'],
    "a list object": ['{"object":"list","data":[{"units":1}]}'],
    "duplicate keys": ['{"units":1,"units":2}'],
    "duplicate keys that nothing reads": ['{"x":1,"x":2}'],
    "an escaped key of a number": ['{"unit\\u0073":0.5}'],
    "a broken line": ['{"units":1}', "{oops}"],
}


@pytest.mark.parametrize("lines", UNMAPPED.values(), ids=UNMAPPED)
def test_foreign_lines_that_the_fast_reader_leaves_to_the_exact_one(lines):
    assert FastMappedJson(PATHS)(TextBlock("\n".join(lines).encode(), 1)) is None


@pytest.mark.parametrize("paths", [["items.0.price"], ["a", "a.b"], ["a.b", "a"], ['x"y'], ["a."]])
def test_paths_that_only_the_exact_reader_follows(paths):
    assert FastMappedJson(paths)(TextBlock(b'{"a":{"b":1}}', 1)) is None


_foreign = st.builds(
    _with_number,
    st.fixed_dictionaries(
        {},
        optional={
            "who": st.one_of(
                st.none(), st.dictionaries(st.sampled_from(["id", "name"]), _scalars, max_size=2)
            ),
            "units": st.one_of(_scalars, st.just("NUMBER")),
            "ratio": st.one_of(_scalars, st.just("NUMBER")),
            "when": _scalars,
            "who.id": _scalars,
            "other": st.one_of(_scalars, st.lists(_scalars, max_size=2), st.just("NUMBER")),
        },
    ),
    _numbers,
)


@_MANY
@given(lines=st.lists(_foreign, min_size=1, max_size=4), end=st.sampled_from(["\n", "\r\n"]))
def test_the_fast_reader_of_foreign_lines_agrees_with_the_exact_one(lines, end):
    assert_mapped_readers_agree(end.join(lines).encode())


def expected_of_cells(cells: list[str | None]) -> list[dict[str, str]]:
    """What the cells hold, read one by one."""
    held = [decode_json_text(cell) if cell else {} for cell in cells]
    return [dict(map_items(value)) for value in held]


def found_in_cells(cells: list[str | None]) -> list[dict[str, str]] | None:
    columns = cell_columns(pa.array(cells, pa.string()))
    if columns is None:
        return None
    texts = {name: as_text(values).to_pylist() for name, values in columns.items()}
    return [
        {name: column[row] for name, column in texts.items() if column[row] is not None}
        for row in range(len(cells))
    ]


@pytest.mark.parametrize(
    "cells",
    [
        ['{"value":"1","region":"eu"}', '{"value":2.5}', "", None],
        ['{"ratio":0.10000000000000000001}', '{"ratio":-0}', '{"ratio":true,"new":1e3}'],
        ['{"at":"2026-01-01"}', '{"later":"2026-01-01"}'],
        [None, ""],
        ['{"a.b":1.5,"é":"ü","":0}'],
    ],
)
def test_cells_of_json_that_are_read_at_once(cells):
    assert found_in_cells(cells) == expected_of_cells(cells)


@pytest.mark.parametrize(
    "cells",
    [["{oops"], ["[1]"], ["5"], ['{"a":[1]}'], ['{"a":{}}'], ['{"a":1,"a":2}'], ['{"a":1}\n{}']],
)
def test_cells_of_json_that_are_read_one_by_one(cells):
    assert cell_columns(pa.array(['{"a":1}', *cells], pa.string())) is None


@_MANY
@given(
    cells=st.lists(
        st.one_of(
            st.none(),
            st.just(""),
            st.builds(
                _with_number,
                st.dictionaries(
                    st.sampled_from(["value", "region", "n", "a.b"]),
                    st.one_of(_scalars, st.just("NUMBER")),
                    max_size=3,
                ),
                _numbers.filter(lambda text: text != "NaN"),
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_cells_of_json_read_at_once_are_what_they_are_one_by_one(cells):
    found = found_in_cells(cells)
    assert found is None or found == expected_of_cells(cells)


def test_a_cell_that_holds_no_object_costs_its_row_alone(lake):
    cells = ['{"value":"1.5","stripe_customer_id":"c","ratio":0.5}', "{oops", '{"value":2}', "[1]"]
    rows = [["identifier", "event_name", "timestamp", "payload"]]
    rows += [[str(row), "calls", str(EVENT_SECONDS), cell] for row, cell in enumerate(cells)]
    path = lake.folder / "cells.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    report = lake.land("meter_events", path)
    assert (report.accepted, report.rejected) == (2, {"not_a_map": 2})
    assert [
        (row["identifier"], row["stripe_customer_id"], row["value"], dict(row["payload"]))
        for row in lake.rows("meter_events")
    ] == [("0", "c", Decimal("1.5"), {"ratio": "0.5"}), ("2", None, Decimal(2), {})]


_cells = st.one_of(
    st.sampled_from(["", "1", "x", str(EVENT_SECONDS), 'quo"te', '"', "a,b", "a\nb", "é", " "]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)


@_MANY
@given(
    rows=st.lists(st.lists(_cells, min_size=3, max_size=3), max_size=5),
    style=st.sampled_from(["quoted", "raw"]),
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";"]),
)
def test_the_fast_reader_of_csv_agrees_with_the_exact_one(rows, style, end, delimiter):
    def cell(text: str) -> str:
        return text if style == "raw" else '"' + text.replace('"', '""') + '"'

    content = "".join(delimiter.join(map(cell, row)) + end for row in rows).encode()
    header = Header(["event_name", "value", "payload.note"], delimiter, 1, b"")
    fast = FastCsv(header, header.names)(TextBlock(content, 2))
    if fast is not None:
        exact = csv_block(header, TextBlock(content, 2))
        assert outcome(fast, ready=False) == outcome(exact, ready=False)


def test_an_odd_row_costs_only_its_own_piece(lake):
    rows = [line(identifier=str(number)) for number in range(20_000)]
    rows[11_000] = rows[11_000].replace('"1.5"', '"x"')
    path = lake.write("odd.ndjson", "\n".join(rows))
    assert lake.land("meter_events", path).accepted == 19_999
    (row,) = lake.rejects("meter_events")
    assert (row["line"], row["reason"], row["row_text"]) == (11_001, "not_a_number", rows[11_000])
    assert [held["batch_row"] for held in lake.rows("meter_events")] == [
        number for number in range(1, 20_001) if number != 11_001
    ]


def test_rows_that_only_the_exact_reader_takes_keep_their_places(lake):
    rows = [line(identifier=str(number), payload={"tags": ["a"]}) for number in range(12_000)]
    lake.land("meter_events", lake.write("slow.ndjson", "\n".join(rows)))
    found = [row["identifier"] for row in lake.rows("meter_events")]
    assert found == [str(number) for number in range(12_000)]
