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

__all__ = ["Waiting", "write_until_stopped"]

# The most bytes of rows taken into one commit, so that a call never waits long for others.
_MOST_BYTES: Final = 4 * 2**20


class Waiting(NamedTuple):
    """A call, and where its outcome goes: to a thread, or to a task of `loop`."""

    call: Call
    future: Future[Stamp] | asyncio.Future[Stamp]
    loop: asyncio.AbstractEventLoop | None


def write_until_stopped(
    log: JournalLog, mutex: threading.Lock, queue: SimpleQueue[Waiting | None]
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


def _gather(first: Waiting, queue: SimpleQueue[Waiting | None]) -> tuple[list[Waiting], bool]:
    group = [first]
    size = len(first.call.lines)
    while size < _MOST_BYTES:
        try:
            waiting = queue.get_nowait()
        except Empty:
            break
        if waiting is None:
            return group, True
        group.append(waiting)
        size += len(waiting.call.lines)
    return group, False


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
