"""A small home with published files of a test's own making."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb


class PublishedHome:
    """A home whose builds hold whatever a test puts into them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "builds").mkdir(parents=True)

    def publish(self, build_id: str, *statements: str) -> Path:
        """Make a build and point `current` at it, as a real publish does: in one rename."""
        folder = self.root / "builds" / build_id
        folder.mkdir()
        with duckdb.connect(folder / "warehouse.duckdb") as connection:
            for statement in statements:
                connection.execute(statement)
        manifest = {"as_of": "2026-04-15T00:00:00Z", "started_at": "2026-04-15T01:00:00Z"}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        self.point(build_id)
        return folder

    def point(self, build_id: str) -> None:
        """Repoint `current`."""
        link = self.root / "current.new"
        link.symlink_to(Path("builds") / build_id)
        os.replace(link, self.root / "current")
