"""Metering at full size: one build of a history, then nights that each add a day to it.

    python benchmarks/nightly_metering.py [--events-a-day 3226000] [--days 31] [--nights 1]
                                          [--folder FOLDER]

Lands a seeded history (see meterhouse/_scale.py) of `days` days and `nights` more, builds all but
the nights at once, then adds them one by one as the nightly does: database copied, event files
linked, models and tests run. `--days 1 --nights 31` is a month of nights. Prints wall and processor
seconds, peak memory, the seconds of each model, what dbt costs by itself, in the same run DuckDB's
bare hourly GROUP BY over the same Parquet and its bare writing of it in order, and how long reads
take after the last night. Publishing is not part of it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks._dbt import Measured, follow, run_dbt
from benchmarks.meter_reads import compare
from foundation import STREAMS, Home
from ingest import prepare_home
from meterhouse._scale import Scale, write_scale_lake

MODELS = (
    "+meters",
    "+meter_event_summaries",
    "+meter_event_summaries_daily",
    "+meter_event_errors",
    "+meter_event_conflicts",
    "+meter_event_accounting",
)
DEDUPLICATION = {
    "meter_event_identifier_hashes",
    "meter_event_repeat_places",
    "meter_event_repeats",
    "meter_event_exclusions",
}
DAILY = ("meter_events", "meter_event_adjustments")
AS_OF = "2026-12-31 00:00:00"
MOST_DAYS = 33


def deduplication(run: Measured) -> float:
    """Return the seconds that a build spent on finding repeats."""
    return sum(run.models.get(name, 0) for name in DEDUPLICATION)


def write_missing_days(home: Home, scale: Scale, days: int) -> None:
    """Land the days that a kept folder does not hold yet."""
    landed = {_day_of(file) for file in home.stream_folder(DAILY[1]).glob("scale-*.parquet")}
    for day in range(days):
        if f"{_day(scale, day):%Y%m%d}" not in landed:
            for _ in write_scale_lake(home, scale, range(day, day + 1)):
                pass


def link_days(home: Home, scale: Scale, days: int, lake: Path) -> None:
    """Make a lake of everything that had landed after so many days, by hard links."""
    shutil.rmtree(lake, ignore_errors=True)
    last = f"{_day(scale, days - 1):%Y%m%d}"
    for stream in STREAMS:
        (lake / stream).mkdir(parents=True)
        for file in home.stream_folder(stream).glob("*.parquet"):
            if stream not in DAILY or file.name.startswith("_") or _day_of(file) <= last:
                os.link(file, lake / stream / file.name)


def _day_of(file: Path) -> str:
    return file.name.removeprefix("scale-")[:8]


def build(lake: Path, folder: Path) -> Measured:
    """Run models and their tests into `folder`, in a process of its own."""
    return run_dbt(lake, folder, "build", "--select", *MODELS, as_of=AS_OF)


def parse(lake: Path, folder: Path) -> Measured:
    """Have dbt read the project anew and run nothing: what every build costs before its models."""
    return run_dbt(lake, folder, "parse", as_of=AS_OF)


def bare_by_hour(lake: Path) -> Measured:
    """Group everything that landed by meter, customer and hour, and nothing else."""
    return bare(
        [
            "create temp table grouped as select event_name, stripe_customer_id, "
            "date_trunc('hour', event_at) as hour, count(*) as events, sum(value) as value "
            f"from read_parquet('{lake}/meter_events/*.parquet') group by all"
        ]
    )


def bare_in_order(lake: Path, file: Path) -> Measured:
    """Write the events of each day in order, their texts as numbers: the least of keeping them."""
    return bare(
        [
            "copy (select hash(stripe_customer_id) as customer, hash(event_name) as meter, "
            "event_at, value, received_at, received_sequence, batch_row "
            f"from read_parquet('{landed}') order by customer, meter, event_at) to '{file}' "
            "(format parquet, parquet_version v2, compression zstd, compression_level 1)"
            for landed in sorted((lake / "meter_events").glob("*.parquet"))
        ]
    )


def bare(statements: list[str]) -> Measured:
    """Run statements in DuckDB alone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set memory_limit = '5GB'; set TimeZone = 'UTC'")
        for statement in statements:
            connection.execute(statement)
    wall = time.perf_counter() - began
    now = resource.getrusage(resource.RUSAGE_SELF)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Measured(wall, processor, now.ru_maxrss / 1e6, {})


def _day(scale: Scale, number: int) -> date:
    return scale.first_day + timedelta(days=number)


def show(name: str, made: Measured, seeding: float = 0) -> None:
    print(
        f"{name:24} {made.wall + seeding:8.1f} s, of processors {made.processor:.1f} s, "
        f"peak {made.peak:.2f} GB, deduplication {deduplication(made):.1f} s"
        + (f", seeding {seeding:.1f} s" if seeding else ""),
        flush=True,
    )


def show_models(made: Measured) -> None:
    for name, seconds in sorted(made.models.items(), key=lambda model: -model[1]):
        if seconds >= 0.3:
            print(f"    {name:36} {seconds:7.2f} s", flush=True)


def main() -> None:
    """Land, build, add the nights, read; print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events-a-day", type=int, default=3_226_000)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept and used again; default: temporary")
    arguments = parser.parse_args()
    days, nights = arguments.days, arguments.nights
    # Always of one length, so that a kept folder serves every number of days and nights.
    scale = Scale(events=arguments.events_a_day * MOST_DAYS, days=MOST_DAYS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).absolute()
        home = prepare_home(folder / f"home-{arguments.events_a_day}")
        write_missing_days(home, scale, days + nights)
        builds = folder / f"builds-{arguments.events_a_day}-{days}-{nights}"
        shutil.rmtree(builds, ignore_errors=True)
        lake = builds / "lake"
        (builds / "000").mkdir(parents=True)
        link_days(home, scale, days, lake)
        grouped = bare_by_hour(lake)
        show("bare hourly group by", grouped)
        show("bare events in order", bare_in_order(lake, builds / "in_order.parquet"))
        parsed = parse(lake, builds / "parsed")
        show("dbt by itself", parsed)
        whole = build(lake, builds / "000")
        show(f"build of {days} days", whole)
        models = whole.processor - parsed.processor
        print(
            f"{'without dbt':24} {models:8.1f} s of processors, "
            f"{models / grouped.processor:.1f} times the bare one"
        )
        show_models(whole)
        for night in range(1, nights + 1):
            link_days(home, scale, days + night, lake)
            former, made = builds / f"{night - 1:03}", builds / f"{night:03}"
            seeding = follow(former, made)
            measured = build(lake, made)
            show(f"night {night}", measured, seeding)
            if night in (1, nights):
                show_models(measured)
            shutil.rmtree(former)
        last = builds / f"{nights:03}"
        size = (last / "warehouse.duckdb").stat().st_size / 1e9
        print(f"{'size of the file':24} {size:8.2f} GB")
        # What Python looks into where a customer has no events.
        run_dbt(lake, last, "run", "--select", "+landed_objects", as_of=AS_OF)
        compare(lake, last, builds)


if __name__ == "__main__":
    main()
