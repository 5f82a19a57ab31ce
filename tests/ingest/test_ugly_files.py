"""Files as they really come: every good row lands, every bad one is kept with its reason."""

from __future__ import annotations

import json

import pytest

from tests.ingest.conftest import EVENT_SECONDS

GOOD = json.dumps({"event_name": "e", "timestamp": EVENT_SECONDS})
HEADER = "event_name,timestamp,value"
ROW = f"e,{EVENT_SECONDS},1"


def deep(levels: int) -> str:
    return '{"event_name":"e","payload":{"a":' + "[" * levels + "]" * levels + "}}"


UGLY_LINES = {
    "nothing": ("", []),
    "blank lines only": ("\n\n\r\n  \n", []),
    "mixed line ends": (f"{GOOD}\r\n{GOOD}\n\r\n{GOOD}", []),
    "a broken line in the middle": (f"{GOOD}\n{{oops\n{GOOD}", ["invalid_json"]),
    "a broken first line": (f"oops\n{GOOD}", ["invalid_json"]),
    "half a line at the end": (f"{GOOD}\n{GOOD[:20]}", ["invalid_json"]),
    "two objects on a line": (f"{GOOD} {GOOD}\n{GOOD}", ["invalid_json"]),
    "an object over two lines": (
        f'{GOOD}\n{{"event_name":"e",\n"timestamp":1}}\n',
        ["invalid_json", "invalid_json"],
    ),
    "a comma after a row": (f"{GOOD},\n{GOOD}", ["invalid_json"]),
    "duplicate keys": (f'{GOOD}\n{{"event_name":"a","event_name":"b"}}', ["duplicate_key"]),
    "duplicate keys inside": (
        f'{GOOD}\n{{"event_name":"a","payload":{{"value":1,"value":2}}}}',
        ["duplicate_key"],
    ),
    "a scalar": (f"{GOOD}\n5\n", ["not_an_object"]),
    "null": (f"{GOOD}\nnull\n", ["not_an_object"]),
    "nested nulls": ('{"event_name":"e","payload":{"value":null,"a":null}}\n' + GOOD, []),
    "deep JSON": (f"{GOOD}\n{deep(100)}", []),
    "too deep JSON": (f"{GOOD}\n{deep(100_000)}", ["too_deep"]),
    "a NUL character": ('{"event_name":"e","payload":{"a":"x\\u0000y"}}\n' + GOOD, []),
    "half a surrogate pair": (
        '{"event_name":"\\ud800"}\n' + GOOD,
        ["invalid_encoding"],
    ),
    "a number of 5000 digits": (
        '{"event_name":"e","payload":{"value":' + "7" * 5000 + "}}\n" + GOOD,
        ["number_out_of_range"],
    ),
    "numbers as strings": (
        f'{{"event_name":"e","timestamp":"{EVENT_SECONDS}","payload":{{"value":"1"}}}}',
        [],
    ),
    "strings as numbers": (f'{{"event_name":5,"timestamp":1}}\n{GOOD}', ["not_text"]),
    "JavaScript's idea of JSON": (f"{{event_name:'e'}}\n{GOOD}", ["invalid_json"]),
}


@pytest.mark.parametrize(("content", "reasons"), UGLY_LINES.values(), ids=UGLY_LINES)
def test_ugly_lines(lake, content, reasons):
    rows = sum(1 for line in content.splitlines() if line.strip())
    lake.land("meter_events", lake.write("ugly.ndjson", content))
    assert sorted(lake.reasons("meter_events")) == sorted(reasons)
    assert lake.account("meter_events") == (rows, rows - len(reasons), len(reasons))


UGLY_BYTES = {
    "invalid UTF-8 in a value": (
        GOOD.encode() + b'\n{"event_name":"caf\xe9"}\n' + GOOD.encode(),
        ["invalid_encoding"],
    ),
    "an overlong encoding": (b'{"event_name":"\xc0\xaf"}\n' + GOOD.encode(), ["invalid_encoding"]),
}


