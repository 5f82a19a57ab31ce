"""dbt's parse of the project, kept in the home so that the next build need not parse it again.

Parsing costs more than most nights have to compute. What was parsed serves any build of the same
project by the same tools, and no other: it is kept under the digest of both. dbt itself looks at it
once more, file by file, and parses anew what it does not trust.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from foundation import Home, Settings, project_dir

__all__ = ["give_parsed_project", "keep_parsed_project"]

_FOLDER: Final = "_parsed"
_NAME: Final = "partial_parse.msgpack"
_KEPT: Final = 4


def give_parsed_project(home: Home, fingerprint: dict[str, Any], target: Path) -> None:
    """Put what was parsed of this project before, if anything, where dbt looks for it.

    `fingerprint` is that of the build as its manifest holds it, `target` dbt's target folder.
    """
    target.mkdir(parents=True, exist_ok=True)
    kept = _kept(home, fingerprint)
    with suppress(OSError):
        shutil.copyfile(kept, target / _NAME)
        os.utime(kept)


def keep_parsed_project(home: Home, fingerprint: dict[str, Any], target: Path) -> None:
    """Keep what dbt parsed in `target`, in one rename; it is a help, so no failure is one."""
    kept = _kept(home, fingerprint)
    with suppress(OSError):
        if kept.exists() and filecmp.cmp(kept, target / _NAME, shallow=False):
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        being_written = kept.with_suffix(f".{os.getpid()}")
        try:
            shutil.copyfile(target / _NAME, being_written)
            being_written.replace(kept)
        finally:
            being_written.unlink(missing_ok=True)
        former = sorted(kept.parent.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)
        for path in former[:-_KEPT]:
            path.unlink(missing_ok=True)


def _kept(home: Home, fingerprint: dict[str, Any]) -> Path:
    folder = Settings().parsed_folder or home.builds / _FOLDER
    parts = repr([project_dir(), fingerprint["files"], fingerprint["tools"]])
    return folder / f"{hashlib.sha256(parts.encode()).hexdigest()}.msgpack"
