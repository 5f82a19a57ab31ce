"""What a nightly run did, as a program reads it: one JSON object a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from foundation import encode_json
from ingest import SealedBatch, durable_rename
from meterhouse._inbox import Failed, Taken
from meterhouse._publish import Build

__all__ = ["SUMMARY_NAME", "Outcome", "RunFailure", "RunSummary"]

SUMMARY_NAME: Final = "run.json"

Outcome = Literal["published", "nothing_new", "failed", "dry_run"]

_OF_THE_BUILD: Final = (
    *("build_id", "as_of", "previous", "seed", "full_because", "made_anew", "nodes"),
    *("control_totals", "row_counts", "timings_ms"),
)


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a run failed, and what to type next."""

    message: str
    next_command: str | None


@dataclass(slots=True, kw_only=True)
class RunSummary:
    """What one run did, step by step.

    `landed` and `failed_files` are the files of the inbox, `strays` what lies in it where no run
    looks, `sealed` the batches made of single calls. `left_out` names the files of the lake
    (stream/name) that could not be read. `abandoned` are builds of killed runs, `pruned` those
    removed, `kept_open` those that would have been, were they not open somewhere. `plan` and
    `plan_has_findings` are filled by a dry run only. Instants are ISO 8601 in UTC.
    """

    outcome: Outcome = "nothing_new"
    started_at: str
    finished_at: str | None = None
    home: str
    abandoned: list[str] = field(default_factory=list[str])
    landed: list[Taken] = field(default_factory=list[Taken])
    failed_files: list[Failed] = field(default_factory=list[Failed])
    strays: list[str] = field(default_factory=list[str])
    sealed: list[SealedBatch] = field(default_factory=list[SealedBatch])
    left_out: list[str] = field(default_factory=list[str])
    build: Build | None = None
    pruned: list[str] = field(default_factory=list[str])
    kept_open: list[str] = field(default_factory=list[str])
    plan: list[str] = field(default_factory=list[str])
    plan_has_findings: bool = False
    failure: RunFailure | None = None

    @property
    def has_findings(self) -> bool:
        """Whether somebody should look: rejected rows, files that could not be read, strays."""
        rejected = [
            *(taken.report.rejected for taken in self.landed if not taken.report.already_landed),
            *(batch.rejected for batch in self.sealed),
        ]
        return bool(
            any(rejected)
            or self.failed_files
            or self.strays
            or self.left_out
            or self.plan_has_findings
        )

    @property
    def exit_code(self) -> int:
        """0 all is well; 1 there are findings; 3 the run failed and published nothing."""
        if self.outcome == "failed":
            return 3
        return 1 if self.has_findings else 0

    def to_json(self) -> dict[str, Any]:
        """Return the summary as its file and standard output hold it."""
        manifest = None if self.build is None else self.build.manifest.to_json()
        return {
            "outcome": self.outcome,
            "exit_code": self.exit_code,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "home": self.home,
            "abandoned": self.abandoned,
            "landed": [taken.to_json() for taken in self.landed],
            "failed_files": [asdict(failed) for failed in self.failed_files],
            "strays": self.strays,
            "sealed": [asdict(batch) for batch in self.sealed],
            "left_out": self.left_out,
            "build": manifest and {name: manifest[name] for name in _OF_THE_BUILD},
            "pruned": self.pruned,
            "kept_open": self.kept_open,
            "plan": self.plan,
            "failure": None if self.failure is None else asdict(self.failure),
        }

    def write(self, build: Path) -> None:
        """Put the summary into the build's folder."""
        written = build / f"{SUMMARY_NAME}.tmp"
        written.write_text(json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
        durable_rename(written, build / SUMMARY_NAME)

    def line(self) -> str:
        """Return the summary as one line of JSON."""
        return encode_json(self.to_json())
