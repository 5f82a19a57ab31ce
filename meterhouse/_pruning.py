"""Remove builds that nobody needs any more.

Kept are the published build and the complete one before it, pinned builds, builds that somebody has
open, and the newest complete ones; of those that failed only the newest, to be looked at. A build
goes in two steps: a rename takes it out of `builds/`, and then it is removed. A run that is killed
between them leaves it where the next one finishes the work, and no half of a build is ever listed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from foundation import Home, fail_point
from foundation.errors import UsageError
from ingest import sync_path
from meterhouse._pins import pins
from meterhouse._publish import Build, builds, current_build, previous_build

__all__ = ["Pruned", "prune"]

_GOING: Final = "_pruned"
_WRITABLE: Final = 0o644
_READ_ONLY: Final = 0o444


@dataclass(slots=True)
class Pruned:
    """Ids of builds: those removed, and those that would be, were they not open somewhere."""

    removed: list[str] = field(default_factory=list[str])
    open: list[str] = field(default_factory=list[str])


def prune(home: Home, *, keep: int, dry_run: bool = False) -> Pruned:
    """Remove all builds but those that are to be kept. Call it under the build lock.

    `keep` is how many complete builds stay, the published one included.
    """
    going = home.builds / _GOING
    if not dry_run:
        shutil.rmtree(going, ignore_errors=True)
    pruned = Pruned()
    for build in _unneeded(home, keep):
        if _is_open(build, dry_run=dry_run):
            pruned.open.append(build.build_id)
            continue
        pruned.removed.append(build.build_id)
        if not dry_run:
            going.mkdir(exist_ok=True)
            build.folder.rename(going / build.build_id)
            sync_path(home.builds)
            fail_point("nightly.pruning")
    if not dry_run:
        shutil.rmtree(going, ignore_errors=True)
    return pruned


def _unneeded(home: Home, keep: int) -> list[Build]:
    needed = set(pins(home).values())
    published = current_build(home)
    if published is not None:
        needed.add(published.build_id)
        with suppress(UsageError):
            needed.add(previous_build(home).build_id)
    found = builds(home)
    complete = [build.build_id for build in found if build.manifest.status == "complete"]
    failed = [build.build_id for build in found if build.manifest.status == "failed"]
    needed.update(complete[:keep], failed[:1])
    return [
        build
        for build in found
        if build.build_id not in needed and build.manifest.status != "building"
    ]


def _is_open(build: Build, *, dry_run: bool) -> bool:
    """Whether a process reads the build: DuckDB holds a lock on every file that it has open.

    It is the event files that a reader would miss, which it opens by name each time it needs them.
    A dry run cannot ask where the file may only be read.
    """
    if not build.database.exists():
        return False
    if not dry_run:
        # A lock against readers needs a file that may be written to, and a published one may not.
        build.database.chmod(_WRITABLE)
    try:
        descriptor = os.open(build.database, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        if dry_run:
            return False
        raise
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
        if not dry_run:
            build.database.chmod(_READ_ONLY)
