"""Builds that are kept: listing them, and going back to one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.meterhouse._tiny import TinyProject


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """Three builds: complete, failed, complete and published."""
    project = TinyProject(tmp_path_factory.mktemp("builds") / "project")
    project.land("batch_1", "prod_a")
    assert project.run("build", "--as-of", "2026-01-01").exit_code == 0
    model = project.folder / "models/marts/product_counts.sql"
    right = model.read_text("utf-8")
    model.write_text("select wrong", "utf-8")
    assert project.run("build", "--as-of", "2026-01-02").exit_code == 3
    model.write_text(right, "utf-8")
    project.land("batch_2", "prod_b")
    assert project.run("build", "--as-of", "2026-01-03").exit_code == 0
    return project


@pytest.fixture(autouse=True)
def newest_published(tiny: TinyProject) -> None:
    newest = max(path.parent.name for path in tiny.home.builds.glob("*/manifest.json"))
    if tiny.current() != newest:
        assert tiny.run("rollback", newest).exit_code == 0


def listed(tiny: TinyProject) -> list[dict[str, object]]:
    return json.loads(tiny.run("builds", "--format", "json").stdout)


def test_builds_are_listed_newest_first_and_the_published_one_is_marked(tiny: TinyProject) -> None:
    newest, failed, oldest = listed(tiny)
    assert (newest["as_of"], newest["is_published"]) == ("2026-01-03T00:00:00Z", True)
    assert (failed["status"], failed["is_published"]) == ("failed", False)
    assert oldest["as_of"] == "2026-01-01T00:00:00Z"
    assert newest["previous"] == oldest["build_id"]

    said = tiny.run("builds")
    lines = said.stdout.splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [
        [newest["build_id"], "published"],
        [failed["build_id"], "failed"],
        [oldest["build_id"], "complete"],
    ]
    assert said.stderr.startswith(f"{failed['build_id']} failed: model product_counts in ")


def test_rollback_publishes_the_complete_build_before(tiny: TinyProject) -> None:
    newest, _, oldest = listed(tiny)

    said = tiny.run("rollback")

    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == f"Published {oldest['build_id']} as of 2026-01-01T00:00:00Z.\n"
    assert tiny.current() == oldest["build_id"]
    assert tiny.published("select product_count from product_counts") == [(1,)]

    said = tiny.run("rollback")
    assert said.exit_code == 2
    assert "No complete build" in said.stderr

    assert tiny.run("rollback", newest["build_id"]).exit_code == 0
    assert tiny.published("select product_count from product_counts") == [(2,)]


@pytest.mark.parametrize("name", ["nonsense", "2", ""])
def test_a_build_that_is_none_or_several_is_refused(tiny: TinyProject, name: str) -> None:
    said = tiny.run("rollback", name)
    assert said.exit_code == 2
    assert said.stderr.endswith("Next: meterhouse builds\n")


def test_a_failed_build_is_never_published(tiny: TinyProject) -> None:
    _, failed, _ = listed(tiny)
    before = tiny.current()
    said = tiny.run("rollback", failed["build_id"])
    assert said.exit_code == 2
    assert "cannot be published: it is failed" in said.stderr
    assert tiny.current() == before


def test_status_says_what_waits_to_be_built(tiny: TinyProject, tmp_path: Path) -> None:
    said = json.loads(tiny.run("status", "--format", "json").stdout)
    assert said["landed"] == {"batches": 2, "accepted": 2, "rejected": 0}
    assert said["waiting"] == {"batches": 0, "rows": 0}
    assert said["published"]["build_id"] == tiny.current()
    assert said["building"] is None

    tiny.run("rollback")
    said = json.loads(tiny.run("status", "--format", "json").stdout)
    assert said["waiting"] == {"batches": 1, "rows": 1}
    assert said["next"] == "meterhouse build"
    assert "waiting     1 rows in 1 batches not yet built" in tiny.run("status").stdout


def test_a_build_whose_manifest_is_damaged_holds_up_none_of_the_others(tiny: TinyProject) -> None:
    newest, _, oldest = listed(tiny)
    for how_many in (3, 4):
        damaged = oldest if how_many == 3 else newest
        (tiny.home.builds / str(damaged["build_id"]) / "manifest.json").write_text("", "utf-8")
        said = tiny.run("builds")
        assert said.exit_code == 0
        assert f"{damaged['build_id']} failed: Its manifest.json cannot be read." in said.stderr
        assert len(listed(tiny)) == how_many
        # The published one cannot be read either: what is said to come next mends that.
        if damaged is newest:
            said = tiny.run("status")
            assert said.exit_code == 3
            assert said.stderr.endswith("has no readable manifest.json. Next: meterhouse build\n")
            assert tiny.run("nightly", "--dry-run").exit_code == 0
        assert tiny.run("build", "--as-of", "2026-01-04").exit_code == 0
        newest = listed(tiny)[0]
        assert (newest["is_published"], newest["as_of"]) == (True, "2026-01-04T00:00:00Z")
