"""Hundreds of kills at random instants: nothing is lost, nothing is doubled, the account holds."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from foundation import Home
from ingest import prepare_home
from tests.ingest._killed import (
    FAIL_POINTS,
    assert_all_land_once,
    assert_whole,
    land_and_die,
    land_until_killed,
    made_files,
)
from tests.ingest.conftest import Lake

pytestmark = pytest.mark.torture

SEED = int(os.environ.get("TORTURE_SEED", "20261121"))
ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "200"))
_ROWS = 5000


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A home of this test alone."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Lake(Home.open(prepare_home(tmp_path / "data").root), folder)


def test_random_kills_of_landings(lake: Lake):
    chance = random.Random(SEED)
    for start in range(0, ROUNDS, 20):
        paths = made_files(lake, 8, _ROWS, tag=f"{start}-")
        for _ in range(20):
            if chance.random() < 0.3:
                place = f"{chance.choice(FAIL_POINTS)}:{chance.randint(1, 4)}"
                land_and_die(lake.home, paths, place)
            else:
                land_until_killed(lake.home, paths, chance, longest=0.6)
            assert_whole(lake, _ROWS)
        assert_all_land_once(lake, paths, _ROWS)
        shutil.rmtree(lake.home.stream_folder("meter_events"))
        shutil.rmtree(lake.home.rejected_folder("meter_events"))
        prepare_home(lake.home.root)
    print(f"seed {SEED}: {ROUNDS} kills, nothing lost, nothing doubled")
