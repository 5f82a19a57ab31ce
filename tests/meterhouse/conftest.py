"""What tests of the doors share: the sample read in this process, and over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from meterhouse import Warehouse
from tests.meterhouse._server import Served, serving

AS_OF = "2026-04-15T00:00:00Z"


@pytest.fixture(scope="session")
def warehouse(sample_home: Path) -> Generator[Warehouse]:
    """The sample, to be read."""
    with Warehouse(sample_home) as opened:
        yield opened


@pytest.fixture
def writable(sample_copy: Path) -> Generator[Warehouse]:
    """A sample of the test's own, to be written to, its clock stopped at the sample's instant."""
    with Warehouse(sample_copy, as_of=AS_OF) as opened:
        yield opened


@pytest.fixture(scope="session")
def served(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """The sample over HTTP. What is written stays in a copy that this session shares."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    with serving(home, "--as-of", AS_OF) as server:
        yield server
