"""Nights that add to metering end where one build of everything ends, mart by mart, row by row.

Each night lands some of the batches, adjustments, meters and customers, in any order of receipt:
late events, events received before those that already count, duplicates of earlier nights' events,
cancellations of them, meters and customers that land after their events. Some lives also meet with
what cannot be added, on a night before the last: a meter found to have been inactive, another
formula, a retraction, the first customers. A night starts from the files of the night before, as
the nightly run does, and nothing else of it.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
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
TURN = 2  # the night on which what cannot be added lands
TURNS = 7  # kinds of it; two of them are none
LIVES = 60
AS_OF = "2027-06-01 00:00:00"

# What the marts hold, and each event behind them: which ones count, and since when not.
CONTENTS = {
    "meters": "from meters",
    "meter_event_summaries": "from meter_event_summaries",
    "meter_event_summaries_daily": "from meter_event_summaries_daily",
    "meter_event_errors": "from meter_event_errors",
    "meter_event_conflicts": "from meter_event_conflicts",
    "meter_event_accounting": "from meter_event_accounting",
    "events": """
        select
            batch_id, batch_row, customer_id, meter_id, events.event_at, value, unique_value,
            dimensions, received_at, received_sequence, cancelled_at
        from intermediate.meter_events as events
        inner join intermediate.meter_event_batches using (batch_key)
        inner join intermediate.customer_keys using (customer_key)
        inner join intermediate.meter_keys using (meter_key)
        left join (
            from intermediate.meter_event_cancellations where reason <> 'restored'
        ) as taken using (batch_key, batch_row)
        where coalesce(taken.reason, 'cancelled') = 'cancelled'
    """,
}

Rows = list[dict[str, Any]]


@dataclass
class Nights:
    """What lands on each night, and why the night of the turn starts anew: one of the reasons."""

    landing: list[dict[str, Rows]] = field(default_factory=lambda: [{} for _ in range(NIGHTS)])
    reasons: tuple[str | None, ...] = (None,)

    def land(self, night: int, stream: str, row: dict[str, Any]) -> None:
        self.landing[night].setdefault(stream, []).append(row)


def draw_nights(nights: Nights, turn: int, seed: int) -> None:
    """Spread the lives of one seed over the nights; each batch of events lands on one night."""
    draw = random.Random(seed)
    batches = [f"batch_{seed}_{number}" for number in range(2 * NIGHTS)]
    rows = [0] * len(batches)
    histories = [draw_history(draw, f"{seed}_{number}", batches, rows) for number in range(LIVES)]
    night_of = {batch: place % NIGHTS for place, batch in enumerate(batches)}
    for history in histories:
        nights.land(_any_night(draw), "meters", history.landed_meter())
        for customer in history.customers:
            night = {4: None, 5: TURN}.get(turn, _any_night(draw))
            if night is not None:
                nights.land(night, "customers", {"id": customer})
        for batch, row in history.landed_events():
            nights.land(night_of[batch], f"meter_events {batch}", row)
        for row in history.landed_adjustments():
            nights.land(draw.randrange(NIGHTS), "meter_event_adjustments", row)
    _draw_turn(draw, turn, nights, histories, batches)


def _any_night(draw: random.Random) -> int:
    return draw.choice([0, 0, 0, 0, draw.randrange(NIGHTS)])


def _draw_turn(
    draw: random.Random, turn: int, nights: Nights, histories: list[History], batches: list[str]
) -> None:
    """Draw what lands on the night of the turn; nothing for two turns of seven."""
    first_meters = {meter["id"] for meter in nights.landing[0].get("meters", [])}
    history = draw.choice([known for known in histories if known.meter.id in first_meters])
    changed = {**history.landed_meter(), "effective_at": instant(history.first + DAY)}
    retraction = {"stream": "meter_events", "reason": "sent by mistake"}
    if turn == 1:
        nights.land(TURN, "meters", {**changed, "status": "inactive"})
        # unless nothing was received since
        nights.reasons = ("past events belong to another meter now", None)
    elif turn == 2:
        nights.land(TURN, "retractions", {**retraction, "batch": batches[draw.randrange(TURN)]})
        nights.reasons = ("landed events were retracted or are gone",)
    elif turn == 3:
        formula = "max" if history.meter.formula != "max" else "last"
        nights.land(TURN, "meters", {**changed, "default_aggregation_formula": formula})
        nights.reasons = ("the settings of a meter changed",)
    elif turn == 5:
        nights.reasons = ("the first customers landed",)
    elif turn == 6:
        named = [event.identifier for life in histories for event in life.events]
        key = draw.choice([identifier for identifier in named if identifier is not None])
        nights.land(TURN, "retractions", {**retraction, "key": key})
        nights.reasons = ("an event was retracted",)


def land(lake: Lake, night: dict[str, Rows]) -> None:
    for name, rows in night.items():
        stream, _, batch = name.partition(" ")
        lake.land(stream, rows, batch_id=batch or None)


def follow(former: Path, folder: Path) -> None:
    """Start a build from the one before it: its database copied, its events linked."""
    folder.mkdir()
    shutil.copy(former / "warehouse.duckdb", folder / "warehouse.duckdb")
    shutil.copytree(former / "events", folder / "events", copy_function=os.link)


def contents(built: Built) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(built.rows(query), key=repr) for name, query in CONTENTS.items()}


def check_builds(turn: int, seeds: Iterable[int]) -> None:
    """Check the lives of some seeds in one lake: they share its builds and nothing else."""
    nights = Nights()
    for seed in seeds:
        draw_nights(nights, turn, seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake = Lake(folder / "lake")
        kept: list[tuple[Built, dict[str, list[tuple[Any, ...]]]]] = []
        for number, night in enumerate(nights.landing):
            land(lake, night)
            if number:
                follow(folder / f"night_{number - 1}", folder / f"night_{number}")
            built = build(lake.folder, folder / f"night_{number}", select=METERING, as_of=AS_OF)
            kept.append((built, contents(built)))
            expected = {0: ("nothing was there",), TURN: nights.reasons}.get(number, (None,))
            assert built.rows("select reason from intermediate.metering_run")[0][0] in expected
        whole = contents(build(lake.folder, folder / "whole", select=METERING, as_of=AS_OF))
        last = kept[-1][1]
        assert {made: len(held) for made, held in last.items()} == {
            made: len(held) for made, held in whole.items()
        }
        assert last == whole
        # What a night leaves behind is what it was: no later night touched it.
        for built, content in kept[:-1]:
            assert contents(built) == content


@given(turn=st.integers(0, TURNS - 1), seed=st.integers(0, 2**32))
@settings(
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_nights_end_where_one_build_ends(turn: int, seed: int) -> None:
    check_builds(turn, [seed])


@pytest.mark.torture
@pytest.mark.parametrize("turn", range(TURNS))
def test_nights_end_where_one_build_ends_for_many_seeds(turn: int) -> None:
    check_builds(turn, range(turn, 10 * TURNS, TURNS))
