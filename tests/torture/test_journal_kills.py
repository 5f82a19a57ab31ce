"""Killed at any step, the journal, its sealing and compaction lose nothing and double nothing."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from foundation import FAIL_POINT_VARIABLE, project_dir
from tests.torture._accounts import (
    check_accounts,
    check_keys,
    new_home,
    recover,
    start_worker,
)

STEPS = 600

# Each place, and how often it is passed before the process dies there.
PLACES = {
    "journal.segment_started": 3,
    "journal.before_write": 40,
    "journal.written": 40,
    "journal.before_close": 3,
    "journal.clock_written": 3,
    "journal.closed": 3,
    "recall.before_write": 2,
    "recall.written": 2,
    "recall.synced": 2,
    "recall.named": 2,
    "recall.before_merge": 1,
    "recall.merged": 1,
    "recall.before_remove": 2,
    "sealing.before_segment": 2,
    "sealing.landed": 2,
    "sealing.before_keep": 2,
    "sealing.kept": 2,
    "sealing.before_forget": 1,
    "landing.before_write": 2,
    "landing.while_writing": 2,
    "landing.before_lock": 2,
    "landing.before_rename": 2,
    "landing.after_rename": 2,
    "compaction.before_write": 1,
    "compaction.while_writing": 1,
    "compaction.written": 1,
    "compaction.before_lock": 1,
    "compaction.before_rename": 1,
    "compaction.after_rename": 1,
    "compaction.before_remove": 2,
    "compaction.removed": 1,
}


def finish(worker: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, said = worker.communicate()
    return worker.returncode, said.decode()


def test_every_fail_point_of_ours_is_in_the_list() -> None:
    named: set[str] = set()
    for path in (project_dir() / "ingest").glob("*.py"):
        named.update(re.findall(r'fail_point\("([a-z_.]+)"\)', path.read_text("utf-8")))
    ours = {name for name in named if not name.startswith("landing.")}
    assert ours <= PLACES.keys()
    assert named >= PLACES.keys()


def kill_at(folder: Path, place: str, passed: int, seed: int) -> dict[str, int]:
    """Let a process die at a place the `passed`th time it comes by, and another go on after it."""
    home = new_home(folder)
    environment = {FAIL_POINT_VARIABLE: f"{place}:{passed}"}
    code, said = finish(start_worker(home, "first", seed, STEPS, **environment))
    assert code == -signal.SIGKILL, f"{place} was not reached: {said}"
    code, said = finish(start_worker(home, "second", seed + 1, 25))
    assert code == 0, said
    recover(home)
    check_keys(home)
    return check_accounts(home)


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_a_step_nothing_is_lost_or_doubled(place: str, tmp_path: Path) -> None:
    kill_at(tmp_path, place, PLACES[place], seed=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10, 110, 10))
@pytest.mark.parametrize("place", PLACES)
def test_killed_at_a_step_again_and_again(place: str, seed: int, tmp_path: Path) -> None:
    passed = random.Random(seed).randint(1, PLACES[place])
    counts = kill_at(tmp_path, place, passed, seed)
    print(f"{place}:{passed} seed {seed}: {counts}")


def torment(folder: Path, seed: int, lives: int) -> dict[str, int]:
    """Let three processes work on one home at once and kill them at random, again and again."""
    chance = random.Random(seed)
    clocks = "own clocks" if seed % 2 else "one clock"
    home = new_home(folder)
    for life in range(lives):
        workers = [
            start_worker(home, f"worker{number}", seed * 1000 + life * 10 + number, STEPS, clocks)
            for number in range(3)
        ]
        for worker in workers:
            # Its first line says that it has started; on a busy machine that takes a while.
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"started\n"
        time.sleep(chance.random() * 2)
        for worker in chance.sample(workers, len(workers)):
            time.sleep(chance.random() * 0.2)
            worker.kill()
        for worker in workers:
            code, said = finish(worker)
            assert code in {0, -signal.SIGKILL}, said
    recover(home)
    if clocks == "one clock":
        check_keys(home)
    return check_accounts(home)


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    torment(tmp_path, seed, lives=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 150))
def test_killed_at_random_again_and_again(seed: int, tmp_path: Path) -> None:
    counts = torment(tmp_path, seed, lives=4)
    print(f"seed {seed}: {counts}")
    assert counts["answered"] > 0
