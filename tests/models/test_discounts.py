"""Discounts take what their coupons say, in order, never more than is left, to the last cent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.models._macro import expand
from tests.models._rows import dicts, fill

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)
LINES = "invoice_id varchar, invoice_line_id varchar, line_position integer, amount bigint"
ELIGIBLE = (
    "invoice_line_id varchar, scope varchar, discount_position integer, discount_id varchar,"
    " coupon_id varchar, percent_off decimal(38,12), amount_off bigint"
)

Discount = Mapping[str, Any]


def discounted(
    amounts: Sequence[int], discounts: Sequence[Discount], *, invoice: str = "in_1"
) -> list[list[int]]:
    """What each discount takes off each line, one list per discount; all lines are eligible."""
    with duckdb.connect() as connection:
        fill(
            connection,
            "lines",
            LINES,
            [(invoice, f"il_{place}", place, amount) for place, amount in enumerate(amounts)],
        )
        fill(
            connection,
            "eligible",
            ELIGIBLE,
            [
                (f"il_{place}", "invoice", position, f"di_{position}", "coupon", *_off(discount))
                for position, discount in enumerate(discounts, start=1)
                for place in discount.get("lines", range(len(amounts)))
            ],
        )
        rows = dicts(connection, expand("{{ discount_amounts('lines', 'eligible') }}"))
    taken = {(row["discount_position"], row["invoice_line_id"]): row for row in rows}
    return [
        [
            taken[position, f"il_{place}"]["discount_amount"]
            for place in range(len(amounts))
            if (position, f"il_{place}") in taken
        ]
        for position in range(1, len(discounts) + 1)
    ]


def _off(discount: Discount) -> tuple[Decimal | None, int | None]:
    percent = discount.get("percent_off")
    return (None if percent is None else Decimal(str(percent)), discount.get("amount_off"))


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["topic"] == "discounts.amount_off"],
    ids=lambda vector: vector["id"],
)
def test_an_amount_is_spread_as_documented(vector: dict[str, Any]) -> None:
    given = vector["inputs"]
    (taken,) = discounted(given["line_amounts"], [{"amount_off": given["amount_off"]}])
    assert taken == vector["expected"]["discount_amounts"]
    if "total" in vector["expected"]:
        assert sum(given["line_amounts"]) - sum(taken) == vector["expected"]["total"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["topic"] == "discounts.order"],
    ids=lambda vector: vector["id"],
)
def test_discounts_stack_in_the_order_given(vector: dict[str, Any]) -> None:
    taken = discounted([vector["inputs"]["amount"]], vector["inputs"]["discounts"])
    assert [amounts[0] for amounts in taken] == vector["expected"]["discount_amounts"]


def test_stripes_split_of_500_over_1000_and_2000_gives_the_rest_to_the_last_line() -> None:
    assert discounted([1000, 2000], [{"amount_off": 500}]) == [[166, 334]]


def test_a_percentage_rounds_half_away_from_zero_on_each_line() -> None:
    assert discounted([5, 15, 25], [{"percent_off": "10"}]) == [[1, 2, 3]]
    assert discounted([200], [{"percent_off": "33.333333333333"}]) == [[67]]


def test_a_line_cannot_be_discounted_below_zero_nor_a_negative_one_at_all() -> None:
    assert discounted([100, -50, 60], [{"percent_off": "100", "lines": [0, 1]}]) == [[100, 0]]


def test_a_discount_takes_what_the_invoice_comes_to_at_most() -> None:
    assert discounted([1000, -900], [{"amount_off": 500}]) == [[100, 0]]
    assert discounted([1000, -900], [{"percent_off": "50"}]) == [[100, 0]]
    assert discounted([1000, -200], [{"percent_off": "50"}]) == [[500, 0]]
    assert discounted([300, 600, -800], [{"percent_off": "50"}]) == [[33, 67, 0]]
    assert discounted([1000, -900], [{"percent_off": "6"}, {"amount_off": 500}]) == [
        [60, 0],
        [40, 0],
    ]
    assert discounted([1000, -1000], [{"amount_off": 500}]) == [[0, 0]]


def test_a_spent_line_takes_no_part_in_the_next_split() -> None:
    taken = discounted([100, 300], [{"amount_off": 100, "lines": [0]}, {"amount_off": 90}])
    assert taken == [[100], [0, 90]]


def test_what_the_last_line_cannot_take_goes_to_the_line_before_it() -> None:
    assert discounted([1, 1, 1], [{"amount_off": 2}]) == [[0, 1, 1]]
    assert discounted([1] * 10, [{"amount_off": 9}]) == [[0] + [1] * 9]


def test_invoices_share_no_discount() -> None:
    with duckdb.connect() as connection:
        fill(
            connection,
            "lines",
            LINES,
            [("in_1", "il_1", 1, 100), ("in_2", "il_2", 1, 300)],
        )
        fill(
            connection,
            "eligible",
            ELIGIBLE,
            [(line, "invoice", 1, "di_1", "coupon", None, 80) for line in ("il_1", "il_2")],
        )
        rows = dicts(connection, expand("{{ discount_amounts('lines', 'eligible') }}"))
    assert sorted(row["discount_amount"] for row in rows) == [80, 80]


def test_the_largest_amounts_split_exactly() -> None:
    most = 99_999_999_999_999
    (taken,) = discounted([most, most, most], [{"amount_off": most - 1}])
    assert taken == [33_333_333_333_332, 33_333_333_333_332, 33_333_333_333_334]


@st.composite
def a_discount(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.sets(st.integers(0, 4), min_size=1))
    if draw(st.booleans()):
        return {"percent_off": draw(st.decimals("0.01", "100", places=2)), "lines": lines}
    return {"amount_off": draw(st.integers(1, 3000)), "lines": lines}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(-100, 2000), min_size=5, max_size=5),
    st.lists(a_discount(), min_size=1, max_size=4),
)
def test_discounts_never_exceed_the_line_and_take_all_they_can(
    amounts: list[int], given_discounts: list[dict[str, Any]]
) -> None:
    left = list(amounts)
    for discount, taken in zip(given_discounts, discounted(amounts, given_discounts), strict=True):
        lines = sorted(discount["lines"])
        pool = sum(max(left[line], 0) for line in lines)
        most = min(pool, max(sum(left), 0))
        assert sum(taken) <= most
        for line, amount in zip(lines, taken, strict=True):
            assert 0 <= amount <= max(left[line], 0)
            left[line] -= amount
        if "amount_off" in discount:
            assert sum(taken) == min(most, discount["amount_off"])
