"""Creating usage records and meter events: what is taken, what is refused, in Stripe's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.meterhouse.conftest import AS_OF

ITEM = "si_BorealisMessages"
NOW = 1776211200
"""The sample's instant: 2026-04-15T00:00:00Z."""
PERIOD_START = 1774949400
"""When the item's open period began: usage counts after it, exclusive."""
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)


def vector(name: str) -> dict[str, Any]:
    return next(each for each in VECTORS if each["id"] == name)


def refused(call: Any, *arguments: Any, **options: Any) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as error:
        call(*arguments, **options)
    return error.value


def test_a_timestamp_may_be_absent_now_or_in_the_open_period(writable: Warehouse) -> None:
    create = writable.subscription_items.usage_records.create
    assert create(ITEM, quantity=0).timestamp == NOW
    assert create(ITEM, quantity="5", timestamp="now").timestamp == NOW
    assert create(ITEM, quantity=5, timestamp=str(PERIOD_START + 1)).timestamp == PERIOD_START + 1
    assert create(ITEM, quantity=5, timestamp=NOW + 300).timestamp == NOW + 300
    assert create(ITEM, quantity=5, action="set").quantity == 5


@pytest.mark.parametrize(
    ("params", "message", "code", "param"),
    [
        ({"quantity": 1, "timestamp": NOW + 301}, "must not be in the future", None, "timestamp"),
        (
            {"quantity": 1, "timestamp": PERIOD_START},
            "Cannot create the usage record with this timestamp because timestamps must be after "
            "the subscription's last invoice period (or current period start time).",
            None,
            "timestamp",
        ),
        ({"quantity": -1}, "greater than or equal to 0", "parameter_invalid_integer", "quantity"),
        ({"quantity": "1.5"}, "Invalid integer: 1.5", "parameter_invalid_integer", "quantity"),
        ({"quantity": 1.0}, "Invalid integer: 1.0", "parameter_invalid_integer", "quantity"),
        ({"quantity": True}, "Invalid integer: True", "parameter_invalid_integer", "quantity"),
        ({}, "Missing required param: quantity.", "parameter_missing", "quantity"),
        ({"quantity": 1, "action": "add"}, "must be one of increment or set", None, "action"),
        (
            {"quantity": 1, "timestamp": "yesterday"},
            "Invalid timestamp: yesterday; must be whole seconds since 1970, or 'now'",
            "parameter_invalid_integer",
            "timestamp",
        ),
        (
            {"quantity": 1, "timestmap": 1},
            "Received unknown parameter: timestmap. Did you mean timestamp?",
            "parameter_unknown",
            "timestmap",
        ),
    ],
)
def test_a_wrong_record_is_refused_in_stripes_words(
    writable: Warehouse, params: dict[str, Any], message: str, code: str | None, param: str
) -> None:
    error = refused(writable.subscription_items.usage_records.create, ITEM, params)
    assert message in error.user_message
    assert (error.code, error.param, error.http_status) == (code, param, 400)


def test_an_unknown_a_licensed_and_a_meters_item_take_no_records(writable: Warehouse) -> None:
    create = writable.subscription_items.usage_records.create
    unknown = refused(create, "si_nope", quantity=1)
    expected = vector("missing-item")["expected"]
    assert unknown.http_status == expected["http_status"]
    assert unknown.code == expected["error"]["code"]
    assert unknown.user_message == expected["error"]["message"]
    assert "is not metered" in refused(create, "si_EmberSeats", quantity=1).user_message
    assert "meter_events" in refused(create, "si_AuroraGpu", quantity=1).user_message


def test_a_sum_takes_the_last_minutes_of_the_period_before_a_maximum_does_not(
    sample_copy: Path,
) -> None:
    late = PERIOD_START - 60
    with Warehouse(sample_copy, as_of=PERIOD_START + 200) as opened:
        create = opened.subscription_items.usage_records.create
        assert create(ITEM, quantity=1, timestamp=late).timestamp == late
        assert refused(create, ITEM, quantity=1, timestamp=PERIOD_START - 300)
        stored = refused(create, "si_BorealisStorage", quantity=1, timestamp=late)
        assert stored.param == "timestamp"
    with Warehouse(sample_copy, as_of=PERIOD_START + 301) as opened:
        create = opened.subscription_items.usage_records.create
        assert refused(create, ITEM, quantity=1, timestamp=late).param == "timestamp"


