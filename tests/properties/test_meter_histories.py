"""dbt, its stored functions and the oracle agree on many random lives of meters.

Events land in shared batches in any order, some are sent again, cancelled before or after, or
cannot count; every question of the summaries and of meter usage is asked of both.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.models._macro import expand
from tests.models._meters import METERING
from tests.oracle.meters import usage_of
from tests.oracle.windows import event_summaries, windowed_usage
from tests.properties._meter_histories import DAY, ZONES, History, draw_history

# One dbt run a seed, over this many lives: to shrink a failure is to rerun its seed with one life.
LIVES = 120

Rows = list[tuple[Any, ...]]


def build_histories(folder: Path, histories: list[History], draw: random.Random) -> Built:
    """Land all histories in their shared batches, files and rows in any order, and build."""
    lake = Lake(folder / "lake")
    lake.land("meters", [history.landed_meter() for history in histories])
    customers = [customer for history in histories for customer in history.customers]
    lake.land("customers", [{"id": customer} for customer in customers])
    batches: dict[str, list[dict[str, Any]]] = {}
    for history in histories:
        for batch, row in history.landed_events():
            batches.setdefault(batch, []).append(row)
    for batch, rows in batches.items():
        draw.shuffle(rows)
        lake.land("meter_events", rows, batch_id=batch)
    adjustments = [row for history in histories for row in history.landed_adjustments()]
    draw.shuffle(adjustments)
    lake.land("meter_event_adjustments", adjustments)
    return build(lake.folder, folder / "build", select=METERING, as_of="2027-06-01 00:00:00")


def verdicts_of(built: Built) -> dict[tuple[str, int], str]:
    """Return the verdict of every landed event by batch and row."""
    found: dict[tuple[str, int], str] = {}
    for batch, row, verdict in built.rows(
        """
        select batch_id, batch_row, 'effective'
        from intermediate.meter_events
        inner join intermediate.meter_event_batches using (batch_key)
        where meter_key is not null
        union all
        select batch_id, batch_row, 'cancelled'
        from intermediate.meter_event_cancellations
        inner join intermediate.meter_event_batches using (batch_key)
        union all
        select batch_id, batch_row, reason
        from intermediate.meter_event_exclusions
        inner join intermediate.meter_event_batches using (batch_key)
        union all
        select batch_id, batch_row, error_code from meter_event_errors
        """
    ):
        # a cancelled event lies among the judged ones too
        if found.get((batch, row)) != "cancelled":
            found[(batch, row)] = verdict
    return found


def check_verdicts(built: Built, histories: list[History]) -> None:
    made = verdicts_of(built)
    expected = {
        (judged.event.batch, judged.event.row): judged.verdict
        for history in histories
        for judged in history.judged()
    }
    assert made == expected
    conflicts = Counter(
        row[0] for row in built.rows("select identifier from meter_event_conflicts")
    )
    assert conflicts == Counter(
        judged.event.identifier
        for history in histories
        for judged in history.judged()
        if judged.is_conflict
    )


def check_summaries(built: Built, history: History, draw: random.Random) -> None:
    for customer in history.customers:
        counted = history.counted(customer)
        for window, is_of_whole_days in (
            ("hour", True),
            ("day", True),
            (None, True),
            (None, False),
        ):
            start, end = history.first - DAY, history.end
            if not is_of_whole_days:
                start += 60 * draw.randrange(2 * 1440)
                end = start + 60 * draw.randrange(1, 2 * 1440)
            made = built.rows(
                "select epoch_ms(start_time) // 1000, epoch_ms(end_time) // 1000, "
                "aggregated_value, event_count from meter_event_summaries($1, $2, $3, $4, $5)",
                [history.meter.id, customer, start, end, window],
            )
            expected = event_summaries(counted, history.meter, start, end, window)
            assert [(a, b, Fraction(c), d) for a, b, c, d in made] == [
                (s.start, s.end, s.aggregated_value, s.event_count) for s in expected
            ], (history, customer, start, end, window)


def check_usage(built: Built, history: History, draw: random.Random) -> None:
    for customer in history.customers:
        window = draw.choice(["minute", "hour", "hour", "day", "day", "week", "month"])
        zone = draw.choice(ZONES)
        until = draw.choice([None, history.first + draw.randrange(4 * DAY)])
        is_filled = window != "minute" and draw.random() < 0.5
        start = history.first + draw.choice([0, 900, 60, 7]) * draw.randrange(40)
        end = start + draw.randrange(1, 3 * DAY)
        made = built.rows(
            "select epoch_ms(starts_at) // 1000, epoch_ms(ends_at) // 1000, aggregated_value, "
            "event_count from meter_usage([$1], $2, $3, $4, $5, timezone := $6, "
            "received_until := $7, is_zero_filled := $8) order by starts_at desc",
            [history.meter.id, customer, start, end, window, zone, until, is_filled],
        )
        expected = windowed_usage(
            history.counted(customer, until),
            history.meter,
            start,
            end,
            window,
            zone,
            zero_filled=is_filled,
        )
        assert [(a, b, Fraction(c), d) for a, b, c, d in made] == [
            (s.start, s.end, s.aggregated_value, s.event_count) for s in expected
        ], (history, customer, start, end, window, zone, until)


def check_periods(built: Built, histories: list[History], draw: random.Random) -> None:
    """Usage over billing periods, to the second, for all histories in one query."""
    expected: dict[int, Fraction] = {}
    periods: list[str] = []
    for history in histories:
        for customer in history.customers:
            start = history.first + draw.randrange(DAY)
            end = start + draw.choice([1, 600, 900, 5_000, DAY, 3 * DAY])
            key = len(expected)
            expected[key] = usage_of(history.counted(customer), history.meter, start, end)
            periods.append(
                f"({key}, '{history.meter.id}', '{customer}', make_timestamp({start}000000), "
                f"make_timestamp({end}000000))"
            )
    query = expand("{{ meter_usage_over('billed') }}").replace('"warehouse".', "")
    made = built.rows(
        "with billed (period_key, meter_id, customer_id, period_start, period_end) as "
        f"(values {', '.join(periods)}) select period_key, aggregated_value from ({query})"
    )
    assert {key: Fraction(value) for key, value in made} == expected


def check(seed: int) -> None:
    draw = random.Random(seed)
    batches = [f"batch_{seed}_{number}" for number in range(6)]
    rows = [0] * len(batches)
    histories = [draw_history(draw, f"{seed}_{number}", batches, rows) for number in range(LIVES)]
    with tempfile.TemporaryDirectory() as folder:
        built = build_histories(Path(folder), histories, draw)
        check_verdicts(built, histories)
        for history in histories:
            check_summaries(built, history, draw)
            check_usage(built, history, draw)
        check_periods(built, histories, draw)


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=1,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_meters_come_to_what_the_oracle_says(seed: int) -> None:
    check(seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(40))
def test_meters_come_to_what_the_oracle_says_for_many_seeds(seed: int) -> None:
    check(seed)
