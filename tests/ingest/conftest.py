"""A fresh home for each test, and how to see what it holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation import Home
from ingest import LandingReport, batches, land, live_files, prepare_home

RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)
# One hour before it was received.
EVENT_SECONDS = 1772362800


@dataclass(frozen=True, slots=True)
class Lake:
    """A home of a test, written to by `land` and read as the lake's readers do."""

    home: Home
    folder: Path

    def write(self, name: str, content: str | bytes | Sequence[Any]) -> Path:
        """Write a file; a list becomes one JSON object a line."""
        path = self.folder / name
        if isinstance(content, str):
            content = content.encode()
        elif not isinstance(content, bytes):
            content = "".join(json.dumps(row) + "\n" for row in content).encode()
        path.write_bytes(content)
        return path

    def land(self, stream: str, *inputs: Any, **options: Any) -> LandingReport:
        """Land inputs; a list of dicts becomes a file of lines first."""
        files = [
            self.write(f"input-{place}.ndjson", given) if isinstance(given, list) else given
            for place, given in enumerate(inputs)
        ]
        options.setdefault("landed_at", RECEIVED)
        return land(self.home, stream, files, **options)

    def table(self, stream: str) -> pa.Table:
        """Everything the lake holds of a stream."""
        files = live_files(self.home.lake, stream)
        return pa.concat_tables(
            [pq.read_table(path) for path in files], promote_options="default"
        ).sort_by([("batch_id", "ascending"), ("batch_row", "ascending")])

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Everything the lake holds of a stream, in order of batch and place in it."""
        return self.table(stream).to_pylist()

    def rejects(self, stream: str) -> list[dict[str, Any]]:
        """Every rejected row of the batches that landed."""
        found: list[dict[str, Any]] = []
        for batch in batches(self.home.lake, stream):
            path = self.home.rejected_folder(stream) / f"{batch.batch_id}.parquet"
            if path.exists():
                found += pq.read_table(path).to_pylist()
        return found

    def reasons(self, stream: str) -> list[str]:
        """The reasons of all rejected rows, in their order."""
        return [row["reason"] for row in self.rejects(stream)]

    def account(self, stream: str) -> tuple[int, int, int]:
        """The sums of read, accepted and rejected, checked against what lies there."""
        held = batches(self.home.lake, stream)
        read = sum(batch.read for batch in held)
        accepted = sum(batch.accepted for batch in held)
        rejected = sum(sum(batch.rejected.values()) for batch in held)
        assert read == accepted + rejected
        assert accepted == self.table(stream).num_rows
        assert rejected == len(self.rejects(stream))
        return read, accepted, rejected


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One prepared home that tests copy: making twenty streams durable takes a moment."""
    return prepare_home(tmp_path_factory.mktemp("prepared") / "data").root


@pytest.fixture
def lake(prepared: Path, tmp_path: Path) -> Lake:
    """A home of this test alone."""
    root = tmp_path / "data"
    shutil.copytree(prepared, root)
    folder = tmp_path / "files"
    folder.mkdir()
    return Lake(Home.open(root), folder)


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """A good meter event; keyword arguments change it, None takes a field away."""

    def made(**changes: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "identifier": "evt-1",
            "event_name": "api_calls",
            "timestamp": EVENT_SECONDS,
            "payload": {"stripe_customer_id": "cus_1", "value": "12.5", "region": "eu"},
        }
        row.update(changes)
        return {key: value for key, value in row.items() if value is not None}

    return made
