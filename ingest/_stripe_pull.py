"""Pull an account through Stripe's API: each list becomes one batch of its stream."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from foundation import Home, encode_json, stream
from foundation.errors import UsageError
from ingest._checks import Conditions
from ingest._durable import full_disk_told, incoming_path
from ingest._landing import Landing, micros
from ingest._objects import ObjectConditions
from ingest._reading import Plan
from ingest._report import BatchReport
from ingest._sources import examine
from ingest._stripe_lists import STRIPE_LISTS, StripeList
from ingest._stripe_resume import known_versions, metered_items, newest_pulled
from ingest._stripe_source import NotThereError, StripeSource

__all__ = ["PulledList", "pull_stripe", "require_pulled"]

PullProgress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class PulledList:
    """What became of one list: how many objects it had, and their batch, None for nothing new.

    `since` is the instant from which on the list was read, in whole seconds since 1970; None where
    it was read from its beginning.
    """

    stream: str
    read: int
    since: int | None
    batch: BatchReport | None


def pull_stripe(
    home: Home,
    source: StripeSource,
    streams: Iterable[str] = (),
    *,
    full_refresh: bool = False,
    progress: PullProgress | None = None,
) -> Iterator[PulledList]:
    """Pull lists of Stripe's API into their streams, one by one; yield what became of each.

    A list is landed whole or not at all, so an interrupted pull is taken up with the list that it
    was at. It is read from the newest object on that an earlier pull from the same address landed,
    and objects that are as they landed are left out.

    Args:
        home: From `prepare_home` or `open_home`.
        source: The account.
        streams: Which streams to pull; by default all that `STRIPE_LISTS` has.
        full_refresh: Read every list from its beginning: what changed of older objects lands too.
        progress: Called with the stream's name and how many of its objects were read so far.

    Raises:
        UsageError: no list holds objects of a stream, or the key may not read one.
        RunError: the API failed or could not be reached; the lists before it have landed.
    """
    wanted = list(streams)
    require_pulled(wanted)
    for listed in STRIPE_LISTS.values():
        if not wanted or listed.stream in wanted:
            yield _Pull(home, source, listed, full_refresh, progress).run()


def require_pulled(streams: Iterable[str]) -> None:
    """Refuse streams that no list of Stripe's API feeds.

    Raises:
        UsageError: one of them is none, or is no stream at all.
    """
    for name in streams:
        if name not in STRIPE_LISTS:
            stream(name)
            raise UsageError(
                f"{name} is not pulled from Stripe; these are: {', '.join(STRIPE_LISTS)}.",
                next_command=f"meterhouse land {name} FILE",
            )


class _Pull:
    """One list, pulled once."""

    def __init__(
        self,
        home: Home,
        source: StripeSource,
        listed: StripeList,
        full_refresh: bool,
        progress: PullProgress | None,
    ) -> None:
        self._home: Final = home
        self._source: Final = source
        self._listed: Final = listed
        self._full_refresh: Final = full_refresh
        self._progress: Final = progress
        self._name: Final = f"{source.address}{listed.path}"
        self._read = 0

    def run(self) -> PulledList:
        listed = self._listed
        # What changes while the list is read must count as later than what was read.
        observed_at = datetime.now(UTC)
        since = self._since()
        known = known_versions(self._home, listed.stream, listed.created_column, since)
        spooled = incoming_path(self._home, "stripe.ndjson")
        try:
            with full_disk_told(self._home):
                fresh = self._spool(spooled, self._pages(since, known), known)
                batch = self._land(spooled, observed_at) if fresh else None
        finally:
            spooled.unlink(missing_ok=True)
        return PulledList(listed.stream, self._read, since, batch)

    def _since(self) -> int | None:
        column = self._listed.created_column
        if self._full_refresh or column is None:
            return None
        return newest_pulled(
            self._home, self._listed.stream, column, self._name, self._source.livemode
        )

    def _pages(self, since: int | None, known: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        listed = self._listed
        if not listed.per_item:
            created = {} if since is None else {"created": {"gte": since}}
            parameters = {**listed.parameters, **created}
            yield from self._source.objects(listed.path, parameters, listed.nested)
            return
        for item in metered_items(self._home, self._source.livemode):
            # An item that was deleted has no summaries any more.
            with suppress(NotThereError):
                yield from self._summaries(listed.path.format(item=item), known)

    def _summaries(self, path: str, known: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        """Yield an item's summaries, newest first, as far back as they bring anything new."""
        for page in self._source.objects(path, self._listed.parameters):
            yield page
            if not self._full_refresh and not any(_is_new(each, known) for each in page):
                return

    def _spool(
        self, path: Path, pages: Iterator[list[dict[str, Any]]], known: dict[str, str]
    ) -> bool:
        """Write what is new to a file; say whether anything was."""
        any_new = False
        with path.open("w", encoding="utf-8") as file:
            for page in pages:
                for each in page:
                    if _is_new(each, known):
                        any_new = True
                        file.write(encode_json(each) + "\n")
                self._read += len(page)
                if self._progress is not None:
                    self._progress(self._listed.stream, self._read)
        return any_new

    def _land(self, path: Path, observed_at: datetime) -> BatchReport:
        plan = Plan(
            stream=stream(self._listed.stream),
            events=Conditions(landed_at=micros(datetime.now(UTC))),
            objects=ObjectConditions(observed_at=micros(observed_at)),
        )
        source = examine(path, self._name, file_name="stripe.ndjson", wanted="json lines")
        return Landing(self._home, plan).run([source]).batches[0]


def _is_new(item: dict[str, Any], known: dict[str, str]) -> bool:
    text = encode_json(item, sort_keys=True)
    return known.get(str(item["id"])) != hashlib.sha256(text.encode()).hexdigest()
