"""Files that are whole or absent whenever the power fails: write, sync, rename, sync the folder."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from foundation import Home
from foundation.errors import RunError

__all__ = [
    "durable_rename",
    "full_disk_told",
    "incoming_path",
    "no_space",
    "stream_lock",
    "sync_path",
]


def sync_path(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def durable_rename(written: Path, final: Path) -> None:
    """Move a written file to its final name, so that it is there whole or not at all.

    Both paths must lie on one file system. What stood at `final` is replaced.
    """
    sync_path(written)
    written.replace(final)
    sync_path(final.parent)


def incoming_path(home: Home, name: str) -> Path:
    """Return a fresh path under `lake/_incoming/` for a file that will become `name`.

    The name carries the process id, so that what a killed process left can be told from what is
    still being written.
    """
    home.incoming.mkdir(parents=True, exist_ok=True)
    return home.incoming / f"{os.getpid()}.{secrets.token_hex(4)}.{name}.tmp"


@contextmanager
def stream_lock(home: Home, stream: str) -> Generator[None]:
    """Hold the right to add, replace or remove files of one stream's folder.

    Held only around renames and deletions, never while rows are read or written. The lock goes with
    the process that held it, however that ends.
    """
    home.incoming.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home.incoming / f"{stream}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def no_space(error: OSError, home: Home) -> RunError | None:
    """Return what to tell when `error` says that the disk is full, else None."""
    full = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    # Arrow's errors carry no number, only its text.
    if error.errno not in full and not any(os.strerror(code) in str(error) for code in full):
        return None
    return RunError(
        f"The disk that holds {home.lake} is full; nothing was landed.",
        next_command="meterhouse compact, or make room, then land the file again",
    )


@contextmanager
def full_disk_told(home: Home) -> Generator[None]:
    """Turn the operating system's word for a full disk into one that says what to do.

    Raises:
        RunError: in the place of the OSError; nothing of what was being written is in the lake.
    """
    try:
        yield
    except OSError as error:
        full = no_space(error, home)
        if full is None:
            raise
        raise full from error
