"""What a request is refused with: Stripe's error objects as Python exceptions.

    MeterhouseError
      StripeError               anything answered in Stripe's error envelope
        InvalidRequestError     400, 404, 405, 413, 415: the request is wrong
        IdempotencyError        400, 409: one Idempotency-Key, two requests
        AuthenticationError     401: no key, or one that is not ours
        PermissionError         403: a key that may not do this
        RateLimitError          429: too many requests at once
        TemporarySessionExpiredError  401: a v2 session token ran out
        APIError                500 and above: our own fault

Types, codes and statuses are those of https://docs.stripe.com/api/errors; the attributes are those
of ``stripe.StripeError`` in stripe 11.6, so that an ``except`` written for either reads the same.
"""

from __future__ import annotations

from typing import Any, ClassVar

from foundation.errors import MeterhouseError

_DOC = "https://stripe.com/docs/error-codes/"


class StripeError(MeterhouseError):
    """A refusal in Stripe's envelope: ``{"error": {"type", "code", "message", "param", ...}}``."""

    default_type: ClassVar[str] = "api_error"
    default_status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        http_status: int | None = None,
        type: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.user_message = message
        """The message alone, without the request id that ``str()`` puts before it."""
        self.param = param
        """The parameter at fault, nested as it was sent: ``lines[0][amount]``."""
        self.code = code
        """Stripe's short code, such as ``resource_missing``."""
        self.type = type or self.default_type
        """Stripe's error type, such as ``invalid_request_error``."""
        self.http_status = http_status or self.default_status
        """The status the same refusal has over HTTP."""
        self.headers: dict[str, str] = headers or {}
        """The headers the answer carries over HTTP."""

    @property
    def doc_url(self) -> str | None:
        """Stripe's page about the code, where there is a code."""
        return None if self.code is None else _DOC + self.code.replace("_", "-")

    @property
    def request_id(self) -> str | None:
        """The id of the refused request, ``req_…``."""
        return self.headers.get("Request-Id")

    @property
    def json_body(self) -> dict[str, Any]:
        """The envelope, as it is sent over HTTP."""
        error: dict[str, Any] = {}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = self.doc_url
        error["message"] = self.user_message
        if self.param is not None:
            error["param"] = self.param
        error["type"] = self.type
        return {"error": error}

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.__dict__))

    def __str__(self) -> str:
        if self.request_id is None:
            return self.user_message
        return f"Request {self.request_id}: {self.user_message}"

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(message={self.user_message!r}, param={self.param!r}, "
            f"code={self.code!r}, http_status={self.http_status!r}, "
            f"request_id={self.request_id!r})"
        )


def _rebuild(kind: type[StripeError], state: dict[str, Any]) -> StripeError:
    error = kind(state["user_message"])
    error.__dict__.update(state)
    return error


class InvalidRequestError(StripeError):
    """The request is wrong: an unknown, missing or malformed parameter, or no such object."""

    default_type = "invalid_request_error"
    default_status = 400


class IdempotencyError(StripeError):
    """One ``Idempotency-Key`` was used for two different requests."""

    default_type = "idempotency_error"
    default_status = 400


class AuthenticationError(StripeError):
    """No API key was given, or one that is not among the keys of this server."""

    default_type = "invalid_request_error"
    default_status = 401


class PermissionError(StripeError):
    """The API key is known but may not do this."""

    default_type = "invalid_request_error"
    default_status = 403


class RateLimitError(StripeError):
    """Too many requests are running; the same request may be sent again later."""

    default_type = "invalid_request_error"
    default_status = 429


class TemporarySessionExpiredError(StripeError):
    """The token of a meter event session ran out; ask for a new session."""

    default_type = "temporary_session_expired"
    default_status = 401


class APIError(StripeError):
    """Our own fault. The message says nothing of the inside; the server's log does."""

    default_type = "api_error"
    default_status = 500


def no_such(
    noun: str, identifier: str, *, param: str = "id", http_status: int = 404
) -> StripeError:
    """Refuse an id that names nothing: 404 in a path, 400 in a parameter."""
    return InvalidRequestError(
        f"No such {noun}: '{identifier}'",
        param=param,
        code="resource_missing",
        http_status=http_status,
    )
