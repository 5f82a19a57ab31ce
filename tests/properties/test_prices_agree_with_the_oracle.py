"""Tens of thousands of random quantities, priced in SQL and by the plain Python of tests/oracle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pytest

from tests.models._macro import expand
from tests.models._rows import fill
from tests.oracle.cases import PricingCase, pricing_cases
from tests.oracle.pricing import Price, Tier

CASES = pricing_cases(6, 20_000)
TIERS = """
    price_id varchar, currency varchar, tier integer, tiers_mode varchar,
    quantity_above decimal(38,12), up_to decimal(38,12), unit_amount_decimal decimal(38,12),
    flat_amount_decimal decimal(38,12), transform_divide_by bigint, transform_round varchar
"""
QUANTITIES = """
    line_source_id varchar, price_id varchar, currency varchar, quantity decimal(38,12)
"""
# What one quantity costs: the sum of its lines, each rounded on its own.
AMOUNTS = f"""
    select line_source_id, price_id, quantity, sum(amount)::bigint as amount
    from (
        select
            parts.line_source_id, quantities.price_id, quantities.quantity,
            {expand("{{ round_to_minor_units('parts.exact_amount_decimal') }}")} as amount
        from ({expand("{{ price_quantities('quantities', 'price_tiers') }}")}) as parts
        inner join quantities on parts.line_source_id = quantities.line_source_id
    ) as lines
    group by all
