"""An Idempotency-Key is answered once, an identifier accepted once: for 24 hours, over restarts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foundation import Home
from ingest import (
    Answer,
    DuplicateMeterEventError,
    IdempotencyKeyInUseError,
    IdempotencyMismatchError,
    Journal,
    prepare_home,
    request_fingerprint,
)

PATH = "/v1/billing/meter_events"
ASKED = request_fingerprint("POST", PATH, {"event_name": "calls"})
OTHER = request_fingerprint("POST", PATH, {"event_name": "bytes"})
ANSWER = Answer(200, '{"object": "billing.meter_event", "identifier": "evt_é"}')


class Clock:
    """A clock that goes where it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def event(identifier: str | None) -> dict[str, object]:
    row: dict[str, object] = {"event_name": "calls", "payload": {"stripe_customer_id": "cus_1"}}
    return row if identifier is None else {**row, "identifier": identifier}


def post(
    journal: Journal, key: str, fingerprint: str = ASKED, *, rows: int = 1
) -> tuple[Answer, bool]:
    """Handle a call as a write service does; return the answer and whether it was replayed."""
    with journal.idempotent(key, fingerprint) as call:
        if call.answer is not None:
            return call.answer, True
        journal.append("usage_records", [{"quantity": 1}] * rows, call=call, answer=ANSWER)
        return ANSWER, False


def test_a_key_replays_the_first_answer(home: Home) -> None:
    with Journal(home) as journal:
        assert post(journal, "key") == (ANSWER, False)
        assert post(journal, "key") == (ANSWER, True)
        assert post(journal, "other") == (ANSWER, False)


def test_a_key_replays_after_a_restart_a_roll_and_in_another_process(home: Home) -> None:
    with Journal(home) as first, Journal(home) as second:
        assert post(first, "key") == (ANSWER, False)
        assert post(second, "key") == (ANSWER, True)
        assert first.roll()
        assert post(first, "key") == (ANSWER, True)
        assert post(second, "key") == (ANSWER, True)
    with Journal(home) as journal:
        assert post(journal, "key") == (ANSWER, True)


def test_a_key_with_other_parameters_is_a_mismatch(home: Home) -> None:
    with Journal(home) as journal:
        post(journal, "key")
        with pytest.raises(IdempotencyMismatchError, match="same parameters") as raised:
            post(journal, "key", OTHER)
        assert raised.value.key == "key"
        assert post(journal, "key") == (ANSWER, True)


def test_the_order_of_parameters_is_not_part_of_what_was_asked() -> None:
    one = request_fingerprint("POST", PATH, {"a": 1, "b": {"c": 2, "d": 3}})
    assert one == request_fingerprint("post", PATH, {"b": {"d": 3, "c": 2}, "a": 1})
    assert one != request_fingerprint("POST", PATH, {"a": 1, "b": {"c": 2, "d": "3"}})
    assert one != request_fingerprint("POST", PATH + "/", {"a": 1, "b": {"c": 2, "d": 3}})


def test_a_key_under_way_is_in_use_and_free_again_when_the_call_appends_nothing(home: Home) -> None:
    with Journal(home) as journal:
        with journal.idempotent("key", ASKED), pytest.raises(IdempotencyKeyInUseError):
            post(journal, "key")
        assert post(journal, "key") == (ANSWER, False)


def test_of_two_journals_that_take_a_key_at_once_one_keeps_it(home: Home) -> None:
    with Journal(home) as first, Journal(home) as second, first.idempotent("key", ASKED) as call:
        assert post(second, "key") == (ANSWER, False)
        with pytest.raises(IdempotencyKeyInUseError):
            first.append("usage_records", [{"quantity": 1}], call=call, answer=ANSWER)


def test_of_many_threads_with_one_key_one_is_kept(home: Home) -> None:
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(post(journal, "key")[1])
        except IdempotencyKeyInUseError as error:
            outcomes.append(error)

    with Journal(home) as journal:
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count(False) == 1
        assert journal.append("usage_records", [{"quantity": 1}]).received_sequence == 2


def test_a_key_is_forgotten_after_24_hours_and_not_before(home: Home) -> None:
    clock = Clock()
    with Journal(home, clock=clock) as journal:
        post(journal, "key")
        clock.now += timedelta(hours=24) - timedelta(microseconds=1)
        assert post(journal, "key") == (ANSWER, True)
        clock.now += timedelta(microseconds=1)
        assert post(journal, "key", OTHER) == (ANSWER, False)


