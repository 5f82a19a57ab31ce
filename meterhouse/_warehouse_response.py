"""What is asked of the kernel, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

import msgspec

from foundation import encode_json


class Asked(msgspec.Struct, frozen=True):
    """One request as any of the doors takes it in."""

    method: str
    """``GET`` or ``POST``."""
    path: str
    """The path, its ids percent-encoded, without a query."""
    params: Mapping[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """The parameters, nested as they are named; not checked yet but where ``is_checked``."""
    idempotency_key: str | None = None
    stripe_version: str | None = None
    livemode: bool | None = None
    """The mode that may be seen and is written: live, test, or None for both."""
    is_checked: bool = False
    """Whether the parameters were checked as they were read."""


class Response(msgspec.Struct, frozen=True, dict=True):
    """An answer: its status, its headers, and the object that is its body."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]
    route: str = ""
    """The template of the path that was asked, such as ``/v1/invoices/{invoice}``."""

    @classmethod
    def of_text(
        cls, status: int, headers: Mapping[str, str], body: dict[str, Any], route: str, text: str
    ) -> Response:
        """Give an answer whose body's text is known already."""
        response = cls(status, headers, body, route)
        cast("dict[str, Any]", response.__dict__)["text"] = text
        return response

    @cached_property
    def text(self) -> str:
        """The body as canonical JSON: every digit of a number, no exponent, no trailing zeros."""
        return encode_json(self.body)

    @property
    def is_error(self) -> bool:
        """Whether the request was refused; the body is then ``{"error": {...}}``."""
        return self.status >= 400


class StripeResponse:
    """The response that held an object, with the fields that the stripe package gives it."""

    def __init__(self, response: Response) -> None:
        """Show a response by the stripe package's names."""
        self._response = response

    @property
    def code(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, whatever the case in which one is asked for."""
        return _Headers(self._response.headers)

    @property
    def body(self) -> str:
        """The body's text."""
        return self._response.text

    @property
    def data(self) -> dict[str, Any]:
        """The body as plain dicts and lists."""
        return self._response.body

    @property
    def request_id(self) -> str | None:
        """The id of the request, by which its rows can be found again."""
        return self.headers.get("Request-Id")

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key of the request, where it had one."""
        return self.headers.get("Idempotency-Key")


class _Headers(Mapping[str, str]):
    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = {name.lower(): (name, value) for name, value in headers.items()}

    def __getitem__(self, name: str) -> str:
        return self._headers[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._headers.values())

    def __len__(self) -> int:
        return len(self._headers)

    def __repr__(self) -> str:
        return repr(dict(self))
