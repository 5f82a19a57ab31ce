"""Arrival decides nothing: order, batches and landing twice leave every summary as it was."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built
from tests.models._lake import Lake
from tests.models._usage import build_usage, price, subscription

AS_OF = "2024-06-15 00:00:00"
START = datetime(2024, 1, 31, 12)
AGGREGATES = ("sum", "max", "last_during_period", "last_ever")
ITEMS = [f"si_{number}" for number in range(60)]


def _records(seed: int) -> list[dict[str, Any]]:
    """Return records that crowd into few seconds, with ties of receipt and repeated keys."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for item in ITEMS:
        seconds = [START + timedelta(seconds=draw.randrange(-5, 130 * 86_400)) for _ in range(6)]
        for number in range(draw.randrange(12)):
            used_at = draw.choice(seconds)
            rows.append(
                {
                    "id": f"mbur_{item}_{number}",
                    "subscription_item": item,
                    "quantity": Decimal(draw.randrange(5)),
                    "action": draw.choice(["increment", "increment", "set"]),
                    "event_at": used_at,
                    "received_at": used_at + timedelta(seconds=draw.randrange(3)),
                    "received_sequence": draw.randrange(2),
                    "idempotency_key": draw.choice([None, None, f"key_{draw.randrange(4)}"]),
                }
            )
    return rows


def _versions() -> list[dict[str, Any]]:
    """Return two versions of a subscription per item: the second changes price, or more."""
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(ITEMS):
        changed_at = START + timedelta(days=20 + number, seconds=number)
        more = {"billing_cycle_anchor_at": changed_at} if number % 3 == 0 else {}
        for price_number, columns in (
            (number, {}),
            (number // 4, {"effective_at": changed_at, **more}),
        ):
            aggregate = AGGREGATES[price_number % 4]
            rows.append(
                subscription(
                    f"sub_{item}",
                    START.isoformat(),
                    [{"id": item, "price": f"price_{aggregate}", "clear_usage": number % 5 == 0}],
                    **{"billing_cycle_anchor_at": START, **columns},
                )
            )
    return rows


def _built(folder: Path, batches: list[list[dict[str, Any]]], versions: list[Any]) -> Built:
    lake = Lake(folder / "lake")
    lake.land("prices", [price(f"price_{aggregate}", aggregate) for aggregate in AGGREGATES])
    for version in versions:
        lake.land("subscriptions", [version])
    for batch in batches:
        lake.land("usage_records", batch)
    return build_usage(lake, folder / "build", as_of=AS_OF)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _built(tmp_path_factory.mktemp("first"), [_records(7)], _versions())


def _summaries(built: Built) -> list[tuple[Any, ...]]:
    rows = built.rows("from usage_record_summaries order by subscription_item_id, period_start")
    assert sum(row[8] for row in rows) > 100, "there is usage to compare"
    return rows


def _uncounted(built: Built) -> list[tuple[Any, ...]]:
    """Return what no summary counts, but for where it lies."""
    return built.rows(
        "select id, reason, subscription_item_id, used_at, quantity, action "
        "from uncounted_usage_records order by all"
    )


def test_order_and_batches_change_no_summary(first: Built, tmp_path: Path) -> None:
    rows, versions = _records(7), _versions()
    draw = random.Random(11)
    draw.shuffle(rows)
    draw.shuffle(versions)
    batches: list[list[dict[str, Any]]] = [[] for _ in range(9)]
    for row in rows:
        draw.choice(batches).append(row)
    again = _built(tmp_path, batches, versions)
    assert _summaries(again) == _summaries(first)
    assert _uncounted(again) == _uncounted(first)


def test_keyed_records_landed_twice_count_once(tmp_path: Path) -> None:
    keyed = [row | {"idempotency_key": row["id"]} for row in _records(7)]
    once = _built(tmp_path / "once", [keyed], _versions())
    # An overlapping export: the same reports, received again later, under ids of their own.
    repeated = [
        row | {"id": f"{row['id']}_again", "received_at": row["received_at"] + timedelta(days=1)}
        for row in keyed
    ]
    twice = _built(tmp_path / "twice", [repeated[50:], keyed, repeated[:200]], _versions())
    assert _summaries(twice) == _summaries(once)
    extra = twice.rows("select count(*) from uncounted_usage_records where reason = 'duplicate'")
    assert extra == [(len(keyed) - 50 + 200,)]


def test_a_version_landed_twice_changes_nothing(first: Built, tmp_path: Path) -> None:
    again = _built(tmp_path, [_records(7)], [*_versions(), *_versions()])
    assert _summaries(again) == _summaries(first)
