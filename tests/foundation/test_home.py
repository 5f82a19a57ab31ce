"""A folder is a home or it is not, and says what to do when it is not."""

from __future__ import annotations

import os

import pyarrow.parquet as pq
import pytest

from foundation import STREAMS, Home
from foundation.errors import NotAHomeError
from ingest import live_files, open_home, prepare_home


def test_an_absent_folder_becomes_a_home_with_an_empty_file_for_every_stream(tmp_path):
    home = prepare_home(tmp_path / "data")
    for name, declared in STREAMS.items():
        (empty,) = live_files(home.lake, name)
        assert empty.name == "_empty.parquet"
        assert pq.read_table(empty).schema.remove_metadata() == declared.schema
        assert pq.read_metadata(empty).num_rows == 0


def test_preparing_twice_changes_nothing(tmp_path):
    home = prepare_home(tmp_path / "data")
    before = {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")}
    assert prepare_home(tmp_path / "data") == home
    assert {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")} == before


def test_no_folder_is_no_home(tmp_path):
    with pytest.raises(NotAHomeError, match=r"There is no home at .*nothing") as caught:
        open_home(tmp_path / "nothing")
    assert "meterhouse demo" in (caught.value.next_command or "")


def test_a_folder_with_other_things_is_not_made_a_home(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(NotAHomeError, match=r"is not a home: it holds letter\.txt"):
        prepare_home(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_home(tmp_path):
    (tmp_path / "data").write_text("x")
    with pytest.raises(NotAHomeError, match="is a file"):
        prepare_home(tmp_path / "data")


def test_a_lake_of_a_later_version_is_refused(tmp_path):
    home = prepare_home(tmp_path / "data")
    home.format_file.write_text('{"lake_format": 99}')
    with pytest.raises(NotAHomeError, match="lake format 99"):
        Home.open(home.root)


def test_what_a_killed_process_left_is_removed_when_the_home_is_opened(tmp_path):
    home = prepare_home(tmp_path / "data")
    left = home.incoming / "4194304999.abcd.meter_events.x.tmp"
    left.write_text("half a file")
    mine = home.incoming / f"{os.getpid()}.abcd.meter_events.x.tmp"
    mine.write_text("being written")
    open_home(home.root)
    assert not left.exists()
    assert mine.exists()
