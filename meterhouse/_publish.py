"""Builds on the disk, and which of them is published.

A build is a folder; `current` is a relative link to one of them, and repointing it is one rename,
so that a reader sees one whole build or another. Nothing in a build changes after it is complete.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foundation import Home
from foundation.errors import RunError, UsageError
from ingest import sync_path
from meterhouse._manifest import MANIFEST_NAME, Manifest, read_manifest, unreadable_manifest

__all__ = [
    "DATABASE_NAME",
    "Build",
    "builds",
    "current_build",
    "find_build",
    "previous_build",
    "publish",
    "published_build",
]

# dbt writes the name into what it stores, so it never changes.
DATABASE_NAME: Final = "warehouse.duckdb"


@dataclass(frozen=True, slots=True)
class Build:
    """One build: its folder and what its manifest says. Sorts nowhere; its id does, by time."""

    folder: Path
    manifest: Manifest

    @property
    def build_id(self) -> str:
        """Its id, which is the name of its folder and begins with the instant it began."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file with every mart, table function and saved query."""
        return self.folder / DATABASE_NAME


def builds(home: Home) -> list[Build]:
    """Return every build of `home`, newest first; folders without a manifest are not builds.

    One whose manifest is damaged is among those that failed: it holds up none of the others.
    """
    found = sorted(home.builds.glob(f"*/{MANIFEST_NAME}"), reverse=True)
    return [Build(path.parent, _manifest_or_failure(path.parent)) for path in found]


def _manifest_or_failure(build: Path) -> Manifest:
    try:
        return read_manifest(build)
    except RunError:
        return unreadable_manifest(build)


def current_build(home: Home) -> Build | None:
    """Return the published build, None before the first."""
    try:
        folder = home.root / home.current.readlink()
    except FileNotFoundError:
        return None
    return Build(folder, read_manifest(folder))


def published_build(home: Home) -> Build:
    """Return the published build.

    Raises:
        UsageError: there is none yet.
    """
    current = current_build(home)
    if current is None:
        raise UsageError(
            f"{home.root} has no published build.",
            next_command=f"meterhouse build --home {home.root}",
        )
    return current


def find_build(home: Home, build_id: str) -> Build:
    """Return the build of that id or pin; a beginning that only one build has will do.

    Raises:
        UsageError: no build has it, or several do.
    """
    pinned = home.pins / build_id
    if build_id and Path(build_id).name == build_id and pinned.is_symlink():
        build_id = pinned.readlink().name
    found = [build for build in builds(home) if build.build_id.startswith(build_id)]
    if len(found) != 1 or not build_id:
        what = "no build" if not found else f"{len(found)} builds"
        raise UsageError(
            f"{build_id!r} names {what} of {home.root}.", next_command="meterhouse builds"
        )
    return found[0]


def previous_build(home: Home) -> Build:
    """Return the newest complete build that is older than the published one.

    Raises:
        UsageError: there is none.
    """
    current = published_build(home)
    for build in builds(home):
        if build.build_id < current.build_id and build.manifest.status == "complete":
            return build
    raise UsageError(
        f"No complete build of {home.root} is older than the published one.",
        next_command="meterhouse builds",
    )


def publish(home: Home, build: Build) -> None:
    """Make `build` the published one; on disk before this returns. Call it under the build lock.

    Raises:
        UsageError: the build is not complete, or its file is gone.
    """
    if build.manifest.status != "complete" or not build.database.is_file():
        raise UsageError(
            f"The build {build.build_id} cannot be published: it is {build.manifest.status}.",
            next_command="meterhouse builds",
        )
    link = home.root / f".current-{secrets.token_hex(4)}"
    link.symlink_to(Path(home.builds.name) / build.build_id, target_is_directory=True)
    try:
        link.replace(home.current)
    except OSError:
        link.unlink(missing_ok=True)
        raise
    sync_path(home.root)
