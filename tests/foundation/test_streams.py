"""Every stream has one declaration; what is generated from it has not drifted apart."""

from __future__ import annotations

import pytest

from foundation import STREAMS, Stream, stream
from foundation.errors import UnknownStreamError
from foundation.generate import generated_files
from foundation.reasons import REASONS
from foundation.streams import Kind


@pytest.mark.parametrize("path", generated_files(), ids=lambda path: path.name)
def test_generated_files_follow_from_the_declarations(path):
    assert path.read_text("utf-8") == generated_files()[path], (
        f"{path} has drifted; run: python -m foundation.generate"
    )


def test_an_unknown_stream_is_refused_with_the_streams_there_are():
    with pytest.raises(UnknownStreamError, match="There is no stream 'meter_event'") as caught:
        stream("meter_event")
    assert "meter_events" in str(caught.value)
    assert caught.value.next_command == "meterhouse land meter_events FILE"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("declared", STREAMS.values(), ids=lambda declared: declared.name)
def test_every_column_says_what_it_holds(declared: Stream):
    for column in declared.all_columns:
        for described in (column, *column.columns):
            assert described.description[:1].isupper() or described.description[:1].islower()
            assert described.description.endswith("."), described.name


@pytest.mark.parametrize("declared", STREAMS.values(), ids=lambda declared: declared.name)
def test_the_keys_and_the_event_time_are_columns(declared: Stream):
    assert set(declared.keys) <= set(declared.schema.names)
    assert declared.by_name[declared.event_time].kind is Kind.INSTANT


@pytest.mark.parametrize("declared", STREAMS.values(), ids=lambda declared: declared.name)
def test_grain_sentences_begin_alike(declared: Stream):
    assert declared.grain.startswith("One row per ")


def test_reasons_are_sentences():
    assert all(meaning.endswith(".") for meaning in REASONS.values())


def test_meter_events_keep_the_default_payload_keys_out_of_the_map():
    names = stream("meter_events").schema.names
    assert {"stripe_customer_id", "value", "payload"} <= set(names)
