"""Killed anywhere, with damaged files, or without a way to write: nothing is lost or half shown."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingest import batches
from meterhouse import Warehouse
from tests.meterhouse._nights import Nights

# In the order in which a run comes by. Those behind `published` are passed by a run without news
# too, so killing there costs no build.
BEFORE_DBT = (
    "nightly.locked",
    "nightly.file_landed",
    "nightly.file_moved",
    "nightly.inbox_taken",
    "nightly.sealed",
    "build.begun",
    "build.frozen",
    "build.seeded",
)
BEFORE_PUBLISH = ("build.tested", "build.controlled", "build.finished", "build.complete")
AFTER_PUBLISH = ("build.published", "nightly.built", "nightly.pruning", "nightly.pruned")


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A project with one night behind it, to be copied."""
    nights = Nights(tmp_path_factory.mktemp("one_night") / "project")
    nights.deliver("first.json", "prod_first")
    said, _ = nights.nightly()
    assert said.exit_code == 0, said.stderr
    return nights


@pytest.fixture
def project(one_night: Nights, tmp_path: Path) -> Nights:
    """A project of the test's own with one night behind it."""
    return Nights.copied(one_night, tmp_path / "project")


def assert_undisturbed(project: Nights, delivered: set[str]) -> None:
    """Everything that was delivered is landed and published once, and nothing is left over."""
    landed = batches(project.home.lake, "products")
    assert sorted(Path(batch.source_name).name for batch in landed) == sorted(delivered)
    manifest = project.manifest()
    assert manifest["status"] == "complete"
    assert manifest["inputs"]["products"]["batches"] == {batch.batch_id: 1 for batch in landed}
    assert project.products() == len(delivered)
    assert [path for path in project.home.inbox.glob("products/*") if path.is_file()] == []
    kept = {path.name for path in project.home.inbox.glob("_landed/*/products/*")}
    assert kept == delivered
    assert {project.manifest(build)["status"] for build in project.builds()} <= {
        "complete",
        "failed",
    }
    assert list(project.home.builds.glob("_pruned/*")) == []
    assert not [path for path in project.home.root.iterdir() if path.name.startswith(".current")]
    said = project.run("verify")
    assert said.exit_code == 0, said.stdout


def test_killed_at_each_step_the_next_run_completes(project: Nights) -> None:
    delivered = {"first.json"}
    for number, point in enumerate([*BEFORE_DBT, *BEFORE_PUBLISH, *AFTER_PUBLISH]):
        before = project.current()
        if point not in AFTER_PUBLISH:
            name = f"{number}.json"
            project.deliver(name, f"prod_{number}")
            delivered.add(name)
        said, _ = project.nightly("--keep", "1", METERHOUSE_FAIL_POINT=point)
        assert said.exit_code == -signal.SIGKILL, point
        # Whoever reads goes on reading, what was there before or what was just published.
        assert (project.current() == before) == (point != "build.published"), point
        assert project.products() == (len(delivered) if point in AFTER_PUBLISH else 1), point
    said, summary = project.nightly()
    assert (said.exit_code, summary["outcome"]) == (0, "nothing_new"), said.stderr
    assert_undisturbed(project, delivered)


def kill_at_random(project: Nights, chance: random.Random, kills: int) -> None:
    began = time.monotonic()
    project.deliver("timed.json", "prod_timed")
    said, _ = project.nightly()
    assert said.exit_code == 0, said.stderr
    whole = time.monotonic() - began
    delivered = {"first.json", "timed.json"}
    for number in range(kills):
        # Some runs follow a killed one with nothing new but what it left.
        if number % 3 != 2:
            project.deliver(f"{number}.json", f"prod_{number}")
            delivered.add(f"{number}.json")
        with project.start("nightly", "--keep", "2") as run:
            try:
                run.wait(timeout=chance.uniform(0, 1.1 * whole))
            except subprocess.TimeoutExpired:
                run.kill()
        assert 1 <= project.products() <= len(delivered)
    said, _ = project.nightly("--keep", "2")
    assert said.exit_code == 0, said.stderr
    assert_undisturbed(project, delivered)


def test_killed_at_random_moments_the_next_run_completes(project: Nights) -> None:
    kill_at_random(project, random.Random(20261031), 10)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_many_random_moments_the_next_run_completes(project: Nights, seed: int) -> None:
    kill_at_random(project, random.Random(seed), 10)


