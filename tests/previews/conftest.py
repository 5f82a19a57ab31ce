"""The account under preview, built once for all workers."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from pathlib import Path

import pytest

from meterhouse import Warehouse
from tests.conftest import CommandLine
from tests.previews._account import AS_OF, land_account


@pytest.fixture(scope="session")
def account_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A home with the account landed, built and published; not to be written to."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home = shared / "previewed_home"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "current").exists():
            land_account(home, shared / "previewed_inbox")
            said = CommandLine(shared)("--home", home, "build", "--as-of", AS_OF)
            assert said.exit_code == 0, said.stdout + said.stderr
    return home


@pytest.fixture(scope="session")
def account(account_home: Path) -> Generator[Warehouse]:
    """The account, to be read."""
    with Warehouse(account_home) as opened:
        yield opened
