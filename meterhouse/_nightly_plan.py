"""What a nightly run would do now, found out without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from foundation import STREAMS, Home
from foundation.errors import UsageError
from ingest import land, unsealed_rows
from meterhouse._build_clock import chosen_as_of
from meterhouse._build_inputs import input_of
from meterhouse._build_lock import lock_holder
from meterhouse._fingerprint import fingerprint
from meterhouse._inbox import mapping_of, strays, waiting_files
from meterhouse._instants import instant_text, now
from meterhouse._nightly import NightlyOrder, news
from meterhouse._nightly_summary import RunSummary
from meterhouse._pruning import prune
from meterhouse._seeding import choose_seed

__all__ = ["plan_nightly"]


def plan_nightly(home: Home, order: NightlyOrder) -> RunSummary:
    """Return a summary whose `plan` says, line by line, what a run would do; change nothing.

    Files of the inbox are read and checked as if they landed.
    """
    started = instant_text(now())
    plan = [*_inbox(home), *_journal(home)]
    plan += _build(home, order, will_land=bool(plan))
    holder = lock_holder(home)
    if holder is not None:
        plan.insert(0, f"wait: process {holder} is building, and a run now would end at once")
    return RunSummary(
        outcome="dry_run",
        started_at=started,
        finished_at=instant_text(now()),
        home=str(home.root),
        strays=strays(home),
        plan=plan,
    )


def _inbox(home: Home) -> Iterator[str]:
    for stream, path in waiting_files(home):
        try:
            report = land(home, stream, [path], mapping=mapping_of(path), dry_run=True).batches[0]
        except UsageError as error:
            yield f"put aside {stream}/{path.name}: {error.message}"
            continue
        rejected = "".join(
            f", {count} rejected as {name}" for name, count in report.rejected.items()
        )
        yield f"land {stream}/{path.name}: {report.accepted} rows{rejected}"


def _journal(home: Home) -> Iterator[str]:
    for stream in STREAMS:
        if count := len(list(unsealed_rows(home, stream))):
            yield f"land {count} rows of {stream} from the journal"


def _build(home: Home, order: NightlyOrder, *, will_land: bool) -> Iterator[str]:
    inputs = {stream: input_of(home.lake, stream) for stream in STREAMS}
    reasons = news(home, order.build, inputs)
    if not (reasons or will_land):
        yield "build nothing: nothing is new"
    else:
        as_of = chosen_as_of(home, order.build.as_of)
        seeding = choose_seed(
            home, as_of=as_of, is_full=order.build.is_full, made=fingerprint(), inputs=inputs
        )
        how = f"adding to {seeding.seed.build_id}" if seeding.seed else "from everything"
        why = "; ".join([*reasons, *(f"full because {each}" for each in seeding.full_because)])
        yield f"build as of {instant_text(as_of)}, {how}{why and f' ({why})'}"
    with suppress(UsageError):
        pruned = prune(home, keep=order.keep, dry_run=True)
        yield from (f"remove {build_id}" for build_id in pruned.removed)
