"""A full disk ends a landing with one line and leaves the lake as it was."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from foundation import project_dir
from tests.ingest._killed import made_files

_PROGRAM = """
import resource, sys
from datetime import UTC, datetime
from foundation.errors import MeterhouseError
from ingest import land, open_home
home = open_home(sys.argv[1])
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    land(home, "meter_events", sys.argv[3:], landed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
except MeterhouseError as error:
    print(error)
    raise SystemExit(error.exit_code)
"""


def land_with_files_up_to(limit: int, root: Path, paths: list[Path]) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(root), str(limit), *map(str, paths)],
        env={**os.environ, "PYTHONPATH": str(project_dir())},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("limit", [0, 4096, 30_000])
def test_a_full_disk_changes_nothing_and_says_so(lake, limit):
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this process may not set a file-size limit")
    paths = made_files(lake, 2, 20_000)
    code, said = land_with_files_up_to(limit, lake.home.root, paths)
    assert code == 3, said
    assert "is full; nothing was landed. Next: meterhouse compact" in said
    assert lake.account("meter_events") == (0, 0, 0)
    assert not list(lake.home.incoming.glob("*.tmp"))
    assert lake.land("meter_events", *paths).accepted == 36_000
