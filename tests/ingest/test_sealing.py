"""Sealing: what the journal took is in the lake, exactly once, with its receipts."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from foundation import Home
from foundation.errors import RunError, UsageError
from ingest import (
    Answer,
    DuplicateMeterEventError,
    Journal,
    JournalDamagedError,
    batches,
    compact,
    live_files,
    prepare_home,
    seal_journal,
    sealing,
)
from ingest._journal_folder import JournalFolder, micros

ANSWER = Answer(200, "{}")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 10, 30, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def event(identifier: str, **more: object) -> dict[str, object]:
    payload = {"stripe_customer_id": "cus_1", "value": "0.000000000001", "model": "m"}
    return {"event_name": "calls", "identifier": identifier, "payload": payload, **more}


def usage(quantity: int) -> dict[str, object]:
    return {"subscription_item": "si_1", "quantity": quantity, "timestamp": 1_772_323_200}


def rows(home: Home, stream: str) -> list[dict[str, Any]]:
    """Return the rows of the lake in the order of receipt."""
    found = [
        row for path in live_files(home.lake, stream) for row in pq.read_table(path).to_pylist()
    ]
    return sorted(found, key=lambda row: (row["received_at"], row["received_sequence"]))


def test_calls_become_one_batch_a_stream(home: Home, clock: Clock) -> None:
    with Journal(home, clock=clock) as journal:
        journal.append("meter_events", [event("evt_1"), event("evt_2")])
        journal.append("usage_records", [usage(5)])
        journal.append("meter_events", [event("evt_3")])
        sealed = seal_journal(home, clock=clock)
    assert [(batch.stream, batch.accepted, batch.rejected) for batch in sealed] == [
        ("meter_events", 3, {}),
        ("usage_records", 1, {}),
    ]
    assert len({batch.batch_id for batch in sealed}) == 1
    assert sealed[0].batch_id.startswith("journal-20260301T103000123456Z-")
    assert [row["identifier"] for row in rows(home, "meter_events")] == ["evt_1", "evt_2", "evt_3"]


def test_rows_land_with_their_receipts_and_every_digit(home: Home, clock: Clock) -> None:
    quantity = Decimal("12345678901234567890123456")
    received = clock.now.replace(tzinfo=None)
    with Journal(home, clock=clock) as journal:
        journal.append("usage_records", [usage(1) | {"quantity": quantity}])
        clock.now += timedelta(seconds=1)
        journal.append("meter_events", [event("evt_1"), event("evt_2", timestamp=1_772_323_200)])
        clock.now += timedelta(days=1)
        seal_journal(home, clock=clock)
    (record,) = rows(home, "usage_records")
    assert record["quantity"] == quantity
    assert (record["received_at"], record["received_sequence"]) == (received, 1)
    first, second = rows(home, "meter_events")
    assert first["received_at"] == second["received_at"] == received + timedelta(seconds=1)
    assert (first["received_sequence"], second["received_sequence"]) == (2, 3)
    # Without a timestamp an event happened when it was received.
    assert first["event_at"] == first["received_at"]
    assert second["event_at"] == datetime(2026, 3, 1)
    assert first["value"] == Decimal("0.000000000001")
    assert first["payload"] == [("model", "m")]


def test_sealing_twice_and_sealing_nothing_change_nothing(home: Home) -> None:
    assert seal_journal(home) == []
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
        assert len(seal_journal(home)) == 1
        before = batches(home.lake, "usage_records")
        assert seal_journal(home) == []
        assert batches(home.lake, "usage_records") == before


def test_sealing_goes_on_beside_calls_and_nothing_is_lost_or_doubled(home: Home) -> None:
    def call(journal: Journal, first: int) -> None:
        for number in range(first, first + 50):
            journal.append("usage_records", [usage(number)])

    with Journal(home) as one, Journal(home) as two:
        threads = [
            threading.Thread(target=call, args=(journal, start))
            for journal, start in ((one, 0), (one, 50), (two, 100), (two, 150))
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            seal_journal(home)
    seal_journal(home)
    landed = rows(home, "usage_records")
    assert sorted(int(row["quantity"]) for row in landed) == list(range(200))
    assert [row["received_sequence"] for row in landed] == list(range(1, 201))


def test_a_segment_whose_batch_was_compacted_meanwhile_lands_nothing_twice(home: Home) -> None:
    folder = JournalFolder(home.journal)
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
        journal.roll()
        (segment,) = folder.closed_segments()
        kept = segment.read_bytes()
        seal_journal(home)
        journal.append("usage_records", [usage(2)])
        seal_journal(home)
    compact(home)
    compact(home, remove_after=timedelta(0))
    # As if the process had died between landing the batch and putting the segment away.
    segment.write_bytes(kept)
    seal_journal(home)
    assert [int(row["quantity"]) for row in rows(home, "usage_records")] == [1, 2]
    assert folder.closed_segments() == []


def test_a_row_that_does_not_fit_is_rejected_whole_with_its_receipt(
    home: Home, clock: Clock
) -> None:
    with Journal(home, clock=clock) as journal:
        journal.append("usage_records", [usage(1), usage(2) | {"action": "multiply"}])
        (batch,) = seal_journal(home, clock=clock)
    assert (batch.accepted, batch.rejected) == (1, {"not_allowed": 1})
    path = home.rejected_folder("usage_records") / f"{batch.batch_id}.parquet"
    (rejected,) = pq.read_table(path).to_pylist()
    assert '"action":"multiply"' in rejected["row_text"]
    assert '"received_at":"2026-03-01T10:30:00.123456Z"' in rejected["row_text"]
    (account,) = batches(home.lake, "usage_records")
    assert (account.read, account.accepted) == (2, 1)
    assert account.source_name == f"journal/{batch.batch_id.removeprefix('journal-')}"


def test_a_full_disk_leaves_the_calls_in_the_journal(home: Home) -> None:
    with Journal(home) as journal:
        journal.append("usage_records", [usage(number) for number in range(2000)])
        journal.roll()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
        try:
            with pytest.raises(RunError, match="is full"):
                seal_journal(home)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert rows(home, "usage_records") == []
        assert sum(batch.accepted for batch in seal_journal(home)) == 2000


def test_a_damaged_segment_is_told_and_those_before_it_are_sealed(home: Home) -> None:
    folder = JournalFolder(home.journal)
    with Journal(home) as journal:
        for number in range(3):
            journal.append("usage_records", [usage(number)])
            journal.append("usage_records", [usage(number)])
            journal.roll()
    damaged = folder.closed_segments()[1]
    content = bytearray(damaged.read_bytes())
    content[20] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(JournalDamagedError, match=damaged.name):
        seal_journal(home)
    assert [int(row["quantity"]) for row in rows(home, "usage_records")] == [0, 0]
    assert len(folder.closed_segments()) == 2


def test_objects_do_not_go_through_the_journal(home: Home) -> None:
    with Journal(home) as journal, pytest.raises(UsageError, match="holds objects"):
        journal.append("customers", [{"id": "cus_1"}])


def test_identifiers_and_keys_are_known_after_sealing_and_compaction(home: Home) -> None:
    with Journal(home) as journal:
        for number in range(20):
            journal.append("meter_events", [event(f"evt_{number}")])
            with journal.idempotent(f"key_{number}", "asked") as call:
                journal.append("usage_records", [usage(number)], call=call, answer=ANSWER)
            seal_journal(home)
        compact(home)
        with Journal(home) as restarted:
            for each in (journal, restarted):
                for number in range(20):
                    with pytest.raises(DuplicateMeterEventError):
                        each.append("meter_events", [event(f"evt_{number}")])
                    with each.idempotent(f"key_{number}", "asked") as call:
                        assert call.answer == ANSWER
    # Twenty segments, a few runs.
    assert len(list((home.journal / "recall").glob("*.run"))) <= 8


def test_answers_and_runs_are_removed_after_24_hours(home: Home, clock: Clock) -> None:
    folder = JournalFolder(home.journal)

    def call(number: int) -> None:
        with journal.idempotent(f"key_{number}", "asked") as call:
            row = event(f"evt_{number}")
            journal.append("meter_events", [row], call=call, answer=ANSWER)
        seal_journal(home, clock=clock)

    with Journal(home, clock=clock) as journal:
        for number in range(3):
            call(number)
            clock.now += timedelta(hours=1)
        assert len(kept_segments(folder)) == 3
        clock.now += timedelta(hours=22, minutes=30)
        call(3)
        # Received 25.5, 24.5 and 23.5 hours ago, and now. Whether the second is needed no longer is
        # seen by the start of the third.
        assert len(kept_segments(folder)) == 3
        assert len(list(folder.recall.glob("*.run"))) == 2
        journal.append("meter_events", [event("evt_1")])
        with pytest.raises(DuplicateMeterEventError):
            journal.append("meter_events", [event("evt_2")])


def test_a_key_whose_segment_another_process_forgot_is_free(home: Home, clock: Clock) -> None:
    folder = JournalFolder(home.journal)
    with Journal(home, clock=clock) as journal:
        for number in range(2):
            with journal.idempotent(f"key_{number}", "asked") as call:
                journal.append("usage_records", [usage(number)], call=call, answer=ANSWER)
            seal_journal(home, clock=clock)
        # A process whose clock is a day ahead was killed while it removed these.
        max(kept_segments(folder)).unlink()
        with journal.idempotent("key_0", "asked") as call:
            assert call.answer == ANSWER
        with journal.idempotent("key_1", "asked") as call:
            assert call.answer is None


def test_a_segment_started_ahead_of_the_clock_holds_no_earlier_receipt(
    home: Home, clock: Clock
) -> None:
    folder = JournalFolder(home.journal)
    folder.create()
    # As a process leaves it that was killed before its first call; then the clock jumped back.
    started = folder.start_segment(micros(clock.now + timedelta(hours=4)))
    with Journal(home, clock=clock) as journal:
        with journal.idempotent("key", "asked") as call:
            receipt = journal.append("usage_records", [usage(1)], call=call, answer=ANSWER)
        assert receipt.received_at == clock.now + timedelta(hours=4)
        seal_journal(home, clock=clock)
        assert folder.kept_path(started.stem).exists()
    with Journal(home, clock=clock) as journal, journal.idempotent("key", "asked") as call:
        assert call.answer == ANSWER


def kept_segments(folder: JournalFolder) -> list[Path]:
    return [segment for hour in folder.kept_hours() for segment in hour.iterdir()]


def test_segments_without_answers_are_not_kept(home: Home) -> None:
    folder = JournalFolder(home.journal)
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
        seal_journal(home)
    assert kept_segments(folder) == []
    assert folder.open_segments() == []


def test_what_killed_processes_left_unfinished_is_removed(home: Home) -> None:
    folder = JournalFolder(home.journal)
    folder.create()
    (folder.path / "clock.json.0.tmp").write_bytes(b"{")
    (folder.recall / "x.run.0.tmp").write_bytes(b"MHR")
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
    seal_journal(home)
    assert not list(home.journal.rglob("*.tmp"))


def wait_for(condition: Callable[[], bool]) -> None:
    event = threading.Event()
    while not condition():
        event.wait(0.01)


def test_a_server_seals_in_the_background_and_once_more_at_its_end(home: Home) -> None:
    with Journal(home) as journal:
        with sealing(home, journal=journal, every=timedelta(seconds=1)):
            journal.append("usage_records", [usage(1)])
            wait_for(lambda: len(rows(home, "usage_records")) == 1)
            journal.append("usage_records", [usage(2)])
        assert len(rows(home, "usage_records")) == 2
        with pytest.raises(ValueError, match="once a second"), sealing(home, every=timedelta(0)):
            pass


def test_a_server_on_a_stopped_clock_keeps_its_keys(home: Home, clock: Clock) -> None:
    with Journal(home, clock=clock) as journal:
        with sealing(home, clock=clock), journal.idempotent("key", "asked") as call:
            journal.append("usage_records", [usage(1)], call=call, answer=ANSWER)
        with journal.idempotent("key", "asked") as again:
            assert again.answer == ANSWER
    assert len(rows(home, "usage_records")) == 1
