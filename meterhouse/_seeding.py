"""What a build begins from: a copy of the published one to add to, or nothing.

A seeded build finds the former relations in its own database and the former event files under its
own `events/`; the models decide what of it stands (see `intermediate.*_run`, whose `reason` says
why they made everything anew). Here it is only decided whether there is anything to add to:

    the database   copied, sharing its blocks where the file system can; it will be written to
    events/        hard-linked; what was published is never written to, only replaced or added to
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from foundation import Home
from foundation.errors import MeterhouseError
from meterhouse._build_finish import EVENTS_NAME
from meterhouse._build_inputs import link_or_copy
from meterhouse._checksums import file_sum, missing_files
from meterhouse._fingerprint import Fingerprint, changes_since
from meterhouse._manifest import Input
from meterhouse._publish import DATABASE_NAME, Build, current_build

__all__ = ["Seeding", "choose_seed", "plant_seed"]

# Linux: make a file share another's blocks (btrfs, XFS and others); copied where it cannot.
_FICLONE: Final = 0x40049409
_WRITABLE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Seeding:
    """The build to add to, or None and the reasons why there is nothing to add to."""

    seed: Build | None
    full_because: tuple[str, ...] = ()


def choose_seed(
    home: Home,
    *,
    as_of: datetime,
    is_full: bool,
    made: Fingerprint,
    inputs: Mapping[str, Input],
) -> Seeding:
    """Return the published build if one as of `as_of` with these inputs can be added to it."""
    if is_full:
        return Seeding(None, ("--full was asked for",))
    try:
        published = current_build(home)
    except (MeterhouseError, OSError) as error:
        return Seeding(None, (f"the published build cannot be read: {error}",))
    if published is None:
        return Seeding(None, ("nothing was published before",))
    manifest = published.manifest
    reasons = [*changes_since(manifest.fingerprint, made)]
    if as_of < datetime.fromisoformat(manifest.as_of):
        reasons.append(f"the published build is as of {manifest.as_of}, which is later")
    reasons += [
        f"the batch {batch_id} of {stream} is not in the lake any more"
        for stream, held in manifest.inputs.items()
        for batch_id in held.batches
        if stream not in inputs or batch_id not in inputs[stream].batches
    ][:1]
    if not manifest.files:
        reasons.append("the published build has no checksums")
    else:
        reasons += list(missing_files(published))[:1]
    return Seeding(None, tuple(reasons)) if reasons else Seeding(published)


def plant_seed(seed: Build, build: Path) -> str | None:
    """Put the seed's database and events into the folder `build`; return what is wrong with them.

    What is damaged is taken out again, so that the build begins from nothing.
    """
    database = build / DATABASE_NAME
    try:
        _copy(seed.database, database)
        is_sound = file_sum(database) == seed.manifest.files[DATABASE_NAME]
        wrong = None if is_sound else f"{seed.build_id}: {DATABASE_NAME} is damaged"
        if wrong is None:
            _link_events(seed.folder / EVENTS_NAME, build / EVENTS_NAME)
    except FileNotFoundError as error:
        wrong = f"{seed.build_id}: {error.filename} is gone"
    if wrong is not None:
        database.unlink(missing_ok=True)
        shutil.rmtree(build / EVENTS_NAME, ignore_errors=True)
    return wrong


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        try:
            fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
        except OSError:
            shutil.copyfileobj(read, written, 1 << 22)
    target.chmod(_WRITABLE)


def _link_events(source: Path, target: Path) -> None:
    for folder, _, names in os.walk(source):
        made = target / Path(folder).relative_to(source)
        made.mkdir(parents=True, exist_ok=True)
        for name in names:
            link_or_copy(Path(folder) / name, made / name)
