"""What the journal holds can be read while it is written to, closed and sealed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from foundation import Home
from ingest import Journal, live_files, prepare_home, seal_journal
from ingest._unsealed import unsealed_rows


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def usage(quantity: int) -> dict[str, object]:
    return {"subscription_item": "si_1", "quantity": quantity, "timestamp": 1_764_000_000}


def test_rows_are_read_in_the_order_of_receipt_until_they_are_sealed(home: Home) -> None:
    with Journal(home) as journal:
        journal.append("usage_records", [usage(1), usage(2)])
        journal.append("meter_event_adjustments", [{"type": "cancel"}])
        journal.roll()
        journal.append("usage_records", [usage(3)])
        held = list(unsealed_rows(home, "usage_records"))
        assert [row.row["quantity"] for row in held] == [1, 2, 3]
        assert [row.received_sequence for row in held] == [1, 2, 4]
        seal_journal(home)
    assert list(unsealed_rows(home, "usage_records")) == []
    # Two segments, and the empty file.
    assert len(live_files(home.lake, "usage_records")) == 3


def test_rolling_hides_no_row_from_a_reader(home: Home) -> None:
    done = threading.Event()

    def roll() -> None:
        for number in range(1, 200):
            journal.append("usage_records", [usage(number)])
            journal.roll()
        done.set()

    with Journal(home) as journal:
        journal.append("usage_records", [usage(0)])
        thread = threading.Thread(target=roll)
        thread.start()
        seen = 0
        while not done.is_set():
            rows = [row.row["quantity"] for row in unsealed_rows(home, "usage_records")]
            assert rows == list(range(len(rows)))
            assert len(rows) >= seen
            seen = len(rows)
        thread.join()
