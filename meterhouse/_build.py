"""Make a build in private, prove it, publish it in one rename.

    freeze     link the lake's live files into the build
    seed       put the published build's database and events into it, if it can be added to
    dbt        run models and data tests, in a child process that loads dbt from the beginning
    totals     read the control totals; both sides of each agree
    finish     drop what reads the inputs, prove that the file stands alone, sum it up, sync
    publish    repoint `current`

Whatever fails before the last step leaves `current` as it was; the build is kept and says why.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from foundation import Home, fail_point, project_dir
from foundation.errors import RunError
from ingest import quarantined, seal_journal, set_aside_unreadable
from meterhouse._build_clock import chosen_as_of, new_build_id, published_or_none
from meterhouse._build_failure import (
    dbt_reason,
    is_about_models,
    mark_abandoned,
    mark_failed,
    one_line,
    sentence,
)
from meterhouse._build_finish import finish
from meterhouse._build_inputs import INPUTS_NAME, freeze_inputs, remove_inputs, require_rows
from meterhouse._build_lock import build_lock
from meterhouse._checksums import file_sums
from meterhouse._control_totals import read_control_totals, reasons_of_runs
from meterhouse._dbt import Progress, dbt_child
from meterhouse._fingerprint import fingerprint, tool_versions
from meterhouse._git import git_revision
from meterhouse._instants import instant_text, now
from meterhouse._manifest import Manifest
from meterhouse._parsed_project import give_parsed_project, keep_parsed_project
from meterhouse._publish import DATABASE_NAME, Build, publish
from meterhouse._seeding import Seeding, choose_seed, plant_seed

__all__ = ["BuildOrder", "build", "make_build", "missing_files_of_the_lake"]


def _ignore_progress(_: Progress) -> None:
    return None


def _ignore_build(_: Build) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOrder:
    """How a build is to be made.

    `as_of` is what it takes for now (default: the clock, to the second). `is_full` forbids adding
    to an earlier build. `without_corrupt` publishes also where files of the lake are missing
    because they cannot be read. `on_begin` is told of the build's folder before anything is in it.
    """

    as_of: datetime | None = None
    is_full: bool = False
    without_corrupt: bool = False
    on_progress: Callable[[Progress], None] = field(default=_ignore_progress)
    on_begin: Callable[[Build], None] = field(default=_ignore_build)


_AS_IT_COMES: Final = BuildOrder()


class _CorruptInputError(RunError):
    """The build failed over files of the lake that were put aside since."""


def build(home: Home, order: BuildOrder = _AS_IT_COMES) -> Build:
    """Build everything that has landed in `home`, publish it, and return it.

    Raises:
        UsageError: nothing has landed; nothing was changed.
        RunError: another build is running, or this one failed; `current` is as it was.
    """
    with build_lock(home):
        set_aside_unreadable(home)
        # Calls answered so far are in the journal; a build sees what is in the lake.
        seal_journal(home)
        mark_abandoned(home)
        return make_build(home, order)


def make_build(home: Home, order: BuildOrder) -> Build:
    """Do what `build` does for whoever holds the build lock and has sealed the journal.

    Raises:
        UsageError: nothing has landed; nothing was changed.
        RunError: the build failed; `current` is as it was.
    """
    require_rows(home)
    while True:
        left_out = missing_files_of_the_lake(home, order.without_corrupt)
        made = _begin(home, order, left_out)
        order.on_begin(made)
        try:
            return _run(home, made, order)
        except _CorruptInputError as error:
            # Each time round the lake has fewer files that cannot be read.
            mark_failed(made, error.message)
            if not order.without_corrupt:
                raise
        except (RunError, OSError, duckdb.Error) as error:
            reason = error.message if isinstance(error, RunError) else one_line(str(error))
            # On a full disk not even that can be said; the next run will mark it as abandoned.
            with suppress(OSError):
                mark_failed(made, reason)
            said = error.next_command if isinstance(error, RunError) else None
            raise RunError(
                f"Build {made.build_id} failed and was not published: {sentence(reason)}",
                next_command=said
                or f"less {made.folder / 'logs' / 'dbt.log'}, then meterhouse build",
            ) from error


def missing_files_of_the_lake(home: Home, is_accepted: bool) -> list[str]:
    """Return the files (stream/name) that could not be read and were put aside.

    Raises:
        RunError: there are some that the published build was not made without, and `is_accepted`
            is False.
    """
    missing = {f"{found.stream}/{found.file}": found.reason for found in quarantined(home)}
    published = published_or_none(home)
    known = set(published.manifest.left_out) if published else set[str]()
    new = [name for name in missing if name not in known]
    if new and not is_accepted:
        raise RunError(
            f"{len(new)} files of the lake cannot be read and were put aside in {home.quarantine}: "
            f"{sentence(one_line('; '.join(f'{name} ({missing[name]})' for name in new)))} "
            "Nothing was published; restore them or land their sources again.",
            next_command="meterhouse nightly --without-corrupt",
        )
    return sorted(missing)


def _begin(home: Home, order: BuildOrder, left_out: list[str]) -> Build:
    published = published_or_none(home)
    folder = home.builds / new_build_id(home)
    as_of = chosen_as_of(home, order.as_of)
    started = now()
    folder.mkdir()
    manifest = Manifest(
        build_id=folder.name,
        status="building",
        as_of=instant_text(as_of),
        is_as_of_held=order.as_of is None and as_of > started,
        started_at=instant_text(started),
        is_full=order.is_full,
        previous=published.build_id if published else None,
        versions=tool_versions(),
        git_revision=git_revision(project_dir()),
        fingerprint=fingerprint().to_json(),
        left_out=left_out,
    )
    manifest.write(folder)
    return Build(folder, manifest)


def _run(home: Home, made: Build, order: BuildOrder) -> Build:
    timings: dict[str, int] = {}
    fail_point("build.begun")
    target = made.folder / "dbt"
    as_of = datetime.fromisoformat(made.manifest.as_of)
    with dbt_child(lake=made.folder / INPUTS_NAME, build=made.folder, as_of=as_of) as dbt:
        with _timed(timings, "freeze"):
            inputs = freeze_inputs(home, made.folder)
        fail_point("build.frozen")
        with _timed(timings, "seed"):
            seeding = choose_seed(
                home, as_of=as_of, is_full=order.is_full, made=fingerprint(), inputs=inputs
            )
            if seeding.seed is not None:
                damage = plant_seed(seeding.seed, made.folder)
                seeding = seeding if damage is None else Seeding(None, (damage,))
        fail_point("build.seeded")
        with _timed(timings, "dbt"):
            give_parsed_project(home, made.manifest.fingerprint, target)
            # Unit tests are of the models' text, which the test suite runs; a night tests its data.
            command = ["build", "--exclude-resource-type", "unit_test"]
            run = dbt.run(
                [*command, *([] if seeding.seed else ["--full-refresh"])], order.on_progress
            )
            keep_parsed_project(home, made.manifest.fingerprint, target)
    if run.exit_code != 0:
        if is_about_models(run) and set_aside_unreadable(home, thoroughly=True):
            missing_files_of_the_lake(home, order.without_corrupt)
            raise _CorruptInputError(dbt_reason(run))
        raise RunError(dbt_reason(run))
    fail_point("build.tested")
    database = made.folder / DATABASE_NAME
    with _timed(timings, "totals"):
        control_totals = read_control_totals(database)
        made_anew = reasons_of_runs(database)
    fail_point("build.controlled")
    with _timed(timings, "finish"):
        measured = finish(made.folder)
        remove_inputs(made.folder)
        _tidy(target)
        files = file_sums(made.folder, seeding.seed)
    fail_point("build.finished")
    manifest = replace(
        made.manifest,
        status="complete",
        finished_at=instant_text(now()),
        seed=seeding.seed.build_id if seeding.seed else None,
        full_because=list(seeding.full_because),
        made_anew=made_anew if seeding.seed else {},
        inputs=inputs,
        nodes=dict(Counter(result.kind for result in run.results)),
        row_counts={name: held.rows for name, held in measured.items()},
        column_totals={name: held.totals for name, held in measured.items()},
        control_totals=control_totals,
        files=files,
        timings_ms=timings,
    )
    manifest.write(made.folder)
    fail_point("build.complete")
    complete = replace(made, manifest=manifest)
    publish(home, complete)
    fail_point("build.published")
    return complete


def _tidy(dbt: Path) -> None:
    """Keep what a reader of the build may ask dbt about; its caches serve no other build."""
    for path in dbt.iterdir():
        if path.is_file() and path.name not in {"manifest.json", "run_results.json"}:
            path.unlink()


@contextmanager
def _timed(timings: dict[str, int], step: str) -> Generator[None]:
    began = time.monotonic_ns()
    yield
    timings[step] = (time.monotonic_ns() - began) // 1_000_000
