"""Nights that keep what they do not touch end where a full build ends: every mart and every
intermediate table of usage and billing, row for row, after every night.

A night brings of some accounts new usage (late, repeated, set, in closed periods), meter events,
versions of their objects, invoices of the other side and edits of the drafts that the night before
made; and changes of what all accounts share. Many accounts share one build, since a build is what
costs. A night starts from the files of the night before, as the nightly run does; the full build
beside it starts from nothing, at the same as_of.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.properties._billing_accounts import FIRST_NIGHT, Night
from tests.properties._shared_nights import World

ACCOUNTS = 120
# From one night to the next: at once, some days, more than a month.
DAYS = (1, 3, 34)
MODELS = (
    "+path:models/intermediate/billing",
    "+path:models/intermediate/usage",
    "+path:models/marts",
    "+path:models/reconciliation",
)
# Rows that were not landed have no account of their landing.
UNBALANCED = (
    "from control_totals where not is_balanced"
    " and control not in ('landed_rows', 'usage_records_by_fate')"
)
DRAFT_LINES = "select customer_id, invoice_id, id from draft_invoice_lines order by all"


def land(lake: Lake, night: Night, world: World) -> None:
    for stream, rows in night.landed.items():
        batch = f"{stream}_{night.number}"
        lake.land(stream, rows, batch_id=batch)
        if stream == "usage_records":
            world.usage_batches.append(batch)


def follow(former: Path, folder: Path) -> None:
    """Start a build from the one before it: its database copied, its events linked."""
    folder.mkdir()
    shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copytree(former / "events", folder / "events", copy_function=os.link)
    shutil.copytree(former / "target", folder / "target")


def differences(kept: Path, whole: Path) -> list[str]:
    """Return a line for each relation that is not the same in both files, with its rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{kept}' as kept (read_only)")
        connection.execute(f"attach '{whole}' as whole (read_only)")
        relations = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'whole' and"
            " (schema_name = 'main' or table_name like 'int\\_%' escape '\\')"
            " union all select schema_name || '.' || view_name from duckdb_views()"
            " where database_name = 'whole' and schema_name = 'main' and not internal order by all"
        ).fetchall()
        assert len(relations) > 50
        found: list[str] = []
        for (name,) in relations:
            for one, other in (("kept", "whole"), ("whole", "kept")):
                rows = connection.execute(
                    f"from {one}.{name} except all from {other}.{name}"
                ).fetchmany(3)
                found += [f"only in {one}.{name}: {row}" for row in rows]
        return found


def check_nights(seed: int) -> None:
    world = World(seed, ACCOUNTS)
    kept_rows = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake(folder / "lake")
        land(lake, world.first_night(), world)
        built = _build(lake, folder / "night_0", FIRST_NIGHT)
        since = FIRST_NIGHT
        for number, days in enumerate(DAYS, start=1):
            until = since + timedelta(days=days)
            night = Night(world.draw, number, since, until, built.rows(DRAFT_LINES))
            world.fill(night)
            land(lake, night, world)
            follow(folder / f"night_{number - 1}", folder / f"night_{number}")
            built = _build(lake, folder / f"night_{number}", until)
            whole = _build(lake, folder / f"whole_{number}", until)
            assert built.rows("select reason from intermediate.billing_run") == [(None,)]
            kept_rows += built.rows(
                "select count(*) from draft_invoice_lines where customer_id not in"
                " (select customer_id from intermediate.touched_customers)"
            )[0][0]
            assert differences(built.file, whole.file) == []
            assert built.rows(UNBALANCED) == []
            since = until
    assert kept_rows > 100


def _build(lake: Lake, folder: Path, as_of: object) -> Built:
    return build(lake.folder, folder, select=MODELS, as_of=str(as_of))


@pytest.mark.parametrize("seed", [20241])
def test_nights_end_where_full_builds_end(seed: int) -> None:
    check_nights(seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(30))
def test_nights_end_where_full_builds_end_for_many_seeds(seed: int) -> None:
    check_nights(seed)
