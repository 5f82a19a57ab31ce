"""Instants as the second API takes them: RFC 3339."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any, Final

from queries import InvalidRequestError, Kind

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Rfc3339(Kind):
    """An instant as RFC 3339 text with its zone; a fraction of a second is cut."""

    def parse(self, value: object, path: str) -> int:
        """Give whole seconds since 1970."""
        if isinstance(value, datetime.datetime):
            return int(value.timestamp())
        if isinstance(value, str) and _RFC_3339.fullmatch(value):
            zone = "+00:00" if value[-1] in "Zz" else value[-6:]
            try:
                return int(datetime.datetime.fromisoformat(value[:19] + zone).timestamp())
            except (ValueError, OverflowError):
                pass
        raise InvalidRequestError(
            f"Invalid timestamp: {str(value)[:100]}; must be RFC 3339 text such as "
            "2024-06-01T12:00:00.000Z",
            param=path,
        )

    def schema(self) -> dict[str, Any]:
        """Describe the text."""
        return {"type": "string", "format": "date-time"}
