"""Which build answers: its folder, its id, and what its manifest says."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from foundation.errors import UsageError

DATABASE = "warehouse.duckdb"
"""The name of the published file; its stem is the catalog's name inside it."""


@dataclass(frozen=True)
class Build:
    """One published build: an immutable folder with a DuckDB file and a manifest."""

    folder: Path
    """The folder, absolute and without symbolic links."""

    @property
    def id(self) -> str:
        """The build's id, such as ``20240402T013000Z-3f9a1c``: the folder's name."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / DATABASE

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the build wrote down of itself: inputs, versions, fingerprint; empty if nothing."""
        try:
            text = (self.folder / "manifest.json").read_text(encoding="utf-8")
            read = json.loads(text, parse_float=Decimal)
        except (FileNotFoundError, ValueError):
            return {}
        return cast("dict[str, Any]", read) if isinstance(read, dict) else {}

    @cached_property
    def as_of(self) -> datetime.datetime | None:
        """The instant the build was made for, UTC: what is open, past and future goes by it."""
        return _instant(self.manifest.get("as_of"))

    @cached_property
    def inputs(self) -> Mapping[str, int]:
        """What the build has seen: accepted rows by stream."""
        streams: Mapping[str, Any] = self.manifest.get("inputs", {})
        return {name: held["rows"] for name, held in streams.items()}

    @property
    def as_of_seconds(self) -> int:
        """``as_of`` in whole seconds since 1970; now, where the build does not say."""
        return int((self.as_of or datetime.datetime.now(datetime.UTC)).timestamp())

    @cached_property
    def is_for_a_chosen_instant(self) -> bool:
        """Whether ``as_of`` lies days before the build was made: someone chose it."""
        made_at = _instant(self.manifest.get("started_at"))
        if made_at is None or self.as_of is None:
            return False
        return made_at - self.as_of > datetime.timedelta(days=2)

    def headers(self) -> Mapping[str, str]:
        """Give the headers by which every answer says where it comes from."""
        return self._headers

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        headers = {"Meterhouse-Build": self.id}
        if self.as_of is not None:
            headers["Meterhouse-As-Of"] = self.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")
        return headers


def _instant(text: object) -> datetime.datetime | None:
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=datetime.UTC)
    return instant.astimezone(datetime.UTC)


def locate(place: Path, build_id: str | None) -> Build:
    """Find the build: a home's current one, one of its by id or pin, a build folder or a file."""
    if build_id is not None:
        if Path(build_id).name != build_id or build_id in ("", ".", ".."):
            raise UsageError(
                f"'{build_id}' is not the id of a build.", next_command="meterhouse builds"
            )
        kept = [place / "builds" / build_id, place / "pins" / build_id]
        folder = next((each for each in kept if (each / DATABASE).is_file()), None)
        if folder is None:
            raise UsageError(
                f"There is no build {build_id} in {place}.", next_command="meterhouse builds"
            )
        return Build(folder.resolve())
    if place.is_file():
        if place.name != DATABASE:
            raise UsageError(
                f"{place} is not a published file: they are named {DATABASE}.",
                next_command="meterhouse build",
            )
        return Build(place.resolve().parent)
    if (place / DATABASE).is_file():
        return Build(place.resolve())
    link = place / "current"
    if not (link / DATABASE).is_file():
        what = "has no published build" if place.is_dir() else "is not there"
        raise UsageError(
            f"{place} {what}.",
            next_command=f"meterhouse build --home {place}",
        )
    return Build(link.resolve())


def current_target(place: Path) -> str | None:
    """Read where a home's ``current`` points; None where the place is not a home."""
    try:
        # Joined as text: this is done for every request.
        return os.readlink(f"{place}/current")
    except OSError:
        return None
