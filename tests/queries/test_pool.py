"""Readers of the published file: one build a request, each publish followed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from queries import APIError, BuildPool, Reader
from tests.queries._published import PublishedHome

MANY = "select count(*) as n from range(100000000) as a (i), range(10000) as b (j) where i + j = -1"


@pytest.fixture
def home(tmp_path: Path) -> PublishedHome:
    return PublishedHome(tmp_path / "home")


def numbered(number: int) -> tuple[str, ...]:
    return (
        f"create table one as select {number} as n",
        f"create table two as select {number} as n",
        "create macro ones() as table select n from main.one",
    )


def both(reader: Reader) -> tuple[int, int]:
    first = reader.rows("select n from ones()")[0]["n"]
    second = reader.rows("select n from main.two")[0]["n"]
    return first, second


def test_a_publish_is_followed_and_a_request_keeps_its_build(home: PublishedHome) -> None:
    home.publish("b1", *numbered(1))
    pool = BuildPool(home.root)
    with pool.reader() as before:
        home.publish("b2", *numbered(2))
        with pool.reader() as after:
            assert both(after) == (2, 2)
            assert after.build.id == "b2"
        assert both(before) == (1, 1)
        assert before.build.id == "b1"
    home.point("b1")
    assert pool.build.id == "b1"
    pool.close()


def test_who_reads_nothing_is_told_of_a_publish_soon(home: PublishedHome) -> None:
    home.publish("b1", *numbered(1))
    pool = BuildPool(home.root)
    assert pool.recent_build.id == "b1"
    home.publish("b2", *numbered(2))
    seen = {pool.recent_build.id}
    while "b2" not in seen:
        seen.add(pool.recent_build.id)
    assert seen <= {"b1", "b2"}
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        assert pool.recent_build


def test_no_answer_is_torn_while_builds_are_published(home: PublishedHome) -> None:
    home.publish("b0", *numbered(0))
    pool = BuildPool(home.root, threads=1)
    stop = threading.Event()

    def ask(_: int) -> int:
        seen: set[int] = set()
        while not stop.is_set():
            with pool.reader() as reader:
                first, second = both(reader)
                assert first == second
                assert reader.build.id == f"b{first}"
                seen.add(first)
        return len(seen)

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, at) for at in range(4)]
        for number in range(1, 13):
            home.publish(f"b{number}", *numbered(number))
        stop.set()
        assert all(each.result() for each in asking)
    pool.close()


def test_a_named_build_is_kept(home: PublishedHome) -> None:
    home.publish("b1", *numbered(1))
    home.publish("b2", *numbered(2))
    pool = BuildPool(home.root, build_id="b1")
    home.publish("b3", *numbered(3))
    with pool.reader() as reader:
        assert both(reader) == (1, 1)
    pool.close()


def test_another_connection_of_the_process_is_no_hindrance(home: PublishedHome) -> None:
    folder = home.publish("b1", *numbered(1))
    options = {"threads": 2}
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True, config=options) as other:
        first, second = BuildPool(home.root, threads=1), BuildPool(home.root, threads=3)
        for pool in (first, second):
            with pool.reader() as reader:
                assert both(reader) == (1, 1)
            pool.close()
        assert other.execute("select n from one").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/hostname')",
        "select * from glob('/*')",
        "attach '/dev/null' as other",
        "set threads = 4",
        "set enable_external_access = true",
        "create table warehouse.main.three as select 1",
        "delete from warehouse.main.one",
        "install httpfs",
    ],
)
def test_nothing_outside_is_reached_and_nothing_inside_changed(
    home: PublishedHome, statement: str
) -> None:
    home.publish("b1", *numbered(1))
    pool = BuildPool(home.root)
    with pool.reader() as reader, pytest.raises(duckdb.Error):
        reader.rows(statement)
    pool.close()


def test_events_under_the_build_are_read_also_from_a_copy_of_the_home(
    home: PublishedHome, tmp_path: Path
) -> None:
    folder = home.root / "builds" / "b1"
    events = folder / "events" / "e.parquet"
    folder.mkdir()
    events.parent.mkdir()
    with duckdb.connect(folder / "warehouse.duckdb") as connection:
        connection.execute(f"copy (select 7 as n) to '{events}' (format parquet)")
        connection.execute(f"create macro events() as table select * from read_parquet('{events}')")
    home.point("b1")
    link = tmp_path / "linked"
    link.symlink_to(home.root)
    copied = tmp_path / "copied"
    (copied / "builds").mkdir(parents=True)
    (copied / "builds" / "b1").mkdir()
    (copied / "builds" / "b1" / "warehouse.duckdb").write_bytes(
        (folder / "warehouse.duckdb").read_bytes()
    )
    (copied / "current").symlink_to("builds/b1")
    for root in (home.root, link, copied):
        pool = BuildPool(root)
        with pool.reader() as reader:
            assert reader.rows("select n from events()") == [{"n": 7}]
        pool.close()


def test_a_query_past_its_time_is_stopped_and_the_next_one_is_not(home: PublishedHome) -> None:
    home.publish("b1", *numbered(1))
    pool = BuildPool(home.root, timeout_seconds=0.5)
    with pool.reader() as reader, pytest.raises(APIError, match="took too long") as stopped:
        reader.rows(MANY)
    assert stopped.value.http_status == 503
    for _ in range(5):
        with pool.reader() as reader:
            assert both(reader) == (1, 1)
    pool.close()


def test_a_lent_table_is_seen_by_its_own_request_alone(home: PublishedHome) -> None:
    home.publish("b1", *numbered(1))
    pool = BuildPool(home.root)
    with pool.reader() as reader, pool.reader() as other:
        reader.lend("given", pa.table({"n": [1, 2]}))
        reader.lend("given", pa.table({"n": [3]}))
        assert reader.rows("select n from given") == [{"n": 3}]
        with pytest.raises(duckdb.CatalogException):
            other.rows("select n from given")
    for _ in range(3):
        with pool.reader() as later, pytest.raises(duckdb.CatalogException):
            later.rows("select n from given")
    pool.close()
