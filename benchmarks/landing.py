"""Land meter events, against DuckDB's bare COPY of the same file: `python benchmarks/landing.py`.

Prints, case by case, wall time, processor time and the ratio to DuckDB reading the file with
explicit types and a payload of MAP(VARCHAR, VARCHAR) and writing zstd Parquet, unchecked and
unsynced. Each side runs in a process of its own; the page cache is warm for both.

    ndjson, csv, parquet   the same events, a payload of texts
    fractions              NDJSON with two numbers in the payload that are no whole ones
    cells                  CSV with the payload as JSON text in one cell, a fraction in it
    mapped                 NDJSON with foreign names, landed by a mapping
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest import LandingReport, land, prepare_home

_BUDGETS = {
    "ndjson": 2.0,
    "csv": 1.5,
    "parquet": 2.0,
    "fractions": 2.0,
    "cells": 1.5,
    "mapped": 2.0,
}
_FILES = {
    "ndjson": "e.ndjson",
    "csv": "e.csv",
    "parquet": "e.parquet",
    "fractions": "f.ndjson",
    "cells": "f.csv",
    "mapped": "m.ndjson",
}
_MAPPING = """
stream = "meter_events"

[fields]
identifier = { column = "id" }
event_name = { column = "kind" }
event_at = { column = "moment" }
stripe_customer_id = { column = "account.id" }
value = { column = "units" }
"payload.region" = { column = "place.region" }
"payload.share" = { column = "share" }
"""
_KEYS = ("stripe_customer_id", "value", "region")
_EVENTS = """
    select
        'evt_' || substr(md5(i::varchar), 1, 24) as identifier,
        ['api_calls', 'tokens', 'storage'][1 + i % 3] as event_name,
        1772000000 + (hash(i) % 360000)::bigint as "timestamp",
        'cus_' || lpad((hash(i * 7) % 20000)::varchar, 14, '0') as stripe_customer_id,
        (hash(i * 3) % 100000)::varchar || '.' || lpad((hash(i * 5) % 100)::varchar, 2, '0')
            as value,
        ['eu', 'us', 'ap'][1 + (hash(i * 11) % 3)::int] as region,
        ('0.' || lpad((hash(i * 13) % 1000000)::varchar, 6, '0'))::decimal(7, 6) as share,
        ((hash(i * 17) % 9000)::varchar || '.25')::decimal(18, 2) as latency
    from range({rows}) as made(i)
