"""The documented worked numbers of usage records and billing cycles, through dbt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built
from tests.models._lake import Lake, instant
from tests.models._usage import build_usage, periods, price, subscription, summaries, usage

VECTORS = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
    )
}
TOPICS = (
    "usage_records.action",
    "usage_records.aggregate_usage",
    "usage_records.period",
    "billing_cycle.anchor",
    "trial.anchor",
    "cancel_at",
)
NAMES = [name for name, vector in VECTORS.items() if vector["topic"] in TOPICS]


def _land(lake: Lake, name: str, vector: dict[str, Any]) -> None:
    """Land what the vector is about as one subscription with one item, named after it."""
    given = vector["inputs"]
    item = f"si_{name}"
    aggregate = given.get("aggregate_usage", "sum")
    every = "1 month"
    start = "2022-06-01"
    more: dict[str, Any] = {}
    records: list[dict[str, Any]] = []
    match vector["topic"]:
        case "usage_records.aggregate_usage":
            rows = [*given.get("usage_before_period", []), *given["usage"]]
            records = usage(item, rows)
        case "usage_records.action":
            start = "2019-10-16"
            records = usage(
                item, [(at, quantity, action) for at, action, quantity in given["records"]]
            )
        case "usage_records.period":
            start, more["billing_cycle_anchor_at"] = map(instant, given["period"])
            records = usage(item, given["records"])
        case "billing_cycle.anchor" if "day_of_month" in given:
            start = instant(given["created"])
            every = f"{given['interval_count']} {given['interval']}"
            more = {
                "billing_cycle_anchor_at": None,
                "anchor_day_of_month": given["day_of_month"],
            }
        case "billing_cycle.anchor":
            start = instant(given["anchor"])
        case "trial.anchor":
            start = "2024-01-15"
            more = {
                "billing_cycle_anchor_at": None,
                "anchor_day_of_month": given["anchor_day"],
                "trial_start_at": start,
                "trial_end_at": "2024-01-22",
            }
        case "cancel_at":
            start = given["period_start"]
            every = f"1 {given['interval']}"
            more = {"cancel_at": given["cancel_at"]}
    lake.land("prices", [price(f"price_{name}", aggregate, every)])
    lake.land(
        "subscriptions", [subscription(f"sub_{name}", start, {item: f"price_{name}"}, **more)]
    )
    lake.land("usage_records", records)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("vectors")
    lake = Lake(folder / "lake")
    for name in NAMES:
        _land(lake, name, VECTORS[name])
    return build_usage(lake, folder / "build", as_of="2024-08-01 00:00:00")


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("agg-")])
def test_a_period_is_aggregated_as_the_price_says(built: Built, name: str) -> None:
    given = VECTORS[name]["inputs"]
    start = instant(given.get("period", ["2022-07-01T00:00:00Z"])[0]).isoformat()
    assert dict(summaries(built, f"si_{name}"))[start] == VECTORS[name]["expected"]["quantity"]


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("action-")])
def test_increments_add_and_sets_replace_one_second(built: Built, name: str) -> None:
    expected = VECTORS[name]["expected"]
    seconds = built.rows("select used_at, quantity from usage_per_timestamp(?)", [f"si_{name}"])
    if "usage_at_timestamp" in expected:
        at = instant(VECTORS[name]["inputs"]["records"][0][0])
        assert dict(seconds)[at] == expected["usage_at_timestamp"]
    else:
        assert summaries(built, f"si_{name}")[0][1] == expected["quantity"]


def test_a_period_excludes_its_first_second_and_includes_its_last(built: Built) -> None:
    first, second, *_ = summaries(built, "si_usage-boundary")
    assert first[1] == VECTORS["usage-boundary"]["expected"]["total_usage"]
    assert second[1] == 8


@pytest.mark.parametrize("name", ["anchor-jan31", "anchor-jan31-leap"])
def test_boundaries_are_counted_from_the_anchor(built: Built, name: str) -> None:
    expected = [instant(start).isoformat() for start in VECTORS[name]["expected"]["starts"]]
    starts = [start for start, _ in periods(built, f"si_{name}")]
    assert starts[: len(expected)] == expected


def test_a_configured_day_is_anchored_in_a_month_that_has_it(built: Built) -> None:
    expected = VECTORS["anchor-2month-31"]["expected"]
    anchors = built.rows(
        "select distinct cast(anchor_at as date)::text "
        "from intermediate.int_billing_period_ranges where subscription_item_id = ?",
        ["si_anchor-2month-31"],
    )
    assert anchors == [(expected["billing_cycle_anchor"],)]
    starts = [start for start, _ in periods(built, "si_anchor-2month-31")]
    assert starts[1].startswith(expected["first_full_invoice"])


def test_a_trial_ends_in_a_stub_until_the_anchor(built: Built) -> None:
    assert periods(built, "si_trial-anchor")[:3] == [
        ("2024-01-15T00:00:00", "2024-01-22T00:00:00"),
        ("2024-01-22T00:00:00", "2024-02-01T00:00:00"),
        ("2024-02-01T00:00:00", "2024-03-01T00:00:00"),
    ]
    trials = built.rows(
        "select is_trial from billing_periods where subscription_item_id = ? "
        "order by period_start limit 2",
        ["si_trial-anchor"],
    )
    assert trials == [(True,), (False,)]


def test_a_cancellation_ends_the_period_it_falls_into(built: Built) -> None:
    assert periods(built, "si_cancel-at-half-year") == [
        ("2024-01-01T00:00:00", "2024-07-01T00:00:00")
    ]
