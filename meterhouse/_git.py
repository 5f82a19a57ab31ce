"""Which commit the models come from."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["git_revision"]


def git_revision(project: Path) -> str | None:
    """Return the commit of the checkout, `+` behind it when there are changes; None outside one."""
    try:
        asked = [
            subprocess.run(
                ["git", "-C", str(project), *question],
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout.strip()
            for question in (
                ["rev-parse", "--show-toplevel"],
                ["rev-parse", "HEAD"],
                ["status", "--porcelain", "--untracked-files=no"],
            )
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    top, revision, changes = asked
    # An installed package may lie inside somebody's own repository; that revision is not ours.
    if Path(top) != project:
        return None
    return f"{revision}+" if changes else revision
