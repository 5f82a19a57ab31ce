"""One line of JSON a request: who asked for what, how it ended, how long it took.

Queries are not logged: they may hold addresses of people.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
from typing import Final

import msgspec

_log: Final = logging.getLogger("meterhouse.access")
_encode: Final = msgspec.json.Encoder().encode


class Line(msgspec.Struct, frozen=True):
    """What is said of one request."""

    time: str
    method: str
    path: str
    route: str
    status: int
    milliseconds: float
    bytes: int
    request_id: str
    key: str
    build: str
    client: str
    user_agent: str


class AccessLog:
    """Writes the lines of all requests that end in one turn of the event loop as one record.

    A record a line would cost a request more than its checks do.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def note(
        self,
        *,
        method: str,
        path: str,
        route: str,
        status: int,
        seconds: float,
        sent_bytes: int,
        request_id: str,
        key: str,
        build: str,
        client: str,
        user_agent: str,
    ) -> None:
        """Note one request. Its line is with the log before the running loop waits again."""
        if not _log.isEnabledFor(logging.INFO):
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._write)
        self._lines.append(
            Line(
                datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
                method,
                path[:500],
                route,
                status,
                round(seconds * 1000, 3),
                sent_bytes,
                request_id,
                key,
                build,
                client,
                user_agent[:200],
            )
        )

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        text = "\n".join(map(_text, lines))
        # Made here rather than by `info`, which would look for the line of code that logs.
        _log.handle(logging.LogRecord(_log.name, logging.INFO, "", 0, text, None, None))


def _text(line: Line) -> str:
    text = _encode(line).decode()
    # A log is read by anything, whatever its encoding.
    return text if text.isascii() else json.dumps(msgspec.structs.asdict(line))
