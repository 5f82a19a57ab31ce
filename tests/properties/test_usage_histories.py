"""dbt and the oracle agree on every summary of many random lives of subscription items."""

from __future__ import annotations

import random
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models._lake import Lake, instant
from tests.models._usage import build_usage
from tests.properties._usage_histories import AS_OF, PRICES, History, draw_history

# One dbt run a seed, over this many lives: to shrink a failure is to rerun its seed with one life.
LIVES = 600


def disagreements(folder: Path, histories: list[History]) -> list[str]:
    """Return a line for each item whose summaries are not the oracle's."""
    lake = Lake(folder / "lake")
    lake.land("prices", PRICES)
    lake.land("subscriptions", [row for history in histories for row in history.versions])
    lake.land("usage_records", [row for history in histories for row in history.landed_records()])
    built = build_usage(lake, folder / "build", as_of=str(instant(AS_OF)))
    made: dict[str, list[tuple[int, int, Fraction, int, bool]]] = {}
    for item, start, end, total, records, is_open in built.rows(
        "select subscription_item_id, epoch_ms(period_start) // 1000, "
        "epoch_ms(period_end) // 1000, total_usage, record_count, is_open "
        "from usage_record_summaries order by period_start"
    ):
        made.setdefault(item, []).append((start, end, Fraction(total), records, is_open))
    return [
        f"{history.name}: made {made.get(f'si_{history.name}', [])}, "
        f"expected {history.expected()}, of {history}"
        for history in histories
        if made.get(f"si_{history.name}", []) != history.expected()
    ]


def check(seed: int) -> None:
    draw = random.Random(seed)
    histories = [draw_history(draw, f"{seed}_{number}") for number in range(LIVES)]
    assert sum(len(history.periods) > 2 for history in histories) > LIVES // 4
    with tempfile.TemporaryDirectory() as folder:
        found = disagreements(Path(folder), histories)
    assert not found, f"{len(found)} of {LIVES}; the first: {found[0]}"


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_summaries_are_the_oracles(seed: int) -> None:
    check(seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(40))
def test_summaries_are_the_oracles_for_many_seeds(seed: int) -> None:
    check(seed)
