"""Arrival decides nothing: order, batches and landing twice leave every summary as it was."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
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


def _named(rows: list[dict[str, Any]], variant: str) -> list[dict[str, Any]]:
    """Return the rows with every subscription and item renamed, so that variants share a lake."""
    named: list[dict[str, Any]] = []
    for row in rows:
        if "items" in row:
            items = [item | {"id": f"{variant}/{item['id']}"} for item in row["items"]]
            named.append(row | {"id": f"{variant}/{row['id']}", "items": items})
        else:
            item = f"{variant}/{row['subscription_item']}"
            named.append(row | {"subscription_item": item})
    return named


def _land(lake: Lake, variant: str, batches: list[list[Any]], versions: list[Any]) -> None:
    for version in _named(versions, variant):
        lake.land("subscriptions", [version])
    for batch in batches:
        lake.land("usage_records", _named(batch, variant))


def _shuffled(rows: list[Any], seed: int) -> list[Any]:
    return random.Random(seed).sample(rows, len(rows))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same records and versions on items of their own, once for each way to arrive."""
    folder = tmp_path_factory.mktemp("arrival")
    lake = Lake(folder / "lake")
    lake.land("prices", [price(f"price_{aggregate}", aggregate) for aggregate in AGGREGATES])
    rows, versions = _records(7), _versions()
    _land(lake, "plain", [rows], versions)
    mixed = _shuffled(rows, 11)
    _land(lake, "mixed", [mixed[n::9] for n in range(9)], _shuffled(versions, 11))
    _land(lake, "versions twice", [rows], [*versions, *versions])
    keyed = [row | {"idempotency_key": row["id"]} for row in rows]
    # An overlapping export: the same reports, received again later, under ids of their own.
    repeated = [
        row | {"id": f"{row['id']}_again", "received_at": row["received_at"] + timedelta(days=1)}
        for row in keyed
    ]
    _land(lake, "keyed", [keyed], versions)
    _land(lake, "keyed twice", [repeated[50:], keyed, repeated[:200]], versions)
    return build_usage(lake, folder / "build", as_of=AS_OF)


def _summaries(built: Built, variant: str) -> list[tuple[Any, ...]]:
    rows = built.rows(
        "select split_part(subscription_item_id, '/', 2) as item, price_id, period_start, "
        "period_end, total_usage, record_count, aggregate_usage, is_open "
        "from usage_record_summaries where split_part(subscription_item_id, '/', 1) = ? "
        "order by item, period_start",
        [variant],
    )
    assert sum(row[5] for row in rows) > 100, "there is usage to compare"
    return rows


def _uncounted(built: Built, variant: str) -> list[tuple[Any, ...]]:
    """Return what no summary counts, but for where it lies."""
    return built.rows(
        "select id, reason, used_at, quantity, action from uncounted_usage_records "
        "where split_part(subscription_item_id, '/', 1) = ? order by all",
        [variant],
    )


def test_order_and_batches_change_no_summary(built: Built) -> None:
    assert _summaries(built, "mixed") == _summaries(built, "plain")
    assert _uncounted(built, "mixed") == _uncounted(built, "plain")


def test_keyed_records_landed_twice_count_once(built: Built) -> None:
    assert _summaries(built, "keyed twice") == _summaries(built, "keyed")
    reasons = [reason for _, reason, *_ in _uncounted(built, "keyed twice")]
    assert reasons.count("duplicate") == len(_records(7)) - 50 + 200


def test_a_version_landed_twice_changes_nothing(built: Built) -> None:
    assert _summaries(built, "versions twice") == _summaries(built, "plain")
