"""The sample as it is read in this process."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from meterhouse import Warehouse


@pytest.fixture(scope="session")
def warehouse(sample_home: Path) -> Generator[Warehouse]:
    """The sample, to be read."""
    with Warehouse(sample_home) as opened:
        yield opened
