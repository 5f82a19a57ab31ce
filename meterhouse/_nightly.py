"""One nightly run: land what came, build on what was published, prove it, publish, tidy up.

    lock       one run at a time in a home; what a killed run left is marked
    lake       files that cannot be read any more are put aside
    inbox      every waiting file lands once
    journal    single calls become batches
    build      only where something is new: seed, dbt with its data tests, control totals, publish
    prune      builds that nobody needs go
    summary    what happened, beside the log in the build's folder

Every step can be repeated, so a run that was killed is made good by the next one. Reconciliation
with the other side and a report for people belong between build and prune: both read the finished
build, and what they find joins the summary.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from foundation import STREAMS, Home, fail_point
from foundation.errors import RunError, UsageError
from ingest import open_home, prepare_home, seal_journal, set_aside_unreadable
from meterhouse._build import BuildOrder, make_build, missing_files_of_the_lake
from meterhouse._build_clock import chosen_as_of, published_or_none
from meterhouse._build_failure import mark_abandoned
from meterhouse._build_inputs import input_of, require_rows
from meterhouse._build_lock import build_lock
from meterhouse._fingerprint import changes_since, fingerprint
from meterhouse._inbox import Failed, strays, take_inbox
from meterhouse._instants import instant_text, now
from meterhouse._manifest import Input, read_manifest
from meterhouse._nightly_log import RunLog, run_log
from meterhouse._nightly_summary import RunFailure, RunSummary
from meterhouse._pruning import prune
from meterhouse._publish import Build

__all__ = ["NightlyOrder", "home_with_inbox", "news", "planned_home", "run_nightly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyOrder:
    """How a run is to go: its build, how many complete builds stay, and what landed files become.

    With `remove_landed` files that landed are deleted rather than moved to `inbox/_landed/`.
    """

    build: BuildOrder = field(default_factory=BuildOrder)
    keep: int
    remove_landed: bool = False


def home_with_inbox(root: Path) -> Home:
    """Return the home at `root`; a folder with nothing but an inbox becomes one.

    Raises:
        NotAHomeError: nothing is there, or something that is not a home.
    """
    return prepare_home(root) if (root / "inbox").is_dir() else open_home(root)


def planned_home(root: Path) -> Home:
    """Return the home that `home_with_inbox` would return, and make nothing.

    Raises:
        NotAHomeError: nothing is there, or something that is not a home.
    """
    return Home.planned(root) if (root / "inbox").is_dir() else Home.open(root)


def run_nightly(home: Home, order: NightlyOrder) -> RunSummary:
    """Make one run and return what it did; a run that failed says so and why.

    Raises:
        UsageError: nothing has ever landed; nothing was changed.
        RunError: another run or build holds the lock; nothing was changed.
    """
    started = now()
    summary = RunSummary(started_at=instant_text(started), home=str(home.root))
    with build_lock(home), run_log() as (log, said):
        fail_point("nightly.locked")
        began: list[Build] = []

        def on_begin(build: Build) -> None:
            began.append(build)
            said.open(build.folder)
            log.info("building %s as of %s", build.build_id, build.manifest.as_of)

        building = replace(order.build, on_begin=on_begin)
        try:
            _take_in(home, summary, log, started, order)
            _build(home, summary, log, building)
            fail_point("nightly.built")
        except (RunError, UsageError, OSError) as error:
            _fail(summary, log, error)
            # Wrong usage changes nothing; files that were put aside are a change, to be told of.
            if isinstance(error, UsageError) and not summary.failed_files:
                raise
        if began and summary.build is None:
            summary.build = replace(began[-1], manifest=read_manifest(began[-1].folder))
        _tidy(home, summary, log, said, order.keep)
    return summary


def _take_in(
    home: Home, summary: RunSummary, log: logging.Logger, started: datetime, order: NightlyOrder
) -> None:
    summary.abandoned = mark_abandoned(home)
    for build_id in summary.abandoned:
        log.warning("the run that made %s was killed", build_id)
    for damaged in set_aside_unreadable(home):
        log.error("put aside: %s/%s: %s", damaged.stream, damaged.file, damaged.reason)
    for each in take_inbox(home, started_at=started, remove_landed=order.remove_landed):
        if isinstance(each, Failed):
            summary.failed_files.append(each)
            log.error("cannot land %s/%s: %s", each.stream, each.source, each.reason)
        else:
            summary.landed.append(each)
            source = f"{each.report.stream}/{Path(each.report.source).name}"
            if each.report.already_landed:
                log.info("moved %s: it landed before", source)
            else:
                _say_landed(log, source, each.report.accepted, each.report.rejected)
    fail_point("nightly.inbox_taken")
    summary.strays = strays(home)
    for path in summary.strays:
        log.warning("inbox/%s is no folder of a stream and was left alone", path)
    summary.sealed = seal_journal(home)
    for batch in summary.sealed:
        _say_landed(log, f"{batch.stream} of the journal", batch.accepted, batch.rejected)
    fail_point("nightly.sealed")


def _say_landed(log: logging.Logger, source: str, accepted: int, rejected: dict[str, int]) -> None:
    reasons = "".join(f", {count} {reason}" for reason, count in rejected.items())
    log.info("landed %s: %d accepted%s", source, accepted, reasons and f"; rejected{reasons[1:]}")


def _build(home: Home, summary: RunSummary, log: logging.Logger, order: BuildOrder) -> None:
    require_rows(home)
    summary.left_out = missing_files_of_the_lake(home, order.without_corrupt)
    for name in summary.left_out:
        log.warning("left out: %s cannot be read", name)
    inputs = {stream: input_of(home.lake, stream) for stream in STREAMS}
    reasons = news(home, order, inputs)
    if not reasons:
        published = published_or_none(home)
        log.info("nothing is new since %s", published.build_id if published else "")
        return
    for reason in reasons:
        log.info("new: %s", reason)
    summary.build = make_build(home, order)
    manifest = summary.build.manifest
    summary.outcome = "published"
    summary.left_out = manifest.left_out
    for reason in manifest.full_because:
        log.info("made from everything that landed: %s", reason)
    for group, reason in manifest.made_anew.items():
        log.info("%s was made anew: %s", group, reason)
    log.info("published %s", summary.build.build_id)


def news(home: Home, order: BuildOrder, inputs: dict[str, Input]) -> list[str]:
    """Return why there is something to build, nothing where the published build is up to date.

    New are batches, models and settings, an `as_of` that was asked for, and a new UTC day: time
    alone closes periods.
    """
    published = published_or_none(home)
    if published is None:
        return ["nothing is published yet"]
    manifest = published.manifest
    as_of = chosen_as_of(home, order.as_of)
    reasons = ["--full was asked for"] if order.is_full else []
    for stream, held in inputs.items():
        built = manifest.inputs.get(stream, Input(0, {})).batches
        if new := held.batches.keys() - built.keys():
            reasons.append(f"{len(new)} batches of {stream}")
        if gone := built.keys() - held.batches.keys():
            reasons.append(f"{len(gone)} batches of {stream} are gone")
    reasons += changes_since(manifest.fingerprint, fingerprint())
    if order.as_of is not None and instant_text(as_of) != manifest.as_of:
        reasons.append(f"as of {instant_text(as_of)}")
    elif instant_text(as_of)[:10] != manifest.as_of[:10]:
        reasons.append(f"the day {as_of:%Y-%m-%d} began")
    return reasons


def _fail(summary: RunSummary, log: logging.Logger, error: Exception) -> None:
    message = error.message if isinstance(error, RunError | UsageError) else str(error)
    next_command = error.next_command if isinstance(error, RunError | UsageError) else None
    summary.outcome = "failed"
    summary.failure = RunFailure(message, next_command)
    log.error("%s", message)


def _tidy(home: Home, summary: RunSummary, log: logging.Logger, said: RunLog, keep: int) -> None:
    try:
        pruned = prune(home, keep=keep)
        summary.pruned, summary.kept_open = pruned.removed, pruned.open
        for build_id in pruned.removed:
            log.info("removed %s", build_id)
        for build_id in pruned.open:
            log.info("kept %s: somebody has it open", build_id)
        fail_point("nightly.pruned")
        summary.finished_at = instant_text(now())
        if summary.build is not None and summary.build.folder.is_dir():
            summary.write(summary.build.folder)
        fail_point("nightly.summarised")
    except (OSError, RunError) as error:
        # Whatever was published stays published.
        log.error("could not tidy up: %s", error)
        summary.finished_at = instant_text(now())
