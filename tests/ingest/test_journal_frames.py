"""What a crash leaves at the end of a segment is cut; what a disk damages is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest._journal_frames import (
    JournalDamagedError,
    decode_entries,
    encode_call,
    encode_frame,
    encode_receipt,
    intact_frames,
    read_frame,
)


def frame(number: int, row: bytes = b'{"quantity":1}') -> bytes:
    call = encode_call("usage_records", 1, row + b"\n", (), {})
    return encode_frame(encode_receipt(1_000 + number, number) + call)


def sequences(data: bytes) -> list[int]:
    return [
        entry.received_sequence
        for found in intact_frames(data, "segment")
        for entry in decode_entries(found.payload)
    ]


def test_a_tail_torn_at_any_byte_is_cut_and_nothing_before_it() -> None:
    whole = frame(1) + frame(2)
    for length in range(len(whole) + 1):
        expected = [1, 2] if length == len(whole) else [1] if length >= len(frame(1)) else []
        assert sequences(whole[:length]) == expected


def test_a_tail_of_zeros_or_of_noise_is_cut() -> None:
    assert sequences(frame(1) + bytes(500)) == [1]
    assert sequences(frame(1) + b"MHJ1" + bytes(500)) == [1]
    assert sequences(frame(1) + b"MHJ1\x00\x00\x00\x04\x00\x00\x00\x00torn") == [1]


def test_damage_at_any_byte_before_the_last_frame_is_told_not_cut() -> None:
    whole = frame(1) + frame(2)
    for place in range(len(frame(1))):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        with pytest.raises(JournalDamagedError, match="damaged at byte 0"):
            sequences(bytes(damaged))


def test_a_frame_is_read_by_its_offset(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    path.write_bytes(frame(1) + frame(2))
    found = read_frame(path, len(frame(1)))
    assert next(decode_entries(found.payload)).received_sequence == 2
    assert found.end == 2 * len(frame(1))
    with pytest.raises(JournalDamagedError):
        read_frame(path, 3)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    calls=st.lists(
        st.tuples(
            st.lists(texts.map(lambda text: text.replace("\n", " ").encode()), max_size=3),
            st.lists(texts, max_size=3),
            st.none() | st.tuples(texts, texts),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_encoded_is_decoded(
    calls: list[tuple[list[bytes], list[str], tuple[str, str] | None]],
) -> None:
    payload = b""
    for number, (rows, identifiers, kept) in enumerate(calls):
        answer = (
            {}
            if kept is None
            else dict(zip(("key", "body", "fingerprint", "status"), (*kept, "f", 200), strict=True))
        )
        payload += encode_receipt(number, number)
        lines = b"".join(row + b"\n" for row in rows)
        payload += encode_call("meter_events", len(rows), lines, identifiers, answer)
    (found,) = intact_frames(encode_frame(payload), "segment")
    for entry, (rows, identifiers, kept) in zip(decode_entries(found.payload), calls, strict=True):
        assert list(entry.rows) == rows
        assert list(entry.identifiers) == identifiers
        assert (entry.key, entry.body) == (kept or (None, None))
