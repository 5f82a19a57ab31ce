"""Land what lies in the inbox: every file once, and none of them lost.

    inbox/<stream>/<file>                    lands in the stream
    inbox/<stream>/<file>.toml               how that file's foreign rows are read (a mapping)
    inbox/<stream>/mapping.toml              the same for every file without one of its own
    inbox/_landed/<date>/<stream>/<file>     where it goes once its batch is in the lake
    inbox/_failed/<date>/<stream>/<file>     where it goes if it cannot be read; .reason.txt

A file is moved only after its batch is on the disk. If the process dies between the two, the file
is found again and landing it changes nothing: events have a batch id made of their content, and
objects count as observed when the file was last written to, which moving does not change.

Names that begin with a dot or end in .tmp, .part or .partial are being written and left alone:
whoever delivers a file writes it under such a name and renames it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from foundation import STREAMS, Home, Settings, fail_point
from foundation.errors import UsageError
from ingest import BatchReport, land, sync_path

__all__ = ["Failed", "Taken", "mapping_of", "strays", "take_inbox", "waiting_files"]

_LANDED: Final = "_landed"
_FAILED: Final = "_failed"
_MAPPING: Final = "mapping.toml"
_BEING_WRITTEN: Final = (".tmp", ".part", ".partial")


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that landed, and where it lies now (None: it was removed)."""

    report: BatchReport
    moved_to: str | None

    def to_json(self) -> dict[str, Any]:
        """Return what a summary says of the file; its rejected rows are in the lake, whole."""
        held = asdict(self.report)
        for name in ("rejected_rows", "first_rows", "seconds"):
            held.pop(name, None)
        return {**held, "moved_to": self.moved_to}


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read, where it lies now, and why."""

    stream: str
    source: str
    moved_to: str
    reason: str


def waiting_files(home: Home) -> Iterator[tuple[str, Path]]:
    """Yield stream and path of each file that a run would land now, in the order it would."""
    for stream in STREAMS:
        folder = home.inbox / stream
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.is_file() and path.suffix != ".toml" and not _is_being_written(path):
                    yield stream, path


def strays(home: Home) -> list[str]:
    """Return what lies in the inbox where no run will ever look, as paths within it."""
    if not home.inbox.is_dir():
        return []
    known = {*STREAMS, _LANDED, _FAILED}
    folders = [path for path in home.inbox.iterdir() if not path.name.startswith(".")]
    within = [
        path
        for stream in STREAMS
        for path in (home.inbox / stream).glob("*")
        if path.is_dir() and not path.name.startswith(".")
    ]
    return sorted(
        path.relative_to(home.inbox).as_posix()
        for path in [*(path for path in folders if path.name not in known), *within]
    )


def take_inbox(
    home: Home, *, started_at: datetime, remove_landed: bool = False
) -> Iterator[Taken | Failed]:
    """Land every waiting file and yield what became of it, once it lies where it belongs.

    `started_at` names the folder of the day. With `remove_landed` a file that landed is deleted
    instead of kept.

    Raises:
        RunError: the disk is full; the file at hand is still in the inbox.
    """
    day = f"{started_at:%Y-%m-%d}"
    for stream, path in waiting_files(home):
        own_mapping = path.with_name(f"{path.name}.toml")
        try:
            report = _land(home, stream, path)
        except (UsageError, OSError, pa.ArrowException) as error:
            reason = error.message if isinstance(error, UsageError) else str(error)
            target = _free_name(path, home.inbox / _FAILED / day / stream)
            # The reason comes first, so that no file is ever found there without one.
            note = target.with_name(f"{target.name}.reason.txt")
            note.write_text(f"{reason}\n", "utf-8")
            _move(path, target)
            yield Failed(stream, path.name, _within(home, target), reason)
            continue
        fail_point("nightly.file_landed")
        if remove_landed:
            path.unlink()
            sync_path(path.parent)
            target = None
        else:
            target = _free_name(path, home.inbox / _LANDED / day / stream)
            _move(path, target)
        if own_mapping.exists():
            if target is None:
                own_mapping.unlink()
            else:
                _move(own_mapping, _free_name(own_mapping, target.parent))
        fail_point("nightly.file_moved")
        yield Taken(report, None if target is None else _within(home, target))


def mapping_of(path: Path) -> Path | None:
    """Return the mapping by which a waiting file is read: its own, else the folder's, else none."""
    beside = (path.with_name(f"{path.name}.toml"), path.with_name(_MAPPING))
    return next((mapping for mapping in beside if mapping.exists()), None)


def _land(home: Home, stream: str, path: Path) -> BatchReport:
    is_objects = STREAMS[stream].kind == "objects"
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    report = land(
        home,
        stream,
        [path],
        mapping=mapping_of(path),
        observed_at=written if is_objects else None,
        threads=Settings().threads,
    )
    return report.batches[0]


def _free_name(path: Path, folder: Path) -> Path:
    """Return where a file goes in a folder of the inbox without replacing one that lies there."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}.{number}{path.suffix}"
    return target


def _move(path: Path, target: Path) -> None:
    path.rename(target)
    sync_path(target.parent)
    sync_path(path.parent)


def _is_being_written(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith(_BEING_WRITTEN)


def _within(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
