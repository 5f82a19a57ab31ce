"""One run of dbt in a process of its own, over the project as it stands.

Each worker parses the project once, with the variables that a run gives it. So that this fits every
run, the lake and the build have the same names in each, seen from the folder in which dbt runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from foundation import project_dir

__all__ = ["run_dbt"]

_LAKE_NAME: Final = "lake_of_build"


def run_dbt(
    folder: Path, lake: Path, arguments: Sequence[str], *, variables: str = "", as_of: str = ""
) -> str:
    """Run `dbt <arguments>` in `folder` over `lake`; return what it printed.

    The database is `folder`/warehouse.duckdb. Fails the test with dbt's own output when dbt fails.
    """
    target = folder / "target"
    target.mkdir(parents=True, exist_ok=True)
    link = folder / _LAKE_NAME
    link.unlink(missing_ok=True)
    link.symlink_to(lake.absolute())
    said, complained = folder / "stdout", folder / "stderr"
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    request = {
        "arguments": list(arguments),
        "variables": variables,
        "project": str(project_dir()),
        "folder": str(folder.absolute()),
        "said": str(said.absolute()),
        "complained": str(complained.absolute()),
        "environment": {
            **os.environ,
            "METERHOUSE_LAKE": _LAKE_NAME,
            "METERHOUSE_WORKING_FOLDER": ".",
            "METERHOUSE_BUILD": str(folder.absolute()),
            **({"METERHOUSE_AS_OF": as_of} if as_of else {}),
            "DBT_TARGET_PATH": str(target.absolute()),
            "DBT_LOG_LEVEL_FILE": "none",
        },
    }
    print(json.dumps(request), file=server.stdin, flush=True)
    answer = server.stdout.readline()
    printed = said.read_text("utf-8")
    assert answer.strip() == "0", printed + complained.read_text("utf-8")
    return printed


@cache
def _server() -> subprocess.Popen[str]:
    """The dbt of this worker; it ends with the pipe that is its input."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("_dbt_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
