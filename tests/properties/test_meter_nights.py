"""Nights that add to metering end where one build of everything ends, mart by mart, row by row.

Each night lands some of the batches, adjustments, meters and customers, in any order of receipt: late
events, events received before those that already count, cancellations of earlier nights' events,
meters and customers that land after their events, meters that are found to have been inactive, and
retractions. A night starts from the files of the night before, as the nightly run does.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models._build import Built, build
from tests.models._lake import Lake, instant
from tests.models._meters import METERING
from tests.properties._meter_histories import DAY, History, draw_history

NIGHTS = 4
LIVES = 60
MARTS = (
    "meters",
    "meter_event_summaries",
    "meter_event_summaries_daily",
    "meter_event_errors",
    "meter_event_conflicts",
    "meter_event_accounting",
)
AS_OF = "2027-06-01 00:00:00"

Night = dict[str, list[dict[str, Any]]]


def draw_nights(
    draw: random.Random, seed: int, histories: list[History], batches: list[str]
) -> list[Night]:
    """Spread what landed over the nights; the batches of events in their own."""
    nights: list[Night] = [
        {"meters": [], "customers": [], "meter_event_adjustments": [], "retractions": []}
        for _ in range(NIGHTS)
    ]
    night_of = {batch: place % NIGHTS for place, batch in enumerate(batches)}
    for history in histories:
        first = nights[draw.choice([0, 0, 0, 0, draw.randrange(NIGHTS)])]
        first["meters"].append(history.landed_meter())
        for customer in history.customers:
            landed = nights[draw.choice([0, 0, 0, 0, draw.randrange(NIGHTS)])]
            landed["customers"].append({"id": customer})
        for batch, row in history.landed_events():
            nights[night_of[batch]].setdefault(f"meter_events {batch}", []).append(row)
        for row in history.landed_adjustments():
            nights[draw.randrange(NIGHTS)]["meter_event_adjustments"].append(row)
    if seed % 3 == 1:
        # Found out on the last night: a meter took no events since the middle of its days.
        history = draw.choice(histories)
        nights[-1]["meters"].append(
            {
                **history.landed_meter(),
                "status": "inactive",
                "effective_at": instant(history.first + DAY),
            }
        )
    if seed % 3 == 2:
        batch = draw.choice(batches[:2])
        nights[-1]["retractions"].append(
            {"stream": "meter_events", "batch": batch, "reason": "sent by mistake"}
        )
    return nights


def land(lake: Lake, night: Night) -> None:
    for name, rows in night.items():
        stream, _, batch = name.partition(" ")
        if rows:
            lake.land(stream, rows, batch_id=batch or None)


def follow(former: Path, folder: Path) -> None:
    """Start a build from the one before it: its database copied, its events linked."""
    folder.mkdir()
    shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copytree(former / "events", folder / "events", copy_function=os.link)
    shutil.copytree(former / "target", folder / "target")


def contents(built: Built) -> dict[str, list[tuple[Any, ...]]]:
    return {mart: sorted(built.rows(f"from {mart}"), key=repr) for mart in MARTS}


def check_builds(seed: int) -> None:
    draw = random.Random(seed)
    batches = [f"batch_{seed}_{number}" for number in range(2 * NIGHTS)]
    rows = [0] * len(batches)
    histories = [draw_history(draw, f"{seed}_{number}", batches, rows) for number in range(LIVES)]
    nights = draw_nights(draw, seed, histories, batches)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake(folder / "lake")
        kept: list[tuple[Built, dict[str, list[tuple[Any, ...]]]]] = []
        for number, night in enumerate(nights):
            land(lake, night)
            if number:
                follow(folder / f"night_{number - 1}", folder / f"night_{number}")
            built = build(lake.folder, folder / f"night_{number}", select=METERING, as_of=AS_OF)
            kept.append((built, contents(built)))
        whole = contents(build(lake.folder, folder / "whole", select=METERING, as_of=AS_OF))
        last = kept[-1][1]
        assert {mart: len(held) for mart, held in last.items()} == {
            mart: len(held) for mart, held in whole.items()
        }
        assert last == whole
        # What a night leaves behind is what it was: no later night touched it.
        for built, content in kept[:-1]:
            assert contents(built) == content


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_nights_end_where_one_build_ends(seed: int) -> None:
    check_builds(seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(60))
def test_nights_end_where_one_build_ends_for_many_seeds(seed: int) -> None:
    check_builds(seed)
