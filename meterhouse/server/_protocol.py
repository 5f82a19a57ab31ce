"""HTTP/1.1 as uvicorn speaks it with httptools, with a bound on what comes before a body.

The parser itself holds a head of any length; whoever sends one without an end would fill memory.
"""

from __future__ import annotations

from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES: Final = 64 * 2**10
"""The longest head of a request that arrives in several pieces: its line and its headers."""


WHOLE: Final = "meterhouse.whole"
"""In the scope of a request that has arrived to its end: reading its body waits for nobody."""


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

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the body is whole."""
        cast("dict[str, object]", self.scope)[WHOLE] = True
        super().on_message_complete()
