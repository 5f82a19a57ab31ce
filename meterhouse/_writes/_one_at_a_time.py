"""Writes that go by what is there already: one at a time in a home, in all threads and processes.

What one of them sees includes all that the ones before it made durable, so that two clients who
attach one invoice item, or fill up one invoice, do not both succeed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(folder: Path) -> Generator[None]:
    """Wait for the right to write what lands in ``folder``; it ends with its process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
