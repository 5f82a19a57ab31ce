"""The same rows land, however they are packed."""

from __future__ import annotations

import gzip
import io
import json
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation.errors import UsageError

EVENTS = [
    {
        "identifier": f"evt-{number}",
        "event_name": "api_calls",
        "timestamp": 1772362800 + number,
        "payload": {"stripe_customer_id": f"cus_{number % 2}", "value": f"{number}.25"},
    }
    for number in range(5)
]
FLAT = [
    {
        "identifier": row["identifier"],
        "event_name": row["event_name"],
        "timestamp": row["timestamp"],
        "stripe_customer_id": row["payload"]["stripe_customer_id"],
        "value": row["payload"]["value"],
    }
    for row in EVENTS
]
LINES = "".join(json.dumps(row) + "\n" for row in EVENTS)


def csv_text(delimiter: str = ",", end: str = "\n") -> str:
    rows = [list(FLAT[0]), *(list(row.values()) for row in FLAT)]
    return "".join(delimiter.join(map(str, row)) + end for row in rows)


def table() -> pa.Table:
    return pa.Table.from_pylist(FLAT)


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(table(), sink)
    return sink.getvalue()


def nested_parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(EVENTS), sink)
    return sink.getvalue()


def map_parquet() -> bytes:
    rows = [{**row, "payload": list(row["payload"].items())} for row in EVENTS]
    schema = pa.schema(
        [
            ("identifier", pa.string()),
            ("event_name", pa.string()),
            ("timestamp", pa.int64()),
            ("payload", pa.map_(pa.string(), pa.string())),
        ]
    )
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()


def arrow(stream: bool) -> bytes:
    sink = io.BytesIO()
    opened = pa.ipc.new_stream if stream else pa.ipc.new_file
    with opened(sink, table().schema) as writer:
        writer.write_table(table())
    return sink.getvalue()


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


FILES = {
    "lines": LINES,
    "lines without an end": LINES.rstrip("\n"),
    "lines with CRLF": LINES.replace("\n", "\r\n"),
    "lines with blank ones": LINES.replace("\n", "\n\n"),
    "lines with a byte order mark": "\ufeff" + LINES,
    "an array on one line": json.dumps(EVENTS),
    "an indented array": json.dumps(EVENTS, indent=2),
    "an array with a row a line": "[\n" + ",\n".join(json.dumps(row) for row in EVENTS) + "\n]\n",
    "a list object": json.dumps({"object": "list", "url": "/", "data": EVENTS, "has_more": False}),
    "an indented list object": json.dumps({"has_more": False, "data": EVENTS}, indent=2),
    "pages one a line": "\n".join(
        json.dumps({"object": "list", "data": page}) for page in (EVENTS[:2], EVENTS[2:])
    ),
    "indented rows end to end": "\n".join(json.dumps(row, indent=2) for row in EVENTS),
    "csv": csv_text(),
    "csv with semicolons": csv_text(";"),
    "csv with tabs": csv_text("\t"),
    "csv with bars": csv_text("|"),
    "csv with CRLF": csv_text(end="\r\n"),
    "csv with a byte order mark": "\ufeff" + csv_text(),
    "csv with payload as JSON": "identifier,event_name,timestamp,payload\n"
    + "".join(
        f'{row["identifier"]},{row["event_name"]},{row["timestamp"]},"'
        + json.dumps(row["payload"]).replace('"', '""')
        + '"\n'
        for row in EVENTS
    ),
    "csv with dotted names": csv_text()
    .replace("stripe_customer_id", "payload.stripe_customer_id")
    .replace(",value", ",payload.value"),
    "utf-16": csv_text().encode("utf-16"),
    "utf-16 lines": LINES.encode("utf-16-be").join([b"\xfe\xff", b""]),
    "parquet": parquet(),
    "nested parquet": nested_parquet(),
    "parquet with a map": map_parquet(),
    "an arrow file": arrow(stream=False),
    "an arrow stream": arrow(stream=True),
    "gzip": gzip.compress(LINES.encode()),
    "gzip in two members": gzip.compress(LINES[:300].encode())
    + gzip.compress(LINES[300:].encode()),
    "zstd": zstd(LINES.encode()),
    "gzipped csv": gzip.compress(csv_text().encode()),
    "zstd array": zstd(json.dumps(EVENTS, indent=1).encode()),
}

FRAMES = {
    "an arrow table": table(),
    "an arrow record batch": table().to_batches()[0],
    "a polars frame": pl.DataFrame(FLAT),
    "a polars lazy frame": pl.LazyFrame(FLAT),
    "a nested polars frame": pl.DataFrame(EVENTS),
    "a pandas frame": pd.DataFrame(FLAT),
}


def assert_all_landed(lake):
    rows = lake.rows("meter_events")
    assert [row["identifier"] for row in rows] == [row["identifier"] for row in EVENTS]
    assert [row["value"] for row in rows] == [Decimal(row["value"]) for row in FLAT]
    assert [row["event_at"].isoformat() for row in rows] == [
        f"2026-03-01T11:00:0{number}" for number in range(5)
    ]
    assert [row["stripe_customer_id"] for row in rows] == [
        row["stripe_customer_id"] for row in FLAT
    ]
    assert [row["batch_row"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["received_sequence"] for row in rows] == [1, 2, 3, 4, 5]
    assert all(row["payload"] == [] for row in rows)
    assert lake.account("meter_events") == (5, 5, 0)


@pytest.mark.parametrize("packed", FILES.values(), ids=FILES)
def test_a_file_lands_whatever_it_is_called(lake, packed):
    report = lake.land("meter_events", lake.write("input.dat", packed))
    assert (report.read, report.accepted, report.rejected) == (5, 5, {})
    assert_all_landed(lake)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_lands(lake, frame):
    assert lake.land("meter_events", frame).accepted == 5
    assert_all_landed(lake)
    assert lake.land("meter_events", frame).batches[0].already_landed


def test_a_frame_in_other_chunks_is_the_same_batch(lake):
    lake.land("meter_events", table())
    chunked = pa.concat_tables([table().slice(0, 2), table().slice(2)])
    assert lake.land("meter_events", chunked).batches[0].already_landed


def test_standard_input_lands(lake, monkeypatch):
    class Standard:
        buffer = io.BytesIO(LINES.encode())

    monkeypatch.setattr("sys.stdin", Standard())
    assert lake.land("meter_events", "-").batches[0].source == "standard input"
    assert_all_landed(lake)
    assert not list(lake.home.incoming.glob("*.tmp"))


def test_a_missing_nan_in_pandas_is_an_absent_value(lake):
    frame = pd.DataFrame({**pd.DataFrame(FLAT), "value": [1.0, float("nan"), 2.5, 3.0, 4.0]})
    lake.land("meter_events", frame)
    values = [row["value"] for row in lake.rows("meter_events")]
    assert values == [1, None, Decimal("2.5"), 3, 4]


def test_a_double_stands_for_its_shortest_text(lake):
    lake.land("meter_events", table().set_column(4, "value", pa.array([0.1, 0.3, 1e-7, 2.5, 1e15])))
    values = [row["value"] for row in lake.rows("meter_events")]
    assert values == [Decimal(text) for text in ("0.1", "0.3", "1E-7", "2.5", "1E15")]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (pa.timestamp("ns", "Asia/Tokyo"), 1772362800_123456789),
        (pa.timestamp("ns"), 1772362800_123456999),
        (pa.timestamp("us", "UTC"), 1772362800_123456),
    ],
    ids=str,
)
def test_typed_timestamps_land_to_the_microsecond(lake, kind, count):
    instants = pa.array([count] * 5, pa.int64()).cast(kind)
    lake.land("meter_events", table().set_column(2, "timestamp", instants))
    assert {row["event_at"].isoformat() for row in lake.rows("meter_events")} == {
        "2026-03-01T11:00:00.123456"
    }


def test_quoted_newlines_and_delimiters_stay_inside_their_field(lake):
    path = lake.write(
        "events.csv",
        "event_name,timestamp,payload.note\n"
        'calls,1772362800,"two\nlines, ""quoted"""\n'
        "calls,1772362801,plain\n",
    )
    lake.land("meter_events", path)
    assert [row["payload"] for row in lake.rows("meter_events")] == [
        [("note", 'two\nlines, "quoted"')],
        [("note", "plain")],
    ]


def test_a_json_array_larger_than_what_is_read_at_once_lands_whole(lake, event):
    rows = [event(identifier=f"e{n}", payload={"note": "x" * 500}) for n in range(6000)]
    lake.land("meter_events", lake.write("big.json", json.dumps(rows, indent=1)))
    assert lake.account("meter_events") == (6000, 6000, 0)


def test_a_webhook_envelope_is_opened(lake):
    envelope = {
        "object": "event",
        "type": "customer.updated",
        "created": 1772000000,
        "data": {"object": {"id": "cus_1", "object": "customer", "name": "A"}},
    }
    lake.land("customers", [envelope])
    (row,) = lake.rows("customers")
    assert (row["id"], row["effective_at_is_assumed"]) == ("cus_1", False)
    assert row["effective_at"].isoformat() == "2026-02-25T06:13:20"


def test_the_nested_list_of_the_reference_page_is_opened(lake):
    summary = {
        "id": "sis_1",
        "object": "usage_record_summary",
        "subscription_item": "si_1",
        "period": {"start": None, "end": None},
        "total_usage": 3,
    }
    nested = {"object": "list", "data": [{"object": "list", "data": [summary]}]}
    lake.land("reported_usage_record_summaries", [nested])
    assert [row["id"] for row in lake.rows("reported_usage_record_summaries")] == ["sis_1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(LINES.encode())[:-20], "damaged or cut short"),
        (zstd(LINES.encode())[:-4], "damaged or cut short"),
        (parquet()[:200], "no readable parquet file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "neither text nor Parquet"),
        (csv_text().encode("utf-16-le"), "looks like UTF-16LE without a byte order mark"),
        ('[{"event_name": "a"}, {"event_name"', "stops being JSON at line 1"),
        ("name,when\nx,y\n", "has no column for event_name"),
        ("event_name,event_name\nx,y\n", "names the column 'event_name' twice"),
    ],
)
def test_an_unusable_file_is_refused_and_changes_nothing(lake, content, message):
    path = lake.write("input.dat", content)
    with pytest.raises(UsageError, match=message):
        lake.land("meter_events", path)
    assert lake.account("meter_events") == (0, 0, 0)
    assert not list(lake.home.incoming.glob("*.tmp"))


def test_one_unusable_file_keeps_the_others_out_too(lake, event):
    good = lake.write("good.ndjson", [event()])
    broken = lake.write("broken.json", '[{"event_name": "a"},\n{"event_name"')
    with pytest.raises(UsageError, match="stops being JSON at line 2"):
        lake.land("meter_events", good, broken)
    assert lake.account("meter_events") == (0, 0, 0)


def test_a_missing_file_is_named(lake):
    with pytest.raises(UsageError, match=r"There is no file .*absent\.csv"):
        lake.land("meter_events", lake.folder / "absent.csv")


def test_fields_that_no_column_takes_are_counted(lake, event):
    report = lake.land("meter_events", [event(colour="red"), event(identifier="e2")])
    assert report.batches[0].ignored_fields == {"colour": 1}


def test_equal_payloads_are_equal_whatever_the_order_of_their_keys(lake):
    pairs = [("b", "2"), ("value", "1"), ("a", "1")]
    kind = pa.map_(pa.string(), pa.string())
    maps = pa.array([pairs, pairs[::-1], None, [("c", None)]], type=kind)
    lake.land("meter_events", pa.table({"event_name": ["e"] * 4, "payload": maps}))
    lake.land("meter_events", [{"event_name": "e", "payload": dict(pairs)}])
    found = [row["payload"] for row in lake.rows("meter_events")]
    assert sorted(found) == [[], []] + [[("a", "1"), ("b", "2")]] * 3
