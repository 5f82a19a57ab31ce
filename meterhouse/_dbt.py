"""The only place that runs dbt: as a child process, its results read from the files it writes.

A child, because dbt keeps the database open for as long as its process lives, and because its
imports and globals stay out of ours. Progress comes from its structured log, one JSON object a
line; results from run_results.json and manifest.json, which every version of dbt writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from foundation import Settings, project_dir
from meterhouse._memory_limit import limit_understood

__all__ = ["DbtChild", "DbtRun", "NodeResult", "Progress", "dbt_child"]

# Python adds the folder it runs in to where it looks for modules, but for -P; ours has a `dbt`.
_CHILD: Final = ("-P", "-m", "meterhouse._dbt_child")

# A run that asks for anything but what the environment given here says would not be the same run.
_NOT_INHERITED: Final = (
    "DBT_",
    "METERHOUSE_LAKE",
    "METERHOUSE_KEPT_INPUTS",
    "METERHOUSE_BUILD",
    "METERHOUSE_AS_OF",
    "METERHOUSE_WORKING_FOLDER",
)

_BAD: Final = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True, slots=True)
class Progress:
    """One node begun or ended: `number` of `total`, from 1; `status` None while it runs."""

    number: int
    total: int
    name: str
    status: str | None


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model, test or hook ended, as run_results.json says it."""

    unique_id: str
    status: str
    message: str
    path: str

    @property
    def kind(self) -> str:
        """What it is: `model`, `test`, `unit_test`, `operation`."""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """Its name without project and hash."""
        return self.unique_id.split(".")[2] if self.unique_id.count(".") > 1 else self.unique_id

    @property
    def is_bad(self) -> bool:
        """Whether it ended in an error or, a test, found rows; skipped ones did not."""
        return self.status in _BAD


@dataclass(frozen=True, slots=True)
class DbtRun:
    """How a run ended. `messages` are its errors as logged, also those that no node stands for."""

    exit_code: int
    results: tuple[NodeResult, ...]
    messages: tuple[str, ...] = field(default=())

    @property
    def failures(self) -> tuple[NodeResult, ...]:
        """What failed, in the order it ran: models before the tests over them."""
        return tuple(result for result in self.results if result.is_bad)


@dataclass(frozen=True, slots=True)
class DbtChild:
    """A process that has begun to load dbt and waits for the one command that it will run."""

    _child: subprocess.Popen[str]
    _build: Path

    def run(
        self, command: Sequence[str], on_progress: Callable[[Progress], None] = lambda _: None
    ) -> DbtRun:
        """Run `dbt <command>` of our project and wait for its end.

        Does not raise when dbt fails: the result says so.
        """
        target = self._build / "dbt"
        (target / "run_results.json").unlink(missing_ok=True)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        asked = json.dumps([*command, *_arguments(self._build)]) + "\n"
        # One that ended before it was asked says why in what it wrote.
        with suppress(BrokenPipeError):
            os.write(self._child.stdin.fileno(), asked.encode())
        messages = tuple(_follow(self._child.stdout, on_progress))
        return DbtRun(self._child.wait(), _read_results(target), messages)


@contextmanager
def dbt_child(*, lake: Path, build: Path, as_of: datetime) -> Generator[DbtChild]:
    """Start the process that will run dbt over `lake` into `build`; it ends with the block.

    Loading dbt takes seconds, in which the caller may put into the folder what dbt is to find.
    The database is `build`/warehouse.duckdb; dbt's files go to `build`/dbt, its log to
    `build`/logs/dbt.log.
    """
    with subprocess.Popen(
        [sys.executable, *_CHILD, str(Settings().build_niceness)],
        env=_environment(lake=lake, build=build, as_of=as_of),
        cwd=build,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as child:
        try:
            yield DbtChild(child, build)
        finally:
            # Where it ran it has ended; a run that stopped short of that has no use for it.
            child.terminate()


def _arguments(build: Path) -> list[str]:
    project = str(project_dir())
    return [
        *("--project-dir", project, "--profiles-dir", project),
        *("--target-path", str(build / "dbt"), "--log-path", str(build / "logs")),
        *("--log-format", "json", "--log-format-file", "text"),
        *("--log-level", "info", "--log-level-file", Settings().build_log_level),
        "--no-use-colors",
        "--no-version-check",
    ]


def _environment(*, lake: Path, build: Path, as_of: datetime) -> dict[str, str]:
    settings = Settings()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)
    }
    return {
        **kept,
        # As seen from the build, where dbt runs: the same words in every build, so that what dbt
        # parsed for one serves the next (see _parsed_project.py).
        "METERHOUSE_LAKE": os.path.relpath(lake, build),
        "METERHOUSE_WORKING_FOLDER": ".",
        # As a reader of the published file sees it, from wherever that is.
        "METERHOUSE_KEPT_INPUTS": str(lake),
        "METERHOUSE_BUILD": str(build),
        "METERHOUSE_AS_OF": as_of.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "METERHOUSE_MEMORY_LIMIT": limit_understood(settings.memory_limit),
        "METERHOUSE_THREADS": str(settings.threads),
    }


def _follow(log: IO[str], on_progress: Callable[[Progress], None]) -> Iterator[str]:
    """Report progress as it is logged; yield the text of each error."""
    for line in log:
        try:
            event: Mapping[str, Any] = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError):
            # Not dbt's log: an interpreter that could not start it, a library's last words.
            yield line.rstrip()
            continue
        progress = _progress(info["name"], data)
        if progress is not None:
            on_progress(progress)
        elif info["level"] == "error" and info["msg"].strip():
            yield info["msg"]


def _progress(name: str, data: Mapping[str, Any]) -> Progress | None:
    total = data.get("total", data.get("num_models"))
    node = data.get("node_info", {})
    if total is None or "index" not in data or name.startswith("LogHook"):
        return None
    is_running = name == "LogStartLine"
    status = None if is_running else str(data.get("status", node.get("node_status", "")))
    return Progress(data["index"], total, node.get("node_name", ""), status)


def _read_results(target: Path) -> tuple[NodeResult, ...]:
    ran = _read_json(target / "run_results.json").get("results", [])
    if not any(result["status"] in _BAD for result in ran):
        paths: Mapping[str, str] = {}
    else:
        manifest = _read_json(target / "manifest.json")
        nodes = {**manifest.get("nodes", {}), **manifest.get("unit_tests", {})}
        paths = {name: node["original_file_path"] for name, node in nodes.items()}
    return tuple(
        NodeResult(
            unique_id=result["unique_id"],
            status=result["status"],
            message=result["message"] or "",
            path=paths.get(result["unique_id"], ""),
        )
        for result in ran
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
