"""A row lands exactly as it was given, or is rejected with the reason that is true of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from foundation.errors import UsageError
from tests.ingest.conftest import EVENT_SECONDS, RECEIVED


def landed_one(lake, stream, row, **options):
    lake.land(stream, [row], **options)
    assert lake.reasons(stream) == []
    (found,) = lake.rows(stream)
    return found


def rejected_one(lake, stream, row, **options):
    lake.land(stream, [row], **options)
    assert lake.rows(stream) == []
    (found,) = lake.rejects(stream)
    return found


@pytest.mark.parametrize("as_text", [True, False], ids=["as text", "as a number"])
@pytest.mark.parametrize(
    "value",
    [
        "0",
        "-3.5",
        "12345678901234567890123456.123456789012",
        "-99999999999999999999999999.999999999999",
        "0.000000000001",
        "1.0000000000000000",
        "1e3",
        "1E-12",
        "9007199254740993",
        "0.1",
    ],
)
def test_a_value_that_fits_lands_to_the_last_digit(lake, value, as_text):
    written = f'"{value}"' if as_text else value
    line = f'{{"event_name":"e","timestamp":{EVENT_SECONDS},"payload":{{"value":{written}}}}}\n'
    lake.land("meter_events", lake.write("v.ndjson", line))
    (row,) = lake.rows("meter_events")
    assert row["value"] == Decimal(value)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("0.1234567890123", "number_out_of_range"),
        ("1e-13", "number_out_of_range"),
        ("100000000000000000000000000", "number_out_of_range"),
        ("150000000000000000000000000", "number_out_of_range"),
        ("1e400", "number_out_of_range"),
        ("NaN", "invalid_json"),
        ("Infinity", "invalid_json"),
        ('"NaN"', "not_a_number"),
        ('"Infinity"', "not_a_number"),
        ('"1_000"', "not_a_number"),
        ('"0x10"', "not_a_number"),
        ('"1,5"', "not_a_number"),
        ('" 5"', "not_a_number"),
        ('"٣"', "not_a_number"),
        ('"a"', "not_a_number"),
        ("true", "not_a_number"),
        ("[1]", "not_a_number"),
        ('{"a":1}', "not_a_number"),
    ],
)
def test_a_value_that_is_no_exact_number_is_rejected(lake, written, reason):
    line = f'{{"event_name":"e","timestamp":{EVENT_SECONDS},"payload":{{"value":{written}}}}}\n'
    lake.land("meter_events", lake.write("v.ndjson", line))
    assert lake.reasons("meter_events") == [reason]
    assert lake.account("meter_events") == (1, 0, 1)
    assert lake.rejects("meter_events")[0]["row_text"] == line.rstrip("\n")


@pytest.mark.parametrize(
    ("given", "instant"),
    [
        (EVENT_SECONDS, "2026-03-01T11:00:00"),
        (str(EVENT_SECONDS), "2026-03-01T11:00:00"),
        (f"{EVENT_SECONDS}.5", "2026-03-01T11:00:00.500000"),
        (f"{EVENT_SECONDS}.1234567", "2026-03-01T11:00:00.123456"),
        ("2026-03-01T11:00:00Z", "2026-03-01T11:00:00"),
        ("2026-03-01t11:00:00z", "2026-03-01T11:00:00"),
        ("2026-03-01 11:00:00", "2026-03-01T11:00:00"),
        ("2026-03-01T11:00", "2026-03-01T11:00:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T12:00:00.9999999+01:00", "2026-03-01T11:00:00.999999"),
        ("2026-03-01T05:30:00-0530", "2026-03-01T11:00:00"),
        ("2026-03-01T13:00:00+02", "2026-03-01T11:00:00"),
    ],
)
def test_instants_are_seconds_or_iso_8601(lake, event, given, instant):
    row = landed_one(lake, "meter_events", event(timestamp=given))
    assert row["event_at"].isoformat() == instant


def test_fractional_seconds_as_a_json_number_land_to_the_microsecond(lake):
    line = f'{{"event_name":"e","timestamp":{EVENT_SECONDS}.000001,"payload":{{}}}}\n'
    lake.land("meter_events", lake.write("t.ndjson", line))
    assert lake.rows("meter_events")[0]["event_at"].microsecond == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("yesterday", "not_a_timestamp"),
        ("2026-02-30", "not_a_timestamp"),
        ("2026-03-01T24:00:00", "not_a_timestamp"),
        ("2026-03-01T11:00:60Z", "not_a_timestamp"),
        ("01/03/2026", "not_a_timestamp"),
        (True, "not_a_timestamp"),
        ({"at": 1}, "not_a_timestamp"),
        (-1, "timestamp_out_of_range"),
        (EVENT_SECONDS * 1000, "timestamp_out_of_range"),
        ("10000-01-01", "not_a_timestamp"),
    ],
)
def test_what_names_no_instant_is_rejected(lake, event, given, reason):
    assert rejected_one(lake, "meter_events", event(timestamp=given))["reason"] == reason


def test_milliseconds_are_recognised_in_the_message(lake, event):
    row = rejected_one(lake, "meter_events", event(timestamp=EVENT_SECONDS * 1000))
    assert "looks like milliseconds" in row["message"]


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (-35 * 86400, None),
        (-35 * 86400 - 1, "too_old"),
        (300, None),
        (301, "in_the_future"),
    ],
)
def test_a_meter_event_lies_near_its_receipt(lake, event, seconds, reason):
    at = int(RECEIVED.timestamp()) + seconds
    lake.land("meter_events", [event(timestamp=at)])
    assert lake.reasons("meter_events") == ([] if reason is None else [reason])


def test_age_counts_from_the_receipt_that_the_row_carries(lake, event):
    old = int((RECEIVED - timedelta(days=100)).timestamp())
    row = landed_one(lake, "meter_events", event(timestamp=old, received_at=old + 60))
    assert row["received_at"] - row["event_at"] == timedelta(seconds=60)


def test_backfill_lifts_the_age_and_says_so(lake, event):
    row = event(timestamp=1600000000)
    landed_one(lake, "meter_events", row, backfill=True)
    from ingest import batches

    (batch,) = batches(lake.home.lake, "meter_events")
    assert batch.backfill


def test_backfill_does_not_let_events_into_the_future(lake, event):
    at = int(RECEIVED.timestamp()) + 3600
    row = rejected_one(lake, "meter_events", event(timestamp=at), backfill=True)
    assert row["reason"] == "in_the_future"


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"event_name": None}, "missing_field", "event_name"),
        ({"event_name": ""}, "missing_field", "event_name"),
        ({"event_name": 5}, "not_text", "event_name"),
        ({"event_name": "x" * 101}, "too_long", "event_name"),
        ({"identifier": 5}, "not_text", "identifier"),
        ({"identifier": "é" * 256}, "too_long", "identifier"),
        ({"payload": "x"}, "not_a_map", "payload"),
        ({"payload": [1]}, "not_a_map", "payload"),
        ({"livemode": "perhaps"}, "not_a_boolean", "livemode"),
        ({"received_sequence": "1.6"}, "not_an_integer", "received_sequence"),
        ({"received_sequence": 2**63}, "number_out_of_range", "received_sequence"),
        ({"object": "customer"}, "wrong_object", "object"),
    ],
)
def test_a_field_that_does_not_fit_is_named(lake, event, changes, reason, field):
    row = rejected_one(lake, "meter_events", {**event(), **changes})
    assert (row["reason"], row["field"]) == (reason, field)
    assert row["line"] == 1


def test_text_of_exactly_the_allowed_length_lands(lake, event):
    row = event(identifier="é" * 255, event_name="ß" * 100)
    assert landed_one(lake, "meter_events", row)["identifier"] == "é" * 255


def test_what_a_row_does_not_say_is_filled_in(lake):
    row = landed_one(lake, "meter_events", {"event_name": "e"})
    assert row["livemode"] is False
    assert row["received_at"] == RECEIVED.replace(tzinfo=None)
    assert row["event_at"] == row["received_at"]
    assert (row["received_sequence"], row["batch_row"]) == (1, 1)
    assert (row["identifier"], row["stripe_customer_id"], row["value"]) == (None, None, None)
    assert row["payload"] == []


def test_what_a_row_says_of_its_receipt_is_kept(lake, event):
    row = landed_one(
        lake, "meter_events", event(created=EVENT_SECONDS + 9, received_sequence=41, livemode=True)
    )
    assert row["received_at"] == datetime(2026, 3, 1, 11, 0, 9)
    assert (row["received_sequence"], row["livemode"]) == (41, True)


def test_other_payload_keys_keep_their_text(lake):
    line = (
        '{"event_name":"e","payload":{"tokens":1e3,"ratio":0.10,"big":12345678901234567890,'
        '"on":true,"off":null,"tags":["a",1.50],"day":"2026-03-01","zero":-0}}\n'
    )
    lake.land("meter_events", lake.write("p.ndjson", line))
    assert lake.rows("meter_events")[0]["payload"] == [
        ("big", "12345678901234567890"),
        ("day", "2026-03-01"),
        ("on", "true"),
        ("ratio", "0.10"),
        ("tags", '["a",1.50]'),
        ("tokens", "1e3"),
        ("zero", "-0"),
    ]


def test_two_equal_rows_are_two_rows(lake, event):
    lake.land("meter_events", [event(), event()])
    assert [row["batch_row"] for row in lake.rows("meter_events")] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quantity": "1.6"}, "not_an_integer"),
        ({"quantity": -1}, "below_minimum"),
        ({"quantity": None}, "missing_field"),
        ({"action": "replace"}, "not_allowed"),
        ({"subscription_item": ""}, "missing_field"),
        ({"timestamp": None}, "missing_field"),
    ],
)
def test_usage_records_that_break_a_rule_are_rejected(lake, changes, reason):
    row = {"subscription_item": "si_1", "quantity": 5, "timestamp": EVENT_SECONDS, **changes}
    assert rejected_one(lake, "usage_records", row)["reason"] == reason


def test_a_usage_record_gets_an_id_of_its_batch_and_place(lake):
    rows = [
        {"subscription_item": "si_1", "quantity": "5.0", "timestamp": EVENT_SECONDS},
        {"id": "mbur_own", "subscription_item": {"id": "si_2"}, "quantity": 0, "timestamp": 1},
    ]
    lake.land("usage_records", rows)
    first, second = lake.rows("usage_records")
    assert first["id"] == f"mbur_{first['batch_id']}_1"
    assert (first["quantity"], first["action"]) == (5, "increment")
    assert (second["id"], second["subscription_item"]) == ("mbur_own", "si_2")


def test_usage_records_keep_their_idempotency_key(lake):
    row = {"subscription_item": "si_1", "quantity": 1, "timestamp": 1, "idempotency_key": "k"}
    assert landed_one(lake, "usage_records", row)["idempotency_key"] == "k"


def test_an_adjustment_names_what_it_cancels(lake):
    row = landed_one(
        lake,
        "meter_event_adjustments",
        {"type": "cancel", "event_name": "e", "cancel": {"identifier": "evt-1"}, "status": None},
    )
    assert (row["identifier"], row["type"]) == ("evt-1", "cancel")
    assert row["id"].startswith("mea_")


def test_an_edit_keeps_its_parameters_digit_for_digit(lake):
    line = (
        '{"invoice":"in_1","operation":"add","request_id":"req_1","position":0,'
        '"parameters":{"price_data":{"unit_amount_decimal":0.100},"amount":5}}\n'
    )
    lake.land("invoice_line_edits", lake.write("e.ndjson", line))
    (row,) = lake.rows("invoice_line_edits")
    assert row["parameters_json"] == '{"price_data":{"unit_amount_decimal":0.100},"amount":5}'
    assert row["id"].startswith("ile_")


def test_a_period_does_not_end_before_it_starts(lake):
    close = {"period_start": "2026-02-01", "period_end": "2026-01-31", "received_until": 1}
    row = rejected_one(lake, "period_closes", close)
    assert (row["reason"], row["field"]) == ("wrong_order", "period_end")


@pytest.mark.parametrize("stream", ["meter_event_adjustments", "customers", "meter_event"])
def test_what_no_retraction_takes_back_is_not_retracted_without_a_word(lake, stream):
    row = rejected_one(lake, "retractions", {"stream": stream, "batch": "b", "reason": "r"})
    assert (row["reason"], row["field"]) == ("not_allowed", "stream")
    assert "meter_events" in row["message"]


def test_a_column_of_a_hopeless_type_is_refused(lake):
    table = pa.table({"event_name": [b"bytes"], "timestamp": [EVENT_SECONDS]})
    with pytest.raises(UsageError, match="event_name has type binary; text is needed"):
        lake.land("meter_events", table)


def test_the_footer_holds_the_ranges_of_the_batch(lake, event):
    from ingest import batches

    lake.land("meter_events", [event(), event(timestamp=EVENT_SECONDS + 60)])
    (batch,) = batches(lake.home.lake, "meter_events")
    assert (batch.first_event_at, batch.last_event_at) == (
        "2026-03-01T11:00:00Z",
        "2026-03-01T11:01:00Z",
    )
    assert batch.first_received_at == batch.last_received_at == "2026-03-01T12:00:00Z"
    assert (batch.source_format, len(batch.source_hash)) == ("json lines", 64)
