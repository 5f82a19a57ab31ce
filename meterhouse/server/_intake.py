"""From an HTTP request to what is asked of the kernel: who, what, with which parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from starlette.types import Receive, Scope

from foundation import JsonTextError, decode_json
from meterhouse._sessions import TOKEN_PREFIX, Sessions
from meterhouse._warehouse_response import Asked
from meterhouse.server._forms import parse_form
from meterhouse.server._keys import Caller, Keys, token_of
from meterhouse.server._limits import Limits
from meterhouse.server._protocol import WHOLE
from queries import AuthenticationError, InvalidRequestError

_STREAM: Final = "/v2/billing/meter_event_stream"
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"

Headers = Mapping[bytes, bytes]
ReadBody = Callable[[bytes], Mapping[str, Any] | None]


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Give the request's headers, names in lower case."""
    return dict(scope["headers"])


def text_of(headers: Headers, name: bytes) -> str | None:
    """Give one header as text, None where it is absent."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def path_of(scope: Scope) -> str:
    """Give the path as it was sent, so that an escaped slash stays part of an id."""
    raw = cast("bytes | None", scope.get("raw_path")) or scope["path"].encode()
    return raw.split(b"?", 1)[0].decode("latin-1")


def caller_of(path: str, headers: Headers, keys: Keys, sessions: Sessions) -> Caller:
    """Find who asks.

    Raises:
        AuthenticationError: nobody that we know.
    """
    token = token_of(text_of(headers, b"authorization"))
    if token is not None and token.startswith(TOKEN_PREFIX):
        livemode = sessions.livemode_of(token)
        if livemode is not None and path == _STREAM:
            return Caller(livemode, "session")
        raise AuthenticationError(
            f"This token is not good here: a meter event session may only POST {_STREAM}."
        )
    return keys.caller(token)


def require_own_host(headers: Headers) -> None:
    """Refuse another name than the loopback's, by which a web page could reach an open server."""
    host = (text_of(headers, b"host") or "localhost").rsplit("@", 1)[-1]
    name = host[: host.rindex("]") + 1] if "]" in host else host.partition(":")[0]
    if name.lower() not in ("localhost", "127.0.0.1", "[::1]"):
        raise AuthenticationError(
            f"This server has no API keys and answers on the loopback only, not as {host[:100]}.",
            http_status=403,
        )


async def asked_of(
    scope: Scope,
    receive: Receive,
    headers: Headers,
    path: str,
    livemode: bool | None,
    bounds: Limits,
    read_body: ReadBody | None,
) -> Asked:
    """Read the whole request. ``read_body`` reads and checks the bodies it knows at once.

    Raises:
        InvalidRequestError: it is too long, too slow, of another media type, or malformed.
    """
    method: str = scope["method"]
    query = cast("bytes", scope["query_string"])
    if len(query) > bounds.query_bytes:
        raise InvalidRequestError(
            f"The query string has {len(query)} bytes; at most {bounds.query_bytes} are read.",
            http_status=414,
        )
    params = parse_form(query.decode("latin-1")) if query else {}
    checked: Mapping[str, Any] | None = None
    if method == "POST" and (body := await _body(scope, receive, headers, bounds)):
        is_json = path.startswith("/v2/")
        _require_media_type(headers, _JSON if is_json else _FORM)
        if read_body is not None and not query:
            checked = read_body(body)
        if checked is None:
            text = _text(body)
            params |= _json(text) if is_json else parse_form(text)
    return Asked(
        method=method,
        path=path,
        params=params if checked is None else checked,
        is_checked=checked is not None,
        idempotency_key=text_of(headers, b"idempotency-key"),
        stripe_version=text_of(headers, b"stripe-version"),
        livemode=livemode,
    )


async def _body(scope: Scope, receive: Receive, headers: Headers, bounds: Limits) -> bytes:
    declared = text_of(headers, b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > bounds.body_bytes:
        raise _too_long(bounds)
    if WHOLE in scope:
        return await _read(receive, bounds)
    try:
        async with asyncio.timeout(bounds.body_seconds):
            return await _read(receive, bounds)
    except TimeoutError:
        raise InvalidRequestError(
            f"The body did not arrive within {bounds.body_seconds:g} seconds.", http_status=408
        ) from None


async def _read(receive: Receive, bounds: Limits) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequestError("The client went away.", http_status=408)
        body += message.get("body", b"")
        if len(body) > bounds.body_bytes:
            raise _too_long(bounds)
        if not message.get("more_body", False):
            return body


def _too_long(bounds: Limits) -> InvalidRequestError:
    return InvalidRequestError(
        f"The body is too long; at most {bounds.body_bytes} bytes are read.", http_status=413
    )


def _require_media_type(headers: Headers, wanted: str) -> None:
    given = (text_of(headers, b"content-type") or wanted).partition(";")[0].strip().lower()
    coding = text_of(headers, b"content-encoding") or "identity"
    if given != wanted or coding.lower() != "identity":
        raise InvalidRequestError(
            f"Invalid request: the body must be {wanted}, not {given[:100]}"
            f"{'' if coding == 'identity' else f' ({coding[:50]})'}.",
            http_status=415,
        )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise InvalidRequestError("Invalid request: the body is not UTF-8.") from None


def _json(text: str) -> dict[str, Any]:
    try:
        value = decode_json(text)
    except JsonTextError as error:
        raise InvalidRequestError(f"Invalid request: the body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise InvalidRequestError("Invalid request: the body is not a JSON object.")
    return cast("dict[str, Any]", value)