@pytest.mark.parametrize(("content", "reasons"), UGLY_BYTES.values(), ids=UGLY_BYTES)
def test_ugly_bytes(lake, content, reasons):
    lake.land("meter_events", lake.write("ugly.ndjson", content))
    assert lake.reasons("meter_events") == reasons
    (row,) = lake.rejects("meter_events")
    assert row["row_bytes"] in content.split(b"\n")


UGLY_CSV = {
    "a header only": (f"{HEADER}\n", 0, []),
    "a header without an end": (HEADER, 0, []),
    "blank lines": (f"\n\n{HEADER}\n\n{ROW}\n\n\n{ROW}\n", 2, []),
    "mixed line ends": (f"{HEADER}\r\n{ROW}\n{ROW}\r\n{ROW}", 3, []),
    "short and long rows": (f"{HEADER}\n{ROW}\ne,1\n{ROW},9,9\n{ROW}\n", 4, ["ragged_row"] * 2),
    "quotes everywhere": (f'"event_name","timestamp","value"\n"e","{EVENT_SECONDS}","1"\n', 1, []),
    "a stray quote": (f'{HEADER},payload.note\n{ROW},5" pipe\n{ROW},plain\n', 2, []),
    "an unclosed quote": (f'{HEADER},payload.note\n{ROW},"open\n{ROW},x\n', 1, ["unclosed_quote"]),
    "spaces around names": (f"event_name , timestamp,value \n{ROW}\n", 1, []),
    "empty numbers": (f"{HEADER}\ne,{EVENT_SECONDS},\n", 1, []),
    "formulas": (f"{HEADER}\ne,{EVENT_SECONDS},=1+1\n", 1, ["not_a_number"]),
}


@pytest.mark.parametrize(("content", "rows", "reasons"), UGLY_CSV.values(), ids=UGLY_CSV)
def test_ugly_csv(lake, content, rows, reasons):
    lake.land("meter_events", lake.write("ugly.csv", content))
    assert lake.reasons("meter_events") == reasons
    assert lake.account("meter_events") == (rows, rows - len(reasons), len(reasons))


def test_invalid_utf_8_in_csv_rejects_its_own_row(lake):
    content = f"{HEADER}\n{ROW}\n".encode() + b"caf\xe9,1,1\n" + f"{ROW}\n".encode()
    lake.land("meter_events", lake.write("ugly.csv", content))
    assert lake.reasons("meter_events") == ["invalid_encoding"]
    assert lake.rejects("meter_events")[0]["line"] == 3


@pytest.mark.parametrize("quotes", [True, False], ids=["quoted", "stray quotes"])
def test_csv_rows_are_whole_however_the_file_is_cut(lake, monkeypatch, quotes):
    note = '"two\nlines, ""x"""' if quotes else 'a 5" pipe'
    count = 300
    content = f"{HEADER},payload.note\n" + f"{ROW},{note}\n" * count
    monkeypatch.setattr("ingest._line_blocks.BLOCK_BYTES", 97)
    monkeypatch.setattr("ingest._csv_rows._FIRST_PIECE", 64)
    lake.land("meter_events", lake.write("cut.csv", content))
    assert lake.account("meter_events") == (count, count, 0)
    expected = 'two\nlines, "x"' if quotes else 'a 5" pipe'
    assert {row["payload"][0][1] for row in lake.rows("meter_events")} == {expected}


def test_a_line_of_twenty_megabytes_lands(lake):
    note = "x" * (20 << 20)
    line = json.dumps({"event_name": "e", "payload": {"note": note}})
    lake.land("meter_events", lake.write("long.ndjson", f"{GOOD}\n{line}\n{GOOD}\n"))
    assert lake.account("meter_events") == (3, 3, 0)
    assert lake.rows("meter_events")[1]["payload"] == [("note", note)]


def test_a_broken_line_of_twenty_megabytes_is_kept_whole(lake):
    line = '{"event_name":"' + "x" * (20 << 20)
    lake.land("meter_events", lake.write("long.ndjson", f"{GOOD}\n{line}\n{GOOD}\n"))
    assert lake.reasons("meter_events") == ["invalid_json"]
    assert lake.rejects("meter_events")[0]["row_text"] == line
