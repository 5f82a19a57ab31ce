"""The kernel: one request in, one response out, whichever door it came through.

Reads run wholly on one build. Writes are durable in the journal before they are answered, and under
an Idempotency-Key they are answered once and repeated as often as asked. Whatever goes wrong
becomes an answer in Stripe's envelope; nothing of the inside is ever in it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, Final, TypeVar

import duckdb
import msgspec

from foundation import Home, decode_json, encode_json
from foundation.errors import MeterhouseError, UsageError
from ingest import (
    Answer,
    DuplicateMeterEventError,
    IdempotencyKeyInUseError,
    IdempotencyMismatchError,
    IdempotentCall,
    Journal,
    sealing,
)
from meterhouse._idempotency_keys import idempotent, refused_key
from meterhouse._routes import Endpoints
from meterhouse._sessions import Sessions
from meterhouse._supposed_objects import land_in_memory
from meterhouse._unbuilt_edits import UnbuiltEdits
from meterhouse._warehouse_clock import Clock, whole_seconds
from meterhouse._warehouse_response import Asked, Response
from meterhouse._writes import Landing, Write, WriteRequest
from meterhouse._writes._identifiers import mint
from meterhouse._writes._one_at_a_time import one_at_a_time
from queries import (
    DEFAULT_VERSION,
    APIError,
    BuildPool,
    InvalidRequestError,
    Question,
    Route,
    StripeError,
)

_SEALING_EVERY: Final = timedelta(seconds=30)
_log: Final = logging.getLogger("meterhouse")

T = TypeVar("T")
InThread = Callable[[Callable[[], T]], Awaitable[T]]
"""Run a function that waits (for a query, for a disk) away from the event loop."""


class _Call(msgspec.Struct):
    """A request on its way: what was asked, and the headers its answer will have."""

    asked: Asked
    request_id: str
    headers: dict[str, str]
    route: str = ""


class Kernel:
    """Answer requests over one home, or over one file that can only be read."""

    def __init__(
        self, pool: BuildPool, home: Home | None, clock: Clock, sessions: Sessions | None = None
    ) -> None:
        self.pool = pool
        self.sessions = sessions or Sessions()
        self.endpoints = Endpoints(self.sessions)
        self._home = home
        self._clock = clock
        self._edits = None if home is None else UnbuiltEdits(home)
        self._journal: Journal | None = None
        self._journal_lock = threading.Lock()

    def answer(self, asked: Asked) -> Response:
        """Answer a request; a refusal is an answer too."""
        call = _begin(asked)
        try:
            route, question = self.endpoints.resolve(asked)
            call.route = route.template
            write = self.endpoints.write(route)
            if write is None:
                return self._read(call, route, question)
            journal = self._open_journal()
            with idempotent(journal, call.asked, question) as under:
                if under.answer is not None:
                    return _repeated(call, under.answer)
                return self._write(call, write, question, journal, under)
        except Exception as error:
            return _refused(call, error)

    async def answer_async(self, asked: Asked, in_thread: InThread[Any]) -> Response:
        """Do as ``answer``, on an event loop; only what waits for a query goes to a thread."""
        call = _begin(asked)
        try:
            route, question = self.endpoints.resolve(asked)
            call.route = route.template
            write = self.endpoints.write(route)
            if write is None:
                return await in_thread(lambda: self._read(call, route, question))
            journal = self._journal or await in_thread(self._open_journal)
            with idempotent(journal, call.asked, question) as under:
                if under.answer is not None:
                    return _repeated(call, under.answer)
                if write.after_all_of is not None:
                    return await in_thread(
                        lambda: self._write(call, write, question, journal, under)
                    )
                if write.needs_reader:
                    landing = await in_thread(lambda: self._prepare(call, write, question))
                else:
                    landing = self._prepare(call, write, question)
                body = encode_json(landing.answer)
                await journal.append_async(
                    landing.stream,
                    landing.rows,
                    call=under,
                    answer=Answer(200, body),
                    refuse_duplicates=landing.refuse_duplicates,
                )
                return Response.of_text(200, call.headers, landing.answer, call.route, body)
        except Exception as error:
            return _refused(call, error)

    @contextmanager
    def sealing(self) -> Generator[None]:
        """Bring what is in the journal into the lake from time to time, and at the block's end."""
        if self._home is None:
            yield
            return
        with sealing(self._home, every=_SEALING_EVERY, clock=self._clock.instant):
            yield

    def refuse(self, asked: Asked, error: Exception) -> Response:
        """Answer a request that could not be taken in at all."""
        return _refused(_begin(asked), error)

    def close(self) -> None:
        """Close the journal and every connection."""
        if self._journal is not None:
            self._journal.close()
        self.pool.close()

    def _read(self, call: _Call, route: Route, question: Question) -> Response:
        assert route.answer is not None
        try:
            with self.pool.reader() as reader:
                call.headers.update(reader.build.headers())
                if self._edits is not None and _sees_edits(route):
                    question = msgspec.structs.replace(question, edits=self._edits.of(reader.build))
                if _is_preview(route):
                    question = msgspec.structs.replace(question, land=land_in_memory)
                body = route.answer(reader, question)
        except Exception as error:
            # Here and not further out, since this may run in a thread of its own.
            return _refused(call, error)
        return Response(200, call.headers, body, call.route)

    def _write(
        self,
        call: _Call,
        write: Write,
        question: Question,
        journal: Journal,
        under: IdempotentCall,
    ) -> Response:
        with self._turn(write):
            landing = self._prepare(call, write, question)
            body = encode_json(landing.answer)
            journal.append(
                landing.stream,
                landing.rows,
                call=under,
                answer=Answer(200, body),
                refuse_duplicates=landing.refuse_duplicates,
            )
        return Response.of_text(200, call.headers, landing.answer, call.route, body)

    def _turn(self, write: Write) -> AbstractContextManager[None]:
        if self._home is None or write.after_all_of is None:
            return nullcontext()
        return one_at_a_time(self._home.stream_folder(write.after_all_of))

    def _prepare(self, call: _Call, write: Write, question: Question) -> Landing:
        if not write.needs_reader:
            call.headers.update(self.pool.recent_build.headers())
            instant = self._clock.instant()
            now = whole_seconds(instant)
            return write.prepare(
                None, WriteRequest(question, now, (now,), instant, call.request_id)
            )
        with self.pool.reader() as reader:
            call.headers.update(reader.build.headers())
            if self._edits is not None and _sees_edits(write.route):
                question = msgspec.structs.replace(question, edits=self._edits.of(reader.build))
            instant = self._clock.instant()
            clocks = self._clock.all_of(reader.build)
            request = WriteRequest(
                question, whole_seconds(instant), clocks, instant, call.request_id
            )
            return write.prepare(reader, request)

    def _open_journal(self) -> Journal:
        if self._home is None:
            raise InvalidRequestError(
                "This warehouse is a single published file: it can be read, not written. Open "
                "the home that it belongs to.",
                http_status=403,
            )
        with self._journal_lock:
            if self._journal is None:
                self._journal = Journal(self._home, clock=self._clock.instant)
            return self._journal


