"""What a write is: a route, and a function that turns a checked request into rows to land."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ingest import WrittenRows
from queries import Object, Question, Reader, Route


class WriteRequest(msgspec.Struct, frozen=True):
    """One request that writes, its parameters checked."""

    question: Question
    now: int
    """The instant that counts as now, in whole seconds since 1970."""
    clocks: tuple[int, ...]
    """Every instant that may count as now for a build made for a chosen instant."""
    clock: datetime.datetime
    """The same instant, to the microsecond."""
    request_id: str
    """The request's id: what the rows of one call share."""

    @property
    def params(self) -> Mapping[str, Any]:
        """The checked parameters."""
        return self.question.params

    @property
    def livemode(self) -> bool:
        """The mode that rows are written in where nothing else decides it: test by default."""
        return bool(self.question.livemode)


class Landing(msgspec.Struct, frozen=True):
    """Rows to make durable, and the answer to give once they are."""

    stream: str
    rows: Sequence[Mapping[str, object]] | WrittenRows
    answer: Object
    refuse_duplicates: bool = True


@dataclass(frozen=True, slots=True)
class Write:
    """One endpoint that writes.

    ``prepare`` checks the request against the build and gives what to land. One that needs no
    build gets no reader; so it never waits for a query.
    """

    route: Route
    prepare: Callable[[Reader | None, WriteRequest], Landing]
    needs_reader: bool = True
    read_body: Callable[[bytes], Object | None] | None = None
    """Reads and checks a body at once: gives what reading and then checking it would give, or
    None where those have to say."""
    after_all_of: str | None = None
    """The stream whose earlier writes ``prepare`` must see: such writes are made one at a time."""
