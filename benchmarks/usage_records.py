"""Usage records at full size: 10 million records over 1 million items and 24 monthly periods.

    python benchmarks/usage_records.py [--records 10000000] [--items 1000000] [--folder FOLDER]

Writes a lake straight from DuckDB, the same on every run, builds the branch of the graph that ends
in usage_record_summaries with dbt, and prints the seconds of each model, of the whole process and
of its processors, its peak memory, the size of the file and the time of one look-up.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks._dbt import run_dbt
from foundation import STREAMS

AS_OF = "2026-12-20 00:00:00"
# Anchors spread over the first 28 days of January 2025: 24 periods each until AS_OF.
FIRST_ANCHOR = "timestamp '2025-01-01'"
MODELS = (
    "+usage_record_summaries",
    "+billing_periods",
    "+subscription_items",
    "+uncounted_usage_records",
    "+billing_period_breaks",
)


def write_lake(folder: Path, *, records: int, items: int) -> None:
    """Write the lake: one item a subscription, every fourth price with its own aggregate."""
    for stream in STREAMS.values():
        path = folder / stream.name / "_empty.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(stream.schema.empty_table(), path)
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set threads = 2")
    anchor = f"{FIRST_ANCHOR} + to_seconds((n % (28 * 86400))::bigint)"
    _copy(
        connection,
        folder / "prices" / "prices.parquet",
        f"""
        select
            'price_' || n as id, 'prod_1' as product, 'usd' as currency, 'recurring' as type,
            'month' as recurring_interval, 'metered' as recurring_usage_type,
            ['sum', 'max', 'last_during_period', 'last_ever'][n + 1] as recurring_aggregate_usage,
            {_object_columns(FIRST_ANCHOR)}
        from range(4) as numbers (n)
        """,
        by_name="prices",
    )
    _copy(
        connection,
        folder / "subscriptions" / "subscriptions.parquet",
        f"""
        select
            'sub_' || substr(md5('sub' || n), 1, 14) as id,
            'cus_' || substr(md5('cus' || n // 2), 1, 14) as customer,
            'usd' as currency, 'active' as status,
            {anchor} as start_at, {anchor} as billing_cycle_anchor_at,
            [{{
                'id': 'si_' || substr(md5('si' || n), 1, 14),
                'price': 'price_' || case when n % 10 < 7 then 0 else n % 10 - 6 end,
                'created_at': {anchor} + interval 1 second
            }}] as items,
            {_object_columns(anchor)}
        from range({items}) as numbers (n)
        """,
        by_name="subscriptions",
    )
    used_at = f"{FIRST_ANCHOR} + to_seconds((2419200 + hash(n + 7) % (670 * 86400))::bigint)"
    _copy(
        connection,
        folder / "usage_records" / "usage_records.parquet",
        f"""
        select
            'si_' || substr(md5('si' || (hash(n) % {items})), 1, 14) as subscription_item,
            (n % 100)::decimal(38, 12) as quantity,
            case when n % 20 = 0 then 'set' else 'increment' end as action,
            {used_at} as event_at,
            {used_at} + interval 2 second as received_at,
            n as received_sequence,
            'mbur_' || n as id,
            case when n % 4 = 0 then 'key_' || n end as idempotency_key,
            'usage_records' as batch_id, n + 1 as batch_row, false as livemode
        from range({records}) as numbers (n)
        """,
        by_name="usage_records",
    )
    connection.close()


def _object_columns(created_at: str) -> str:
    return f"""
        false as livemode, {created_at} as created_at, false as is_deleted,
        {created_at} as observed_at, {created_at} as effective_at,
        false as effective_at_is_assumed, md5(n::varchar) as content_hash,
        '{{}}' as object_json, 'objects' as batch_id, n + 1 as batch_row
    """


def _copy(connection: duckdb.DuckDBPyConnection, path: Path, query: str, *, by_name: str) -> None:
    empty = path.parent / "_empty.parquet"
    connection.execute(f"create or replace temp table landed as from '{empty}'")
    connection.execute(f"insert into landed by name {query}")
    connection.execute(f"copy landed to '{path}' (format parquet, compression zstd)")
    connection.execute("drop table landed")


def main() -> None:
    """Write the lake, build, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        lake = folder / f"lake-{arguments.records}-{arguments.items}"
        if not lake.exists():
            write_lake(lake, records=arguments.records, items=arguments.items)
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
            for name in ("usage_record_summaries", "uncounted_usage_records"):
                counted = connection.execute(f"select count(*) from {name}").fetchone()
                print(f"{name:40} {counted[0] if counted else 0:>12,} rows")
            item = connection.execute(
                "select subscription_item_id from intermediate.int_usage_record_summaries "
                "using sample 1"
            ).fetchone()
            for _ in range(2):
                begun = time.perf_counter()
                connection.execute("from usage_record_summaries(?) limit 10", item).fetchall()
                elapsed = (time.perf_counter() - begun) * 1000
            print(f"{'usage_record_summaries(item)':40} {elapsed:7.2f} ms")


if __name__ == "__main__":
    main()
