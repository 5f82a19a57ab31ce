"""The home: the one folder that holds everything a warehouse keeps.

inbox/<stream>/                     files waiting for the nightly run
inbox/_landed/<date>/<stream>/      files that landed
inbox/_failed/<date>/<stream>/      files that could not be read, each with its reason beside it
lake/_format.json                   marks the folder as a home, and says its layout
lake/<stream>/<batch_id>.parquet    accepted rows, one immutable file a batch
lake/<stream>/_empty.parquet        no rows, the declared columns
lake/_rejected/<stream>/            rejected rows, whole, one file a batch
lake/_quarantine/<stream>/          files of the lake that cannot be read any more
lake/_journal/                      single calls, before they become batches
lake/_incoming/                     files being written; nothing reads them
builds/<build_id>/                  one build each, never changed once published
builds/_parsed/                     dbt's parse of the models, for the next build
current -> builds/<build_id>        the published build
pins/<name> -> builds/<build_id>    builds kept for good
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from foundation.errors import NotAHomeError

__all__ = ["LAKE_FORMAT", "Home"]

LAKE_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one home. Making one of these touches no disk: see `open` and `create`."""

    root: Path

    @classmethod
    def open(cls, root: Path | str) -> Home:
        """Return the home at `root`.

        Raises:
            NotAHomeError: nothing is there, or something that is not a home.
        """
        home = cls(Path(root).expanduser().absolute())
        if not home.root.exists():
            raise NotAHomeError(
                f"There is no home at {root}.",
                next_command="meterhouse demo, or: meterhouse land STREAM FILE",
            )
        home._check_format()
        return home

    @classmethod
    def create(cls, root: Path | str) -> Home:
        """Return the home at `root`, making it first where the folder is absent or empty.

        The folder is a home only once `lake/_format.json` stands in it, which `ingest` writes last,
        after every stream has its empty file. Asking twice is harmless.

        Raises:
            NotAHomeError: the folder holds something else.
        """
        home = cls.planned(root)
        if not home.format_file.exists():
            home.lake.mkdir(parents=True, exist_ok=True)
            home.builds.mkdir(exist_ok=True)
            home.inbox.mkdir(exist_ok=True)
        return home

    @classmethod
    def planned(cls, root: Path | str) -> Home:
        """Return the home that `create` would return, and make nothing.

        Raises:
            NotAHomeError: the folder holds something else.
        """
        home = cls(Path(root).expanduser().absolute())
        if home.format_file.exists():
            home._check_format()
            return home
        ours = {"inbox", "lake", "builds", "current", "pins"}
        if home.root.exists() and not home.root.is_dir():
            raise NotAHomeError(f"{root} is a file, not a folder that could be a home.")
        found = {path.name for path in home.root.iterdir()} if home.root.exists() else set[str]()
        if found - ours:
            raise NotAHomeError(
                f"{root} is not a home: it holds {', '.join(sorted(found)[:3])} and no lake. "
                "Name an absent or an empty folder.",
                next_command=f"meterhouse --home {Path(root) / 'meterhouse'} …",
            )
        return home

    def _check_format(self) -> None:
        try:
            held: Any = json.loads(self.format_file.read_text("utf-8"))
            lake_format = held["lake_format"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotAHomeError(
                f"{self.root} is not a home: it has no readable lake/_format.json.",
                next_command="meterhouse demo, or: meterhouse --home FOLDER …",
            ) from error
        if lake_format != LAKE_FORMAT:
            raise NotAHomeError(
                f"The home {self.root} has lake format {lake_format}; this version reads "
                f"{LAKE_FORMAT}.",
                next_command="pip install --upgrade meterhouse",
            )

    @property
    def format_file(self) -> Path:
        """The file that makes the folder a home."""
        return self.lake / "_format.json"

    @property
    def inbox(self) -> Path:
        """Files waiting to be landed, one folder a stream."""
        return self.root / "inbox"

    @property
    def lake(self) -> Path:
        """Everything that landed."""
        return self.root / "lake"

    @property
    def rejected(self) -> Path:
        """Rejected rows, one folder a stream."""
        return self.lake / "_rejected"

    @property
    def quarantine(self) -> Path:
        """Files of the lake that cannot be read any more, one folder a stream."""
        return self.lake / "_quarantine"

    @property
    def journal(self) -> Path:
        """Single calls that are not yet a batch."""
        return self.lake / "_journal"

    @property
    def incoming(self) -> Path:
        """Files being written, on the same file system as what they will become."""
        return self.lake / "_incoming"

    @property
    def builds(self) -> Path:
        """Every build that is kept."""
        return self.root / "builds"

    @property
    def pins(self) -> Path:
        """Links to builds that are kept for good, by name."""
        return self.root / "pins"

    @property
    def current(self) -> Path:
        """The link to the published build."""
        return self.root / "current"

    def stream_folder(self, stream: str) -> Path:
        """The folder of a stream's accepted rows."""
        return self.lake / stream

    def rejected_folder(self, stream: str) -> Path:
        """The folder of a stream's rejected rows."""
        return self.rejected / stream
