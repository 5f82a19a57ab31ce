"""A mapping makes rows of a stream from foreign ones, and refuses what it cannot mean."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from foundation import project_dir
from foundation.errors import UsageError
from ingest import batches

SHARED = project_dir().parent / "shared" / "data"


def mapped(lake, mapping, content, name="usage_eu.csv", **options):
    path = lake.write(name, content)
    return lake.land("meter_events", path, mapping=lake.write("map.toml", mapping), **options)


ONE = """
[fields]
event_name = { constant = "calls" }
event_at = "when"
stripe_customer_id = "who"
value = "n"
"""


def test_columns_are_renamed_and_constants_set(lake):
    mapped(lake, ONE, "who,when,n,other\ncus_1,1772362800,5,x\n")
    (row,) = lake.rows("meter_events")
    assert (row["event_name"], row["stripe_customer_id"], row["value"]) == ("calls", "cus_1", 5)


def test_one_row_makes_several_events_each_with_its_own_place(lake):
    mapping = """
[fields]
event_at = "when"
stripe_customer_id = "who"
[[events]]
event_name = { constant = "in" }
value = "a"
[[events]]
event_name = { constant = "out" }
value = "b"
"""
    content = "who,when,a,b\ncus_1,1772362800,1,2\ncus_2,1772362801,3,x\n"
    report = mapped(lake, mapping, content)
    assert [(row["batch_row"], row["event_name"]) for row in lake.rows("meter_events")] == [
        (1, "in"),
        (2, "out"),
        (3, "in"),
    ]
    assert (report.read, report.accepted) == (4, 3)
    (row,) = lake.rejects("meter_events")
    assert (row["line"], row["part"], row["reason"]) == (3, 1, "not_a_number")
    assert row["row_text"] == '{"who":"cus_2","when":"1772362801","a":"3","b":"x"}'
    assert lake.account("meter_events") == (4, 3, 1)


def test_values_come_from_the_file_name(lake):
    mapping = r"""
