"""Nights in a row: what comes lands once, is built on what was there, proved and published."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from foundation import project_dir
from meterhouse import Warehouse
from meterhouse._build_lock import build_lock, lock_holder
from tests.conftest import Said
from tests.meterhouse._nights import Nights

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Night:
    """One run: what it said, its summary, and the build that was published after it."""

    said: Said
    summary: dict[str, Any]
    published: str | None


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return Nights(tmp_path_factory.mktemp("nights") / "project")


@pytest.fixture(scope="module")
def first(project: Nights) -> Night:
    """A good file with a bad row, a file that is none, one being written, and a stray folder."""
    project.deliver("a.json", "prod_a", "prod_b")
    bad = project.deliver("bad.json", "prod_x")
    bad.write_text('[{"id": 5, "object": "product"}]', "utf-8")
    (project.home.inbox / "products" / "torn.parquet").write_bytes(b"PAR1 and no end")
    (project.home.inbox / "products" / "coming.json.part").write_text("[", "utf-8")
    (project.home.inbox / "prodcuts").mkdir()
    plan = project.run("nightly", "--dry-run")
    assert plan.stdout.splitlines()[:2] == [
        "land products/a.json: 2 rows",
        "land products/bad.json: 0 rows, 1 rejected as not_text",
    ]
    assert project.builds() == []
    said, summary = project.nightly(
        "--as-of", f"{TODAY}T00:00:01Z", "--on-finish", "cat > finished.json; exit 7"
    )
    return Night(said, summary, project.current())


@pytest.fixture(scope="module")
def second(project: Nights, first: Night) -> Night:
    """Nothing new."""
    (project.home.inbox / "prodcuts").rmdir()
    said, summary = project.nightly("--as-of", f"{TODAY}T00:00:01Z")
    return Night(said, summary, project.current())


@pytest.fixture(scope="module")
def third(project: Nights, second: Night) -> Night:
    """One more file, which a mapping of its own reads."""
    path = project.deliver("b.csv", "prod_c")
    path.write_text("sku\nprod_c\n", "utf-8")
    path.with_name("b.csv.toml").write_text(
        'stream = "products"\n[fields]\nid = { column = "sku" }\n', "utf-8"
    )
    said, summary = project.nightly("--as-of", f"{TODAY}T00:00:02Z")
    return Night(said, summary, project.current())


@pytest.fixture(scope="module")
def fourth(project: Nights, third: Night) -> Night:
    """A model changed."""
    model = project.folder / "models/marts/product_counts.sql"
    model.write_text(model.read_text("utf-8") + "\n-- the same, in other words\n", "utf-8")
    said, summary = project.nightly("--as-of", f"{TODAY}T00:00:02Z", "--keep", "1")
    return Night(said, summary, project.current())


def test_what_cannot_land_is_a_finding_and_the_rest_is_published(
    project: Nights, first: Night
) -> None:
    assert first.said.exit_code == first.summary["exit_code"] == 1, first.said.stderr
    assert first.summary["outcome"] == "published"
    assert first.published == first.summary["build"]["build_id"]
    landed = {Path(each["source"]).name: each for each in first.summary["landed"]}
    assert (landed["a.json"]["accepted"], landed["a.json"]["rejected"]) == (2, {})
    assert landed["bad.json"]["rejected"] == {"not_text": 1}
    assert [each["source"] for each in first.summary["failed_files"]] == ["torn.parquet"]
    assert first.summary["strays"] == ["prodcuts"]


def test_files_leave_the_inbox_for_where_they_belong(project: Nights, first: Night) -> None:
    inbox = project.home.inbox
    assert [path.name for path in (inbox / "products").iterdir()] == ["coming.json.part"]
    assert {path.name for path in (inbox / "_landed").glob("*/products/*")} == {
        "a.json",
        "bad.json",
    }
    (reason,) = (inbox / "_failed").glob("*/products/*.reason.txt")
    assert "is no readable parquet file" in reason.read_text("utf-8")
    assert reason.with_name("torn.parquet").read_bytes() == b"PAR1 and no end"


def test_the_run_leaves_its_log_and_its_summary_in_the_build(project: Nights, first: Night) -> None:
    build = project.home.builds / str(first.published)
    assert json.loads((build / "run.json").read_text("utf-8")) == first.summary
    log = (build / "logs" / "nightly.log").read_text("utf-8")
    assert "landed products/a.json: 2 accepted" in log
    assert log.rstrip().endswith(f"published {first.published}")
    # The same lines went to standard error.
    assert set(log.splitlines()) <= set(first.said.stderr.splitlines())


def test_on_finish_gets_the_summary_and_its_failure_is_told_but_not_fatal(
    project: Nights, first: Night
) -> None:
    assert json.loads((project.folder / "finished.json").read_text("utf-8")) == first.summary
    assert "--on-finish ended with 7" in first.said.stderr


def test_nothing_new_makes_no_build(project: Nights, first: Night, second: Night) -> None:
    assert (second.said.exit_code, second.summary["outcome"]) == (0, "nothing_new")
    assert second.summary["build"] is None
    assert second.published == first.published
    assert f"nothing is new since {first.published}" in second.said.stderr


def test_a_night_adds_to_the_one_before(project: Nights, first: Night, third: Night) -> None:
    assert third.said.exit_code == 0, third.said.stderr
    build = third.summary["build"]
    assert build["seed"] == build["previous"] == first.published
    assert (build["full_because"], build["made_anew"]) == ([], {})
    held = project.home.builds / str(third.published)
    assert project.manifest(held.name)["row_counts"] == {"control_totals": 1, "product_counts": 1}
    totals = project.manifest(held.name)["column_totals"]["product_counts"]
    assert totals == {"product_count": "3", "run_number": "2"}
    (landed,) = third.summary["landed"]
    assert landed["moved_to"] == f"inbox/_landed/{TODAY}/products/b.csv"
    assert (project.home.root / landed["moved_to"]).with_name("b.csv.toml").exists()


def test_event_files_are_shared_and_their_checksums_carried_over(
    project: Nights, first: Night, third: Night
) -> None:
    before, after = (project.manifest(str(night.published)) for night in (first, third))
    events = [name for name in before["files"] if name.startswith("events/")]
    assert len(events) == 1
    (old,) = events
    folders = [project.home.builds / str(night.published) for night in (first, third)]
    assert (folders[0] / old).samefile(folders[1] / old)
    assert after["files"][old] == before["files"][old]
    assert len([name for name in after["files"] if name.startswith("events/")]) == 2
    for folder, manifest in zip(folders, (before, after), strict=True):
        for name, said in manifest["files"].items():
            content = (folder / name).read_bytes()
            assert said == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_the_seed_is_left_as_it_was_published(project: Nights, first: Night, third: Night) -> None:
    assert project.run("verify", str(first.published)).exit_code == 0


def test_a_changed_model_is_built_in_full_and_named(
    project: Nights, third: Night, fourth: Night
) -> None:
    build = fourth.summary["build"]
    assert build["seed"] is None
    assert build["full_because"] == ["models changed: models/marts/product_counts.sql"]
    assert project.published("select product_count, run_number from product_counts") == [(3, 1)]


def test_old_builds_are_pruned_but_not_the_published_one_nor_the_one_before(
    project: Nights, first: Night, third: Night, fourth: Night
) -> None:
    assert fourth.summary["pruned"] == [first.published]
    assert project.builds() == [third.published, fourth.published]


def test_a_build_made_by_a_clock_that_was_ahead_does_not_turn_time_back(
    project: Nights, fourth: Night
) -> None:
    """The clock jumps back: what is published stands for the latest instant there was."""
    folder = project.home.builds / str(fourth.published)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    ahead = {"as_of": "2099-01-01T00:00:00Z", "started_at": "2099-01-01T00:00:00Z"}
    renamed = folder.with_name("20990101T000000Z-abcdef")
    (folder / "manifest.json").write_text(
        json.dumps({**manifest, **ahead, "build_id": renamed.name}), "utf-8"
    )
    folder.rename(renamed)
    project.home.current.unlink()
    project.home.current.symlink_to(f"builds/{renamed.name}")
    project.deliver("d.json", "prod_d")

    said, summary = project.nightly()

    assert said.exit_code == 0, said.stderr
    build = summary["build"]
    assert build["as_of"] == "2099-01-01T00:00:00Z"
    assert build["seed"] == renamed.name
    assert build["build_id"].startswith("20990101T000001Z-")
    assert project.products() == 4
    # So it is the night after, whose seed began by the clock that is behind.
    project.deliver("e.json", "prod_e")
    assert project.nightly()[1]["build"]["as_of"] == "2099-01-01T00:00:00Z"
    assert project.products() == 5
    # Somebody who asks for an earlier instant gets it, from everything that landed.
    plan = project.run("nightly", "--dry-run", "--as-of", "2026-01-01")
    assert "full because the published build is as of 2099-01-01T00:00:00Z" in plan.stdout


def test_a_dry_run_changes_nothing(project: Nights, fourth: Night) -> None:
    def everything() -> dict[str, tuple[int, int, int]]:
        held = {str(path): path.lstat() for path in project.home.root.rglob("*")}
        return {name: (it.st_mtime_ns, it.st_ctime_ns, it.st_size) for name, it in held.items()}

    waiting = project.deliver("waiting.json", "prod_waiting")
    before = everything()
    said = project.run("nightly", "--dry-run", "--keep", "1", "--full")
    assert "land products/waiting.json: 1 rows" in said.stdout
    assert "full because --full was asked for" in said.stdout
    assert everything() == before
    waiting.unlink()
    # What landed before and what cannot be read are no reason to build.
    landed = next((project.home.inbox / "_landed").glob("*/products/a.json"))
    shutil.copy2(landed, project.home.inbox / "products" / "again.json")
    (project.home.inbox / "products" / "torn.json").write_text("[", "utf-8")
    said = project.run("nightly", "--dry-run")
    again, torn, build = said.stdout.splitlines()[:3]
    assert again == "move products/again.json: it landed before"
    assert torn.startswith("put aside products/torn.json: ")
    assert build == "build nothing: nothing is new"
    assert said.exit_code == 1
    (project.home.inbox / "products" / "again.json").unlink()
    (project.home.inbox / "products" / "torn.json").unlink()


def test_a_second_run_is_locked_out_and_a_dead_one_is_not_in_the_way(project: Nights) -> None:
    with build_lock(project.home):
        said, _ = project.nightly()
        assert said.exit_code == 3
        assert f"Another build is running in {project.home.root}" in said.stderr
        assert f"(process {lock_holder(project.home)})" in said.stderr
        assert "wait: process" in project.run("nightly", "--dry-run").stdout
    (project.home.builds / ".lock").write_text("999999\n", "utf-8")
    assert lock_holder(project.home) is None


def test_an_empty_home_is_refused(tmp_path: Path) -> None:
    said, _ = Nights(tmp_path / "empty").nightly()
    assert said.exit_code == 2
    assert "is empty: there is nothing to build" in said.stderr


def test_a_first_run_that_only_puts_files_aside_fails_and_tells_of_them(tmp_path: Path) -> None:
    project = Nights(tmp_path / "project")
    project.deliver("torn.json").write_text("[", "utf-8")
    said, summary = project.nightly("--on-finish", "cat > finished.json")
    assert said.exit_code == summary["exit_code"] == 3
    assert "is empty: there is nothing to build" in summary["failure"]["message"]
    assert [each["source"] for each in summary["failed_files"]] == ["torn.json"]
    assert json.loads((project.folder / "finished.json").read_text("utf-8")) == summary


@pytest.mark.parametrize("interval", ["60", "1.5m", "0s", "soon"])
def test_an_interval_that_is_none_is_refused(project: Nights, interval: str) -> None:
    said = project.run("nightly", "--every", interval)
    assert said.exit_code == 2
    assert f"--every {interval!r} is not an interval" in said.stderr


DOCS = (project_dir() / "docs" / "nightly.md").read_text("utf-8")


def shown(kind: str) -> list[str]:
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, flags=re.DOTALL | re.MULTILINE)
    return [block for each, block in fences if each == kind]


def test_the_commands_that_the_documentation_shows_run(project: Nights, fourth: Night) -> None:
    lines = [line for block in shown("sh") for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line)
        assert words[0] == "meterhouse"
        said = project.run(*words[1:])
        assert said.exit_code == 0, f"{line}\n{said.stdout}{said.stderr}"


def test_the_lines_for_cron_and_systemd_run(project: Nights, fourth: Night) -> None:
    (cron,) = [line for block in shown("") for line in block.splitlines() if " * * * " in line]
    units = configparser.RawConfigParser(strict=False)
    units.optionxform = str  # type: ignore[method-assign]
    units.read_string("\n".join(shown("ini")))
    started = units["Service"]["ExecStart"]
    assert units["Service"]["SuccessExitStatus"] == "1"
    assert units["Timer"]["OnCalendar"] == "*-*-* 02:15:00 UTC"
    for command in (cron.split(maxsplit=5)[5].split("&& ")[1], started):
        here = command.replace("/srv/meterhouse/", "").replace(
            ".venv/bin/meterhouse --home data",
            f"{sys.executable} -m meterhouse --home {project.home.root}",
        )
        assert here != command
        ran = subprocess.run(
            ["sh", "-c", here],
            cwd=project.folder,
            env={**os.environ, "PYTHONPATH": str(project.folder)},
            check=False,
        )
        assert ran.returncode == 0, here
    assert json.loads((project.folder / "last-run.json").read_text("utf-8"))["exit_code"] == 0


def test_a_pinned_build_is_kept_and_read_by_its_name(project: Nights, third: Night) -> None:
    pinned = project.builds()[0]
    said = project.run("builds", "--pin", "2026-10-close", "--build", pinned)
    assert (said.exit_code, said.stdout) == (0, f"Pinned {pinned} as 2026-10-close.\n")
    link = project.home.pins / "2026-10-close"
    assert link.readlink() == Path("..") / "builds" / pinned
    with Warehouse(project.home.root, build="2026-10-close") as warehouse:
        assert warehouse.build.id == pinned
        assert warehouse.sql("select product_count from product_counts").item() == 3

    again = project.run("builds", "--pin", "2026-10-close", "--build", str(project.current()))
    assert again.exit_code == 2
    assert f"The pin '2026-10-close' holds the build {pinned}." in again.stderr
    for name in ("../x", "", "20261125T000000Z-abcdef", ".hidden"):
        assert project.run("builds", "--pin", name).exit_code == 2
    (row,) = [
        each
        for each in json.loads(project.run("builds", "--format", "json").stdout)
        if each["build_id"] == pinned
    ]
    assert row["pins"] == ["2026-10-close"]

    said = project.run("builds", "--unpin", "2026-10-close")
    assert said.stdout == f"Unpinned {pinned}.\n"
    assert project.run("builds", "--unpin", "2026-10-close").exit_code == 2
