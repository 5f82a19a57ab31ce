"""Neither the order in which rows landed nor how they were split into batches changes a draft.

What lands for many random accounts (versions of their objects, usage, meter events, invoice items,
grants, alerts, invoices of the other side) is landed a second time: every row as it was, but in
another order, in other batches. A row's own instants say what holds, so every draft, every line,
every error and every alert must come out the same.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from foundation.streams import STREAMS
from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.properties._billing_accounts import FIRST_NIGHT, YEAR_BEFORE, Night
from tests.properties._shared_nights import World

AS_OF = FIRST_NIGHT + timedelta(days=34)
# With the columns that name the batch itself left out.
MARTS = {
    "draft_invoices": "*",
    "draft_invoice_lines": "*",
    "draft_invoice_errors": "*",
    "alert_triggers": "* exclude (batch_id, batch_row)",
}


def land_accounts(lake: Lake) -> None:
    world = World(6, 120)
    nights = [world.first_night(), Night(world.draw, 1, FIRST_NIGHT, AS_OF, [])]
    world.fill(nights[1])
    for meter, threshold in (("mtr_sum", 900), ("mtr_count", 2)):
        reached = {"id": f"alert_{meter}", "meter": meter, "gte": threshold, "status": "active"}
        nights[1].land("alerts", {**reached, "created_at": YEAR_BEFORE})
    for night in nights:
        for stream, rows in night.landed.items():
            # A retraction names a batch, which is what here changes.
            if stream != "retractions":
                lake.land(stream, rows)


def land_in_another_order(landed: Path, folder: Path, random: Random) -> int:
    """Write the rows of the lake `landed` anew; return how many lie at another place."""
    moved = 0
    Lake(folder)
    for name, stream in STREAMS.items():
        files = sorted((landed / name).glob("batch_*.parquet"))
        rows = [row for file in files for row in pq.read_table(file).to_pylist()]
        before = list(rows)
        random.shuffle(rows)
        moved += sum(one is not other for one, other in zip(rows, before, strict=True))
        for number, start in enumerate(range(0, len(rows), 97)):
            batch = f"other_{99 - number}"
            part = [
                {**row, "batch_id": batch, "batch_row": place}
                for place, row in enumerate(rows[start : start + 97], start=1)
            ]
            table = pa.Table.from_pylist(part, stream.schema)
            pq.write_table(table, folder / name / f"{batch}.parquet")
    return moved


def _build(lake: Path, folder: Path) -> Built:
    return build(lake, folder, select=[f"+{mart}" for mart in MARTS], as_of=str(AS_OF))


def test_order_and_batches_of_what_landed_change_no_draft(tmp_path: Path) -> None:
    land_accounts(Lake(tmp_path / "lake"))
    assert land_in_another_order(tmp_path / "lake", tmp_path / "other", Random(6)) > 1_000
    one = _build(tmp_path / "lake", tmp_path / "one")
    other = _build(tmp_path / "other", tmp_path / "two")
    for mart, columns in MARTS.items():
        query = f"select {columns} from {mart} order by all"
        assert one.rows(query) == other.rows(query) != [], mart
