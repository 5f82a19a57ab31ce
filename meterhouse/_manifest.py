"""A build's manifest: what went in, what made it, what came out: one JSON file in its folder.

Written when the build begins and again at each end it can have, always whole (temporary name, sync,
rename), so that whoever finds a build knows what it is:

    building    being made; without a living process it is left over from a crash
    failed      dbt, a data test or the last checks said no; kept for looking at, never published
    complete    passed everything; can be published. Which build is published, `current` alone says.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from foundation.errors import RunError
from ingest import durable_rename

__all__ = [
    "MANIFEST_NAME",
    "ControlTotal",
    "Failure",
    "FileSum",
    "Input",
    "Manifest",
    "Status",
    "read_manifest",
    "unreadable_manifest",
]

MANIFEST_NAME: Final = "manifest.json"
_FORMAT: Final = 1

Status = Literal["building", "failed", "complete"]


@dataclass(frozen=True, slots=True)
class Input:
    """What one stream gave to the build: accepted rows in all, and by batch id."""

    rows: int
    batches: dict[str, int]


@dataclass(frozen=True, slots=True)
class FileSum:
    """One file of the build: its size in bytes and the SHA-256 of its content."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """One control over the whole build: both sides and how many of its rows do not agree.

    Totals are exact numbers as text; None where the sum does not fit 38 digits.
    """

    control: str
    unit: str
    rows: int
    source_total: str | None
    result_total: str | None
    unbalanced_rows: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a build failed, in one line that says what to look at."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that a build says of itself.

    Instants are ISO 8601 in UTC to the second, with `Z`. `inputs` maps every stream, also an empty
    one. `nodes` counts what dbt ran by kind (`model`, `test`). `row_counts` maps each
    relation of the schema `main`, and so does `column_totals`: the sum of each of its whole-number
    and decimal columns as exact text (None where it does not fit 38 digits). In the place of event
    summaries both map the rollups that they are read from, `intermediate.meter_quarter_hours` and
    `intermediate.meter_days`. `timings_ms` maps each step to whole milliseconds.

    `is_as_of_held` says that the clock lay behind the published build's `as_of`, which was taken.
    `previous` is the build that was published when this one began. `seed` is the build that this
    one added to, None where it was made from everything that landed; `full_because` then says why.
    `made_anew` names the groups of models that did not add to the seed, with the reason.
    `left_out` lists the files (stream/name) that are missing because they could not be read.
    `control_totals` has both sides of each control, `files` every file by its path in the build.
    """

    build_id: str
    status: Status
    as_of: str
    is_as_of_held: bool = False
    started_at: str
    finished_at: str | None = None
    is_full: bool
    previous: str | None
    versions: dict[str, str]
    git_revision: str | None
    fingerprint: dict[str, Any]
    seed: str | None = None
    full_because: list[str] = field(default_factory=list[str])
    made_anew: dict[str, str] = field(default_factory=dict[str, str])
    left_out: list[str] = field(default_factory=list[str])
    inputs: dict[str, Input] = field(default_factory=dict[str, Input])
    nodes: dict[str, int] = field(default_factory=dict[str, int])
    row_counts: dict[str, int] = field(default_factory=dict[str, int])
    column_totals: dict[str, dict[str, str | None]] = field(
        default_factory=dict[str, dict[str, str | None]]
    )
    control_totals: list[ControlTotal] = field(default_factory=list[ControlTotal])
    files: dict[str, FileSum] = field(default_factory=dict[str, FileSum])
    timings_ms: dict[str, int] = field(default_factory=dict[str, int])
    failure: Failure | None = None

    @property
    def input_rows(self) -> int:
        """Accepted rows of all streams."""
        return sum(stream.rows for stream in self.inputs.values())

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return the manifest that `value` holds; what a newer version added is left out."""
        known = {item.name for item in fields(cls)}
        manifest = cls(**{name: held for name, held in value.items() if name in known})
        inputs = {
            name: Input(held["rows"], held["batches"])
            for name, held in value.get("inputs", {}).items()
        }
        failure = value.get("failure")
        return replace(
            manifest,
            inputs=inputs,
            control_totals=[ControlTotal(**held) for held in value.get("control_totals", [])],
            files={name: FileSum(**held) for name, held in value.get("files", {}).items()},
            failure=Failure(**failure) if failure else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as the file holds it."""
        return {"format": _FORMAT, **asdict(self)}

    def write(self, build: Path) -> None:
        """Put the manifest into the build's folder, replacing the one that is there."""
        written = build / f"{MANIFEST_NAME}.tmp"
        written.write_text(
            json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        durable_rename(written, build / MANIFEST_NAME)


def read_manifest(build: Path) -> Manifest:
    """Return the manifest of the build in the folder `build`.

    Raises:
        RunError: there is none, or it is not one of ours.
    """
    path = build / MANIFEST_NAME
    try:
        return Manifest.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"The build {build.name} has no readable {MANIFEST_NAME}.",
            next_command="meterhouse build",
        ) from error


def unreadable_manifest(build: Path) -> Manifest:
    """Return what can be said of a build whose manifest cannot be read: it cannot be used."""
    return Manifest(
        build_id=build.name,
        status="failed",
        as_of="",
        started_at="",
        is_full=False,
        previous=None,
        versions={},
        git_revision=None,
        fingerprint={},
        failure=Failure(f"Its {MANIFEST_NAME} cannot be read."),
    )