"""


def twelve_places(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    units = value * 10**12
    assert units.denominator == 1
    return Decimal(int(units)).scaleb(-12)


def tier_rows(price_id: str, price: Price) -> Iterator[tuple[Any, ...]]:
    """The price in the shape of int_price_tiers."""
    key = (price_id, price.currency)
    transform = (price.divide_by, price.round_to)
    if price.tiers_mode is None:
        unit = twelve_places(price.unit_amount)
        yield (*key, 1, "per_unit", Decimal(0), None, unit, None, *transform)
    above = 0
    for number, tier in enumerate(price.tiers, start=1):
        amounts = (twelve_places(tier.unit_amount), twelve_places(tier.flat_amount))
        yield (*key, number, price.tiers_mode, above, tier.up_to, *amounts, *transform)
        above = tier.up_to or above


def lay_out(
    connection: duckdb.DuckDBPyConnection,
    prices: Iterable[tuple[str, Price]],
    quantities: Iterable[tuple[str, str, str, Fraction]],
) -> None:
    """Make `price_tiers` of (price id, price) and `quantities` of (id, price, currency, number)."""
    rows = [row for price_id, price in prices for row in tier_rows(price_id, price)]
    # The same prices in a currency nobody asks for cost something else.
    others = [(row[0], "xxx", *row[2:6], Decimal(1), Decimal(1), *row[8:]) for row in rows]
    fill(connection, "price_tiers", TIERS, rows + others)
    fill(
        connection,
        "quantities",
        QUANTITIES,
        [(*names, twelve_places(max(number, Fraction(0)))) for *names, number in quantities],
    )


def names_of(case: PricingCase) -> tuple[str, str, str]:
    return f"line_{case.number}", f"price_{case.number}", case.price.currency


@pytest.fixture(scope="module")
def laid_out() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        lay_out(
            connection,
            [(f"price_{case.number}", case.price) for case in CASES],
            [(*names_of(case), case.quantity) for case in CASES],
        )
        yield connection


def test_twenty_thousand_quantities_come_to_the_same_lines(
    laid_out: duckdb.DuckDBPyConnection,
) -> None:
    amount = expand("{{ round_to_minor_units('exact_amount_decimal') }}")
    parts = expand("{{ price_quantities('quantities', 'price_tiers') }}")
    found: dict[str, list[tuple[Any, ...]]] = {}
    for line, *part in laid_out.execute(
        f"select line_source_id, case when tiers_mode <> 'per_unit' then tier end,"
        f" case part when 'flat_fee' then 'flat' else part end, quantity, unit_amount_decimal,"
        f" exact_amount_decimal, {amount} from ({parts}) as parts"
        f" order by line_source_id, tier, part desc"
    ).fetchall():
        found.setdefault(line, []).append(tuple(part))
    assert len(found) == len(CASES)
    for case in CASES:
        assert found[f"line_{case.number}"] == [
            (
                part.tier,
                part.part,
                twelve_places(part.quantity),
                twelve_places(part.unit_amount),
                part.exact_amount,
                part.amount,
            )
            for part in case.parts
        ], case


def test_more_never_costs_less_but_in_volume_tiers() -> None:
    # A volume price that falls from tier to tier may cost less for more, as documented.
    priced = [case for case in CASES if case.price.tiers_mode != "volume"][:4_000]
    random = Random(1)
    ladder = [
        (f"{case.number}:{step}", *names_of(case)[1:], abs(case.quantity) + climbed)
        for case in priced
        for step, climbed in enumerate(
            [Fraction(0), *(Fraction(random.randint(0, 10**6), 1_000) for _ in range(4))]
        )
    ]
    with duckdb.connect() as connection:
        lay_out(connection, [(f"price_{case.number}", case.price) for case in priced], ladder)
        counted, fallen = connection.execute(
            f"select count(*), count(*) filter (amount < before) from (select amount,"
            f" lag(amount) over (partition by price_id order by quantity) as before"
            f" from ({AMOUNTS}) as amounts) as ladder"
        ).fetchall()[0]
    assert (counted, fallen) == (5 * len(priced), 0)


def split_at_bounds(tiers: Sequence[Tier], quantity: Fraction) -> list[Fraction]:
    """The part of the quantity in each tier, none below the first where it reaches no further."""
    shares: list[Fraction] = []
    below = Fraction(0)
    for tier in tiers:
        top = quantity if tier.up_to is None else min(quantity, Fraction(tier.up_to))
        shares.append(max(top - below, Fraction(0)))
        below = Fraction(tier.up_to or 0)
    return shares


def test_a_graduated_quantity_split_at_its_bounds_adds_up() -> None:
    graduated = [
        case for case in CASES if case.price.tiers_mode == "graduated" and case.quantity > 0
    ]
    currency = graduated[0].price.currency
    prices: list[tuple[str, Price]] = []
    quantities: list[tuple[str, str, str, Fraction]] = []
    for case in graduated:
        tiers = [Tier(tier.up_to, tier.unit_amount, None) for tier in case.price.tiers]
        whole = Price(currency, tiers_mode="graduated", tiers=tuple(tiers))
        prices.append((f"whole_{case.number}", whole))
        quantities.append((f"whole_{case.number}", f"whole_{case.number}", currency, case.quantity))
        for number, share in enumerate(split_at_bounds(tiers, case.quantity)):
            name = f"share_{case.number}_{number}"
            prices.append((name, Price(currency, tiers[number].unit_amount)))
            quantities.append((name, name, currency, share))
    with duckdb.connect() as connection:
        lay_out(connection, prices, quantities)
        sums = connection.execute(
            "select split_part(line_source_id, '_', 2),"
            " coalesce(sum(amount) filter (line_source_id like 'whole%'), 0),"
            " coalesce(sum(amount) filter (line_source_id like 'share%'), 0)"
            f" from ({AMOUNTS}) as amounts group by 1"
        ).fetchall()
    assert len(sums) == len(graduated)
    assert [number for number, whole, shares in sums if whole != shares] == []


def test_volume_and_graduated_agree_on_a_single_tier() -> None:
    single = [case for case in CASES if len(case.price.tiers) == 1]
    modes = ("volume", "graduated")
    with duckdb.connect() as connection:
        lay_out(
            connection,
            [
                (f"{mode}_{case.number}", Price("usd", tiers_mode=mode, tiers=case.price.tiers))
                for case in single
                for mode in modes
            ],
            [
                (f"{mode}_{case.number}", f"{mode}_{case.number}", "usd", case.quantity)
                for case in single
                for mode in modes
            ],
        )
        amounts = dict(
            connection.execute(f"select line_source_id, amount from ({AMOUNTS}) as a").fetchall()
        )
    assert len(amounts) == 2 * len(single) > 2_000
    for case in single:
        assert amounts[f"volume_{case.number}"] == amounts[f"graduated_{case.number}"], case
