"""A night of usage and billing against a full build: 12 monthly periods of 200,000 customers.

    python benchmarks/nightly_billing.py [--customers 200000] [--folder FOLDER]

Takes the lake of benchmarks/draft_invoices.py and builds all of it. Then nights, each begun from
that build: usage lands for 0.1 %, 1 % and 10 % of the customers, every tenth of whom changes its
subscription too; nothing lands, which is the floor; and a day passes. Prints for each the processor
time of the whole dbt process, its slowest models, the ratio to the full build, and how many
customers it touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.draft_invoices import AS_OF, write_lake
from foundation import project_dir

NEXT_DAY = "2027-01-01 00:00:00"
MODELS = ("path:models",)


@dataclass(frozen=True, slots=True)
class Run:
    """What one dbt process took: seconds of processors, peak gigabytes, seconds of each model."""

    processor: float
    peak: float
    models: dict[str, float]


def build(lake: Path, folder: Path, as_of: str) -> Run:
    """Run dbt over `lake` into `folder`."""
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
    }
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--project-dir", str(project)]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [*command, "--select", *MODELS], env=environment, stdout=output, stderr=output
        )
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit((folder / "output").read_text())
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    models = {
        result["unique_id"].split(".")[-1]: result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
    }
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, models)


def land_night(lake: Path, night: Path, *, every: int) -> None:
    """Make `night` the lake and usage of every `every`th customer; of a tenth, a new quantity."""
    shutil.copytree(lake, night, copy_function=os.link)
    with duckdb.connect() as connection:
        records = lake / "usage_records" / "usage_records.parquet"
        connection.execute(
            f"""
            copy (
                select * replace (
                    'night' as batch_id,
                    id || '_again' as id,
                    received_at + interval 1 second as received_at
                )
                from '{records}'
                where received_sequence % {every} = 0 and id like 'mbur\\_%\\_11' escape '\\'
            ) to '{night}/usage_records/night.parquet' (format parquet, compression zstd)
            """
        )
        versions = lake / "subscriptions" / "subscriptions.parquet"
        connection.execute(
            f"""
            copy (
                select * replace (
                    'night' as batch_id,
                    timestamp '2026-12-30' as effective_at,
                    timestamp '2026-12-30' as observed_at,
                    [
                        struct_update(items[1], quantity := items[1].quantity + 3),
                        items[2]
                    ] as items
                )
                from '{versions}'
                where right(id, -4)::bigint % {every * 10} = 0 and effective_at = start_at
            ) to '{night}/subscriptions/night.parquet' (format parquet, compression zstd)
            """
        )


def follow(former: Path, folder: Path) -> None:
    """Start a build from another: its database copied, its events linked."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copytree(former / "events", folder / "events", copy_function=os.link)
    shutil.copytree(former / "target", folder / "target")


def report(name: str, run: Run, whole: Run, folder: Path) -> None:
    """Print the figures of one night."""
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
        (reason,) = connection.execute("select reason from intermediate.billing_run").fetchall()[0]
        (touched,) = connection.execute(
            "select count(*) from intermediate.touched_customers where customer_id <> ''"
        ).fetchall()[0]
        (lines,) = connection.execute("select count(*) from draft_invoice_lines").fetchall()[0]
    size = (folder / "warehouse.duckdb").stat().st_size / 1e9
    print(
        f"{name:28} {run.processor:7.1f} s of processors, {run.processor / whole.processor:5.2f} of"
        f" a full build, peak {run.peak:.2f} GB, file {size:.2f} GB;"
        f" {touched:,} customers touched, {lines:,} lines, anew: {reason}"
    )
    slowest = sorted(run.models.items(), key=lambda model: -model[1])[:8]
    print("    " + ", ".join(f"{model} {seconds:.1f}" for model, seconds in slowest), flush=True)


def main() -> None:
    """Write the lake, build it, then the nights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        lake = folder / f"lake-{arguments.customers}"
        if not lake.exists():
            write_lake(lake, customers=arguments.customers)
        first = folder / "whole"
        shutil.rmtree(first, ignore_errors=True)
        first.mkdir(parents=True)
        whole = build(lake, first, AS_OF)
        report("full build", whole, whole, first)
        for share, every in (("0.1 %", 1000), ("1 %", 100), ("10 %", 10)):
            night = folder / f"lake-night-{every}"
            shutil.rmtree(night, ignore_errors=True)
            land_night(lake, night, every=every)
            follow(first, folder / "night")
            report(
                f"usage of {share}", build(night, folder / "night", AS_OF), whole, folder / "night"
            )
        for name, as_of in (("nothing lands", AS_OF), ("a day passes", NEXT_DAY)):
            follow(first, folder / "night")
            report(name, build(lake, folder / "night", as_of), whole, folder / "night")


if __name__ == "__main__":
    main()
