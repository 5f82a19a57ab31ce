"""Every endpoint by method and path, and resolving a request to one with its parameters checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from meterhouse._sessions import Sessions
from meterhouse._warehouse_response import Asked
from meterhouse._writes import WRITES, Write
from queries import (
    DEFAULT_VERSION,
    READS,
    InvalidRequestError,
    Object,
    Question,
    Route,
    Routes,
    Text,
)

_VERSION: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?(; *[a-z0-9_=; ]+)?")
_PLACE: Final = Text()


class Endpoints:
    """The table of every endpoint, reads and writes."""

    def __init__(self, sessions: Sessions) -> None:
        self.routes: tuple[Route, ...] = (
            *READS,
            *(write.route for write in WRITES),
            sessions.route(),
        )
        self._found = Routes(self.routes)
        self._writes = {(write.route.method, write.route.template): write for write in WRITES}
        self._body_readers = {
            write.route.template: write.read_body for write in WRITES if write.read_body is not None
        }

    def body_reader(self, path: str) -> Callable[[bytes], Object | None] | None:
        """Give what reads and checks a body at this path at once, where there is such a thing."""
        return self._body_readers.get(path)

    def resolve(self, asked: Asked) -> tuple[Route, Question]:
        """Find what a request asks for and check its parameters.

        Raises:
            InvalidRequestError: no such endpoint (404), not with this method (405), or a parameter
                is unknown, missing or wrong (400).
        """
        route, places = self._find(asked)
        ids = {
            name: _PLACE.parse(_unquoted(place), name)
            for name, place in zip(route.places, places, strict=True)
        }
        version = asked.stripe_version or DEFAULT_VERSION
        if not _VERSION.fullmatch(version):
            raise InvalidRequestError(f"Invalid Stripe API version: {version[:100]}")
        return route, Question(
            path=asked.path,
            ids=ids,
            params=asked.params if asked.is_checked else route.parameters.parse(asked.params),
            livemode=asked.livemode,
            stripe_version=version,
        )

    def write(self, route: Route) -> Write | None:
        """Give the write that a route is, None for a read."""
        return self._writes.get((route.method, route.template))

    def _find(self, asked: Asked) -> tuple[Route, tuple[str, ...]]:
        by_method, places = self._found.find(asked.path)
        route = by_method.get(asked.method)
        if route is not None:
            return route, places
        if by_method:
            allowed = ", ".join(sorted(by_method))
            raise InvalidRequestError(
                f"Method {asked.method} is not allowed for {asked.path[:200]}; allowed: {allowed}.",
                http_status=405,
                headers={"Allow": allowed},
            )
        raise InvalidRequestError(
            f"Unrecognized request URL ({asked.method}: {asked.path[:200]}). See /openapi.json or "
            "docs/api.md for what is served.",
            http_status=404,
        )


def _unquoted(place: str) -> str:
    try:
        return unquote(place, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequestError("Invalid path: it is not UTF-8.") from None
