"""The command line over a dbt project of two models, for tests of building and publishing.

A copy of our packages and macros with models of its own, so that a test may break a model, and so
that a build takes seconds. Everything is real: the same code, dbt, DuckDB, processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from foundation import Home, project_dir, stream
from ingest import BatchMetadata, prepare_home, write_batch
from tests.conftest import Said

__all__ = ["TinyProject", "land_products"]

_COPIED: Final = (
    *("foundation", "ingest", "queries", "meterhouse"),
    *("dbt_project.yml", "profiles.yml", "models/staging/_sources.yml"),
    *("macros/engine", "macros/generate_schema_name.sql", "macros/require_lake.sql"),
)

_NO_FUNCTIONS: Final = """
{% macro create_table_functions() %}{% endmacro %}
{% macro keep_preview_steps(results) %}{% endmacro %}
{% macro attach_touched() %}{% endmacro %}
"""

_STAGING: Final = """
select batch_id, id as product_id
from {{ source('lake', 'products') }}
"""

_MART: Final = """
select
    cast(count(distinct product_id) as bigint) as product_count,
    {{ as_of() }} as as_of
from {{ ref('stg_products') }}
"""

_MART_YML: Final = """
models:
  - name: product_counts
    description: One row per warehouse.
    columns:
      - name: product_count
        data_type: bigint
        data_tests:
          - not_null
      - name: as_of
        data_type: timestamp
"""

_CONTROLS: Final = """
select
    cast('landed_rows' as varchar) as control,
    cast('products' as varchar) as unit,
    cast('products' as varchar) as stream,
    cast(null as varchar) as batch_id,
    cast(null as date) as day,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as meter_id,
    cast(null as varchar) as currency,
    cast(landed.total as decimal(38, 12)) as source_total,
    cast(counted.total as decimal(38, 12)) as result_total,
    landed.total = counted.total as is_balanced
from (select count(*) as total from {{ ref('stg_products') }}) as landed
cross join (select product_count as total from {{ ref('product_counts') }}) as counted
"""

_CONTROLS_YML: Final = """
models:
  - name: control_totals
    description: One row per control.
    columns:
      - {name: control, data_type: varchar}
      - {name: unit, data_type: varchar}
      - {name: stream, data_type: varchar}
      - {name: batch_id, data_type: varchar}
      - {name: day, data_type: date}
      - {name: customer_id, data_type: varchar}
      - {name: meter_id, data_type: varchar}
      - {name: currency, data_type: varchar}
      - {name: source_total, data_type: "decimal(38,12)"}
      - {name: result_total, data_type: "decimal(38,12)"}
      - {name: is_balanced, data_type: boolean}
"""

_SMALL_TEST: Final = """
select product_count
from {{ ref('product_counts') }}
where product_count > 100
"""


class TinyProject:
    """A checkout in small: `models` may be changed, `run` is its `meterhouse`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        source = project_dir()
        for name in _COPIED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
            copy(source / name, folder / name)
        self.write("macros/create_table_functions.sql", _NO_FUNCTIONS)
        self.write("models/staging/stg_products.sql", _STAGING)
        self.write("models/marts/product_counts.sql", _MART)
        self.write("models/marts/product_counts.yml", _MART_YML)
        self.write("models/reconciliation/control_totals.sql", _CONTROLS)
        self.write("models/reconciliation/control_totals.yml", _CONTROLS_YML)
        self.write("tests/dbt/few_products.sql", _SMALL_TEST)
        self.home = prepare_home(folder / "home")

    def write(self, name: str, text: str) -> None:
        """Put a file into the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, *words: object, **environment: str) -> Said:
        """Run `meterhouse <words>` of this project in its home."""
        inherited = {
            name: value for name, value in os.environ.items() if name != "METERHOUSE_PARSED_FOLDER"
        }
        ran = subprocess.run(
            [sys.executable, "-m", "meterhouse", "--home", str(self.home.root), *map(str, words)],
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": str(self.folder), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(ran.returncode, ran.stdout, ran.stderr)

    def land(self, batch: str, *products: str) -> None:
        """Land one batch of products."""
        land_products(self.home, batch, *products)

    def current(self) -> str | None:
        """The id of the published build."""
        return self.home.current.readlink().name if self.home.current.is_symlink() else None

    def published(self, query: str) -> list[tuple[object, ...]]:
        """Ask the published file."""
        with duckdb.connect(self.home.current / "warehouse.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()


def land_products(home: Home, batch: str, *products: str) -> None:
    """Land one batch of products that have nothing but their ids."""
    declared = stream("products")
    instant = datetime(2026, 1, 1)
    rows = [
        {
            "batch_id": batch,
            "batch_row": row,
            "id": product,
            "livemode": False,
            "is_deleted": False,
            "observed_at": instant,
            "effective_at": instant,
            "effective_at_is_assumed": False,
            "content_hash": product,
            "object_json": f'{{"id":"{product}"}}',
        }
        for row, product in enumerate(products, start=1)
    ]
    account = BatchMetadata(
        batch_id=batch,
        stream=declared.name,
        read=len(rows),
        accepted=len(rows),
        source_name="a test",
        source_hash=batch,
        landed_at="2026-01-01T00:00:00Z",
        tool_version="test",
    )
    write_batch(home, declared, pa.Table.from_pylist(rows, declared.schema), account)
