"""One dbt command in a process of its own, measured; and how a night starts from a build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from foundation import project_dir

__all__ = ["Measured", "follow", "run_dbt"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One process: seconds on the wall and of processors, peak gigabytes, seconds by model."""

    wall: float
    processor: float
    peak: float
    models: dict[str, float]

    def slowest(self, count: int) -> list[tuple[str, float]]:
        """Return the `count` slowest models, slowest first."""
        return sorted(self.models.items(), key=lambda model: -model[1])[:count]


def run_dbt(lake: Path, folder: Path, command: str, *arguments: str, as_of: str) -> Measured:
    """Run `dbt <command>` over `lake`; the database and all that dbt writes go to `folder`.

    `as_of` is `YYYY-MM-DD HH:MM:SS` UTC. Ends the benchmark with dbt's own output when dbt fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    project = project_dir()
    environment = {
        **os.environ,
        "METERHOUSE_LAKE": str(lake),
        "METERHOUSE_BUILD": str(folder),
        "METERHOUSE_AS_OF": as_of,
        "METERHOUSE_MEMORY_LIMIT": "5GB",
        "METERHOUSE_THREADS": "2",
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_LOG_LEVEL_FILE": "info",
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    written = folder / "target" / "run_results.json"
    written.unlink(missing_ok=True)
    began = time.perf_counter()
    with (folder / "output").open("w") as output:
        child = subprocess.Popen(
            [dbt, command, "--project-dir", str(project), *arguments],
            env=environment,
            stdout=output,
            stderr=output,
        )
        _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise SystemExit((folder / "output").read_text())
    results = json.loads(written.read_text())["results"] if written.exists() else []
    models = {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
    }
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, models)


def follow(former: Path, folder: Path) -> float:
    """Seed a night from the build before it and return the seconds that took.

    Its database is copied, its event files are linked, and dbt finds what it parsed.
    """
    began = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copytree(former / "events", folder / "events", copy_function=os.link)
    parsed = former / "target" / "partial_parse.msgpack"
    if parsed.exists():
        (folder / "target").mkdir()
        shutil.copy(parsed, folder / "target")
    return time.perf_counter() - began
