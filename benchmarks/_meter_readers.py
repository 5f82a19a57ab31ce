"""Who answers what a customer used: Meterhouse in Python and SQL, and others over what landed.

The others see what landed as it is: they neither find repeats nor take cancelled events away, so
they have less to do. Their answers are held to be the same among each other.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from meterhouse import Warehouse

COLUMNS = "event_name, stripe_customer_id, event_at, value"
Windows = dict[int, Decimal]
_IN_DUCKDB = {"sum": "sum(value)", "count": "count(*)", "last": "max_by(value, event_at)"}
_IN_CLICKHOUSE = {"sum": "sum(value)", "count": "count()", "last": "argMax(value, time)"}
_IN_POLARS = {
    "sum": pl.col("value").sum(),
    "count": pl.len(),
    "last": pl.col("value").sort_by("event_at").last(),
}


@dataclass(frozen=True)
class Question:
    """One customer's usage of a meter, from `start` to before `end`, in windows."""

    meter: str
    event_name: str
    formula: str
    customer: str
    start: int
    end: int
    window: str
    detail: str = ""
    """What makes it read events: 'dimensions', 'known at', 'odd zone'; nothing for a summary."""


class Reader(ABC):
    """Something that can be asked."""

    name: str
    sees_landed = True
    """Whether it reads what landed, repeats and cancelled events included."""
    answers_details = False
    """Whether it is asked for what needs events, too."""
    questions_at_most = 300

    @abstractmethod
    def ask(self, question: Question) -> Windows:
        """Give the value of each window by the second in which it begins."""

    def close(self) -> None:  # noqa: B027
        """Let go of files and memory."""


class InPython(Reader):
    """`Warehouse`, as a program asks: the objects of the endpoint, made and read."""

    name = "Meterhouse, in Python"
    sees_landed = False
    answers_details = True

    def __init__(self, build: Path) -> None:
        self._warehouse = Warehouse(build, threads=2)

    def ask(self, question: Question) -> Windows:
        if question.detail:
            return self._detailed(question)
        answer = self._warehouse.request(
            "GET",
            f"/v1/billing/meters/{question.meter}/event_summaries",
            {
                "customer": question.customer,
                "start_time": question.start,
                "end_time": question.end,
                "value_grouping_window": question.window,
                "limit": 100,
            },
        )
        assert not answer.is_error, answer.body
        return {row["start_time"]: Decimal(row["aggregated_value"]) for row in answer.body["data"]}

    def _detailed(self, question: Question) -> Windows:
        more: dict[str, Any] = {
            "dimensions": {
                "meters": [{"meter": question.meter, "dimension_group_by_keys": ["model"]}]
            },
            "known at": {"received_until": question.end - 86_400},
            "odd zone": {"timezone": "Asia/Kathmandu"},
        }[question.detail]
        answer = self._warehouse.request(
            "GET",
            "/v1/billing/analytics/meter_usage",
            {
                "customer": question.customer,
                "starts_at": question.start,
                "ends_at": question.end,
                "value_grouping_window": question.window,
                "meters": [{"meter": question.meter}],
                **more,
            },
        )
        assert not answer.is_error, answer.body
        return {}

    def close(self) -> None:
        self._warehouse.close()


class InSql(Reader):
    """The table function of the published file."""

    name = "Meterhouse, in SQL"
    sees_landed = False

    def __init__(self, build: Path) -> None:
        self._connection = duckdb.connect(build / "warehouse.duckdb", read_only=True)
        self._connection.execute("set threads = 2; set TimeZone = 'UTC'")

    def ask(self, question: Question) -> Windows:
        rows = self._connection.execute(
            "select cast(epoch(start_time) as bigint), aggregated_value "
            "from meter_event_summaries(?, ?, ?, ?, ?)",
            [question.meter, question.customer, question.start, question.end, question.window],
        ).fetchall()
        return dict(rows)

    def close(self) -> None:
        self._connection.close()