def test_damaged_files_of_the_lake_are_put_aside_and_hold_up_publishing(project: Nights) -> None:
    project.deliver("second.json", "prod_second")
    project.deliver("third.json", "prod_third")
    assert project.nightly()[0].exit_code == 0
    before = project.current()
    files = {
        Path(batch.source_name).name: project.home.lake / "products" / f"{batch.batch_id}.parquet"
        for batch in batches(project.home.lake, "products")
    }
    whole = {name: path.read_bytes() for name, path in files.items()}
    # One has no end; of the other only the account can be read.
    torn, rotten = files["second.json"], files["third.json"]
    replace(torn, whole["second.json"][:-100])
    replace(rotten, b"PAR1" + bytes(4000) + whole["third.json"][4004:])

    for _ in range(2):
        said, summary = project.nightly()
        assert said.exit_code == summary["exit_code"] == 3
        assert f"products/{torn.name}" in summary["failure"]["message"]
        assert summary["failure"]["next_command"] == "meterhouse nightly --without-corrupt"
        assert project.current() == before
    aside = project.home.quarantine / "products"
    assert (aside / torn.name).read_bytes() == whole["second.json"][:-100]
    note = json.loads((aside / f"{torn.name}.json").read_text("utf-8"))
    assert note["reason"]

    said, summary = project.nightly("--without-corrupt")
    assert said.exit_code == summary["exit_code"] == 1, said.stderr
    missing = sorted(f"products/{path.name}" for path in (torn, rotten))
    assert summary["left_out"] == project.manifest()["left_out"] == missing
    assert project.products() == 1
    assert [name for name in missing if name.removeprefix("products/") in said.stderr] == missing

    # Once told, later runs go on without them, and say so each time.
    said, summary = project.nightly()
    assert (said.exit_code, summary["outcome"]) == (1, "nothing_new")
    assert summary["left_out"] == missing

    # Restored by a file from a backup and by landing the source again.
    replace(torn, whole["second.json"])
    source = next(project.home.inbox.glob("_landed/*/products/third.json"))
    source.rename(project.home.inbox / "products" / "third.json")
    said, summary = project.nightly()
    assert said.exit_code == 0, said.stderr
    assert (project.products(), summary["left_out"]) == (3, [])


