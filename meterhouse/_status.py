"""Where a home stands: what landed, what is published, what waits."""

from __future__ import annotations

from typing import Any

from foundation import STREAMS, Home
from ingest import batches
from meterhouse._build_lock import lock_holder
from meterhouse._publish import Build, current_build

__all__ = ["home_status"]


def home_status(home: Home) -> dict[str, Any]:
    """Return the state of `home` as JSON holds it.

    `waiting` counts batches that the published build has not seen; rows are accepted rows.
    """
    published = current_build(home)
    landed = [batch for stream in STREAMS for batch in batches(home.lake, stream)]
    waiting = [batch for batch in landed if not _is_built(published, batch.stream, batch.batch_id)]
    building = lock_holder(home)
    return {
        "home": str(home.root),
        "published": {
            "build_id": published.build_id,
            "as_of": published.manifest.as_of,
            "finished_at": published.manifest.finished_at,
            "database": str(published.database),
        }
        if published
        else None,
        "landed": {
            "batches": len(landed),
            "accepted": sum(batch.accepted for batch in landed),
            "rejected": sum(sum(batch.rejected.values()) for batch in landed),
        },
        "waiting": {
            "batches": len(waiting),
            "rows": sum(batch.accepted for batch in waiting),
        },
        "building": building,
        "next": _next_command(bool(landed), bool(waiting), published, building),
    }


def _is_built(published: Build | None, stream: str, batch_id: str) -> bool:
    if published is None:
        return False
    built = published.manifest.inputs.get(stream)
    return built is not None and batch_id in built.batches


def _next_command(
    has_landed: bool, has_waiting: bool, published: Build | None, building: str | None
) -> str:
    if not has_landed:
        return "meterhouse land STREAM FILE"
    if building is None and (has_waiting or published is None):
        return "meterhouse build"
    return 'meterhouse query "show tables"'
