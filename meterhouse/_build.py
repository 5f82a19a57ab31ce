"""Make a build in private, prove it, publish it in one rename.

    freeze    link the lake's live files into the build
    dbt       run models and tests, in a child process
    finish    drop what reads the inputs, prove that the file stands alone, sync
    publish   repoint `current`

Whatever fails before the last step leaves `current` as it was; the build is kept and says why.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from foundation import Home, fail_point, project_dir
from foundation.errors import RunError
from ingest import seal_journal
from meterhouse._build_finish import finish
from meterhouse._build_inputs import INPUTS_NAME, freeze_inputs, remove_inputs, require_rows
from meterhouse._build_lock import build_lock
from meterhouse._dbt import DbtRun, Progress, run_dbt
from meterhouse._fingerprint import fingerprint, tool_versions
from meterhouse._instants import instant_text, now
from meterhouse._manifest import Failure, Manifest, read_manifest
from meterhouse._publish import Build, builds, current_build, publish

__all__ = ["build"]

_LONGEST_REASON: Final = 300


def build(
    home: Home,
    *,
    as_of: datetime | None = None,
    is_full: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Build:
    """Build everything that has landed in `home`, publish it, and return it.

    `as_of` is what the build takes for now (default: now, to the second). `is_full` forbids reuse
    of what an earlier build computed.

    Raises:
        UsageError: nothing has landed; nothing was changed.
        RunError: another build is running, or this one failed; `current` is as it was.
    """
    with build_lock(home):
        # Calls answered so far are in the journal; a build sees what is in the lake.
        seal_journal(home)
        require_rows(home)
        _mark_abandoned(home)
        made = _begin(home, as_of or now(), is_full)
        try:
            return _run(home, made, on_progress)
        except (RunError, OSError, duckdb.Error) as error:
            reason = error.message if isinstance(error, RunError) else _one_line(str(error))
            _fail(made, reason)
            raise RunError(
                f"Build {made.build_id} failed and was not published: {_sentence(reason)}",
                next_command=f"less {made.folder / 'logs' / 'dbt.log'}, then meterhouse build",
            ) from error


def _begin(home: Home, as_of: datetime, is_full: bool) -> Build:
    started = now()
    current = current_build(home)
    folder = home.builds / f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder.mkdir()
    manifest = Manifest(
        build_id=folder.name,
        status="building",
        as_of=instant_text(as_of),
        started_at=instant_text(started),
        is_full=is_full,
        previous=current.build_id if current else None,
        versions=tool_versions(),
        git_revision=_git_revision(project_dir()),
        fingerprint=fingerprint().to_json(),
    )
    manifest.write(folder)
    return Build(folder, manifest)


def _run(home: Home, made: Build, on_progress: Callable[[Progress], None]) -> Build:
    timings: dict[str, int] = {}
    fail_point("build.begun")
    with _timed(timings, "freeze"):
        inputs = freeze_inputs(home, made.folder)
    fail_point("build.frozen")
    with _timed(timings, "dbt"):
        run = run_dbt(
            ["build"],
            lake=made.folder / INPUTS_NAME,
            build=made.folder,
            as_of=datetime.fromisoformat(made.manifest.as_of),
            on_progress=on_progress,
        )
    if run.exit_code != 0:
        raise RunError(_reason(run))
    fail_point("build.tested")
    with _timed(timings, "finish"):
        row_counts = finish(made.folder)
        remove_inputs(made.folder)
        _tidy(made.folder / "dbt")
    fail_point("build.finished")
    manifest = replace(
        made.manifest,
        status="complete",
        finished_at=instant_text(now()),
        inputs=inputs,
        nodes=dict(Counter(result.kind for result in run.results)),
        row_counts=row_counts,
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


def _fail(made: Build, reason: str) -> None:
    failed = replace(
        read_manifest(made.folder),
        status="failed",
        finished_at=instant_text(now()),
        failure=Failure(reason),
    )
    failed.write(made.folder)


def _mark_abandoned(home: Home) -> None:
    """Say of builds that a killed process left that they failed; the lock proves it is gone."""
    for left in builds(home):
        if left.manifest.status == "building":
            _fail(left, "The process that made it was killed.")
            remove_inputs(left.folder)
            shutil.rmtree(left.folder / "spill", ignore_errors=True)


def _reason(run: DbtRun) -> str:
    if not run.failures:
        return _one_line(" ".join(run.messages)) or f"dbt ended with exit code {run.exit_code}"
    first = run.failures[0]
    lines = first.message.splitlines()
    # dbt's first line repeats what is said here already: which node, in which file.
    said = lines[1:] if len(lines) > 1 and first.path in lines[0] else lines
    others = len(run.failures) - 1
    more = f" (and {others} more)" if others else ""
    kind = first.kind.replace("_", " ")
    return f"{kind} {first.name} in {first.path}: {_one_line(' '.join(said))}{more}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} …"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…", "!", "?")) else f"{text}."


def _git_revision(project: Path) -> str | None:
    """Return the commit the models come from, `+` behind it when there are changes beside it."""
    try:
        asked = [
            subprocess.run(
                ["git", "-C", str(project), *question],
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout.strip()
            for question in (
                ["rev-parse", "--show-toplevel"],
                ["rev-parse", "HEAD"],
                ["status", "--porcelain", "--untracked-files=no"],
            )
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    top, revision, changes = asked
    # An installed package may lie inside somebody's own repository; that revision is not ours.
    if Path(top) != project:
        return None
    return f"{revision}+" if changes else revision