def test_an_answer_without_rows_is_replayed_too(home: Home) -> None:
    with Journal(home) as journal:
        assert post(journal, "key", rows=0) == (ANSWER, False)
        assert post(journal, "key", rows=0) == (ANSWER, True)
        assert journal.append("usage_records", [{"quantity": 1}]).received_sequence == 1


def test_no_key_keeps_nothing(home: Home) -> None:
    with Journal(home) as journal:
        for _ in range(2):
            with journal.idempotent(None, ASKED) as call:
                assert call.answer is None
                journal.append("usage_records", [{"quantity": 1}], call=call, answer=ANSWER)


def test_a_key_without_an_answer_is_an_error_of_the_caller(home: Home) -> None:
    with (
        Journal(home) as journal,
        journal.idempotent("key", ASKED) as call,
        pytest.raises(ValueError, match="answer"),
    ):
        journal.append("usage_records", [{"quantity": 1}], call=call)


def test_an_identifier_is_accepted_once_over_restarts_rolls_and_processes(home: Home) -> None:
    with Journal(home) as first, Journal(home) as second:
        first.append("meter_events", [event("evt_1")])
        for journal in (first, second):
            with pytest.raises(DuplicateMeterEventError, match="identifier evt_1") as raised:
                journal.append("meter_events", [event("evt_1")])
            assert raised.value.identifier == "evt_1"
        assert second.roll()
        with pytest.raises(DuplicateMeterEventError):
            first.append("meter_events", [event("evt_1")])
    with Journal(home) as journal:
        with pytest.raises(DuplicateMeterEventError):
            journal.append("meter_events", [event("evt_1")])
        assert journal.append("meter_events", [event("evt_2")]).received_sequence == 2


def test_a_refused_identifier_does_not_use_up_its_key(home: Home) -> None:
    with Journal(home) as journal:
        journal.append("meter_events", [event("evt_1")])
        with pytest.raises(DuplicateMeterEventError), journal.idempotent("key", ASKED) as call:
            journal.append("meter_events", [event("evt_1")], call=call, answer=ANSWER)
        assert post(journal, "key") == (ANSWER, False)


def test_an_identifier_is_accepted_again_after_24_hours_and_not_before(home: Home) -> None:
    clock = Clock()
    with Journal(home, clock=clock) as journal:
        journal.append("meter_events", [event("evt_1")])
        clock.now += timedelta(hours=24) - timedelta(microseconds=1)
        with pytest.raises(DuplicateMeterEventError):
            journal.append("meter_events", [event("evt_1")])
        clock.now += timedelta(microseconds=1)
        journal.append("meter_events", [event("evt_1")])


def test_the_stream_lands_duplicates_and_a_single_call_after_it_is_refused(home: Home) -> None:
    with Journal(home) as journal:
        rows = [event("evt_1"), event("evt_1")]
        journal.append("meter_events", rows, refuse_duplicates=False)
        journal.append("meter_events", rows, refuse_duplicates=False)
        with pytest.raises(DuplicateMeterEventError):
            journal.append("meter_events", [event("evt_1")])


def test_events_without_an_identifier_and_other_streams_are_never_duplicates(home: Home) -> None:
    with Journal(home) as journal:
        for _ in range(2):
            journal.append("meter_events", [event(None)])
            journal.append("meter_event_adjustments", [{"identifier": "evt_1", "type": "cancel"}])


def test_many_segments_are_recalled_from_sorted_runs(home: Home) -> None:
    clock = Clock()
    with Journal(home, clock=clock) as journal, Journal(home, clock=clock) as other:
        for number in range(12):
            clock.now += timedelta(seconds=1)
            post(journal, f"key_{number}")
            journal.append("meter_events", [event(f"evt_{number}")])
            journal.roll()
        assert list((home.journal / "recall").glob("*.run"))
        with Journal(home, clock=clock) as restarted:
            for number in range(12):
                for each in (journal, other, restarted):
                    assert post(each, f"key_{number}") == (ANSWER, True)
                    with pytest.raises(DuplicateMeterEventError):
                        each.append("meter_events", [event(f"evt_{number}")])
                with pytest.raises(IdempotencyMismatchError):
                    post(restarted, f"key_{number}", OTHER)