def _is_preview(route: Route) -> bool:
    return route.template.startswith(("/v1/invoices/upcoming", "/v1/invoices/create_preview"))


def _sees_edits(route: Route) -> bool:
    return route.template.startswith("/v1/invoices")


def _begin(asked: Asked) -> _Call:
    request_id = mint("req_", 14)
    headers = {"Request-Id": request_id}
    if asked.stripe_version is None:
        headers["Stripe-Version"] = DEFAULT_VERSION
    elif asked.stripe_version.isprintable():
        headers["Stripe-Version"] = asked.stripe_version[:100]
    if asked.idempotency_key is not None:
        headers["Idempotency-Key"] = asked.idempotency_key
    return _Call(asked, request_id, headers)


def _repeated(call: _Call, answer: Answer) -> Response:
    headers = {**call.headers, "Idempotent-Replayed": "true"}
    return Response(answer.status, headers, decode_json(answer.body), call.route)


def _refused(call: _Call, error: Exception) -> Response:
    refusal = _in_stripes_words(error)
    if refusal.http_status >= 500:
        _log.error(
            "%s %s failed (%s)", call.asked.method, call.asked.path, call.request_id, exc_info=error
        )
    headers = {**call.headers, **refusal.headers}
    return Response(refusal.http_status, headers, refusal.json_body, call.route)


def _in_stripes_words(error: Exception) -> StripeError:
    match error:
        case StripeError():
            return error
        case IdempotencyMismatchError() | IdempotencyKeyInUseError():
            return refused_key(error)
        case DuplicateMeterEventError():
            return InvalidRequestError(error.message, param="identifier")
        case UsageError():
            return InvalidRequestError(error.message)
        case duckdb.OutOfMemoryException():
            return APIError(
                "The request needs more memory than the server may use. Ask for less at once.",
                http_status=503,
            )
        case MeterhouseError():
            return APIError(error.message)
        case _:
            return APIError("An unexpected error occurred. The server's log says more.")
