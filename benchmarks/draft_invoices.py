"""Draft invoices at full size: 12 monthly periods of 200,000 customers.

    python benchmarks/draft_invoices.py [--customers 200000] [--folder FOLDER]

Writes a lake straight from DuckDB, the same on every run: each customer has a subscription of a
licensed item and of an item with graduated tiers fed by usage records; every fifth has a coupon,
every fourth a tax rate, every twentieth changes its quantity within a period. Builds the branch of
the graph that ends in draft_invoices with dbt and prints the seconds of each model, of the whole
process and of its processors, its peak memory and the size of the file.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks._dbt import run_dbt
from foundation import STREAMS

AS_OF = "2026-12-31 00:00:00"
FIRST_ANCHOR = "timestamp '2026-01-01'"
MODELS = ("+draft_invoices", "+draft_invoice_errors")


def write_lake(folder: Path, *, customers: int, records_a_month: int = 1) -> None:
    """Write the lake: anchors spread over the first 28 days of January 2026.

    `records_a_month` is how many usage records a customer has in each of its 12 months.
    """
    for stream in STREAMS.values():
        path = folder / stream.name / "_empty.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(stream.schema.empty_table(), path)
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set threads = 2")
    _write_catalogue(connection, folder)
    anchor = f"{FIRST_ANCHOR} + to_seconds((n % (28 * 86400))::bigint)"
    changed = f"{anchor} + interval 40 day"
    _copy(
        connection,
        folder,
        "customers",
        f"select 'cus_' || n as id, 'usd' as currency, {_object_columns(anchor)}"
        f" from range({customers}) as numbers (n)",
    )
    _copy(
        connection,
        folder,
        "subscriptions",
        f"""
        select
            'sub_' || n as id, 'cus_' || n as customer, 'usd' as currency, 'active' as status,
            {anchor} as start_at, {anchor} as billing_cycle_anchor_at,
            case when n % 4 = 0 then ['txr_1'] end as default_tax_rates,
            case
                when n % 5 = 0 then [{{'id': 'di_' || n, 'coupon': 'coupon_' || (n // 5) % 2}}]
            end as discounts,
            [
                {{'id': 'si_l' || n, 'price': 'licensed', 'quantity': 1 + n % 9 + version}},
                {{'id': 'si_m' || n, 'price': 'graduated', 'quantity': null}}
            ] as items,
            {_object_columns(f"case version when 0 then {anchor} else {changed} end")}
        from range({customers}) as numbers (n)
        cross join range(2) as versions (version)
        where version = 0 or n % 20 = 0
        """,
    )
    second = "hash(n, month, record) % 2332800"
    used_at = f"{anchor} + to_seconds(({second})::bigint) + to_months(month::int)"
    _copy(
        connection,
        folder,
        "usage_records",
        f"""
        select
            'si_m' || n as subscription_item,
            (hash(n, month, record, 1) % 3000)::decimal(38, 12) as quantity,
            'increment' as action, {used_at} as event_at, {used_at} as received_at,
            n as received_sequence,
            concat('mbur_', n, '_', month, if(record > 0, concat('_r', record), null)) as id,
            'usage_records' as batch_id,
            (n * 12 + month) * {records_a_month} + record + 1 as batch_row,
            false as livemode
        from range({customers}) as numbers (n)
        cross join range(12) as months (month)
        cross join range({records_a_month}) as records (record)
        """,
    )
    connection.close()


def _write_catalogue(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    columns = _object_columns(FIRST_ANCHOR)
    one_row = "from range(1) as numbers (n)"
    recurring = "'usd' as currency, 'recurring' as type, 'month' as recurring_interval"
    _copy(
        connection,
        folder,
        "products",
        f"select 'prod_1' as id, 'API' as name, true as active, {columns} {one_row}",
    )
    _copy(
        connection,
        folder,
        "prices",
        f"""
        select
            'licensed' as id, 'prod_1' as product, {recurring}, 'licensed' as recurring_usage_type,
            1500 as unit_amount, {columns}
        {one_row}
        union all by name
        select
            'graduated' as id, 'prod_1' as product, {recurring}, 'metered' as recurring_usage_type,
            'tiered' as billing_scheme, 'graduated' as tiers_mode,
            [
                {{'up_to': 1000, 'unit_amount_decimal': 0.5, 'flat_amount_decimal': 900}},
                {{'up_to': 2000, 'unit_amount_decimal': 0.4, 'flat_amount_decimal': null}},
                {{'up_to': null, 'unit_amount_decimal': 0.36, 'flat_amount_decimal': null}}
            ] as tiers,
            {columns}
        {one_row}
        """,
    )
    _copy(
        connection,
        folder,
        "coupons",
        f"""
        select
            'coupon_' || n as id, case n when 0 then 12.5 end as percent_off,
            case n when 1 then 500 end as amount_off, 'usd' as currency, 'forever' as duration,
            {columns}
        from range(2) as numbers (n)
        """,
    )
    _copy(
        connection,
        folder,
        "tax_rates",
        f"select 'txr_1' as id, 19 as percentage, false as inclusive, {columns} {one_row}",
    )


def _object_columns(created_at: str) -> str:
    return f"""
        false as livemode, {created_at} as created_at, false as is_deleted,
        {created_at} as observed_at, {created_at} as effective_at,
        false as effective_at_is_assumed, md5(n::varchar) as content_hash,
        '{{}}' as object_json, 'objects' as batch_id,
        row_number() over () as batch_row
    """


def _copy(connection: duckdb.DuckDBPyConnection, folder: Path, stream: str, query: str) -> None:
    path = folder / stream / f"{stream}.parquet"
    connection.execute(
        f"create or replace temp table landed as from '{path.parent / '_empty.parquet'}'"
    )
    connection.execute(f"insert into landed by name {query}")
    connection.execute(f"copy landed to '{path}' (format parquet, compression zstd)")
    connection.execute("drop table landed")


def main() -> None:
    """Write the lake, build, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        lake = folder / f"lake-{arguments.customers}"
        if not lake.exists():
            write_lake(lake, customers=arguments.customers)
        target = folder / "build"
        shutil.rmtree(target, ignore_errors=True)
        whole = run_dbt(lake, target, "run", "--select", *MODELS, as_of=AS_OF)
        for name, elapsed in whole.slowest(len(whole.models)):
            if elapsed >= 0.1:
                print(f"{name:40} {elapsed:7.2f} s")
        size = (target / "warehouse.duckdb").stat().st_size / 1e9
        print(
            f"{'whole dbt process':40} {whole.wall:7.2f} s, of processors {whole.processor:.2f} s"
        )
        print(f"{'peak memory, size of the file':40} {whole.peak:7.2f} GB, {size:.2f} GB")
        with duckdb.connect(target / "warehouse.duckdb", read_only=True) as connection:
            for name in ("draft_invoices", "draft_invoice_lines", "draft_invoice_errors"):
                counted = connection.execute(f"select count(*) from {name}").fetchone()
                print(f"{name:40} {counted[0] if counted else 0:>12,} rows")


if __name__ == "__main__":
    main()
