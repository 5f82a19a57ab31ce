"""What a batch says about itself, kept in the footer of its own Parquet file.

Footer keys, each a text: `stream`; `read`, `accepted` and `rejected` with the sums over the batches
in the file; `batches`, a JSON list with one entry a batch; and in a compacted file `replaces`, a
JSON list of the names of the files whose rows it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq

from foundation.errors import RunError

__all__ = ["BatchMetadata", "Merge", "footer_of", "read_batches", "read_footer", "read_merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMetadata:
    """The account of one batch.

    `read` is the number of rows offered, after a mapping made several events of one input row;
    `accepted` of them lie in the file and the rest lie under `_rejected/`, by reason: read =
    accepted + rejected, always. Instants are ISO 8601 in UTC, ranges inclusive, None where the
    batch holds no row. `observed_at` is of object versions. `relanded` names, for each batch whose
    rejected rows were landed here, which of them: [first, last] positions in its file of rejected
    rows, from 0, inclusive.
    """

    batch_id: str
    stream: str
    read: int
    accepted: int
    rejected: dict[str, int] = field(default_factory=dict[str, int])
    source_name: str
    source_hash: str
    source_format: str = ""
    mapping_hash: str | None = None
    landed_at: str
    tool_version: str
    backfill: bool = False
    first_event_at: str | None = None
    last_event_at: str | None = None
    first_received_at: str | None = None
    last_received_at: str | None = None
    observed_at: str | None = None
    ignored_fields: dict[str, int] = field(default_factory=dict[str, int])
    relanded: dict[str, list[list[int]]] = field(default_factory=dict[str, list[list[int]]])

    def __post_init__(self) -> None:
        if self.read != self.accepted + sum(self.rejected.values()):
            raise RunError(
                f"The account of batch {self.batch_id} does not add up: read {self.read}, accepted "
                f"{self.accepted}, rejected {sum(self.rejected.values())}. Nothing was landed."
            )

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BatchMetadata:
        """Return the account that `value` holds; what a newer version added is left out."""
        known = {item.name for item in fields(cls)}
        return cls(**{name: held for name, held in value.items() if name in known})

    def to_json(self) -> dict[str, Any]:
        """Return the account as JSON holds it."""
        return asdict(self)


def footer_of(
    stream: str, batches: Sequence[BatchMetadata], replaces: Sequence[str] | None = None
) -> dict[str, str]:
    """Return the footer of a file that holds these batches."""
    footer = {
        "stream": stream,
        "read": str(sum(batch.read for batch in batches)),
        "accepted": str(sum(batch.accepted for batch in batches)),
        "rejected": str(sum(sum(batch.rejected.values()) for batch in batches)),
        "batches": json.dumps([batch.to_json() for batch in batches], ensure_ascii=False),
    }
    if replaces is not None:
        footer["replaces"] = json.dumps(list(replaces), ensure_ascii=False)
    return footer


def read_footer(path: Path) -> dict[str, str]:
    """Return the footer keys of a file of the lake."""
    held = pq.read_metadata(path).metadata or {}
    return {key.decode(): value.decode() for key, value in held.items() if key != b"ARROW:schema"}


def read_batches(path: Path) -> list[BatchMetadata]:
    """Return the accounts of the batches in a file of the lake."""
    held: list[dict[str, Any]] = json.loads(read_footer(path).get("batches", "[]"))
    return [BatchMetadata.from_json(batch) for batch in held]


@dataclass(frozen=True, slots=True)
class Merge:
    """What a compacted file holds: ids of batches, and names of the files that died for it."""

    batch_ids: frozenset[str]
    replaces: tuple[str, ...]


def read_merge(path: Path) -> Merge:
    """Return what a compacted file holds; quick when asked again, for these files never change."""
    status = path.stat()
    return _read_merge(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=512)
def _read_merge(path: Path, written_at: int, size: int) -> Merge:
    footer = read_footer(path)
    held: list[dict[str, Any]] = json.loads(footer.get("batches", "[]"))
    replaces = cast("list[str]", json.loads(footer.get("replaces", "[]")))
    return Merge(frozenset(batch["batch_id"] for batch in held), tuple(replaces))
