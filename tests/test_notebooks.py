"""The notebooks run on the sample, from their first cell to their last."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundation import project_dir
from meterhouse import Warehouse

NOTEBOOKS = sorted((project_dir() / "notebooks").glob("*.py"))

RUN = """
import json, runpy, sys

app = runpy.run_path(sys.argv[1])["app"]
outputs, held = app.run()
print(json.dumps({
    "outputs": sum(output is not None for output in outputs),
    "lines": held["lines"].height,
    "total_of_lines": int(held["lines"]["amount"].sum()),
    "days": held["days"].height,
    "periods": [str(each.total_usage) for each in held["periods"]],
}))
"""


@pytest.mark.skipif(
    importlib.util.find_spec("marimo") is None, reason="the extra notebook is not installed"
)
def test_the_example_runs_on_the_sample(sample_home: Path, tmp_path: Path) -> None:
    assert [path.name for path in NOTEBOOKS] == ["usage_and_invoices.py"]
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(NOTEBOOKS[0])],
        cwd=tmp_path,
        env={**os.environ, "METERHOUSE_HOME": str(sample_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    with Warehouse(sample_home) as warehouse:
        upcoming = warehouse.invoices.upcoming(customer="cus_AuroraLabs0001")
        days = warehouse.sql(
            "select count(*) from meter_event_summaries_daily "
            "where customer_id = 'cus_AuroraLabs0001'"
        ).item()
        item = warehouse.sql("select min(subscription_item_id) from usage_record_summaries").item()
        summaries = warehouse.subscription_items.usage_record_summaries.list(item, limit=12)
        assert said["periods"] == [str(each.total_usage) for each in summaries]
    assert (said["lines"], said["days"]) == (upcoming.lines.total_count, days)
    assert said["total_of_lines"] == upcoming.subtotal
    assert said["outputs"] >= 6
