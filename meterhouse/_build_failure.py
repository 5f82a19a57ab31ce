"""Why a build failed, in one line; and what is left to say of builds that a killed process left."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Final

from foundation import Home
from meterhouse._build_inputs import remove_inputs
from meterhouse._dbt import DbtRun
from meterhouse._instants import instant_text, now
from meterhouse._manifest import Failure, read_manifest
from meterhouse._publish import Build, builds

__all__ = ["dbt_reason", "is_about_models", "mark_abandoned", "mark_failed", "one_line", "sentence"]

_LONGEST_REASON: Final = 300


def mark_failed(made: Build, reason: str) -> None:
    """Say in the build's manifest that it failed, and why."""
    failed = replace(
        read_manifest(made.folder),
        status="failed",
        finished_at=instant_text(now()),
        failure=Failure(reason),
    )
    failed.write(made.folder)


def mark_abandoned(home: Home) -> list[str]:
    """Say of builds that a killed process left that they failed, and return their ids.

    Call it under the build lock, which proves that the process is gone.
    """
    abandoned: list[str] = []
    for left in builds(home):
        if left.manifest.status == "building":
            mark_failed(left, "The process that made it was killed.")
            remove_inputs(left.folder)
            shutil.rmtree(left.folder / "spill", ignore_errors=True)
            abandoned.append(left.build_id)
    return abandoned


def is_about_models(run: DbtRun) -> bool:
    """Whether something else than a data test failed, such as reading what landed."""
    return not run.failures or any(not result.kind.endswith("test") for result in run.failures)


def dbt_reason(run: DbtRun) -> str:
    """Return which node failed first, in which file, and with which message."""
    if not run.failures:
        return one_line(" ".join(run.messages)) or f"dbt ended with exit code {run.exit_code}"
    first = run.failures[0]
    lines = first.message.splitlines()
    # dbt's first line repeats what is said here already: which node, in which file.
    said = lines[1:] if len(lines) > 1 and first.path in lines[0] else lines
    others = len(run.failures) - 1
    more = f" (and {others} more)" if others else ""
    kind = first.kind.replace("_", " ")
    return f"{kind} {first.name} in {first.path}: {one_line(' '.join(said))}{more}"


def one_line(text: str) -> str:
    """Return a text without line breaks, cut where it is longer than a message should be."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} …"


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    return text if text.endswith((".", "…", "!", "?")) else f"{text}."
