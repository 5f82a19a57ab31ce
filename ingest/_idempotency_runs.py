"""Sorted files of what was accepted, so that a look-up costs no memory and one touch of the disk.

A run holds, for each identifier and Idempotency-Key of one or more segments, 32 bytes: a 128-bit
digest, when it was received, which segment has it, and where in that its frame starts. After the
entries, sorted, come a table that says where the entries of each leading-bits value start, and a
tail:

    entries · 2**bits + 1 starts (4 bytes each) · magic, bits, count, oldest, newest    big-endian

Runs are merged as they become many, a slice of the digests at a time.
"""

from __future__ import annotations

import heapq
import mmap
import os
import secrets
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from foundation import fail_point
from ingest._durable import sync_path

__all__ = [
    "Found",
    "Run",
    "identifier_digest",
    "key_digest",
    "merged_entries",
    "pack_entry",
    "write_run",
]

_ENTRY: Final = struct.Struct(">16sQII")
_TAIL: Final = struct.Struct(">4sIQQQ")
_MAGIC: Final = b"MHR1"
# Entries that share a start in the table: few enough to be found by one scan of a few lines.
_SHARED: Final = 8
_MOST_BITS: Final = 24
# Entries merged at a time.
_SLICE: Final = 65_536


class Found(NamedTuple):
    """Where what was looked up is: in the frame at `offset` of the segment that has this `mark`.

    `received_at` is in microseconds since 1970.
    """

    received_at: int
    mark: int
    offset: int


def identifier_digest(identifier: str) -> bytes:
    """Return what stands for a meter event's identifier in a run."""
    return blake2b(identifier.encode(), digest_size=16, person=b"identifier").digest()


def key_digest(key: str) -> bytes:
    """Return what stands for an Idempotency-Key in a run."""
    return blake2b(key.encode(), digest_size=16, person=b"key").digest()


def pack_entry(digest: bytes, found: Found) -> bytes:
    """Return one entry of a run; entries sort by digest, then receipt."""
    return _ENTRY.pack(digest, *found)


class Run:
    """One run, read in place. Keeps answering after the file was removed, until closed."""

    def __init__(self, path: Path) -> None:
        """Map the run at `path`.

        Raises:
            FileNotFoundError: it was merged away.
            ValueError: it is not a whole run.
        """
        self.path: Path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _TAIL.size:
                raise ValueError(f"{path} is not a whole run")
            self._map: mmap.mmap = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        magic, bits, count, oldest, newest = _TAIL.unpack_from(self._map, size - _TAIL.size)
        self.count: int = count
        self.oldest: int = oldest
        self.newest: int = newest
        self._shift: int = 32 - bits
        self._table: int = count * _ENTRY.size
        if magic != _MAGIC or size != self._table + 4 * (2**bits + 1) + _TAIL.size:
            self._map.close()
            raise ValueError(f"{path} is not a whole run")

    def find(self, digest: bytes) -> Found | None:
        """Return the newest entry of `digest`."""
        bucket = int.from_bytes(digest[:4], "big") >> self._shift
        table = self._table + 4 * bucket
        first, end = struct.unpack_from(">II", self._map, table)
        place = self._map.rfind(digest, first * _ENTRY.size, end * _ENTRY.size)
        while place != -1 and place % _ENTRY.size:
            place = self._map.rfind(digest, first * _ENTRY.size, place + len(digest) - 1)
        if place == -1:
            return None
        return Found(*_ENTRY.unpack_from(self._map, place)[1:])

    def entries(self, below: int, above: int) -> Iterator[bytes]:
        """Yield the entries whose digest's leading 32 bits lie in [`below`, `above`)."""
        for place in range(self._first(below), self._first(above)):
            yield self._map[place * _ENTRY.size : (place + 1) * _ENTRY.size]

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()

    def _first(self, leading: int) -> int:
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            place = middle * _ENTRY.size
            if int.from_bytes(self._map[place : place + 4], "big") < leading:
                low = middle + 1
            else:
                high = middle
        return low


def merged_entries(runs: Sequence[Run], received_after: int) -> Iterator[bytes]:
    """Yield the entries of `runs` in order, each once, without those received before."""
    total = sum(run.count for run in runs)
    slices = max(1, total // _SLICE)
    bounds = [2**32 * place // slices for place in range(slices + 1)]
    last = b""
    for below, above in pairwise(bounds):
        for entry in heapq.merge(*(run.entries(below, above) for run in runs)):
            if entry != last and int.from_bytes(entry[16:24], "big") >= received_after:
                yield entry
            last = entry


def write_run(path: Path, entries: Iterable[bytes], most: int) -> None:
    """Write sorted `entries`, `most` of them at the most, to `path`: the whole run or nothing."""
    bits = min(_MOST_BITS, max(0, (most // _SHARED).bit_length()))
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    with temporary.open("wb") as file:
        _write(file, entries, bits)
        fail_point("recall.written")
        file.flush()
        os.fsync(file.fileno())
    fail_point("recall.synced")
    os.replace(temporary, path)
    sync_path(path.parent)
    fail_point("recall.named")


def _write(file: BinaryIO, entries: Iterable[bytes], bits: int) -> None:
    shift = 32 - bits
    starts = array("I", bytes(4 * (2**bits + 1)))
    count, oldest, newest = 0, 2**64 - 1, 0
    for entry in entries:
        file.write(entry)
        count += 1
        starts[(int.from_bytes(entry[:4], "big") >> shift) + 1] += 1
        received_at = int.from_bytes(entry[16:24], "big")
        oldest = min(oldest, received_at)
        newest = max(newest, received_at)
    starts = array("I", accumulate(starts))
    if sys.byteorder == "little":
        starts.byteswap()
    file.write(starts.tobytes())
    file.write(_TAIL.pack(_MAGIC, bits, count, oldest, newest))
