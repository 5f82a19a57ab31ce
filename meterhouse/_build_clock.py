"""A build's instants, also where the clock jumps back: ids sort by time, `as_of` never falls."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from foundation import Home
from foundation.errors import MeterhouseError
from meterhouse._instants import now
from meterhouse._publish import Build, current_build

__all__ = ["chosen_as_of", "new_build_id", "published_or_none"]

_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_BUILD_ID: Final = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{6}")


def chosen_as_of(home: Home, given: datetime | None) -> datetime:
    """Return what a build takes for now: what is given, else the clock.

    Where the clock says less than it said when the published build was made, it has jumped back,
    and periods that were closed would open again: then the published build's `as_of` holds until
    the clock has caught up, however many builds that takes. An `as_of` that somebody chose says
    nothing about the clock.
    """
    if given is not None:
        return given
    clock = now()
    published = published_or_none(home)
    if published is None:
        return clock
    as_of = datetime.fromisoformat(published.manifest.as_of)
    is_ahead = as_of > datetime.fromisoformat(published.manifest.started_at)
    was_chosen = is_ahead and not published.manifest.is_as_of_held
    return clock if was_chosen else max(clock, as_of)


def new_build_id(home: Home) -> str:
    """Return an id that sorts behind that of every build there is, by the clock where it can."""
    instants = [
        datetime.strptime(found[1], _FORMAT).replace(tzinfo=UTC)
        for path in home.builds.iterdir()
        if (found := _BUILD_ID.fullmatch(path.name))
    ]
    instant = max([now(), *(held + timedelta(seconds=1) for held in instants)])
    return f"{instant.strftime(_FORMAT)}-{secrets.token_hex(3)}"


def published_or_none(home: Home) -> Build | None:
    """Return the published build; None where there is none, or none that can be read."""
    try:
        return current_build(home)
    except (MeterhouseError, OSError):
        return None
