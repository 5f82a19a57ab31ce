"""What a meter event must hold to be taken, for the first API and the second alike.

Stripe checks the rest later (customer, meter, value), and so does the build: see the mart
``meter_event_errors``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from foundation import WHOLE_DIGITS, decimal_text, parse_decimal
from queries import InvalidRequestError

PAST_SECONDS: Final = 35 * 86400
"""How far back an event may lie, inclusive."""
AHEAD_SECONDS: Final = 300
"""How far ahead an event may lie, inclusive."""


def check_time(timestamp: int, now: int, param: str) -> None:
    """Refuse an event that lies too far back or ahead of now; all in whole seconds since 1970."""
    if now - PAST_SECONDS <= timestamp <= now + AHEAD_SECONDS:
        return
    if timestamp < now - PAST_SECONDS:
        raise InvalidRequestError(
            "The event timestamp cannot be more than 35 days in past. Expected a timestamp "
            f"greater than or equal to {now - PAST_SECONDS}.",
            param=param,
        )
    raise InvalidRequestError(
        "The event timestamp cannot be more than 5 minutes in the future. Expected a "
        f"timestamp less than or equal to {now + AHEAD_SECONDS}.",
        param=param,
    )


def checked_payload(payload: Mapping[str, str], param: str) -> Mapping[str, str]:
    """Give the payload as it is kept, refusing a value that no build could read exactly."""
    value = payload.get("value")
    if value is not None and not _is_canonical_whole_number(value):
        exact = parse_decimal(value)
        if exact is None:
            raise InvalidRequestError(
                f"Invalid value for {param}[value]: '{value[:100]}' is not a decimal number with "
                "at most 26 digits before the point and 12 after it.",
                param=f"{param}[value]",
                code="meter_event_invalid_value",
            )
        return {**payload, "value": decimal_text(exact)}
    return payload


def _is_canonical_whole_number(text: str) -> bool:
    is_whole = text.isdecimal() and text.isascii() and len(text) <= WHOLE_DIGITS
    return is_whole and (text[0] != "0" or text == "0")


def instant_text(seconds: int) -> str:
    """Write an instant as the second API does: RFC 3339, with milliseconds."""
    instant = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")
