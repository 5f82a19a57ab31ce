"""The fast readers give what the exact ones give, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation import stream
from ingest._checks import Conditions
from ingest._csv_fast import FastCsv
from ingest._csv_rows import Header, csv_block
from ingest._json_fast import FastJson
from ingest._json_rows import event_block, line_rows
from ingest._line_blocks import TextBlock
from ingest._pipeline import check_block
from ingest._rows import Block
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
    "a number just too long": [
        line(),
        '{"event_name":"e","timestamp":1772362800,"payload":{"value":150000000000000000000000000}}',
    ],
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
    "escapes": ['{"event_name":"a\\u0041\\n\\"","payload":{"k\\u0041":"\\ud83d\\ude00"}}'],
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
    "a fraction in the payload": [line(payload={"ratio": 0.5})],
    "minus zero in the payload": ['{"event_name":"e","payload":{"zero":-0}}'],
    "a list in the payload": [line(payload={"tags": ["a"]})],
    "a 13th place": [line(payload={"value": "0.1234567890123"})],
    "no number": [line(payload={"value": "x"})],
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
    "a field of no column with two types": [line(colour="red"), line(colour=[1])],
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
    ["1", "-2.5", "1e3", "1E-12", "0.1234567890123", "NaN", "-0", "1.0", '"7"', '"x"', "true"]
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
    rows = [line(identifier=str(number), payload={"ratio": 0.5}) for number in range(12_000)]
    lake.land("meter_events", lake.write("slow.ndjson", "\n".join(rows)))
    found = [row["identifier"] for row in lake.rows("meter_events")]
    assert found == [str(number) for number in range(12_000)]
