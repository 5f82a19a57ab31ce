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

No name and no mount may hold up what else lies in the inbox: a name that is not UTF-8 fails as a
file that cannot be read does, a long one is cut where something is added to it, and from a folder
of another file system the file is copied.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any, Final

import pyarrow as pa

from foundation import STREAMS, Home, Settings, fail_point
from foundation.errors import InputChangedError, UsageError
from ingest import BatchReport, FileState, durable_rename, file_state, land, sync_path

__all__ = [
    "Failed",
    "Taken",
    "land_waiting",
    "shown_name",
    "strays",
    "take_inbox",
    "waiting_files",
]

_LANDED: Final = "_landed"
_FAILED: Final = "_failed"
_MAPPING: Final = "mapping.toml"
_BEING_WRITTEN: Final = (".tmp", ".part", ".partial")
_REASON: Final = ".reason.txt"
_LONGEST_NAME: Final = 255
_LONGEST_SUFFIX: Final = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that landed, and where it lies now (None: it was removed or replaced by another)."""

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
    """A file that could not be read, where it lies now, and why.

    One that changed while it was read stays in the inbox.
    """

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
        if not path.is_file() and not path.name.startswith(".")
    ]
    return sorted(
        _shown(path.relative_to(home.inbox).as_posix())
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
        before = _state(path)
        if before is None:
            # Whoever delivered it took it away again.
            continue
        try:
            report = land_waiting(home, stream, path)
        except (UsageError, OSError, pa.ArrowException) as error:
            reason = error.message if isinstance(error, UsageError) else str(error)
            if isinstance(error, InputChangedError) or _state(path) != before:
                # Whoever writes to it is not done; the next run finds it whole.
                yield Failed(stream, shown_name(path), _within(home, path), reason)
                continue
            target = _free_name(path, home.inbox / _FAILED / day / stream, beside=_REASON)
            # The reason comes first, so that no file is ever found there without one.
            target.with_name(f"{target.name}{_REASON}").write_text(f"{reason}\n", "utf-8")
            _move(path, target)
            yield Failed(stream, shown_name(path), _within(home, target), reason)
            continue
        fail_point("nightly.file_landed")
        if _state(path) != before:
            # Another file has taken its name, which the next run lands.
            yield Taken(report, None)
            continue
        if remove_landed:
            path.unlink()
            sync_path(path.parent)
            target = None
        else:
            target = _free_name(path, home.inbox / _LANDED / day / stream)
            _move(path, target)
        if os.path.exists(own_mapping):
            if target is None:
                own_mapping.unlink()
            else:
                _move(own_mapping, _free_name(own_mapping, target.parent))
        fail_point("nightly.file_moved")
        yield Taken(report, None if target is None else _within(home, target))


def _state(path: Path) -> FileState | None:
    try:
        return file_state(path)
    except FileNotFoundError:
        return None


def _mapping_of(path: Path) -> Path | None:
    """Return the mapping by which a waiting file is read: its own, else the folder's, else none."""
    beside = (path.with_name(f"{path.name}.toml"), path.with_name(_MAPPING))
    # Path.exists fails where a name is too long for a mapping beside it.
    return next((mapping for mapping in beside if os.path.exists(mapping)), None)


def shown_name(path: Path) -> str:
    """Return a file's name as it can be written anywhere, bytes that are not UTF-8 in hex."""
    return _shown(path.name)


def _require_name(path: Path) -> None:
    if shown_name(path) != path.name:
        raise UsageError(
            f"The name {shown_name(path)!r} is not UTF-8; rename the file and put it into the "
            "inbox again."
        )


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def land_waiting(home: Home, stream: str, path: Path, *, dry_run: bool = False) -> BatchReport:
    """Land one waiting file as a run does, or with `dry_run` check it as a run would.

    Raises:
        UsageError: it cannot be read, or its name is not UTF-8.
        RunError: the disk is full.
    """
    _require_name(path)
    is_objects = STREAMS[stream].kind == "objects"
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    report = land(
        home,
        stream,
        [path],
        mapping=_mapping_of(path),
        observed_at=written if is_objects else None,
        dry_run=dry_run,
        threads=Settings().threads,
    )
    return report.batches[0]


def _free_name(path: Path, folder: Path, *, beside: str = "") -> Path:
    """Return where a file goes in a folder of the inbox without replacing one that lies there.

    The name leaves room for the ending `beside` of a note.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = PurePath(shown_name(path))
    stem, suffix = (name.stem, name.suffix)
    if len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = (name.name, "")
    number = 1
    while True:
        ending = suffix if number == 1 else f".{number}{suffix}"
        room = _LONGEST_NAME - len(f"{ending}{beside}".encode())
        target = folder / f"{stem.encode()[:room].decode(errors='ignore')}{ending}"
        if not target.exists():
            return target
        number += 1


def _move(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copied = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            shutil.copy2(path, copied)
            durable_rename(copied, target)
        except OSError:
            copied.unlink(missing_ok=True)
            raise
        path.unlink()
    sync_path(target.parent)
    sync_path(path.parent)


def _is_being_written(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith(_BEING_WRITTEN)


def _within(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()
