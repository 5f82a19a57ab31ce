"""Calls of one event loop, gathered for one of its turns and handed to the writer in one go.

Waking the writer costs more than building a call; so the tasks that run in a turn share it.
"""

from __future__ import annotations

import asyncio
import threading
from queue import SimpleQueue
from typing import Final

from ingest._journal_writer import Group, Waiting

__all__ = ["Gathering"]

# Handed over at once from here on: a frame has room for a group of this and the calls before it.
_MOST_BYTES: Final = 2**20


class Gathering:
    """Gathers calls by their loop until that has run every task that can run now."""

    def __init__(self, queue: SimpleQueue[Group | None]) -> None:
        self._queue: SimpleQueue[Group | None] = queue
        self._lock: threading.Lock = threading.Lock()
        self._groups: dict[asyncio.AbstractEventLoop, Group] = {}
        self._sizes: dict[asyncio.AbstractEventLoop, int] = {}

    def add(self, waiting: Waiting, loop: asyncio.AbstractEventLoop) -> None:
        """Take a call of the running loop in. It is with the writer before the loop waits again."""
        with self._lock:
            group = self._groups.get(loop)
            if group is None:
                group = self._groups[loop] = []
                self._sizes[loop] = 0
                loop.call_soon(self._hand_over, loop)
            group.append(waiting)
            self._sizes[loop] += len(waiting.call.lines)
            if self._sizes[loop] >= _MOST_BYTES:
                self._put(loop)

    def hand_over(self) -> None:
        """Give the writer all that was gathered, by whichever loop."""
        with self._lock:
            for loop in list(self._groups):
                self._put(loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if loop in self._groups:
                self._put(loop)

    def _put(self, loop: asyncio.AbstractEventLoop) -> None:
        del self._sizes[loop]
        self._queue.put(self._groups.pop(loop))