class BareParquet(Reader):
    """DuckDB over the Parquet files that landed."""

    name = "DuckDB, landed files"
    questions_at_most = 15

    def __init__(self, lake: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 2; set TimeZone = 'UTC'")
        self._events = f"read_parquet('{lake}/meter_events/*.parquet')"

    def ask(self, question: Question) -> Windows:
        return _ask_duckdb(self._connection, self._events, question)

    def close(self) -> None:
        self._connection.close()


class BareTable(Reader):
    """DuckDB over a table to which each day was appended in order of event name and customer."""

    name = "DuckDB, table in order"

    def __init__(self, lake: Path, folder: Path) -> None:
        place = folder / "in_order.duckdb"
        place.unlink(missing_ok=True)
        self._connection = duckdb.connect(place)
        self._connection.execute("set threads = 2; set TimeZone = 'UTC'; set memory_limit = '5GB'")
        self._connection.execute(
            f"create table events as select {COLUMNS} "
            f"from read_parquet('{lake}/meter_events/*.parquet') limit 0"
        )
        for file in _files(lake):
            self._connection.execute(
                f"insert into events select {COLUMNS} from read_parquet('{file}') "
                "order by event_name, stripe_customer_id, event_at"
            )
        self._connection.execute("checkpoint")

    def ask(self, question: Question) -> Windows:
        return _ask_duckdb(self._connection, "events", question)

    def close(self) -> None:
        self._connection.close()


def _ask_duckdb(connection: duckdb.DuckDBPyConnection, events: str, question: Question) -> Windows:
    rows = connection.execute(
        f"select cast(epoch(date_trunc('{question.window}', event_at)) as bigint) as window_start, "
        f"{_IN_DUCKDB[question.formula]} from {events} "
        "where event_name = ? and stripe_customer_id = ? "
        "and event_at >= to_timestamp(?) at time zone 'UTC' "
        "and event_at < to_timestamp(?) at time zone 'UTC' "
        "group by window_start order by window_start desc",
        [question.event_name, question.customer, question.start, question.end],
    ).fetchall()
    return dict(rows)


class Polars(Reader):
    """Polars' lazy scan of the Parquet files that landed."""

    name = "polars, landed files"
    questions_at_most = 15

    def __init__(self, lake: Path) -> None:
        self._events = pl.scan_parquet(f"{lake}/meter_events/*.parquet")

    def ask(self, question: Question) -> Windows:
        at = pl.col("event_at")
        found = (
            self._events.filter(
                pl.col("event_name") == question.event_name,
                pl.col("stripe_customer_id") == question.customer,
                at >= _instant(question.start),
                at < _instant(question.end),
            )
            .group_by(at.dt.truncate("1h" if question.window == "hour" else "1d"))
            .agg(_IN_POLARS[question.formula])
            .collect()
        )
        return {
            int(start.replace(tzinfo=UTC).timestamp()): value for start, value in found.iter_rows()
        }


class Chdb(Reader):
    """ClickHouse in the process: a MergeTree in the order that OpenMeter gives its events."""

    name = "chdb, MergeTree"

    def __init__(self, lake: Path, folder: Path) -> None:
        place = folder / "chdb"
        shutil.rmtree(place, ignore_errors=True)
        self._session = import_module("chdb.session").Session(str(place))
        self._session.query("create database if not exists d")
        self._session.query(
            "create table d.events (namespace LowCardinality(String), type LowCardinality(String), "
            "subject String, time DateTime('UTC'), value Nullable(Decimal(38, 12))) "
            "engine = MergeTree partition by toYYYYMM(time) "
            "order by (namespace, type, subject, toStartOfHour(time))"
        )
        for file in _files(lake):
            self._session.query(
                "insert into d.events select 'default', assumeNotNull(event_name), "
                "assumeNotNull(stripe_customer_id), assumeNotNull(event_at), value "
                f"from file('{file}', Parquet)"
            )
        self._session.query("set max_threads = 2")

    def ask(self, question: Question) -> Windows:
        start_of = "toStartOfHour" if question.window == "hour" else "toStartOfDay"
        answer = self._session.query(
            f"select toUnixTimestamp({start_of}(time)) as window_start, "
            f"toString({_IN_CLICKHOUSE[question.formula]}) from d.events "
            f"where namespace = 'default' and type = '{question.event_name}' "
            f"and subject = '{question.customer}' and time >= toDateTime({question.start}, 'UTC') "
            f"and time < toDateTime({question.end}, 'UTC') "
            "group by window_start order by window_start desc",
            "TabSeparated",
        )
        rows = (line.split("\t") for line in str(answer).splitlines())
        return {int(start): Decimal(value) for start, value in rows if value != r"\N"}

    def close(self) -> None:
        self._session.close()


def _files(lake: Path) -> list[Path]:
    return sorted((lake / "meter_events").glob("[!_]*.parquet"))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
