"""What a nightly run would do now, found out without changing anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa

from foundation import STREAMS, Home
from foundation.errors import RunError, UsageError
from ingest import has_batch, unsealed_rows
from meterhouse._build import missing_files_of_the_lake
from meterhouse._build_clock import chosen_as_of
from meterhouse._build_inputs import input_of
from meterhouse._build_lock import lock_holder
from meterhouse._fingerprint import fingerprint
from meterhouse._inbox import land_waiting, shown_name, strays, waiting_files
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
    plan = _Plan()
    holder = lock_holder(home)
    if holder is not None:
        plan.lines.append(f"wait: process {holder} is building, and a run now would end at once")
    _plan_inbox(home, plan)
    _plan_journal(home, plan)
    _plan_build(home, order, plan)
    return RunSummary(
        outcome="dry_run",
        started_at=started,
        finished_at=instant_text(now()),
        home=str(home.root),
        strays=strays(home),
        plan=plan.lines,
        plan_has_findings=plan.has_findings,
    )


@dataclass(slots=True)
class _Plan:
    """What a run would do, line by line, whether anything would land, and whether to look at it."""

    lines: list[str] = field(default_factory=list[str])
    will_land: bool = False
    has_findings: bool = False


def _plan_inbox(home: Home, plan: _Plan) -> None:
    for stream, path in waiting_files(home):
        name = f"{stream}/{shown_name(path)}"
        try:
            report = land_waiting(home, stream, path, dry_run=True)
        except (UsageError, OSError, pa.ArrowException) as error:
            reason = error.message if isinstance(error, UsageError) else str(error)
            plan.lines.append(f"put aside {name}: {reason}")
            plan.has_findings = True
            continue
        if has_batch(home, stream, report.batch_id):
            plan.lines.append(f"move {name}: it landed before")
            continue
        rejected = "".join(
            f", {count} rejected as {reason}" for reason, count in report.rejected.items()
        )
        plan.lines.append(f"land {name}: {report.accepted} rows{rejected}")
        plan.will_land = True
        plan.has_findings = plan.has_findings or bool(rejected)


def _plan_journal(home: Home, plan: _Plan) -> None:
    for stream in STREAMS:
        if count := len(list(unsealed_rows(home, stream))):
            plan.lines.append(f"land {count} rows of {stream} from the journal")
            plan.will_land = True


def _plan_build(home: Home, order: NightlyOrder, plan: _Plan) -> None:
    try:
        left_out = missing_files_of_the_lake(home, order.build.without_corrupt)
    except RunError as error:
        plan.lines.append(f"publish nothing: {error.message}")
        plan.has_findings = True
    else:
        plan.has_findings = plan.has_findings or bool(left_out)
        plan.lines += [f"leave out {name}: it cannot be read" for name in left_out]
        plan.lines += _build(home, order, will_land=plan.will_land)
    # A published build that is gone holds up pruning only until the run has made another.
    with suppress(UsageError, RunError):
        pruned = prune(home, keep=order.keep, dry_run=True)
        plan.lines += [f"remove {build_id}" for build_id in pruned.removed]


def _build(home: Home, order: NightlyOrder, *, will_land: bool) -> Iterator[str]:
    inputs = {stream: input_of(home.lake, stream) for stream in STREAMS}
    reasons = news(home, order.build, inputs)
    has_rows = will_land or any(held.batches for held in inputs.values())
    if not has_rows:
        yield "build nothing: nothing has ever landed"
    elif not (reasons or will_land):
        yield "build nothing: nothing is new"
    else:
        as_of = chosen_as_of(home, order.build.as_of)
        seeding = choose_seed(
            home, as_of=as_of, is_full=order.build.is_full, made=fingerprint(), inputs=inputs
        )
        how = f"adding to {seeding.seed.build_id}" if seeding.seed else "from everything"
        why = "; ".join([*reasons, *(f"full because {each}" for each in seeding.full_because)])
        yield f"build as of {instant_text(as_of)}, {how}{why and f' ({why})'}"
