"""Checksums of a build's files: made once when the file is, carried over with a hard link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from meterhouse._build_finish import EVENTS_NAME
from meterhouse._manifest import FileSum
from meterhouse._publish import DATABASE_NAME, Build

__all__ = ["damaged_files", "file_sum", "file_sums", "missing_files"]

_PIECE: Final = 1 << 22


def file_sums(build: Path, seed: Build | None) -> dict[str, FileSum]:
    """Return the sums of the database and the event files in the folder `build`, by their paths.

    An event file that is the very file of the seed (one inode, two names) has the seed's sum: what
    was published is never written to.
    """
    return {
        name: _carried(path, name, seed) or file_sum(path) for name, path in sorted(_files(build))
    }


def file_sum(path: Path) -> FileSum:
    """Return size and SHA-256 of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileSum(size, digest.hexdigest())


def missing_files(build: Build) -> Iterator[str]:
    """Yield one line for each file that is gone or has another size than the manifest says."""
    for name, said in build.manifest.files.items():
        path = build.folder / name
        if not path.is_file():
            yield f"{build.build_id}: {name} is gone"
        elif path.stat().st_size != said.size:
            size = path.stat().st_size
            yield f"{build.build_id}: {name} has {size} bytes, its manifest says {said.size}"


def damaged_files(build: Build) -> Iterator[str]:
    """Yield one line for each file that is not what the manifest says, or that it does not name."""
    yield from missing_files(build)
    held = dict(_files(build.folder))
    for name in sorted(held.keys() - build.manifest.files.keys()):
        yield f"{build.build_id}: {name} is not in its manifest"
    for name, said in build.manifest.files.items():
        if name not in held or held[name].stat().st_size != said.size:
            continue
        try:
            found = file_sum(held[name])
        except OSError as error:
            yield f"{build.build_id}: {name}: {error.strerror}"
            continue
        if found != said:
            yield f"{build.build_id}: {name} is not the file that was published (SHA-256)"


def _files(build: Path) -> Iterator[tuple[str, Path]]:
    yield DATABASE_NAME, build / DATABASE_NAME
    for path in (build / EVENTS_NAME).rglob("*.parquet"):
        yield path.relative_to(build).as_posix(), path


def _carried(path: Path, name: str, seed: Build | None) -> FileSum | None:
    if seed is None or name not in seed.manifest.files:
        return None
    before = seed.folder / name
    return seed.manifest.files[name] if before.exists() and before.samefile(path) else None
