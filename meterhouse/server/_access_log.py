"""One line of JSON a request: who asked for what, how it ended, how long it took.

Queries are not logged: they may hold addresses of people.
"""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any, Final

_log: Final = logging.getLogger("meterhouse.access")
_encode: Final = json.JSONEncoder(check_circular=False).encode


def log_request(
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
    """Write the line of one request."""
    if not _log.isEnabledFor(logging.INFO):
        return
    held: dict[str, Any] = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
        "method": method,
        "path": path[:500],
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": sent_bytes,
        "request_id": request_id,
        "key": key,
        "build": build,
        "client": client,
        "user_agent": user_agent[:200],
    }
    # Made here rather than by `info`, which would look for the line of code that logs.
    _log.handle(logging.LogRecord(_log.name, logging.INFO, "", 0, _encode(held), None, None))
