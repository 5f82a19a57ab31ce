"""Bodies of meter events, read and checked in one pass.

The parameters say what a body may hold and how it is refused. This knows the shape that most bodies
have and gives for it exactly what they would; whatever else there is, right or wrong, it leaves to
them, so no rule and no refusal is decided here.
"""

from __future__ import annotations

from typing import Annotated, Final, Required, TypedDict, cast
from urllib.parse import unquote_plus

import msgspec

from meterhouse._writes._meter_event_parameters import (
    EVENT_NAME_TEXT,
    IDENTIFIER_TEXT,
    PAYLOAD_MAP,
)
from meterhouse._writes._rfc_3339 import Rfc3339
from queries import InvalidRequestError, Object

MOST_EVENTS: Final = 100
"""The most events of one stream request."""

_TIMESTAMP: Final = Rfc3339()


class _Event(TypedDict, total=False):
    event_name: Required[
        Annotated[str, msgspec.Meta(min_length=1, max_length=EVENT_NAME_TEXT.longest)]
    ]
    payload: Required[
        Annotated[
            dict[
                Annotated[str, msgspec.Meta(min_length=1, max_length=PAYLOAD_MAP.longest_key)],
                Annotated[str, msgspec.Meta(max_length=PAYLOAD_MAP.longest_value)],
            ],
            msgspec.Meta(max_length=PAYLOAD_MAP.most),
        ]
    ]
    identifier: Annotated[str, msgspec.Meta(min_length=1, max_length=IDENTIFIER_TEXT.longest)]
    timestamp: str


class _Stream(TypedDict):
    events: Annotated[list[_Event], msgspec.Meta(min_length=1, max_length=MOST_EVENTS)]


_TEXTS: Final = {"event_name": EVENT_NAME_TEXT.longest, "identifier": IDENTIFIER_TEXT.longest}
# As many as a payload's pairs, and fewer digits than the latest instant has.
_MOST_PAIRS: Final = PAYLOAD_MAP.most
_MOST_DIGITS: Final = 11

_decode_event: Final = msgspec.json.Decoder(_Event).decode
_decode_stream: Final = msgspec.json.Decoder(_Stream).decode


def read_event(body: bytes) -> Object | None:
    """Give the checked parameters of one event, or None where the long way has to be gone."""
    if b"\\" in body or b"[" in body or b"]" in body:
        return None
    try:
        event = _decode_event(body)
        _read_timestamp(event)
    except (ValueError, InvalidRequestError):
        return None
    return cast("Object", event) if body.count(b'"') == 2 * _texts_of(event) else None


def read_form(body: bytes) -> Object | None:
    """Give the checked parameters of one event of the first API, or None as above."""
    pairs = body.decode("latin-1").split("&")
    if len(pairs) > _MOST_PAIRS:
        return None
    event: Object = {}
    payload: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if "%" in value or "+" in value:
            value = unquote_plus(value, errors="replace")
        if not value.isascii() or "\x00" in value:
            return None
        if name in _TEXTS:
            if not 0 < len(value) <= _TEXTS[name]:
                return None
            event[name] = value
        elif name == "timestamp":
            if not (value.isdecimal() and len(value) <= _MOST_DIGITS):
                return None
            event[name] = int(value)
        elif (key := _payload_key(name)) is not None and len(value) <= PAYLOAD_MAP.longest_value:
            payload[key] = value
        else:
            return None
    if "event_name" not in event or not payload:
        return None
    event["payload"] = payload
    return event


def _payload_key(name: str) -> str | None:
    if name.startswith("payload[") and name.endswith("]"):
        key = name[8:-1]
    elif name.startswith("payload%5B") and name.endswith("%5D"):
        key = name[10:-3]
    else:
        return None
    # Nothing that form encoding or names of parameters would make something else of.
    is_word = key.isascii() and key.replace("_", "").isalnum()
    return key if is_word and len(key) <= PAYLOAD_MAP.longest_key else None


def read_stream(body: bytes) -> Object | None:
    """Give the checked parameters of a stream, or None where the long way has to be gone."""
    # The brackets of the list are the only ones, so no key of a payload has any.
    if b"\\" in body or body.count(b"[") != 1 or body.count(b"]") != 1:
        return None
    try:
        stream = _decode_stream(body)
        texts = 1
        for event in stream["events"]:
            texts += _texts_of(event)
            _read_timestamp(event)
    except (ValueError, InvalidRequestError):
        return None
    return cast("Object", stream) if body.count(b'"') == 2 * texts else None


def _texts_of(event: _Event) -> int:
    """Count the keys and the texts of an event.

    Two quotes each: a body with more names something twice, or something that is not known.
    """
    return 2 * (len(event) + len(event["payload"])) - 1


def _read_timestamp(event: _Event) -> None:
    if "timestamp" in event:
        seconds = _TIMESTAMP.parse(event["timestamp"], "timestamp")
        cast("Object", event)["timestamp"] = seconds
