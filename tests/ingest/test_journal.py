"""Single calls: durable before they are answered, in one order, each once."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import threading
import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from foundation import Home
from foundation.errors import UnknownStreamError, UsageError
from ingest import Journal, JournalWriteError, prepare_home
from ingest._journal_frames import Entry, decode_entries, intact_frames
from ingest._journal_log import SEGMENT_SIZE


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def entries(home: Home) -> list[Entry]:
    """Return every call on the disk, in the order of the segments' names."""
    paths = [path for path in home.journal.iterdir() if path.suffix in (".open", ".closed")]
    return [
        entry
        for path in sorted(paths)
        for frame in intact_frames(path.read_bytes(), path.name)
        for entry in decode_entries(frame.payload)
    ]


def usage(quantity: int) -> dict[str, object]:
    return {"subscription_item": "si_1", "quantity": quantity, "timestamp": 1_764_000_000}


def test_an_appended_call_is_on_disk_when_append_returns(home: Home) -> None:
    with Journal(home) as journal:
        receipt = journal.append("usage_records", [usage(1), usage(2)])
        (entry,) = entries(home)
    assert [json.loads(row)["quantity"] for row in entry.rows] == [1, 2]
    assert receipt.received_at == datetime.fromtimestamp(0, UTC) + timedelta(
        microseconds=entry.received_at
    )
    assert receipt.received_sequence == entry.received_sequence == 1


def test_numbers_keep_every_digit(home: Home) -> None:
    value = Decimal("12345678901234567890123456.123456789012")
    with Journal(home) as journal:
        journal.append("usage_records", [{"quantity": value, "nested": {"deep": [value]}}])
    (entry,) = entries(home)
    assert entry.rows[0].decode().count("12345678901234567890123456.123456789012") == 2


def test_a_float_is_refused_and_nothing_is_kept(home: Home) -> None:
    with Journal(home) as journal:
        with pytest.raises(TypeError, match="float"):
            journal.append("usage_records", [{"quantity": 0.1}])
        with pytest.raises(TypeError, match="float"):
            journal.append("meter_events", [{"payload": {"value": 0.1}}])
    assert entries(home) == []


def test_half_a_surrogate_pair_is_refused_and_harms_no_other_call(home: Home) -> None:
    with Journal(home) as journal:
        with pytest.raises(UnicodeEncodeError):
            journal.append("meter_events", [{"event_name": "\ud800"}])
        journal.append("usage_records", [usage(1)])
    assert len(entries(home)) == 1


def test_the_receipt_is_the_journals_to_give(home: Home) -> None:
    with Journal(home) as journal, pytest.raises(ValueError, match="received_at"):
        journal.append("usage_records", [{**usage(1), "received_at": 1}])


def test_an_unknown_stream_is_refused(home: Home) -> None:
    with Journal(home) as journal, pytest.raises(UnknownStreamError):
        journal.append("usage_record", [usage(1)])


def test_a_call_longer_than_8_mebibytes_is_refused(home: Home) -> None:
    with Journal(home) as journal, pytest.raises(UsageError, match="8388608"):
        journal.append("usage_records", [{"note": "x" * 8 * 2**20}])


def test_calls_of_many_threads_are_each_kept_once_in_the_order_of_their_receipts(
    home: Home,
) -> None:
    receipts: dict[int, int] = {}

    def work(thread: int) -> None:
        for number in range(25):
            quantity = thread * 25 + number
            receipts[quantity] = journal.append(
                "usage_records", [usage(quantity)]
            ).received_sequence

    with Journal(home) as journal:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    kept = {
        entry.received_sequence: json.loads(entry.rows[0])["quantity"] for entry in entries(home)
    }
    assert sorted(kept) == list(range(1, 201))
    assert {quantity: sequence for sequence, quantity in kept.items()} == receipts


def test_tasks_of_an_event_loop_share_commits(home: Home) -> None:
    async def main() -> None:
        calls = (journal.append_async("usage_records", [usage(number)]) for number in range(100))
        receipts = await asyncio.gather(*calls)
        assert {receipt.received_sequence for receipt in receipts} == set(range(1, 101))

    with Journal(home) as journal:
        asyncio.run(main())
    path = next(home.journal.glob("*.open"))
    frames = list(intact_frames(path.read_bytes(), path.name))
    assert len(entries(home)) == 100
    assert len(frames) < 100


def test_tasks_that_call_in_one_turn_of_a_loop_are_woken_by_one_commit(home: Home) -> None:
    async def main() -> None:
        calls = (journal.append_async("usage_records", [usage(number)]) for number in range(100))
        await asyncio.gather(*calls)

    with Journal(home) as journal:
        asyncio.run(main())
    path = next(home.journal.glob("*.open"))
    assert len(list(intact_frames(path.read_bytes(), path.name))) == 1


