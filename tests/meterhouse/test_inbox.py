"""The inbox: every file in it lands once or is put aside, and none holds up another."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from foundation import Home
from ingest import _landing, batches, prepare_home
from meterhouse import _inbox
from meterhouse._inbox import Failed, Taken, strays, take_inbox

_NIGHT = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return prepare_home(tmp_path / "home")


def deliver(
    home: Home, name: str, content: str = '[{"id": "prod_a", "object": "product"}]'
) -> Path:
    path = home.inbox / "products" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def taken(home: Home) -> list[Taken | Failed]:
    return list(take_inbox(home, started_at=_NIGHT))


def test_a_name_that_is_not_utf_8_is_put_aside_and_holds_up_nothing(home: Home) -> None:
    deliver(home, os.fsdecode(b"a\xff.json"))
    deliver(home, "b.json")
    failed, landed = taken(home)
    assert isinstance(failed, Failed)
    assert failed.source == r"a\xff.json"
    assert "is not UTF-8" in failed.reason
    assert failed.moved_to == r"inbox/_failed/2026-11-27/products/a\xff.json"
    assert (home.root / failed.moved_to).is_file()
    assert isinstance(landed, Taken)
    assert landed.report.accepted == 1


@pytest.mark.parametrize("content", ['[{"id": "prod_a", "object": "product"}]', "["])
def test_a_name_as_long_as_names_can_be_lands_or_is_put_aside(home: Home, content: str) -> None:
    for _ in range(2):
        deliver(home, "x" * 250 + ".json", content)
        (each,) = taken(home)
        assert isinstance(each, Failed) == (content == "[")
        assert each.moved_to is not None
        assert (home.root / each.moved_to).read_text("utf-8") == content
    assert list((home.inbox / "products").iterdir()) == []
    kept = [path.read_text("utf-8") for path in home.inbox.glob("_*/*/*/*.json")]
    assert kept == [content] * 2


def test_what_is_no_file_is_told_of_and_left_alone(home: Home) -> None:
    deliver(home, "coming.json.part")
    (home.inbox / "products" / "folder").mkdir()
    (home.inbox / "products" / "link.json").symlink_to("nowhere.json")
    (home.inbox / os.fsdecode(b"a\xff")).mkdir()
    assert taken(home) == []
    assert strays(home) == [r"a\xff", "products/folder", "products/link.json"]


def replace(path: Path) -> None:
    written = path.with_name("new.json.tmp")
    written.write_text('[{"id": "prod_b", "object": "product"}]', "utf-8")
    written.replace(path)


def write_on(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n")


@pytest.mark.parametrize("change", [replace, write_on])
@pytest.mark.parametrize("content", ['[{"id": "prod_a", "object": "product"}]', '[{"id": "pro'])
def test_a_file_that_changes_while_it_is_read_lands_nothing_and_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], content: str
) -> None:
    path = deliver(home, "a.json", content)
    examined = _landing.examined

    @contextmanager
    def examined_and_changed(*given: Any, **options: Any) -> Generator[Any]:
        with examined(*given, **options) as sources:
            change(path)
            yield sources

    monkeypatch.setattr(_landing, "examined", examined_and_changed)
    (failed,) = taken(home)
    assert isinstance(failed, Failed)
    assert failed.moved_to == "inbox/products/a.json"
    assert path.exists()
    assert batches(home.lake, "products") == []


def test_a_file_that_takes_the_name_of_one_that_landed_waits_for_the_next_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(home, "a.json")
    land = _inbox.land

    def land_and_replace(*given: Any, **options: Any) -> Any:
        report = land(*given, **options)
        replace(path)
        return report

    monkeypatch.setattr(_inbox, "land", land_and_replace)
    (landed,) = taken(home)
    assert isinstance(landed, Taken)
    assert (landed.report.accepted, landed.moved_to) == (1, None)
    monkeypatch.undo()
    (landed,) = taken(home)
    assert isinstance(landed, Taken)
    assert landed.moved_to is not None
    assert "prod_b" in (home.root / landed.moved_to).read_text("utf-8")
    assert sum(batch.accepted for batch in batches(home.lake, "products")) == 2


@pytest.fixture
def other_disk(home: Home) -> Iterator[Path]:
    if not os.access("/dev/shm", os.W_OK) or os.stat("/dev/shm").st_dev == home.root.stat().st_dev:
        pytest.skip("needs a second file system")
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def test_files_of_a_folder_on_another_file_system_land_and_leave_it(
    home: Home, other_disk: Path
) -> None:
    home.inbox.mkdir(exist_ok=True)
    (home.inbox / "products").symlink_to(other_disk)
    delivered = deliver(home, "a.json")
    os.utime(delivered, (1_764_000_000, 1_764_000_000))
    deliver(home, "b.json", "[")
    landed, failed = taken(home)
    assert isinstance(landed, Taken)
    assert landed.moved_to == "inbox/_landed/2026-11-27/products/a.json"
    moved = home.root / landed.moved_to
    assert json.loads(moved.read_text("utf-8"))[0]["id"] == "prod_a"
    # Put back with its time it is the same batch.
    assert moved.stat().st_mtime == 1_764_000_000
    assert isinstance(failed, Failed)
    assert (home.root / failed.moved_to).read_text("utf-8") == "["
    assert list(other_disk.iterdir()) == []