[source]
file_name = 'usage_(?P<region>\w+)\.csv'
[fields]
event_name = { constant = "calls" }
event_at = "when"
stripe_customer_id = { file_name = "region", values = { eu = "cus_eu", us = "cus_us" } }
identifier = { template = "{region}-{line}-{column:n}" }
"payload.region" = { file_name = "region" }
"""
    content = "when,n\n1772362800,5\n1772362801,6\n"
    mapped(lake, mapping, content)
    mapped(lake, mapping, content, name="usage_us.csv")
    rows = lake.rows("meter_events")
    assert {row["stripe_customer_id"] for row in rows} == {"cus_eu", "cus_us"}
    assert {row["identifier"] for row in rows} == {"eu-2-5", "eu-3-6", "us-2-5", "us-3-6"}
    assert {row["payload"][0] for row in rows} == {("region", "eu"), ("region", "us")}


def test_a_file_name_that_does_not_match_is_refused(lake):
    mapping = (
        "[source]\nfile_name = 'usage_(?P<region>[a-z]+)\\.csv'\n"
        + ONE
        + ('identifier = { file_name = "region" }\n')
    )
    with pytest.raises(UsageError, match=r"The file name other\.csv does not match"):
        mapped(lake, mapping, "who,when,n\na,1,1\n", name="other.csv")


@pytest.mark.parametrize(
    ("rule", "text", "instant"),
    [
        ('format = "%d.%m.%Y %H:%M:%S"', "01.03.2026 11:00:00", "2026-03-01T11:00:00"),
        ('format = "%Y-%m-%d %H:%M:%S.%f"', "2026-03-01 11:00:00.1234567", "…11:00:00.123456"),
        ('format = "%d %b %y %I:%M %p"', "01 Mar 26 11:00 am", "2026-03-01T11:00:00"),
        ('format = "%d/%b/%Y:%H:%M:%S %z"', "01/Mar/2026:12:00:00 +0100", "2026-03-01T11:00:00"),
        ('unit = "milliseconds"', "1772362800123", "…11:00:00.123000"),
        ('unit = "nanoseconds"', "1772362800123456789", "…11:00:00.123456"),
        ('time_zone = "Europe/Berlin"', "2026-03-01T12:00:00", "2026-03-01T11:00:00"),
        ('time_zone = "Europe/Berlin"', "2026-03-01T11:00:00Z", "2026-03-01T11:00:00"),
        ('time_zone = "Europe/Berlin"', "1772362800", "2026-03-01T11:00:00"),
        (
            'format = "%Y%m%d%H%M", time_zone = "America/New_York"',
            "202603010600",
            "2026-03-01T11:00:00",
        ),
    ],
)
def test_time_formats_units_and_zones(lake, rule, text, instant):
    mapping = ONE.replace('"when"', f'{{ column = "when", {rule} }}')
    mapped(lake, mapping, f"who,when,n\ncus_1,{text},1\n")
    assert lake.reasons("meter_events") == []
    found = lake.rows("meter_events")[0]["event_at"].isoformat()
    assert found == instant.replace("…", "2026-03-01T")


@pytest.mark.parametrize(
    ("text", "ambiguous", "outcome"),
    [
        ("2025-10-26T02:30:00", "reject", "local_time_ambiguous"),
        ("2025-10-26T02:30:00", "earliest", "2025-10-26T00:30:00"),
        ("2025-10-26T02:30:00", "latest", "2025-10-26T01:30:00"),
        ("2025-03-30T02:30:00", "earliest", "local_time_absent"),
        ("2025-10-26T03:00:00", "reject", "2025-10-26T02:00:00"),
    ],
)
def test_local_times_at_the_change_of_the_clocks(lake, text, ambiguous, outcome):
    rule = f'{{ column = "when", time_zone = "Europe/Berlin", ambiguous = "{ambiguous}" }}'
    mapped(lake, ONE.replace('"when"', rule), f"who,when,n\nc,{text},1\n", backfill=True)
    found = [row["event_at"].isoformat() for row in lake.rows("meter_events")]
    assert [*found, *lake.reasons("meter_events")] == [outcome]


@pytest.mark.parametrize("text", ["31.02.2026 11:00:00", "1.3.2026", "", "01.03.2026 25:00:00"])
def test_a_time_that_does_not_match_its_format_is_rejected(lake, text):
    mapping = ONE.replace('"when"', '{ column = "when", format = "%d.%m.%Y %H:%M:%S" }')
    mapped(lake, mapping, f"who,when,n\ncus_1,{text},1\n")
    expected = [] if text == "" else ["not_a_timestamp"]
    assert lake.reasons("meter_events") == expected


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        ('decimal_mark = ",", group_mark = "."', '"1.234,5"', Decimal("1234.5")),
        ("trim = true", " 7 ", 7),
        ('default = "0"', "", 0),
        ('values = { low = "1", high = "9" }', "high", 9),
        ('values = { low = "1" }, otherwise = "0"', "odd", 0),
    ],
)
def test_texts_become_numbers_as_the_mapping_says(lake, rule, text, value):
    mapping = ONE.replace('value = "n"', f'value = {{ column = "n", {rule} }}')
    mapped(lake, mapping, f"who,when,n\ncus_1,1772362800,{text}\n")
    assert [row["value"] for row in lake.rows("meter_events")] == [value]


def test_a_text_that_the_values_do_not_name_is_rejected(lake):
    mapping = ONE.replace('value = "n"', 'value = { column = "n", values = { low = "1" } }')
    mapped(lake, mapping, "who,when,n\ncus_1,1772362800,odd\n")
    assert lake.reasons("meter_events") == ["not_allowed"]


def test_a_mapping_reads_nested_json_and_parquet(lake):
    mapping = ONE.replace('"who"', '"customer.id"').replace('"n"', '"usage.0.count"')
    row = {"customer": {"id": "cus_1"}, "usage": [{"count": 5}], "when": 1772362800}
    lake.land("meter_events", [row], mapping=lake.write("map.toml", mapping))
    table = pa.table({"customer": [{"id": "cus_2"}], "n": [6], "when": [1772362801]})
    flat = ONE.replace('"who"', '"customer.id"')
    lake.land("meter_events", table, mapping=lake.write("flat.toml", flat))
    found = {(row["stripe_customer_id"], row["value"]) for row in lake.rows("meter_events")}
    assert found == {("cus_1", 5), ("cus_2", 6)}


def test_a_mapping_makes_objects(lake):
    mapping = """