"""


def make(folder: Path, rows: int) -> None:
    """Write the same events in three formats."""
    database = duckdb.connect()
    database.execute(f"create table e as {_EVENTS.format(rows=rows)}")
    head = 'identifier, event_name, "timestamp"'
    pack = "{" + ", ".join(f"'{key}': {key}" for key in _KEYS) + "}"
    dotted = ", ".join(f'{key} as "payload.{key}"' for key in _KEYS)
    numbers = pack[:-1] + ", 'share': share, 'latency': latency}"
    foreign = (
        'identifier as id, event_name as kind, "timestamp" as moment, '
        "{'id': stripe_customer_id, 'name': 'x'} as account, value::decimal(18, 2) as units, "
        "{'region': region} as place, share"
    )
    for query, name in (
        (f"select {head}, {numbers} as payload from e", "f.ndjson' (format json"),
        (f"select {head}, to_json({numbers}) as payload from e", "f.csv' (header"),
        (f"select {foreign} from e", "m.ndjson' (format json"),
        (f"select {head}, {pack} as payload from e", "e.ndjson' (format json"),
        (f"select {head}, {dotted} from e", "e.csv' (header"),
        (f"select {head}, map {pack} as payload from e", "e.parquet' (compression zstd"),
    ):
        database.execute(f"copy ({query}) to '{folder}/{name})")


def bare(folder: Path, kind: str) -> None:
    """Read with explicit types, write Parquet."""
    head = "identifier: 'VARCHAR', event_name: 'VARCHAR', timestamp: 'BIGINT'"
    cells = ", ".join(f"'payload.{key}': 'VARCHAR'" for key in _KEYS)
    payload = "map {" + ", ".join(f"'{key}': \"payload.{key}\"" for key in _KEYS) + "}"
    source = {
        "ndjson": f"from read_json('{folder}/e.ndjson', format = 'newline_delimited', "
        f"columns = {{{head}, payload: 'MAP(VARCHAR, VARCHAR)'}})",
        "csv": f'select identifier, event_name, "timestamp", {payload} as payload from '
        f"read_csv('{folder}/e.csv', header = true, columns = {{{head}, {cells}}})",
        "parquet": f"from '{folder}/e.parquet'",
        "fractions": f"from read_json('{folder}/f.ndjson', format = 'newline_delimited', "
        f"columns = {{{head}, payload: 'MAP(VARCHAR, VARCHAR)'}})",
        "cells": 'select identifier, event_name, "timestamp", payload::json::map(varchar, varchar) '
        f"as payload from read_csv('{folder}/f.csv', header = true, columns = "
        f"{{{head}, payload: 'VARCHAR'}})",
        "mapped": "select id, kind, moment, map {'stripe_customer_id': account.id, 'value': units, "
        "'region': place.region, 'share': share} as payload from "
        f"read_json('{folder}/m.ndjson', format = 'newline_delimited', columns = {{id: 'VARCHAR', "
        "kind: 'VARCHAR', moment: 'BIGINT', account: 'STRUCT(id VARCHAR)', units: 'VARCHAR', "
        "place: 'STRUCT(region VARCHAR)', share: 'VARCHAR'})",
    }[kind]
    database = duckdb.connect()
    database.execute("set threads = 2")
    measured(
        lambda: database.execute(f"copy ({source}) to '{folder}/bare.parquet' (compression zstd)")
    )


def ours(folder: Path, kind: str) -> None:
    """Land the file in a fresh home."""
    home = prepare_home(tempfile.mkdtemp(dir=folder))
    landed_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    mapping = folder / "mapping.toml" if kind == "mapped" else None
    reports: list[LandingReport] = []
    measured(
        lambda: reports.append(
            land(
                home, "meter_events", [folder / _FILES[kind]], landed_at=landed_at, mapping=mapping
            )
        )
    )
    if reports[0].rejected:
        raise SystemExit(f"{kind}: rows were rejected, {reports[0].rejected}")


def measured(work: Callable[[], object]) -> None:
    """Run the work and print its times and the process's peak memory."""
    before, start = os.times(), time.monotonic()
    work()
    wall, after = time.monotonic() - start, os.times()
    used = after.user + after.system - before.user - before.system
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "processor": used, "peak": peak}))


def run(*words: object) -> str:
    """Run a part in a process of its own, since a child's peak memory begins with its parent's."""
    command = [sys.executable, __file__, *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Compare, format by format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--side", choices=("make", "bare", "ours"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--kind", choices=tuple(_BUDGETS), help="one case only")
    given = parser.parse_args()
    if given.side == "make":
        make(given.folder, given.rows)
        return
    if given.side:
        {"bare": bare, "ours": ours}[given.side](given.folder, given.kind)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mapping.toml").write_text(_MAPPING)
        run("--side", "make", "--folder", folder, "--rows", given.rows)
        print("case      side   wall s  processor s  peak MB")
        for kind, budget in _BUDGETS.items():
            if given.kind not in (None, kind):
                continue
            words = ("--folder", folder, "--kind", kind)
            found = {side: json.loads(run("--side", side, *words)) for side in ("bare", "ours")}
            for side, held in found.items():
                figures = f"{held['wall']:7.2f} {held['processor']:12.2f} {held['peak']:8.0f}"
                print(f"{kind:9} {side:5} {figures}")
            ratios = [found["ours"][what] / found["bare"][what] for what in ("wall", "processor")]
            print(f"{kind:9} ratio {ratios[0]:7.2f} {ratios[1]:12.2f}   budget {budget}")


if __name__ == "__main__":
    main()
