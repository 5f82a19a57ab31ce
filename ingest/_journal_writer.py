"""The one thread that writes: it takes all calls that wait and commits them together."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from ingest._journal_folder import Stamp
from ingest._journal_log import Call, JournalLog

__all__ = ["Group", "Waiting", "write_until_stopped"]

# The most bytes of rows taken into one commit, so that a call never waits long for others.
_MOST_BYTES: Final = 4 * 2**20


class Waiting(NamedTuple):
    """A call, and where its outcome goes: to a thread, or to a task of `loop`."""

    call: Call
    future: Future[Stamp] | asyncio.Future[Stamp]
    loop: asyncio.AbstractEventLoop | None


Group = list[Waiting]
"""Calls that were handed over together: all that the tasks of a loop made in one of its turns."""


def write_until_stopped(
    log: JournalLog, mutex: threading.Lock, queue: SimpleQueue[Group | None]
) -> None:
    """Commit what comes through `queue` until None does. Holds `mutex` while it uses `log`."""
    stopped = False
    while not stopped:
        first = queue.get()
        if first is None:
            return
        group, stopped = _gather(first, queue)
        outcomes: Sequence[Stamp | BaseException]
        try:
            with mutex, log.locked():
                outcomes = log.commit([waiting.call for waiting in group])
        except BaseException as error:
            outcomes = [error] * len(group)
        _settle(group, outcomes)


def _gather(first: Group, queue: SimpleQueue[Group | None]) -> tuple[Group, bool]:
    group = list(first)
    size = _size(first)
    while size < _MOST_BYTES:
        try:
            more = queue.get_nowait()
        except Empty:
            break
        if more is None:
            return group, True
        group += more
        size += _size(more)
    return group, False


def _size(group: Group) -> int:
    return sum(len(waiting.call.lines) for waiting in group)


def _settle(group: Sequence[Waiting], outcomes: Sequence[Stamp | BaseException]) -> None:
    loops: defaultdict[
        asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Stamp], Stamp | BaseException]]
    ] = defaultdict(list)
    for waiting, outcome in zip(group, outcomes, strict=True):
        if isinstance(waiting.future, Future):
            if isinstance(outcome, BaseException):
                waiting.future.set_exception(outcome)
            else:
                waiting.future.set_result(outcome)
        elif waiting.loop is not None:
            loops[waiting.loop].append((waiting.future, outcome))
    for loop, settled in loops.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_tasks, settled)


def _settle_tasks(settled: list[tuple[asyncio.Future[Stamp], Stamp | BaseException]]) -> None:
    for future, outcome in settled:
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
