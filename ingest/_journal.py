"""The journal: single calls are durable in it before they are answered.

Many threads and many asyncio tasks call `append` and `append_async` at once; one writer thread
makes all calls that wait durable together, by one write that returns when it is on the disk. Other
processes may hold journals over the same home: each commit sees all that was committed before it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import msgspec

from foundation.errors import RunError
from foundation.home import Home
from ingest._idempotency import Answer, IdempotencyKeyInUseError, IdempotencyMismatchError
from ingest._journal_calls import WrittenRows, call_of
from ingest._journal_folder import JournalFolder, Stamp, receipt_instant
from ingest._journal_gathering import Gathering
from ingest._journal_log import JournalLog
from ingest._journal_writer import Group, Waiting, write_until_stopped

__all__ = ["IdempotentCall", "Journal", "JournalWriteError", "Receipt"]


class JournalWriteError(RunError):
    """The disk did not take the call; nothing of it is kept and it may be sent again."""


class Receipt(msgspec.Struct, frozen=True):
    """When the journal received a call (UTC), and the sequence of its first row.

    (received_at, received_sequence) grows from call to call, in all processes and across restarts,
    also when the clock jumps back: then received_at stands still until the clock has caught up.
    """

    received_at: datetime
    received_sequence: int


class IdempotentCall:
    """One call under an Idempotency-Key, from `Journal.idempotent`.

    `answer` is the first answer when the call is a repetition: give it and do nothing else.
    """

    def __init__(self, journal: Journal, key: str | None, fingerprint: str) -> None:
        self.key: str | None = key
        self.fingerprint: str = fingerprint
        self.answer: Answer | None = None
        self._journal: Journal = journal

    def __enter__(self) -> Self:
        self.answer = self._journal._begin(self)  # pyright: ignore[reportPrivateUsage]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal._end(self)  # pyright: ignore[reportPrivateUsage]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The journal of one home, as one process holds it. Safe to share between threads.

    `clock` returns aware instants; it may jump. Use as a context manager, or call `close`. Do not
    carry one through a fork: open another in the child.
    """

    def __init__(
        self, home: Home | Path | str, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        """Open the journal of `home`, taking in what earlier processes left.

        Raises:
            NotAHomeError: `home` is not a home.
            JournalDamagedError: what is there was damaged after it was written.
        """
        self.home: Home = home if isinstance(home, Home) else Home.open(home)
        self._log: JournalLog = JournalLog(JournalFolder(self.home.journal), clock)
        self._mutex: threading.Lock = threading.Lock()
        self._in_use: dict[str, IdempotentCall] = {}
        self._queue: SimpleQueue[Group | None] = SimpleQueue()
        self._gathering: Gathering = Gathering(self._queue)
        self._process: int = os.getpid()
        self._closed: bool = False
        with self._log.locked():
            pass
        self._writer: threading.Thread = threading.Thread(
            target=write_until_stopped,
            args=(self._log, self._mutex, self._queue),
            name="meterhouse-journal",
            daemon=True,
        )
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the calls under way and let go of the files. What is kept stays kept."""
        if self._closed:
            return
        self._closed = True
        if self._process == os.getpid():
            self._gathering.hand_over()
            self._queue.put(None)
            self._writer.join()
        self._log.close()

    def idempotent(self, key: str | None, fingerprint: str) -> IdempotentCall:
        """Return the context in which a POST is handled, so that its key is used once.

            with journal.idempotent(key, request_fingerprint("POST", path, params)) as call:
                if call.answer is not None:
                    return call.answer                     # a repetition: the first answer
                ...                                        # validate; raising keeps the key free
                journal.append("usage_records", [row], call=call, answer=answer)

        Without a key (None) the context does nothing. Entering it never waits for the disk.

        Raises:
            IdempotencyMismatchError: on entry; the key was used within 24 hours for other
                parameters.
            IdempotencyKeyInUseError: on entry; the first call under the key is still under way.
        """
        return IdempotentCall(self, key, fingerprint)

    def append(
        self,
        stream: str,
        rows: Sequence[Mapping[str, object]] | WrittenRows,
        *,
        call: IdempotentCall | None = None,
        answer: Answer | None = None,
        refuse_duplicates: bool = True,
    ) -> Receipt:
        """Make the rows of one call durable, all or none; return when they are.

        `rows` are input rows of a stream of events, as a file would hold them: JSON objects with
        exact numbers (int, Decimal, JsonNumber; never float), without `received_at` and
        `received_sequence`, which are the receipt's. They land as they are at the next sealing, so
        check them first. No rows is allowed: then only the answer is kept. Who made their text
        already hands over `WrittenRows`.

        With `call`, `answer` is kept with the rows and replayed for 24 hours under the key.
        With `refuse_duplicates`, a meter event whose identifier was accepted through the journal
        within 24 hours refuses the whole call; the meter event stream passes False.

        Raises:
            DuplicateMeterEventError: see above; nothing is kept, neither is the key.
            IdempotencyMismatchError, IdempotencyKeyInUseError: another process used the key since
                `call` was entered.
            JournalWriteError: the disk is full or failing; nothing is kept.
            UnknownStreamError: there is no such stream.
            UsageError: the call holds more than 8 MiB, or the stream holds objects.
            TypeError: a row holds a float or what JSON cannot hold.
            UnicodeEncodeError: a text holds half of a surrogate pair, which no file can hold.
        """
        future: Future[Stamp] = Future()
        request = call_of(stream, rows, call, answer, refuse_duplicates)
        self._require_open()
        self._queue.put([Waiting(request, future, None)])
        return _receipt(future)

    async def append_async(
        self,
        stream: str,
        rows: Sequence[Mapping[str, object]] | WrittenRows,
        *,
        call: IdempotentCall | None = None,
        answer: Answer | None = None,
        refuse_duplicates: bool = True,
    ) -> Receipt:
        """Do as `append`, without holding up the event loop. Cancelling does not undo the call."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Stamp] = loop.create_future()
        request = call_of(stream, rows, call, answer, refuse_duplicates)
        self._require_open()
        self._gathering.add(Waiting(request, future, loop), loop)
        try:
            stamp = await future
        except OSError as error:
            raise _write_error(error) from error
        return Receipt(receipt_instant(stamp.received_at), stamp.received_sequence)

    def roll(self) -> bool:
        """Close the open segment, so that the next sealing takes it; False when it is empty.

        `seal_journal` does this itself, for the segments of all processes.
        """
        with self._mutex, self._log.locked():
            return self._log.roll()

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("the journal is closed")
        if self._process != os.getpid():
            raise RuntimeError("a journal cannot be carried through a fork; open another")

    def _begin(self, call: IdempotentCall) -> Answer | None:
        key = call.key
        if key is None:
            return None
        if self._in_use.setdefault(key, call) is not call:
            raise IdempotencyKeyInUseError(key)
        try:
            self._catch_up()
            first = self._log.recall.first_call(key, self._log.recalled_after())
            if first is None:
                return None
            if first.fingerprint != call.fingerprint:
                raise IdempotencyMismatchError(key)
            assert first.status is not None
            assert first.body is not None
            return Answer(first.status, first.body)
        except BaseException:
            self._end(call)
            raise

    def _end(self, call: IdempotentCall) -> None:
        if call.key is not None and self._in_use.get(call.key) is call:
            del self._in_use[call.key]

    def _catch_up(self) -> None:
        # While our own writer is at work it catches up itself, and nobody here waits for it; should
        # it admit the same key just now, the commit refuses the second.
        if not self._log.is_current() and self._mutex.acquire(blocking=False):
            try:
                with self._log.locked():
                    pass
            finally:
                self._mutex.release()


def _receipt(future: Future[Stamp]) -> Receipt:
    try:
        stamp = future.result()
    except OSError as error:
        raise _write_error(error) from error
    return Receipt(receipt_instant(stamp.received_at), stamp.received_sequence)


def _write_error(error: OSError) -> JournalWriteError:
    return JournalWriteError(
        f"The call could not be made durable: {error.strerror}. Nothing of it is kept.",
        next_command="df -h",
    )
