"""Changes of licensed items credit and debit what remains of their period, to the second."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models._macro import expand
from tests.models._rows import dicts, fill
from tests.oracle.cases import proration_cases

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
    )
}
CHANGES = """
    change_id varchar, chain_id varchar, changed_at timestamp, from_at timestamp,
    period_seconds bigint, is_prorated boolean, billing_mode varchar,
    old_amount decimal(38,24), old_until timestamp, new_amount decimal(38,24),
    new_until timestamp, billed_amount bigint, billed_from timestamp, billed_until timestamp
"""
START = datetime(2024, 1, 1)
END = datetime(2024, 1, 31)


def change(
    fraction: str,
    old: int | Decimal | None,
    new: int | Decimal | None,
    *,
    mode: str = "classic",
    billed: int | None = None,
    **other: Any,
) -> tuple[Any, ...]:
    """A change with this fraction of a 30-day period left."""
    seconds = int((END - START).total_seconds())
    left = Fraction(fraction) * seconds
    assert left.denominator == 1
    at = END - timedelta(seconds=int(left))
    return (
        other.get("name", "change"),
        other.get("chain", "chain"),
        at,
        other.get("from_at", at),
        seconds,
        other.get("prorates", True),
        mode,
        old,
        other.get("old_until", END),
        new,
        other.get("new_until", END),
        billed,
        START,
        END,
    )


def lines(*changes: tuple[Any, ...]) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        fill(connection, "changes", CHANGES, changes)
        query = expand("{{ prorations('changes') }}")
        return dicts(
            connection,
            f"select * from ({query}) as prorations order by period_start, change_id, part desc",
        )


def amounts(*changes: tuple[Any, ...]) -> dict[str, int]:
    return {line["part"]: line["amount"] for line in lines(*changes)}


@pytest.mark.parametrize(
    "vector_id", ["proration-half", "proration-classic-third", "proration-flexible-third"]
)
def test_a_price_change_credits_and_debits_as_documented(vector_id: str) -> None:
    given, expected = VECTORS[vector_id]["inputs"], VECTORS[vector_id]["expected"]
    old = given.get("current_unit_amount", given.get("old_unit_amount"))
    assert amounts(
        change(
            given["fraction"],
            old,
            given["new_unit_amount"],
            mode=given.get("billing_mode", "classic"),
            billed=given.get("last_billed_unit_amount", old),
        )
    ) == {"unused_time": expected["credit"], "remaining_time": expected["debit"]}


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_a_cancelled_item_credits_its_discounted_amount_as_documented(mode: str) -> None:
    vector = VECTORS[f"discount-{mode}-cancel"]
    given = vector["inputs"]
    # Classic takes the whole amount off the item, flexible the share that its line had.
    left = given["item_amount"] - given.get("amount_off", given.get("item_discount"))
    assert amounts(change(given["fraction"], left, None, mode=mode, billed=left)) == {
        "unused_time": vector["expected"]["total"]
    }


def test_stripes_preview_prorates_to_the_second() -> None:
    # 445,540 of 2,678,400 seconds: 10.00 gives -1.66 back, 32.52 costs 5.41.
    start = datetime(2024, 3, 1)
    end = start + timedelta(seconds=2_678_400)
    at = end - timedelta(seconds=445_540)
    silver_to_gold = ("c", "c", at, at, 2_678_400, True, "classic", 1000, end, 3252, end)
    assert amounts((*silver_to_gold, 1000, start, end)) == {
        "unused_time": -166,
        "remaining_time": 541,
    }


def test_a_lines_period_runs_from_the_change_to_the_end_of_what_was_paid() -> None:
    for line in lines(change("1/2", 1000, 2000)):
        assert (line["period_start"], line["period_end"]) == (datetime(2024, 1, 16), END)


def test_an_earlier_end_gives_back_what_lies_beyond_it() -> None:
    until = datetime(2024, 1, 16)
    (line,) = lines(change("2/3", 1000, 1000, from_at=until, new_until=until, billed=1000))
    assert (line["part"], line["amount"]) == ("unused_time", -500)
    assert (line["period_start"], line["period_end"]) == (until, END)


def test_ties_round_away_from_zero_both_ways() -> None:
    assert amounts(change("1/2", 5, 15)) == {"unused_time": -3, "remaining_time": 8}


def test_what_lies_just_below_a_tie_does_not_round_up() -> None:
    # Half of it is a trillionth short of 2.5.
    price = Decimal("4.999999999999")
    assert amounts(change("1/2", None, price)) == {"remaining_time": 2}


def test_flexible_credits_each_debit_once() -> None:
    first = change("2/3", 1000, 4000, mode="flexible", billed=1000, name="a")
    second = change("1/3", 4000, None, mode="flexible", billed=1000, name="b")
    assert [line["amount"] for line in lines(first, second)] == [-667, 2667, -1334]


def test_a_change_that_does_not_prorate_leaves_no_line() -> None:
    assert lines(change("1/2", 1000, 2000, prorates=False)) == []


def test_random_changes_come_to_the_oracles_lines() -> None:
    cases = proration_cases(11, 5_000)
    epoch = datetime(1970, 1, 1)
    rows: list[tuple[Any, ...]] = []
    for case in cases:
        start, end = (epoch + timedelta(seconds=second) for second in case.period)
        before = case.first
        for place, each in enumerate(case.changes):
            at = epoch + timedelta(seconds=each.at)
            rows.append(
                (
                    f"{case.number}:{place}",
                    str(case.number),
                    at,
                    at,
                    case.period[1] - case.period[0],
                    each.prorates,
                    case.billing_mode,
                    before,
                    end,
                    each.full_amount,
                    end,
                    case.first,
                    start,
                    end,
                )
            )
            before = each.full_amount
    found: dict[int, list[tuple[int, datetime, bool]]] = {case.number: [] for case in cases}
    for line in sorted(
        lines(*rows), key=lambda line: (line["change_id"], line["part"]), reverse=True
    ):
        number = int(line["change_id"].split(":")[0])
        found[number].append((line["amount"], line["period_start"], line["part"] == "unused_time"))
    for case in cases:
        assert sorted(found[case.number], key=lambda line: (line[1], not line[2])) == [
            (line.amount, epoch + timedelta(seconds=line.period[0]), line.is_credit)
            for line in case.lines
        ], case