def test_long_calls_of_one_turn_of_a_loop_are_each_kept_once(home: Home) -> None:
    # Together they hold more than a frame can.
    notes = [str(number) * (1 << 20) for number in range(40)]

    async def main() -> None:
        calls = (journal.append_async("usage_records", [{"note": note}]) for note in notes)
        await asyncio.gather(*calls)

    with Journal(home) as journal:
        asyncio.run(main())
    kept = [json.loads(row)["note"] for entry in entries(home) for row in entry.rows]
    assert sorted(kept) == sorted(notes)


def test_a_call_that_waits_for_its_turn_is_kept_when_the_journal_closes(home: Home) -> None:
    async def main() -> None:
        task = asyncio.create_task(journal.append_async("usage_records", [usage(1)]))
        await asyncio.sleep(0)
        journal.close()
        assert (await task).received_sequence == 1

    journal = Journal(home)
    asyncio.run(main())
    assert len(entries(home)) == 1


def test_a_cancelled_task_does_not_undo_its_call(home: Home) -> None:
    async def main() -> None:
        task = asyncio.create_task(journal.append_async("usage_records", [usage(1)]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Journal(home) as journal:
        asyncio.run(main())
    assert len(entries(home)) == 1


def test_sequence_goes_on_across_restarts_and_rolls(home: Home) -> None:
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1), usage(2)])
    with Journal(home) as journal:
        assert journal.append("usage_records", [usage(3)]).received_sequence == 3
        assert journal.roll()
        assert not journal.roll()
        assert journal.append("usage_records", [usage(4)]).received_sequence == 4
        assert journal.roll()
    with Journal(home) as journal:
        assert journal.append("usage_records", [usage(5)]).received_sequence == 5


def test_two_journals_of_one_home_share_one_order(home: Home) -> None:
    with Journal(home) as first, Journal(home) as second:
        receipts = [
            journal.append("usage_records", [usage(number)])
            for number, journal in enumerate([first, second, second, first, second, first])
        ]
        assert first.roll()
        receipts.append(second.append("usage_records", [usage(6)]))
        receipts.append(first.append("usage_records", [usage(7)]))
    assert [receipt.received_sequence for receipt in receipts] == list(range(1, 9))
    assert sorted(receipts, key=lambda receipt: receipt.received_at) == receipts
    assert [json.loads(entry.rows[0])["quantity"] for entry in entries(home)] == list(range(8))


def test_a_clock_that_jumps_back_does_not_break_the_order(home: Home) -> None:
    instants = iter(
        [
            datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC),
            datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
            datetime(2026, 3, 1, 12, 0, 9, tzinfo=UTC),
        ]
    )
    now = next(instants)
    with Journal(home, clock=lambda: now) as journal:
        first = journal.append("usage_records", [usage(1)])
        now = next(instants)
        second = journal.append("usage_records", [usage(2)])
        journal.roll()
        third = journal.append("usage_records", [usage(3)])
    with Journal(home, clock=lambda: now) as journal:
        fourth = journal.append("usage_records", [usage(4)])
        now = next(instants)
        fifth = journal.append("usage_records", [usage(5)])
    order = [(receipt.received_at, receipt.received_sequence) for receipt in (first, second, third)]
    order += [(receipt.received_at, receipt.received_sequence) for receipt in (fourth, fifth)]
    assert order == sorted(set(order))
    assert first.received_at == second.received_at
    assert fifth.received_at == now


def test_a_full_segment_is_closed_and_the_next_one_started(home: Home) -> None:
    note = "x" * 2**20
    with Journal(home) as journal:
        for number in range(SEGMENT_SIZE // 2**20 + 2):
            journal.append("usage_records", [{**usage(number), "note": note}])
        assert len(list(home.journal.glob("*.closed"))) == 1
        assert len(list(home.journal.glob("*.open"))) == 1
    assert len(entries(home)) == SEGMENT_SIZE // 2**20 + 2


def test_a_full_disk_refuses_the_call_and_keeps_nothing_of_it(home: Home) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        try:
            with pytest.raises(JournalWriteError, match="could not be made durable"):
                journal.append("usage_records", [{**usage(2), "note": "x" * 8000}])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        receipt = journal.append("usage_records", [usage(3)])
    assert [json.loads(entry.rows[0])["quantity"] for entry in entries(home)] == [1, 3]
    assert receipt.received_sequence == 2


def test_a_closed_journal_takes_no_calls(home: Home) -> None:
    journal = Journal(home)
    journal.close()
    journal.close()
    with pytest.raises(RuntimeError, match="closed"):
        journal.append("usage_records", [usage(1)])


def test_a_journal_is_not_carried_through_a_fork(home: Home) -> None:
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1)])
        with warnings.catch_warnings():
            # Forking beside threads is what this test is about.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            # In the child the writer thread does not exist; waiting for it would never end.
            try:
                journal.append("usage_records", [usage(2)])
            except RuntimeError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(entries(home)) == 1


def test_what_is_remembered_in_memory_is_bounded_by_segments(home: Home) -> None:
    with Journal(home) as journal:
        for number in range(60):
            journal.append("meter_events", [{"event_name": "calls", "identifier": str(number)}])
            journal.roll()
        recent = journal._log.recall._recent
        assert sum(len(segment.identifiers) for segment in recent.values()) <= 5
