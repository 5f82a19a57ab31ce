"""Pins: names under which builds are kept for good, such as the close of a month.

A pin is a relative link `pins/<name>` to a build, made in one rename, so it is there whole or not
at all. `pins/<name>/warehouse.duckdb` opens in anything that reads DuckDB files.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Final

from foundation import Home
from foundation.errors import UsageError
from ingest import sync_path
from meterhouse._publish import Build

__all__ = ["pin_build", "pins", "unpin_build"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BUILD_ID: Final = re.compile(r"\d{8}T\d{6}Z")


def pins(home: Home) -> dict[str, str]:
    """Return the build id that each pin holds, by the pin's name, in the order of the names."""
    if not home.pins.is_dir():
        return {}
    return {
        path.name: path.readlink().name
        for path in sorted(home.pins.iterdir())
        if path.is_symlink() and _NAME.fullmatch(path.name)
    }


def pin_build(home: Home, name: str, build: Build) -> None:
    """Keep `build` under `name`; on disk before this returns. Call it under the build lock.

    Asking twice is harmless.

    Raises:
        UsageError: the name cannot be one, holds another build, or the build is not complete.
    """
    if not _NAME.fullmatch(name) or _BUILD_ID.match(name):
        raise UsageError(
            f"{name!r} cannot be a pin's name: up to 100 letters, digits, dots, dashes and "
            "underscores, and not a build's id.",
            next_command="meterhouse builds --pin 2026-10-close",
        )
    if build.manifest.status != "complete":
        raise UsageError(
            f"The build {build.build_id} cannot be pinned: it is {build.manifest.status}.",
            next_command="meterhouse builds",
        )
    held = pins(home).get(name)
    if held is not None and held != build.build_id:
        raise UsageError(
            f"The pin {name!r} holds the build {held}.",
            next_command=f"meterhouse builds --unpin {name}",
        )
    home.pins.mkdir(exist_ok=True)
    link = home.pins / f".{name}-{secrets.token_hex(4)}"
    link.symlink_to(Path("..") / home.builds.name / build.build_id, target_is_directory=True)
    try:
        link.replace(home.pins / name)
    except OSError:
        link.unlink(missing_ok=True)
        raise
    sync_path(home.pins)
    sync_path(home.root)


def unpin_build(home: Home, name: str) -> str:
    """Let go of a pin and return the id of its build, which stays until it is pruned.

    Raises:
        UsageError: there is no such pin; the message lists those there are.
    """
    held = pins(home)
    if name not in held:
        raise UsageError(
            f"There is no pin {name!r}. Pins: {', '.join(held) or 'none'}.",
            next_command="meterhouse builds",
        )
    (home.pins / name).unlink()
    sync_path(home.pins)
    return held[name]
