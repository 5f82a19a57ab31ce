"""Sorted runs find what they hold, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest._idempotency_runs import (
    Found,
    Run,
    identifier_digest,
    key_digest,
    merged_entries,
    pack_entry,
    write_run,
)


def run_of(path: Path, found: dict[bytes, list[Found]]) -> Run:
    entries = [pack_entry(digest, each) for digest, many in found.items() for each in many]
    write_run(path, sorted(entries), len(entries))
    return Run(path)


@settings(max_examples=30)
@given(numbers=st.sets(st.integers(0, 10**6), max_size=300))
def test_a_run_finds_what_it_holds_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, numbers: set[int]
) -> None:
    path = tmp_path_factory.mktemp("runs") / "a.run"
    run = run_of(path, {identifier_digest(str(n)): [Found(n, n, n)] for n in numbers})
    for number in numbers:
        assert run.find(identifier_digest(str(number))) == Found(number, number, number)
        assert run.find(key_digest(str(number))) is None
        assert run.find(identifier_digest(f"{number}x")) is None
    run.close()


def test_a_digest_that_lies_across_two_entries_is_not_found(tmp_path: Path) -> None:
    # The second half of one entry and the first half of the next, in the same bucket.
    one, two = bytes(16), bytes(15) + b"\x01"
    across = (pack_entry(one, Found(7, 0, 9)) + pack_entry(two, Found(7, 0, 9)))[24:40]
    run = run_of(tmp_path / "a.run", {one: [Found(7, 0, 9)], two: [Found(7, 0, 9)]})
    assert run.find(across) is None
    assert run.find(two) == Found(7, 0, 9)


def test_the_newest_of_several_receipts_is_found(tmp_path: Path) -> None:
    digest = identifier_digest("evt")
    run = run_of(tmp_path / "a.run", {digest: [Found(1, 0, 10), Found(3, 0, 30), Found(2, 0, 20)]})
    assert run.find(digest) == Found(3, 0, 30)
    assert (run.oldest, run.newest, run.count) == (1, 3, 3)


def test_merging_keeps_each_entry_once_and_drops_the_old(tmp_path: Path) -> None:
    one = run_of(
        tmp_path / "1.run", {identifier_digest(str(n)): [Found(n, n, n)] for n in range(500)}
    )
    two = run_of(
        tmp_path / "2.run", {identifier_digest(str(n)): [Found(n, n, n)] for n in range(300, 900)}
    )
    write_run(tmp_path / "3.run", merged_entries([one, two], 100), 1100)
    merged = Run(tmp_path / "3.run")
    assert merged.count == 800
    assert merged.find(identifier_digest("99")) is None
    assert all(merged.find(identifier_digest(str(n))) == Found(n, n, n) for n in range(100, 900))


def test_merging_goes_slice_by_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest._idempotency_runs._SLICE", 16)
    runs = [
        run_of(
            tmp_path / f"{k}.run", {key_digest(f"{k}.{n}"): [Found(n, n, n)] for n in range(100)}
        )
        for k in range(4)
    ]
    entries = list(merged_entries(runs, 0))
    assert entries == sorted(entries)
    assert len(entries) == 400


def test_a_file_that_is_not_a_whole_run_is_told(tmp_path: Path) -> None:
    whole = run_of(tmp_path / "a.run", {key_digest("k"): [Found(1, 1, 1)]}).path.read_bytes()
    for length in range(len(whole)):
        (tmp_path / "b.run").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="not a whole run"):
            Run(tmp_path / "b.run")


def test_a_run_answers_after_its_file_is_removed(tmp_path: Path) -> None:
    run = run_of(tmp_path / "a.run", {key_digest("k"): [Found(1, 1, 1)]})
    run.path.unlink()
    assert run.find(key_digest("k")) == Found(1, 1, 1)
