"""A route: a method and a path, the parameters it takes, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pyarrow as pa

from queries._expand import Object
from queries._kinds import Text
from queries._parameters import Parameters
from queries._reader import Reader

BASIL = "2025-03-31"
"""The date from which a ``Stripe-Version`` has the new shape of invoices and their lines."""

DEFAULT_VERSION = "2025-02-24.acacia"
"""The API version answered where none is asked for: the last with usage records."""


Land = Callable[[str, Sequence[tuple[Object, int]]], pa.Table]
"""Give the rows of a stream that landing objects would make, each with the second it holds from."""


class Question(msgspec.Struct, frozen=True):
    """One read request, its parameters already checked."""

    path: str
    """The path as asked, without a query; the ``url`` of a list."""
    ids: Mapping[str, str]
    """What stands in the path's places, by name."""
    params: Mapping[str, Any]
    """The parameters, by name, in Python's types."""
    livemode: bool | None = None
    """Which mode may be seen: live rows, test rows, or None for both."""
    stripe_version: str = DEFAULT_VERSION
    """The API version whose shapes are answered."""
    edits: pa.Table | None = None
    """Edits of draft lines that are not in the build yet, with the stream's columns."""
    land: Land | None = None
    """Lands objects in memory, where the request may suppose some."""

    @property
    def is_basil(self) -> bool:
        """Whether invoices and lines have the shape of 2025-03-31.basil and later."""
        return self.stripe_version[:10] >= BASIL


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: how it is asked and, for a read, what answers."""

    method: str
    template: str
    """The path with its places in braces: ``/v1/invoices/{invoice}/lines``."""
    summary: str
    """What the endpoint does, one sentence."""
    parameters: Parameters
    answers: str
    """Stripe's name of the object that is answered, or of a list's objects."""
    is_list: bool = False
    answer: Callable[[Reader, Question], Object] | None = None
    segments: tuple[str, ...] = field(init=False)
    places: tuple[str, ...] = field(init=False)
    """The names of the places in the path."""

    def __post_init__(self) -> None:
        segments = tuple(self.template.strip("/").split("/"))
        places = tuple(part[1:-1] for part in segments if part.startswith("{"))
        object.__setattr__(self, "segments", segments)
        object.__setattr__(self, "places", places)

    @property
    def name(self) -> str:
        """The template without slashes and braces: an identifier of the endpoint."""
        words = (segment.strip("{}") for segment in self.segments)
        return "_".join((self.method.lower(), *words))


class Routes:
    """A table of routes, found by method and path."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self._tree: dict[str, Any] = {}
        for route in routes:
            node = self._tree
            for segment in route.segments:
                node = node.setdefault("{}" if segment.startswith("{") else segment, {})
            cast("dict[str, Route]", node.setdefault("", {}))[route.method] = route

    def find(self, path: str) -> tuple[dict[str, Route], tuple[str, ...]]:
        """Give the routes at a path by method, and what stands in its places.

        A place takes any text; a fixed word is preferred, so that ``/v1/invoices/upcoming`` is not
        an invoice of that id.
        """
        segments = path.removeprefix("/").split("/")
        held: list[str] = []
        node = self._tree
        for segment in segments:
            if segment in node and segment not in ("", "{}"):
                node = node[segment]
            elif "{}" in node and segment:
                held.append(segment)
                node = node["{}"]
            else:
                return {}, ()
        return cast("dict[str, Route]", node.get("", {})), tuple(held)


IDENTIFIER = Text()
"""What may stand in a place of a path."""


def list_object(question: Question, data: list[Object], *, has_more: bool) -> Object:
    """Wrap one page of objects as Stripe does."""
    return {"object": "list", "data": data, "has_more": has_more, "url": question.path}
