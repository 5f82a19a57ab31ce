"""A lake written before a column was added stays readable after it."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow.parquet as pq
import pytest

from foundation import STREAMS
from foundation.streams import Column, Kind
from ingest import compact, open_home


@pytest.fixture
def next_version(monkeypatch):
    """The meter events of a later version, with a column more."""
    declared = STREAMS["meter_events"]
    column = Column("source", Kind.TEXT, "Which system reported the event.")
    later = replace(declared, columns=(*declared.columns, column))
    monkeypatch.setitem(STREAMS, "meter_events", later)
    return later


def read_as_dbt_does(lake, columns="*"):
    pattern = lake.home.stream_folder("meter_events") / "*.parquet"
    query = f"select {columns} from read_parquet('{pattern}', union_by_name = true)"
    return duckdb.connect().execute(query).fetchall()


@pytest.fixture
def old_lake(lake, event):
    lake.land("meter_events", [event(identifier="old")])
    return lake


def test_old_batches_have_null_in_a_new_column(old_lake, request):
    request.getfixturevalue("next_version")
    open_home(old_lake.home.root)
    assert read_as_dbt_does(old_lake, "identifier, source") == [("old", None)]


def test_new_and_old_batches_are_read_together(old_lake, event, request):
    request.getfixturevalue("next_version")
    open_home(old_lake.home.root)
    old_lake.land("meter_events", [event(identifier="new", source="edge")])
    found = sorted(read_as_dbt_does(old_lake, "identifier, source"))
    assert found == [("new", "edge"), ("old", None)]


def test_the_empty_file_follows_the_declaration(old_lake, request):
    later = request.getfixturevalue("next_version")
    open_home(old_lake.home.root)
    empty = old_lake.home.stream_folder("meter_events") / "_empty.parquet"
    assert pq.read_schema(empty).remove_metadata() == later.schema


def test_batches_of_both_versions_compact_into_one_file(old_lake, event, request):
    request.getfixturevalue("next_version")
    open_home(old_lake.home.root)
    old_lake.land("meter_events", [event(identifier="new", source="edge")])
    compact(old_lake.home)
    rows = {row["identifier"]: row["source"] for row in old_lake.rows("meter_events")}
    assert rows == {"new": "edge", "old": None}
