"""One build at a time in a home: a lock that ends with the process that held it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager

from foundation import Home
from foundation.errors import RunError

__all__ = ["build_lock", "lock_holder"]


@contextmanager
def build_lock(home: Home) -> Generator[None]:
    """Hold the right to make builds in `home` and to repoint `current`.

    Raises:
        RunError: another process holds it (the message names it), or the disk is read-only.
    """
    try:
        home.builds.mkdir(exist_ok=True)
        descriptor = os.open(home.builds / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RunError(
            f"{home.builds} cannot be written to ({error.strerror}); nothing was changed.",
            next_command=f"df -h {home.root}, or: mount",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise RunError(
                f"Another build is running in {home.root} (process {holder}).",
                next_command="meterhouse status",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def lock_holder(home: Home) -> str | None:
    """Return the id of the process that is building now, None when none is.

    What a dead process left behind counts for nothing: the lock itself is asked, not the file.
    """
    try:
        descriptor = os.open(home.builds / ".lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
    finally:
        os.close(descriptor)
    return None
