"""Prices meet quantities as Stripe's documented tables say, tier by tier and to the cent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models._macro import expand

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)
PRICED = [
    vector
    for vector in VECTORS
    if vector["topic"].startswith(("pricing.", "rounding.line"))
    and "quantity" in vector["inputs"]
    and "amount" in vector["expected"]
]

Part = tuple[str, int | None, str, Decimal, Decimal | None, int | None]


def tier_rows(price: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The price in the shape of int_price_tiers."""
    transform = (price.get("divide_by"), price.get("round"))
    if "tiers" not in price:
        unit = Decimal(str(price.get("unit_amount_decimal", price.get("unit_amount"))))
        return [("price", "usd", 1, "per_unit", Decimal(0), None, unit, None, *transform)]
    rows: list[tuple[Any, ...]] = []
    above = Decimal(0)
    for number, tier in enumerate(price["tiers"], start=1):
        up_to = None if tier["up_to"] in ("inf", None) else Decimal(tier["up_to"])
        unit = tier.get("unit_amount_decimal", tier.get("unit_amount"))
        flat = tier.get("flat_amount_decimal", tier.get("flat_amount"))
        rows.append(
            (
                "price",
                "usd",
                number,
                price["tiers_mode"],
                above,
                up_to,
                None if unit is None else Decimal(str(unit)),
                None if flat is None else Decimal(str(flat)),
                None,
                None,
            )
        )
        above = up_to or above
    return rows


def price_parts(price: Mapping[str, Any], quantities: Sequence[Decimal]) -> list[Part]:
    """Each quantity priced: (source, tier, part, quantity, exact amount, amount), in tier order."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table price_tiers (price_id varchar, currency varchar, tier integer,"
            " tiers_mode varchar, quantity_above decimal(38,12), up_to decimal(38,12),"
            " unit_amount_decimal decimal(38,12), flat_amount_decimal decimal(38,12),"
            " transform_divide_by bigint, transform_round varchar)"
        )
        connection.executemany(
            "insert into price_tiers values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", tier_rows(price)
        )
        connection.execute(
            "create table quantities (line_source_id varchar, price_id varchar,"
            " currency varchar, quantity decimal(38,12))"
        )
        connection.executemany(
            "insert into quantities values (?, 'price', 'usd', ?)",
            [(str(place), quantity) for place, quantity in enumerate(quantities)],
        )
        parts = expand("{{ price_quantities('quantities', 'price_tiers') }}")
        amount = expand("{{ round_to_minor_units('exact_amount_decimal') }}")
        return connection.execute(
            f"select line_source_id, tier, part, quantity, exact_amount_decimal, {amount}"
            f" from ({parts}) as parts order by line_source_id, tier, part desc"
        ).fetchall()


def total(parts: Sequence[Part]) -> int:
    return sum(part[5] or 0 for part in parts)


@pytest.mark.parametrize("vector", PRICED, ids=lambda vector: vector["id"])
def test_a_documented_quantity_costs_its_documented_amount(vector: dict[str, Any]) -> None:
    parts = price_parts(vector["inputs"], [Decimal(str(vector["inputs"]["quantity"]))])
    assert total(parts) == vector["expected"]["amount"]
    if "exact" in vector["expected"]:
        assert parts[0][4] == Decimal(vector["expected"]["exact"])


@pytest.mark.parametrize(
    "vector",
    [vector for vector in PRICED if "tiers" in vector["expected"]],
    ids=lambda vector: vector["id"],
)
def test_each_graduated_tier_reached_is_a_line_of_its_own(vector: dict[str, Any]) -> None:
    parts = price_parts(vector["inputs"], [Decimal(vector["inputs"]["quantity"])])
    usage = {part[1]: (part[3], part[5]) for part in parts if part[2] == "usage"}
    flat = {part[1]: part[5] for part in parts if part[2] == "flat_fee"}
    assert [
        [tier, int(quantity), amount, flat.get(tier, 0)]
        for tier, (quantity, amount) in usage.items()
    ] == vector["expected"]["tiers"]


FLAT_TIERS = {
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 10, "unit_amount_decimal": "0.5", "flat_amount": 100},
        {"up_to": "inf", "unit_amount_decimal": "0.25", "flat_amount_decimal": "0.5"},
    ],
}


@pytest.mark.parametrize("mode", ["graduated", "volume"])
def test_quantity_zero_is_billed_the_first_flat_fee_in_both_modes(mode: str) -> None:
    parts = price_parts({**FLAT_TIERS, "tiers_mode": mode}, [Decimal(0)])
    assert [(part[1], part[2], part[5]) for part in parts] == [
        (1, "usage", 0),
        (1, "flat_fee", 100),
    ]


def test_a_fraction_beyond_a_bound_reaches_the_next_tier() -> None:
    parts = price_parts(FLAT_TIERS, [Decimal("10.000000000001")])
    assert [(part[1], part[3]) for part in parts if part[2] == "usage"] == [
        (1, Decimal(10)),
        (2, Decimal("0.000000000001")),
    ]


def test_a_bound_is_inclusive() -> None:
    graduated = price_parts(FLAT_TIERS, [Decimal(10)])
    volume = price_parts({**FLAT_TIERS, "tiers_mode": "volume"}, [Decimal(10)])
    assert {part[1] for part in graduated} == {part[1] for part in volume} == {1}


def test_a_decimal_flat_fee_rounds_half_away_from_zero_on_its_own_line() -> None:
    parts = price_parts(FLAT_TIERS, [Decimal(11)])
    assert [part[5] for part in parts] == [5, 100, 0, 1]


def test_a_product_that_does_not_fit_is_null_and_its_neighbours_stand() -> None:
    quantities = [Decimal("99999999999999999999999999")] + [Decimal(1)] * 1000
    parts = price_parts({"unit_amount_decimal": "12.5"}, quantities)
    assert sum(part[4] is None for part in parts) == 1
    assert total(parts) == 13 * 1000


def test_twelve_places_times_a_long_quantity_keep_every_digit() -> None:
    parts = price_parts({"unit_amount_decimal": "0.000000000001"}, [Decimal("12345678901234.5")])
    assert parts[0][4] == Decimal("12.3456789012345")


def test_a_package_larger_than_any_quantity_counts_once_when_rounded_up() -> None:
    price = {"unit_amount": 7, "divide_by": 9_000_000_000_000_000, "round": "up"}
    assert total(price_parts(price, [Decimal("0.1")])) == 7


@pytest.mark.parametrize(
    ("unit_amount", "dollars", "yen"),
    [
        (
            "99999999999999999999999999.5",
            "$999,999,999,999,999,999,999,999.995",
            "¥99,999,999,999,999,999,999,999,999.5",
        ),
        ("-298800", "-$2,988.00", "-¥298,800"),
        ("3.6", "$0.036", "¥3.6"),
        ("0", "$0.00", "¥0"),
        ("0.000000000001", "$0.00000000000001", "¥0.000000000001"),
    ],
)
def test_a_price_of_any_size_is_written_out(unit_amount: str, dollars: str, yen: str) -> None:
    for symbol, digits, text in (("$", 2, dollars), ("¥", 0, yen)):
        price_text = expand(f"{{{{ price_text('unit_amount', \"'{symbol}'\", '{digits}') }}}}")
        with duckdb.connect() as connection:
            found = connection.execute(
                f"select {price_text} from (select cast(? as decimal(38, 12)) as unit_amount)",
                [unit_amount],
            ).fetchall()
        assert found == [(text,)]
