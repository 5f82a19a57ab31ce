"""Tax rates make what Stripe's tables say, inclusive then exclusive, by line or by invoice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models._macro import expand
from tests.models._rows import dicts, fill

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
    )
}
LINES = (
    "invoice_id varchar, invoice_line_id varchar, line_position integer, amount bigint,"
    " subtotal_amount bigint, line_amount bigint, tax_exempt varchar"
)
RATES = (
    "invoice_line_id varchar, scope varchar, rate_position integer, tax_rate_id varchar,"
    " percentage decimal(38,12), is_inclusive boolean"
)

Rate = tuple[str, str, bool]


def taxed(
    amounts: Sequence[int],
    rates: Sequence[Rate] | Mapping[int, Sequence[Rate]],
    *,
    rounding: str = "line",
    exempt: str = "none",
) -> dict[str, list[dict[str, Any]]]:
    """The tax rows of each rate in line order; `rates` (id, percentage, inclusive) of each line."""
    of = rates if isinstance(rates, Mapping) else dict.fromkeys(range(len(amounts)), rates)
    with duckdb.connect() as connection:
        fill(
            connection,
            "lines",
            LINES,
            [
                ("in_1", f"il_{place}", place, one, one, one, exempt)
                for place, one in enumerate(amounts)
            ],
        )
        fill(
            connection,
            "rates",
            RATES,
            [
                (f"il_{place}", "invoice", position, name, Decimal(percentage), inclusive)
                for place, given_rates in of.items()
                for position, (name, percentage, inclusive) in enumerate(given_rates)
            ],
        )
        tax = f"{{{{ tax_amounts('lines', 'rates', tax_rounding='{rounding}') }}}}"
        rows = dicts(
            connection,
            f"select * from ({expand(tax)}) as taxes order by invoice_line_id, rate_position",
        )
    by_rate: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_rate.setdefault(row["tax_rate_id"], []).append(row)
    return by_rate


def amounts_of(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [row["tax_amount"] for row in rows]


def test_an_exclusive_rate_adds_its_percentage() -> None:
    vector = VECTORS["tax-excl-25"]
    rows = taxed([vector["inputs"]["subtotal"]], [("txr", "25", False)])["txr"]
    assert amounts_of(rows) == [vector["expected"]["tax"]]
    assert rows[0]["taxable_amount"] == vector["inputs"]["subtotal"]


def test_each_line_has_its_own_rate() -> None:
    vector = VECTORS["tax-two-lines"]
    lines = vector["inputs"]["lines"]
    rows = taxed(
        [one["amount"] for one in lines],
        {
            place: [(f"txr_{place}", str(one["percentage"]), False)]
            for place, one in enumerate(lines)
        },
    )
    assert [amounts_of(one)[0] for one in rows.values()] == vector["expected"]["tax_amounts"]


@pytest.mark.parametrize(
    ("vector_id", "discounts"),
    [("tax-incl-line-rounding", [0, 0]), ("tax-incl-discount", [50, 100])],
)
def test_an_inclusive_rate_is_taken_out_of_what_discounts_left(
    vector_id: str, discounts: list[int]
) -> None:
    vector = VECTORS[vector_id]
    amounts = [line - off for line, off in zip(vector["inputs"]["lines"], discounts, strict=True)]
    rows = taxed(amounts, [("txr", str(vector["inputs"]["percentage"]), True)])["txr"]
    assert amounts_of(rows) == vector["expected"]["tax_amounts"]
    assert sum(amounts_of(rows)) == vector["expected"]["total_tax"]


def test_rounding_by_invoice_rounds_the_sum_once_and_its_lines_add_up() -> None:
    vector = VECTORS["tax-incl-invoice-rounding"]
    rows = taxed(vector["inputs"]["lines"], [("txr", "10", True)], rounding="invoice")["txr"]
    assert sum(amounts_of(rows)) == vector["expected"]["total_tax"]
    assert amounts_of(rows) == [9091, 454]


def test_an_exclusive_rate_is_of_the_line_less_its_inclusive_tax() -> None:
    vector = VECTORS["tax-mixed-discount"]
    rows = taxed([450, 900], [("in", "5", True), ("out", "7", False)])
    assert amounts_of(rows["in"]) == vector["expected"]["inclusive_tax"]
    assert [row["taxable_amount"] for row in rows["out"]] == vector["expected"]["net"]
    assert amounts_of(rows["out"]) == vector["expected"]["exclusive_tax"]


@pytest.mark.parametrize("exempt", ["exempt", "reverse"])
def test_who_is_charged_no_tax_pays_the_price_less_the_tax_in_it(exempt: str) -> None:
    vector = VECTORS["tax-exempt-incl-10"]
    (row,) = taxed([vector["inputs"]["amount"]], [("txr", "10", True)], exempt=exempt)["txr"]
    assert row["tax_amount"] == vector["expected"]["tax"]
    assert vector["inputs"]["amount"] - row["exempted_amount"] == vector["expected"]["total"]


def test_who_is_charged_no_tax_pays_an_exclusive_price_as_it_is() -> None:
    vector = VECTORS["tax-exempt-excl-10"]
    (row,) = taxed([vector["inputs"]["amount"]], [("txr", "10", False)], exempt="exempt")["txr"]
    assert (row["tax_amount"], row["exempted_amount"]) == (vector["expected"]["tax"], 0)
    assert row["taxability_reason"] == "customer_exempt"


def test_two_inclusive_rates_share_the_line() -> None:
    rows = taxed([12500], [("a", "10", True), ("b", "15", True)])
    assert (amounts_of(rows["a"]), amounts_of(rows["b"])) == ([1000], [1500])
    assert rows["a"][0]["taxable_amount"] == 10000


def test_ties_round_away_from_zero_on_charges_and_credits() -> None:
    assert amounts_of(taxed([50, -50], [("txr", "5", False)])["txr"]) == [3, -3]


PERCENTAGES = st.decimals("0", "35", places=4).map(str)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-100_000, 10_000_000), min_size=1, max_size=6),
    PERCENTAGES,
    PERCENTAGES,
)
def test_an_invoices_tax_is_the_exact_sum_rounded_once(
    amounts: list[int], inclusive: str, exclusive: str
) -> None:
    rows = taxed(amounts, [("in", inclusive, True), ("out", exclusive, False)], rounding="invoice")
    whole = 100 + Fraction(inclusive)
    for name, percentage in (("in", inclusive), ("out", exclusive)):
        exact = sum(amounts) * Fraction(percentage) / whole
        assert sum(amounts_of(rows[name])) == _half_away(exact)


def _half_away(exact: Fraction) -> int:
    rounded = int(abs(exact) + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded
