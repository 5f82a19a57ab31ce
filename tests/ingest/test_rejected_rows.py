"""Rejected rows are kept whole, and land again after a fix, each at most once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow.parquet as pq

from ingest import batches, compact, open_rejections, reland
from tests.ingest.conftest import EVENT_SECONDS, RECEIVED


def again(lake, stream="meter_events", **options):
    options.setdefault("landed_at", RECEIVED + timedelta(hours=1))
    return reland(lake.home, stream, **options)


def test_a_rejected_row_is_kept_whole_with_its_line_and_reason(lake, event):
    lines = b'{"event_name": "a",\n\n{"event_name":"b","payload":{"value":"x"}}\n\xff\xfe{}\n'
    lake.land("meter_events", lake.write("bad.ndjson", lines))
    rows = [
        (r["line"], r["reason"], r["row_text"], r["row_bytes"])
        for r in lake.rejects("meter_events")
    ]
    assert rows == [
        (1, "invalid_json", '{"event_name": "a",', None),
        (3, "not_a_number", '{"event_name":"b","payload":{"value":"x"}}', None),
        (4, "invalid_encoding", "\ufffd\ufffd{}", b"\xff\xfe{}"),
    ]


def test_a_csv_row_is_kept_with_the_names_of_its_columns(lake):
    content = 'event_name,timestamp,value,"a,b"\ne,soon,1,"x, y"\nshort,1\n'
    lake.land("meter_events", lake.write("bad.csv", content))
    assert [(row["line"], row["row_text"]) for row in lake.rejects("meter_events")] == [
        (2, '{"event_name":"e","timestamp":"soon","value":"1","a,b":"x, y"}'),
        (3, "short,1"),
    ]


def test_backfill_lands_what_was_too_old(lake, event):
    old = int((RECEIVED - timedelta(days=60)).timestamp())
    lake.land("meter_events", [event(), event(identifier="e2", timestamp=old), {"payload": 1}])
    report = again(lake, backfill=True)
    (batch,) = report.batches
    assert (batch.read, batch.accepted, batch.rejected) == (2, 1, {"not_a_map": 1})
    assert [row["identifier"] for row in lake.rows("meter_events")].count("e2") == 1
    assert open_rejections(lake.home) == {"meter_events": 1}


def test_landing_again_twice_lands_once(lake, event):
    lake.land("meter_events", [event(timestamp=1600000000)])
    assert again(lake, backfill=True).accepted == 1
    assert again(lake, backfill=True).batches == ()
    assert len(lake.rows("meter_events")) == 1
    assert open_rejections(lake.home) == {}


def test_landing_again_from_eight_threads_lands_once(lake, event):
    rows = [event(identifier=f"e{n}", timestamp=1600000000 + n) for n in range(50)]
    lake.land("meter_events", rows)
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: again(lake, backfill=True), range(8)))
    assert sum(report.accepted for report in reports) == 50
    assert sorted(row["identifier"] for row in lake.rows("meter_events")) == sorted(
        row["identifier"] for row in rows
    )


def test_what_was_landed_again_stays_so_after_compaction(lake, event):
    lake.land("meter_events", [event(timestamp=1600000000)])
    again(lake, backfill=True)
    lake.land("meter_events", [event(identifier="e2")])
    compact(lake.home)
    assert again(lake, backfill=True).batches == ()
    assert len(lake.rows("meter_events")) == 2


def test_a_row_landed_again_is_received_now_unless_it_says_otherwise(lake, event):
    lake.land(
        "meter_events",
        [event(timestamp=1600000000), event(timestamp=1600000000, received_at=1700000000)],
    )
    again(lake, backfill=True)
    received = [row["received_at"].isoformat() for row in lake.rows("meter_events")]
    assert received == ["2026-03-01T13:00:00", "2023-11-14T22:13:20"]


def test_a_mended_mapping_lands_the_part_that_failed_and_no_other(lake):
    mapping = """
[fields]
event_at = "when"
[[events]]
event_name = { constant = "in" }
value = "a"
[[events]]
event_name = { constant = "out" }
value = "b"
"""
    content = f"when,a,b\n{EVENT_SECONDS},1,2\n{EVENT_SECONDS},3,unknown\n"
    path = lake.write("u.csv", content)
    lake.land("meter_events", path, mapping=lake.write("m.toml", mapping))
    assert again(lake).batches[0].notes == [
        "These rows came with a mapping; name it, or a mended one, with --map."
    ]
    mended = mapping.replace('value = "b"', 'value = { column = "b", values = { unknown = "0" } }')
    assert again(lake, mapping=lake.write("mended.toml", mended)).accepted == 1
    found = sorted((row["event_name"], int(row["value"])) for row in lake.rows("meter_events"))
    assert found == [("in", 1), ("in", 3), ("out", 0), ("out", 2)]


def test_objects_land_again_as_of_when_they_were_observed(lake):
    lake.land("customers", [{"id": "cus_1", "balance": "x"}])
    mapping = '[fields]\nid = "id"\nbalance = { column = "balance", values = { x = "0" } }\n'
    (batch,) = batches(lake.home.lake, "customers")
    assert batch.rejected == {"not_an_integer": 1}
    assert again(lake, "customers").accepted == 0
    again(lake, "customers", mapping=lake.write("m.toml", mapping))
    rows = lake.rows("customers")
    assert [row["observed_at"].isoformat() for row in rows] == ["2026-03-01T12:00:00"]


def test_a_dry_run_lands_nothing_again(lake, event):
    lake.land("meter_events", [event(timestamp=1600000000)])
    assert again(lake, backfill=True, dry_run=True).batches[0].accepted == 1
    assert lake.rows("meter_events") == []


def test_every_reason_is_counted_in_the_footer(lake, event):
    lake.land(
        "meter_events",
        [event(), event(event_name=None), event(event_name=None), event(timestamp="x")],
    )
    (batch,) = batches(lake.home.lake, "meter_events")
    assert (batch.read, batch.accepted) == (4, 1)
    assert batch.rejected == {"missing_field": 2, "not_a_timestamp": 1}
    path = lake.home.stream_folder("meter_events") / f"{batch.batch_id}.parquet"
    footer = pq.read_metadata(path).metadata
    assert (footer[b"read"], footer[b"accepted"], footer[b"rejected"]) == (b"4", b"1", b"3")
