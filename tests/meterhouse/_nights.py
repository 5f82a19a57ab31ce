"""A small project whose builds add to each other, for tests of nightly runs.

Its models do what the real ones do, in small: one counts its runs in its own former rows, and
leaves an event file a run; the mart is made of everything. All of it is real: the command in a
process of its own, dbt, DuckDB, the disk.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

from foundation import Home
from tests.conftest import Said
from tests.meterhouse._tiny import TinyProject

__all__ = ["Nights"]

# The run is numbered by what the run before it left; `reason` is null where there was one.
_RUN: Final = """
{{ config(post_hook="{{ leave_an_event_file() }}") }}
{%- set former = none if not execute or flags.FULL_REFRESH else adapter.get_relation(
    database=this.database, schema='intermediate', identifier='tiny_run'
) %}
{%- if former is none %}
select 1 as run_number, 'nothing was there' as reason
{%- else %}
select run_number + 1 as run_number, cast(null as varchar) as reason from {{ former }}
{%- endif %}
"""

_EVENTS: Final = """
{% macro leave_an_event_file() %}
    {% do return(
        "copy (select product_id, '2026-01' as event_month from " ~ ref('stg_products') ~ ") to '"
        ~ env_var('METERHOUSE_BUILD') ~ "/events' (format parquet, partition_by (event_month), "
        ~ "overwrite_or_ignore true, filename_pattern 'run_{uuid}')"
    ) %}
{% endmacro %}
"""

_MART: Final = """
select
    cast(count(distinct product_id) as bigint) as product_count,
    (select cast(run_number as bigint) from {{ ref('tiny_run') }}) as run_number
from {{ ref('stg_products') }}
"""

_MART_YML: Final = """
models:
  - name: product_counts
    description: One row per warehouse.
    columns:
      - {name: product_count, data_type: bigint}
      - {name: run_number, data_type: bigint}
"""


class Nights(TinyProject):
    """A project, its home, and files that come into its inbox."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.write("models/intermediate/tiny_run.sql", _RUN)
        self.write("macros/leave_an_event_file.sql", _EVENTS)
        self.write("models/marts/product_counts.sql", _MART)
        self.write("models/marts/product_counts.yml", _MART_YML)

    @classmethod
    def copied(cls, project: Nights, folder: Path) -> Self:
        """A project like another, its home and its builds included."""
        shutil.copytree(project.folder, folder, symlinks=True)
        copy = cls.__new__(cls)
        copy.folder = folder
        copy.home = Home.open(folder / "home")
        return copy

    def deliver(self, name: str, *products: str, stream: str = "products") -> Path:
        """Put a file of products into the inbox, as whoever delivers it should."""
        path = self.home.inbox / stream / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [{"id": product, "object": "product", "name": product} for product in products]
        written = path.with_name(f"{name}.tmp")
        written.write_text(json.dumps(rows), "utf-8")
        written.rename(path)
        return path

    def nightly(self, *words: object, **environment: str) -> tuple[Said, dict[str, Any]]:
        """Make one run; return how it ended, and its summary ({} where it printed none)."""
        said = self.run("nightly", "--format", "json", *words, **environment)
        return said, json.loads(said.stdout) if said.stdout.startswith("{") else {}

    def start(self, *words: object, **environment: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", "meterhouse", "--home", str(self.home.root), *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manifest(self, build: str = "current") -> dict[str, Any]:
        """The manifest of a build, by default of the published one."""
        folder = self.home.current if build == "current" else self.home.builds / build
        return json.loads((folder / "manifest.json").read_text("utf-8"))

    def builds(self) -> list[str]:
        """The ids of all builds, oldest first."""
        return sorted(path.parent.name for path in self.home.builds.glob("*/manifest.json"))

    def products(self) -> int:
        """How many products the published build has."""
        ((count,),) = self.published("select product_count from product_counts")
        assert isinstance(count, int)
        return count
