"""One call of dbt in a process of its own, over the project as it stands.

Each worker parses the project once: what dbt parsed is given to every later call with the same
variables. So that it fits them all, the lake and the build have the same names in each, seen from
the folder in which dbt runs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from foundation import project_dir

__all__ = ["run_dbt"]

_LAKE_NAME: Final = "lake_of_build"
_PARSED: Final = tempfile.TemporaryDirectory(prefix="parsed")
_NAME: Final = "partial_parse.msgpack"


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
    parsed = Path(_PARSED.name) / hashlib.sha256(variables.encode()).hexdigest()
    if parsed.exists():
        shutil.copyfile(parsed, target / _NAME)
    ran = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *arguments,
            *("--project-dir", str(project_dir())),
            *(["--vars", variables] if variables else []),
        ],
        cwd=folder,
        env={
            **os.environ,
            "METERHOUSE_LAKE": _LAKE_NAME,
            "METERHOUSE_WORKING_FOLDER": ".",
            "METERHOUSE_BUILD": str(folder.absolute()),
            **({"METERHOUSE_AS_OF": as_of} if as_of else {}),
            "DBT_PROFILES_DIR": str(project_dir()),
            "DBT_TARGET_PATH": str(target.absolute()),
            "DBT_LOG_LEVEL_FILE": "info",
            "DBT_LOG_PATH": str((folder / "logs").absolute()),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    if not parsed.exists():
        shutil.copyfile(target / _NAME, parsed)
    return ran.stdout
