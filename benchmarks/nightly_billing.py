"""A night of usage and billing against a full build: 12 monthly periods of 200,000 customers.

    python benchmarks/nightly_billing.py [--customers 200000] [--records-a-month 1]
                                         [--folder FOLDER]

Takes the lake of benchmarks/draft_invoices.py and builds all of it. Then nights, each begun from
that build: usage lands for 0.1 %, 1 % and 10 % of the customers, every tenth of whom changes its
subscription too; nothing lands, which is the floor; and a day passes. Prints for each the processor
time of the whole dbt process, its slowest models, the ratio to the full build, and how many
customers it touched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import duckdb

from benchmarks._dbt import Measured, follow, run_dbt
from benchmarks.draft_invoices import AS_OF, write_lake

NEXT_DAY = "2027-01-01 00:00:00"
MODELS = ("path:models",)


def build(lake: Path, folder: Path, as_of: str) -> Measured:
    """Run every model over `lake` into `folder`."""
    return run_dbt(lake, folder, "run", "--select", *MODELS, as_of=as_of)


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


def report(name: str, run: Measured, whole: Measured, folder: Path) -> None:
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
    slowest = ", ".join(f"{model} {seconds:.1f}" for model, seconds in run.slowest(8))
    print(f"    {slowest}", flush=True)


def main() -> None:
    """Write the lake, build it, then the nights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--records-a-month", type=int, default=1, help="of each customer")
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        customers, records = arguments.customers, arguments.records_a_month
        lake = folder / f"lake-{customers}-{records}"
        if not lake.exists():
            write_lake(lake, customers=customers, records_a_month=records)
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
