"""The documented worked numbers of prices, lines and currencies hold on the oracle."""

from __future__ import annotations

from fractions import Fraction

from tests.oracle import descriptions
from tests.oracle.currencies import minor_units, round_ugx
from tests.oracle.invoices import unit_amount_excluding_tax
from tests.oracle.pricing import Price, Tier, amount_of, priced_parts, transformed
from tests.oracle.rounding import decimal_text
from tests.oracle.vectors import Vector, cases, price_of


@cases(
    "pricing.per_unit",
    "pricing.tiers.volume",
    "pricing.tiers.graduated",
    "pricing.tiers.flat_amount",
    "pricing.tiers.zero_usage",
)
def test_a_quantity_costs_what_the_documented_table_says(vector: Vector) -> None:
    price, quantity = price_of(vector["inputs"]), Fraction(vector["inputs"]["quantity"])
    expected = vector["expected"]
    amount = amount_of(price, quantity)
    assert amount == expected.get("amount", expected.get("usage_amount"))
    if "total" in expected:
        assert vector["inputs"]["base"] + amount == expected["total"]
    if "tiers" in expected:
        by_tier: dict[int | None, list[int]] = {}
        for part in priced_parts(price, quantity):
            row = by_tier.setdefault(part.tier, [0, 0, 0])
            row[0] += int(part.quantity)
            row[1 if part.part == "usage" else 2] += part.amount
        assert [[tier, *row] for tier, row in by_tier.items()] == expected["tiers"]


@cases("pricing.transform_quantity")
def test_packages_are_counted_before_they_are_priced(vector: Vector) -> None:
    price, quantity = price_of(vector["inputs"]), Fraction(vector["inputs"]["quantity"])
    units = transformed(quantity, price.divide_by, price.round_to)
    assert (units, amount_of(price, quantity)) == (
        vector["expected"]["units"],
        vector["expected"]["amount"],
    )


@cases("pricing.unit_amount_decimal")
def test_a_unit_amount_is_null_where_its_decimal_is_not_whole(vector: Vector) -> None:
    unit = Fraction(vector["inputs"]["unit_amount_decimal"])
    whole = int(unit) if unit.denominator == 1 else None
    assert whole == vector["expected"]["unit_amount"]
    assert decimal_text(unit) == vector["expected"]["unit_amount_decimal"]


@cases("pricing.multi_item")
def test_items_add_up(vector: Vector) -> None:
    items = vector["inputs"]["items"]
    total = sum(amount_of(price_of(item), Fraction(item["quantity"])) for item in items)
    assert total == vector["expected"]["total"]


@cases("rounding.line")
def test_a_line_is_rounded_once_half_away_from_zero(vector: Vector) -> None:
    (part,) = priced_parts(price_of(vector["inputs"]), Fraction(vector["inputs"]["quantity"]))
    assert decimal_text(part.exact_amount) == vector["expected"]["exact"]
    assert part.amount == vector["expected"]["amount"]


@cases("invoice_lines.graduated", "invoice_lines.tiered", "invoice_lines.description")
def test_lines_read_as_on_the_real_invoices(vector: Vector) -> None:
    inputs, expected = dict(vector["inputs"]), vector["expected"]
    if "tier1_unit_amount" in inputs:
        inputs["tiers"] = [{"up_to": "inf", "unit_amount": inputs["tier1_unit_amount"]}]
        inputs["tiers_mode"] = "graduated"
    price, quantity = price_of(inputs), Fraction(inputs["quantity"])
    product, interval = inputs["product_name"], inputs["interval"]
    lines = []
    for part in priced_parts(price, quantity):
        if part.part == "flat":
            assert part.tier is not None
            text = descriptions.flat_fee(
                product, part.unit_amount, price.currency, interval, tier=part.tier
            )
        else:
            text = descriptions.usage(
                product,
                part.quantity,
                part.unit_amount,
                price.currency,
                interval,
                unit_label=inputs.get("unit_label"),
                tier=part.tier,
            )
        lines.append(
            {
                "description": text,
                "amount": part.amount,
                "quantity": part.quantity,
                "unit_amount_excluding_tax": unit_amount_excluding_tax(part.amount, part.quantity),
                "type": "subscription",
            }
        )
    wanted = expected.get("lines", [expected])
    assert [{key: line[key] for key in want} for line, want in zip(lines, wanted, strict=True)] == (
        wanted
    )
    if "subtotal" in expected:
        assert sum(line["amount"] for line in lines) == expected["subtotal"]


@cases("currency.minor_units")
def test_money_is_whole_minor_units(vector: Vector) -> None:
    inputs = vector["inputs"]
    found = minor_units(Fraction(inputs["major"]), inputs["currency"])
    assert found == vector["expected"]["amount"]


@cases("currency.ugx")
def test_shillings_are_invoiced_in_hundreds(vector: Vector) -> None:
    amount, rest = round_ugx(vector["inputs"]["computed_amount"])
    assert amount == vector["expected"]["amount"]
    assert rest == vector["expected"]["to_customer_balance"]


def test_the_first_tiers_flat_fee_is_billed_at_zero_in_volume_mode_too() -> None:
    tiers = (
        Tier(5, Fraction(500), Fraction(1000)),
        Tier(None, Fraction(400), Fraction(2000)),
    )
    assert amount_of(Price("usd", tiers_mode="volume", tiers=tiers), Fraction(0)) == 1000
