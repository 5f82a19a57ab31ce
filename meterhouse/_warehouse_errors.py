"""From a refused response to the exception that the stripe package would raise for it."""

from __future__ import annotations

from typing import Any, cast

from meterhouse._warehouse_response import Response
from queries import (
    APIError,
    AuthenticationError,
    IdempotencyError,
    InvalidRequestError,
    PermissionError,
    RateLimitError,
    StripeError,
    TemporarySessionExpiredError,
)


def raised(response: Response) -> StripeError:
    """Give the exception for a refused response, by its status and type."""
    error = cast("dict[str, Any]", response.body["error"])
    return _kind(response.status, error)(
        str(error.get("message", "")),
        param=error.get("param"),
        code=error.get("code"),
        http_status=response.status,
        type=error.get("type"),
        headers=dict(response.headers),
    )


def _kind(status: int, error: dict[str, Any]) -> type[StripeError]:
    if error.get("type") == "temporary_session_expired":
        return TemporarySessionExpiredError
    if error.get("type") == "idempotency_error":
        return IdempotencyError
    match status:
        case 429:
            return RateLimitError
        case 401:
            return AuthenticationError
        case 403:
            return PermissionError
        case _:
            return InvalidRequestError if status < 500 else APIError
