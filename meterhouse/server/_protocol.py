"""HTTP/1.1 as uvicorn speaks it with httptools, with a bound on what comes before a body.

The parser itself holds a head of any length; whoever sends one without an end would fill memory.
What is refused here never reaches the application, so it gets Stripe's envelope here.
"""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from foundation import encode_json
from queries import InvalidRequestError

MOST_HEAD_BYTES: Final = 64 * 2**10
"""The longest head of a request that arrives in several pieces: its line and its headers."""
MOST_URL_BYTES: Final = 2**16 - 1
"""The longest address that the parser reads."""


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