def replace(path: Path, content: bytes) -> None:
    """Put other bytes in the place of a file that may have more than one name."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def test_totals_that_do_not_agree_are_not_published(project: Nights) -> None:
    before = project.current()
    model = project.folder / "models/marts/product_counts.sql"
    wrong = model.read_text("utf-8").replace(
        "count(distinct product_id)", "count(distinct product_id) + 1"
    )
    model.write_text(wrong, "utf-8")

    said, summary = project.nightly()

    failed = summary["build"]["build_id"]
    assert said.exit_code == summary["exit_code"] == 3
    assert "1 control totals do not agree: landed_rows (products): 1 against 2" in said.stderr
    assert project.current() == before
    assert project.manifest(failed)["status"] == "failed"
    assert "control totals" in project.manifest(failed)["failure"]["message"]
    # It stays readable, for whoever has to find out why, and says so in its log.
    with Warehouse(project.home.builds / failed) as warehouse:
        found = warehouse.sql("select control, source_total from control_totals").rows()
        assert [(name, int(total)) for name, total in found] == [("landed_rows", 1)]
    log = project.home.builds / failed / "logs" / "nightly.log"
    assert "do not agree" in log.read_text("utf-8")


@pytest.mark.torture
def test_a_build_that_somebody_has_open_is_pruned_only_when_they_close_it(
    project: Nights,
) -> None:
    oldest = str(project.current())
    for number in (1, 2):
        project.deliver(f"{number}.json", f"prod_{number}")
        assert project.nightly()[0].exit_code == 0
    with Warehouse(project.home.root, build=oldest) as warehouse:
        _, summary = project.nightly("--keep", "1")
        assert (summary["pruned"], summary["kept_open"]) == ([], [oldest])
        assert warehouse.sql("select product_count from product_counts").item() == 1
        events = project.home.builds / oldest / "events"
        assert len(list(events.glob("*/*.parquet"))) == 1
    _, summary = project.nightly("--keep", "1")
    assert (summary["pruned"], summary["kept_open"]) == ([oldest], [])
    assert not (project.home.builds / oldest).exists()


def in_a_file_system_of_its_own(project: Nights, size: str, script: str) -> list[str]:
    """Run a script in the home moved to a tmpfs of its own; return the lines it printed.

    `run` is the nightly command there, `read` asks the published build.
    """
    mounted = project.folder / "mounted"
    mounted.mkdir()
    python = f"{sys.executable} -m meterhouse --home {mounted}/home"
    program = f"""
        set -eu
        mount -t tmpfs -o size={size} none {mounted}
        cp -a {project.home.root} {mounted}/home
        run() {{ {python} nightly "$@" > /dev/null 2> {project.folder}/said || echo "exit $?"; }}
        read_it() {{ {python} query 'select product_count from product_counts' --format json; }}
        current() {{ readlink {mounted}/home/current; }}
        {script}
    """
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", program],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(project.folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def may_mount() -> bool:
    asked = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(asked, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not may_mount(), reason="this process may not mount a file system of its own")
def test_a_full_disk_fails_the_run_and_changes_nothing(project: Nights) -> None:
    project.deliver("second.json", "prod_second")
    used = sum(path.stat().st_size for path in project.home.root.rglob("*") if path.is_file())
    # Room for what lands, and for no second database.
    lines = in_a_file_system_of_its_own(
        project,
        f"{used + 700_000}",
        f"""
        before=$(current); run; [ "$(current)" = "$before" ] && read_it
        cat {project.folder}/said | grep -ci 'space' || true
        mount -o remount,size=1g {project.folder}/mounted
        run; read_it
        """,
    )
    assert lines[0] == "exit 3"
    assert json.loads(lines[1]) == {"product_count": 1}
    assert int(lines[2]) >= 1
    assert json.loads(lines[-1]) == {"product_count": 2}


@pytest.mark.skipif(not may_mount(), reason="this process may not mount a file system of its own")
def test_a_read_only_file_system_is_named_and_readers_go_on(project: Nights) -> None:
    project.deliver("second.json", "prod_second")
    lines = in_a_file_system_of_its_own(
        project,
        "1g",
        f"""
        mount -o remount,ro {project.folder}/mounted
        run; read_it; cat {project.folder}/said
        """,
    )
    assert lines[0] == "exit 3"
    assert json.loads(lines[1]) == {"product_count": 1}
    assert "cannot be written to (Read-only file system); nothing was changed" in lines[-1]


@pytest.mark.torture
def test_a_build_stays_under_its_memory_limit_and_spills_inside_itself(project: Nights) -> None:
    project.write(
        "models/marts/product_counts.sql",
        """
        select
            cast((select count(distinct product_id) from {{ ref('stg_products') }}) as bigint)
                as product_count,
            cast(count(*) as bigint) as run_number
        from (
            select number, row_number() over (order by hash(number)) as place
            from range(5000000) as numbers (number)
        ) as sorted
        where place > 0 and current_setting('memory_limit') like '95.3 %'
        """,
    )
    spilled: set[str] = set()
    with project.start("nightly", METERHOUSE_MEMORY_LIMIT="100MB") as run:
        while run.poll() is None:
            spilled.update(path.parts[-3] for path in project.home.builds.glob("*/spill/*"))
            time.sleep(0.02)
    assert run.returncode == 0, run.stderr
    assert spilled == {project.current()}
    # Were the limit not 100 MB (95.3 MiB), no row would have been counted.
    assert project.published("select run_number from product_counts") == [(5_000_000,)]
    assert not (project.home.current / "spill").exists()


@pytest.mark.torture
def test_runs_that_follow_each_other_survive_a_failed_one_and_stop_when_told(
    project: Nights,
) -> None:
    model = project.folder / "models/marts/product_counts.sql"
    right = model.read_text("utf-8")
    model.write_text("select wrong", "utf-8")
    with project.start("nightly", "--every", "1s", "--format", "json") as runs:
        assert runs.stdout is not None
        assert summary_of(runs.stdout.readline())["outcome"] == "failed"
        model.write_text(right, "utf-8")
        outcomes = [summary_of(runs.stdout.readline())["outcome"] for _ in range(4)]
        runs.send_signal(signal.SIGTERM)
        rest = runs.stdout.read()
        assert runs.wait() == 0
    assert outcomes[-1] == "nothing_new"
    assert set(outcomes) <= {"failed", "nothing_new"}
    for line in rest.splitlines():
        assert summary_of(line)["exit_code"] in {0, 3}
    assert project.products() == 1


def summary_of(line: str) -> dict[str, Any]:
    return json.loads(line)
