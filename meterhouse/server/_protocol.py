"""HTTP/1.1 as uvicorn speaks it with httptools, with a bound on what comes before a body.

The parser itself holds a head of any length; whoever sends one without an end would fill memory.
What the server is told besides, in the scope, spares it a timer and two steps for each request.
What is refused here never reaches the application, so it gets Stripe's envelope here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from foundation import encode_json
from queries import InvalidRequestError

MOST_HEAD_BYTES: Final = 64 * 2**10
"""The longest head of a request that arrives in several pieces: its line and its headers."""
MOST_URL_BYTES: Final = 2**16 - 1
"""The longest address that the parser reads."""


WHOLE: Final = "meterhouse.whole"
"""In the scope of a request that has arrived to its end: reading its body waits for nobody."""

ANSWER: Final = "meterhouse.answer"
"""In the scope: an ``Answer``, which sends a whole answer in one piece."""

Answer = Callable[[int, Iterable[tuple[bytes, bytes]], bytes], bool]
"""Sends status, headers and body; False where ASGI's ``send`` has to wait for the client first.

Names and values must be such as may stand in a header, and have the content's length among them.
"""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a head that is still not whole after ``MOST_HEAD_BYTES``."""

    _is_in_head: bool = False
    _head_bytes: int = 0

    def data_received(self, data: bytes) -> None:
        """Take in what arrived."""
        was_in_head = self._is_in_head
        super().data_received(data)
        # The piece in which a head begins may end another request, and is not counted.
        self._head_bytes = self._head_bytes + len(data) if was_in_head and self._is_in_head else 0
        if self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("The head of the request is too long.")

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or too much of it, in Stripe's envelope, and hang up."""
        refusal = InvalidRequestError(msg, http_status=400)
        status = b"400 Bad Request"
        if len(getattr(self, "url", b"")) > MOST_URL_BYTES:
            refusal = InvalidRequestError("The address is too long.", http_status=414)
            status = b"414 URI Too Long"
        body = encode_json(refusal.json_body).encode()
        head = (
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n"
        )
        self.transport.write(head % (status, len(body)) + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._is_in_head = False
        super().on_headers_complete()
        if self.cycle.scope is self.scope:
            cast("dict[str, object]", self.scope)[ANSWER] = partial(_answer, self.cycle)

    def on_message_complete(self) -> None:
        """Note that the body is whole."""
        cast("dict[str, object]", self.scope)[WHOLE] = True
        super().on_message_complete()


def _answer(
    cycle: RequestResponseCycle,
    status: int,
    headers: Iterable[tuple[bytes, bytes]],
    body: bytes,
) -> bool:
    if cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
        return False
    if cycle.disconnected:
        return True
    parts = [STATUS_LINE[status]]
    for name, value in (*cycle.default_headers, *headers):
        parts += (name, b": ", value, b"\r\n")
    parts += (b"\r\n", body) if cycle.keep_alive else (b"connection: close\r\n\r\n", body)
    cycle.transport.write(b"".join(parts))
    # What `send` notes at the end of an answer.
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True