def test_a_build_for_a_chosen_instant_takes_usage_of_its_period_and_of_today(
    sample_copy: Path,
) -> None:
    with Warehouse(sample_copy) as opened:
        create = opened.subscription_items.usage_records.create
        assert create(ITEM, quantity=1, timestamp=NOW).timestamp == NOW
        assert create(ITEM, quantity=1).timestamp > NOW
        assert refused(create, ITEM, quantity=1, timestamp=PERIOD_START).param == "timestamp"


@pytest.mark.parametrize("name", ["meter-ts--3024000", "meter-ts--3024001", "meter-ts-301"])
def test_an_event_lies_35_days_back_or_5_minutes_ahead_at_most(
    sample_copy: Path, name: str
) -> None:
    case = vector(name)
    event = {"event_name": "gpu_seconds", "payload": {"value": "1", "stripe_customer_id": "c"}}
    with Warehouse(sample_copy, as_of=case["inputs"]["now"]) as opened:
        create = opened.billing.meter_events.create
        timestamp = case["inputs"]["timestamp"]
        if case["expected"]["accepted"]:
            assert create(event, timestamp=timestamp).timestamp == timestamp
        else:
            assert refused(create, event, timestamp=timestamp).param == "timestamp"


def test_an_identifier_is_taken_once_within_a_day(writable: Warehouse) -> None:
    create = writable.billing.meter_events.create
    event = {"event_name": "gpu_seconds", "payload": {"value": "1", "stripe_customer_id": "c"}}
    first = create(event, identifier="x1")
    assert first.identifier == "x1"
    error = refused(create, event, identifier="x1")
    assert error.user_message == vector("meter-dup-identifier")["expected"]["error"]["message"]
    assert create(event).identifier != create(event).identifier


@pytest.mark.parametrize(
    "value", ["abc", "", "1_000", "0x10", "NaN", "0.1234567890123", "9" * 27, " 5"]
)
def test_a_value_that_no_build_could_read_exactly_is_refused(
    writable: Warehouse, value: str
) -> None:
    event = {"event_name": "gpu_seconds", "payload": {"value": value, "stripe_customer_id": "c"}}
    error = refused(writable.billing.meter_events.create, event)
    assert error.param == "payload[value]"


def test_a_stream_is_taken_whole_or_not_at_all(writable: Warehouse) -> None:
    create = writable.v2.billing.meter_event_stream.create
    good = {"event_name": "gpu_seconds", "payload": {"value": "1", "stripe_customer_id": "c"}}
    assert create({"events": [good] * 100}) is None
    assert refused(create, {"events": [good] * 101}).param == "events"
    assert refused(create, {"events": []}).param == "events"
    bad = {**good, "timestamp": "2026-04-15 12:00"}
    assert refused(create, {"events": [good, bad]}).param == "events[1][timestamp]"
    missing = {"event_name": "gpu_seconds"}
    assert refused(create, {"events": [missing]}).param == "events[0][payload]"


def test_a_record_counts_from_the_next_build_on(
    sample_copy: Path, writable: Warehouse, cli: Any
) -> None:
    summaries = writable.subscription_items.usage_record_summaries
    before = summaries.list(ITEM).data[0].total_usage
    writable.subscription_items.usage_records.create(ITEM, quantity=33)
    assert summaries.list(ITEM).data[0].total_usage == before
    built = writable.build.id
    said = cli("--home", sample_copy, "build", "--as-of", AS_OF)
    assert said.exit_code == 0, said.stderr
    assert writable.build.id != built
    assert summaries.list(ITEM).data[0].total_usage == before + 33