[fields]
id = { template = "price_{column:sku}" }
currency = { constant = "usd" }
unit_amount_decimal = "amount"
"recurring.interval" = { constant = "month" }
"""
    path = lake.write("prices.csv", "sku,amount\nA,0.25\nB,oops\n")
    lake.land("prices", path, mapping=lake.write("map.toml", mapping))
    (row,) = lake.rows("prices")
    assert (row["id"], row["unit_amount_decimal"]) == ("price_A", Decimal("0.25"))
    assert row["recurring_interval"] == "month"
    assert lake.reasons("prices") == ["not_a_number"]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("fields = 1", "fields must be a table"),
        ("[feilds]", "does not know feilds; allowed: stream, source, fields, events"),
        ('stream = "prices"', "is for the stream 'prices', not for 'meter_events'"),
        ('[fields]\ncolour = "x"', "fields.colour is no field of meter_events"),
        ('[fields]\nvalue = { colunm = "x" }', "does not know fields.value.colunm"),
        ("[fields]\nvalue = { trim = true }", "needs exactly one of column, constant"),
        ('[fields]\nvalue = { column = "a", constant = "b" }', "needs exactly one of"),
        ("[fields]\nvalue = { constant = 0.1 }", "numbers with a point in quotes"),
        ('[fields]\nevent_at = { column = "a", time_zone = "Mars" }', "no IANA time zone"),
        ('[fields]\nevent_at = { column = "a", unit = "days" }', "allowed: seconds"),
        ('[fields]\nvalue = { file_name = "x" }', "no named group"),
        ('[fields]\nidentifier = { template = "{x}" }', "no named group"),
        ("[source]\ndelimiter = ';;'", "one ASCII character is needed"),
        ("[source]\nformat = 'xml'", "allowed: json lines"),
        ("[source]\nfile_name = '('", "is no pattern"),
        ("events = []", r"events must be \[\[events\]\] tables"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(lake, mapping, message):
    with pytest.raises(UsageError, match=message):
        mapped(lake, mapping, "who,when,n\na,1,1\n")


def test_an_unknown_time_directive_is_refused(lake):
    mapping = ONE.replace('"when"', '{ column = "when", format = "%Q" }')
    with pytest.raises(UsageError, match="uses %Q; known are %Y"):
        mapped(lake, mapping, "who,when,n\na,1,1\n")


def test_a_column_that_the_mapping_reads_must_be_there(lake):
    with pytest.raises(UsageError, match=r"has no column 'who', which .* reads; it has when, n"):
        mapped(lake, ONE, "when,n\n1,1\n")


def test_a_column_named_twice_is_refused_under_a_mapping_too(lake):
    with pytest.raises(UsageError, match="names the column 'n' twice"):
        mapped(lake, ONE, "who,when,n,n\na,1,1,2\n")


def test_another_mapping_makes_another_batch(lake):
    content = "who,when,n\ncus_1,1772362800,5\n"
    mapped(lake, ONE, content)
    assert mapped(lake, ONE, content).batches[0].already_landed
    assert mapped(lake, "# a comment\n" + ONE, content).batches[0].already_landed
    assert not mapped(lake, ONE.replace("calls", "other"), content).batches[0].already_landed
    assert all(batch.mapping_hash for batch in batches(lake.home.lake, "meter_events"))


def test_a_dry_run_shows_rows_and_rejects_and_lands_nothing(lake):
    report = mapped(lake, ONE, "who,when,n\ncus_1,1772362800,5\ncus_2,x,6\n", dry_run=True)
    (batch,) = report.batches
    assert (batch.read, batch.accepted, batch.dry_run) == (2, 1, True)
    assert batch.first_rows[0]["stripe_customer_id"] == "cus_1"
    assert batch.rejected_rows[0].reason == "not_a_timestamp"
    assert lake.account("meter_events") == (0, 0, 0)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the Azure traces are not beside the checkout")
def test_the_azure_traces_come_out_to_the_token(lake):
    files = [SHARED / f"azure_llm_2023_{name}.csv" for name in ("conv", "code")]
    mapping = project_dir() / "docs" / "examples" / "azure_llm.toml"
    report = lake.land("meter_events", *files, mapping=mapping, backfill=True)
    assert (report.accepted, report.rejected) == (2 * (19366 + 8819), {})
    totals: dict[tuple[str, str], Decimal] = {}
    for row in lake.rows("meter_events"):
        key = (row["stripe_customer_id"], row["event_name"])
        totals[key] = totals.get(key, Decimal(0)) + row["value"]
    assert totals == {
        ("cus_azure_code", "context_tokens"): 18_059_974,
        ("cus_azure_code", "generated_tokens"): 245_896,
        ("cus_azure_conversation", "context_tokens"): 22_361_870,
        ("cus_azure_conversation", "generated_tokens"): 4_088_665,
    }


def test_the_objects_of_the_azure_example_land(lake):
    folder = project_dir() / "docs" / "examples" / "azure_llm"
    for path in sorted(Path(folder).iterdir()):
        report = lake.land(path.stem, path)
        assert report.rejected == {}
        assert report.accepted == 2
    assert os.listdir(folder)
