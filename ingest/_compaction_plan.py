"""Which files of a stream are worth merging."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from foundation import Home
from ingest._lake import live_files
from ingest._metadata import BatchMetadata, read_batches, read_merge

__all__ = ["MERGE_SIZE", "MergePlan", "SmallFile", "plan_merges"]

MERGE_SIZE: Final = 128 * 2**20
"""The size in bytes merged files come close to; files from half of it up are left as they are."""


@dataclass(frozen=True, slots=True)
class SmallFile:
    """A live file and the batches it holds."""

    path: Path
    size: int
    batches: tuple[BatchMetadata, ...]

    @property
    def order(self) -> tuple[str, str]:
        """When the file's first batch landed; files are merged in this order."""
        first = min((batch.landed_at for batch in self.batches), default="")
        return first, self.path.name


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Files of one stream that become one, in the order of landing."""

    stream: str
    files: tuple[SmallFile, ...]

    @property
    def batches(self) -> list[BatchMetadata]:
        """The accounts of all batches, in the order of their rows."""
        return [batch for file in self.files for batch in file.batches]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def rows(self) -> int:
        """The rows of all files, by their own accounts."""
        return sum(batch.accepted for batch in self.batches)

    @property
    def name(self) -> str:
        """The merged file's name: a function of the files it replaces."""
        names = sorted(file.path.name for file in self.files)
        return f"merge-{sha256(json.dumps(names).encode()).hexdigest()[:24]}.parquet"

    def replaces(self) -> list[str]:
        """Return the names of the files that are dead once the merged one stands.

        They include what the merged files themselves had replaced: those may still be on the disk
        when the files that say so are gone.
        """
        names = {file.path.name for file in self.files}
        for file in self.files:
            if file.path.name.startswith("merge-"):
                names.update(read_merge(file.path).replaces)
        return sorted(names)


def plan_merges(home: Home, stream: str, merge_size: int = MERGE_SIZE) -> list[MergePlan]:
    """Return the merges that would make a stream's small files few.

    A file is rewritten only together with others of half its size or more, so however often
    compaction runs, each row is rewritten a few times in all.
    """
    found = [
        SmallFile(path, path.stat().st_size, tuple(read_batches(path)))
        for path in live_files(home.lake, stream)
        if not path.name.startswith("_")
    ]
    small = sorted((file for file in found if file.size < merge_size // 2), key=lambda f: f.size)
    while small and small[-1].size > 2 * sum(file.size for file in small[:-1]):
        small.pop()
    groups = _groups(sorted(small, key=lambda file: file.order), merge_size)
    return [MergePlan(stream, tuple(group)) for group in groups if len(group) > 1]


def _groups(files: Sequence[SmallFile], merge_size: int) -> list[list[SmallFile]]:
    groups: list[list[SmallFile]] = []
    size = merge_size
    for file in files:
        if size + file.size > merge_size:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    return groups
