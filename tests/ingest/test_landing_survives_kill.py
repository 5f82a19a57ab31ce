"""Killed at any instant, a landing leaves a whole batch or nothing; landing again completes it."""

from __future__ import annotations

import random
import signal

import pytest

from ingest import open_home
from tests.ingest._killed import (
    FAIL_POINTS,
    assert_all_land_once,
    assert_whole,
    land_and_die,
    land_until_killed,
    made_files,
)

_ROWS = 200


@pytest.mark.parametrize("fail_point", FAIL_POINTS)
def test_a_kill_at_each_step_leaves_all_or_nothing(lake, fail_point):
    paths = made_files(lake, 2, _ROWS)
    # The first file lands whole, the second one meets the fail point.
    assert land_and_die(lake.home, paths, f"{fail_point}:2") == -signal.SIGKILL
    is_in = fail_point in {"landing.after_rename", "landing.before_return"}
    assert assert_whole(lake, _ROWS) == (2 if is_in else 1)
    open_home(lake.home.root)
    assert not list(lake.home.incoming.glob("*.tmp"))
    assert_all_land_once(lake, paths, _ROWS)


@pytest.mark.parametrize("seed", range(8))
def test_a_kill_at_a_random_instant_leaves_all_or_nothing(lake, seed):
    chance = random.Random(seed)
    paths = made_files(lake, 6, _ROWS)
    for _ in range(2):
        land_until_killed(lake.home, paths, chance, longest=0.25)
        assert_whole(lake, _ROWS)
    assert_all_land_once(lake, paths, _ROWS)
