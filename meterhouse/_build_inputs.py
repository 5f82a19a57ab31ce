"""Freeze what a build reads: hard links to the lake's live files, in the build's own folder.

Links cost no space and keep what they name, so landing and compaction go on beside a build without
it noticing. Most are removed once the build is complete: a finished build answers from its own
file, its manifest names every batch, and links kept would hold compacted files on the disk for as
long as the build is kept. Usage records stay, to be asked for by `usage_record_summary_records`:
the database holds them added up. A failed build keeps all of them, to be looked at.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Final

from foundation import STREAMS, Home
from foundation.errors import UsageError
from ingest import batches, live_files
from meterhouse._manifest import Input

__all__ = [
    "INPUTS_NAME",
    "freeze_inputs",
    "input_of",
    "link_or_copy",
    "remove_inputs",
    "require_rows",
]

INPUTS_NAME: Final = "inputs"
_KEPT: Final = frozenset({"usage_records"})


def require_rows(home: Home) -> None:
    """Refuse a lake in which nothing has landed.

    Raises:
        UsageError: every stream is empty.
    """
    if not any(batches(home.lake, stream) for stream in STREAMS):
        raise UsageError(
            f"The lake {home.lake} is empty: there is nothing to build.",
            next_command="meterhouse land STREAM FILE, or: meterhouse demo",
        )


def freeze_inputs(home: Home, build: Path) -> dict[str, Input]:
    """Link every stream's live files into the build; return what each stream gives."""
    inputs = build / INPUTS_NAME
    for stream in STREAMS:
        _freeze_stream(home.lake, stream, inputs / stream)
    return {stream: input_of(inputs, stream) for stream in STREAMS}


def remove_inputs(build: Path) -> None:
    """Remove the links that no reader of the build asks for; the lake's own files stay."""
    for stream in STREAMS:
        if stream not in _KEPT:
            shutil.rmtree(build / INPUTS_NAME / stream, ignore_errors=True)


def _freeze_stream(lake: Path, stream: str, frozen: Path) -> None:
    while True:
        frozen.mkdir(parents=True)
        try:
            for path in live_files(lake, stream):
                link_or_copy(path, frozen / path.name)
        except FileNotFoundError:
            # Compaction replaced a file while we linked. Half of the old and half of the new list
            # would count rows twice or not at all, so the stream starts again.
            shutil.rmtree(frozen)
            continue
        return


def link_or_copy(path: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system cannot do that."""
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
            raise
        # The builds lie on another disk, or on one without hard links.
        shutil.copyfile(path, target)


def input_of(lake: Path, stream: str) -> Input:
    """Return what a stream of the lake, or of a build's frozen inputs, holds."""
    accepted = {batch.batch_id: batch.accepted for batch in batches(lake, stream)}
    return Input(sum(accepted.values()), accepted)
