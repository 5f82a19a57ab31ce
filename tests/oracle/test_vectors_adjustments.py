"""The documented worked numbers of prorations, discounts, tax, credits and thresholds hold."""

from __future__ import annotations

from fractions import Fraction

from tests.oracle import metered_changes, thresholds
from tests.oracle.credits import CreditableLine, Grant, applied, in_order
from tests.oracle.discounts import Coupon, Discount, DiscountableLine, discounted
from tests.oracle.pricing import amount_of
from tests.oracle.proration import Change, credit_of, prorations
from tests.oracle.tax import Rate, line_taxes, net_of, taxes_of_invoice
from tests.oracle.totals import ChargedLine, totals
from tests.oracle.vectors import Vector, cases, price_of


@cases("proration")
def test_credit_and_debit_round_on_their_own(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    share = Fraction(inputs["fraction"])
    mode = inputs.get("billing_mode", "classic")
    current = inputs.get("current_unit_amount", inputs.get("old_unit_amount"))
    billed = inputs.get("last_billed_unit_amount", current)
    end = 1_200
    at = int(end - share * end)
    changes = [
        Change(0, current, prorates=False),
        Change(at, inputs["new_unit_amount"]),
    ]
    credit, debit = prorations(0, end, billed, changes, mode)
    assert (credit.amount, debit.amount) == (expected["credit"], expected["debit"])
    assert credit.amount + debit.amount == expected.get("net", expected.get("total"))


@cases("discounts.proration")
def test_a_credit_has_its_discount_inside(vector: Vector) -> None:
    inputs = vector["inputs"]
    discount = inputs["amount_off" if inputs["billing_mode"] == "classic" else "item_discount"]
    credit = credit_of(inputs["item_amount"], discount, Fraction(inputs["fraction"]))
    assert credit == vector["expected"]["total"]


def _coupon(inputs: Vector) -> Coupon:
    percent = inputs.get("percent_off")
    return Coupon(None if percent is None else Fraction(percent), inputs.get("amount_off"))


@cases("discounts.amount_off")
def test_an_amount_is_spread_and_never_takes_more_than_there_is(vector: Vector) -> None:
    lines = [DiscountableLine(amount) for amount in vector["inputs"]["line_amounts"]]
    found = discounted(lines, [Discount("di", _coupon(vector["inputs"]))])
    amounts = [sum(amount for _, amount in row) for row in found]
    assert amounts == vector["expected"]["discount_amounts"]
    if "total" in vector["expected"]:
        assert sum(line.amount for line in lines) - sum(amounts) == vector["expected"]["total"]


@cases("discounts.order")
def test_discounts_apply_in_the_order_given(vector: Vector) -> None:
    rows = enumerate(vector["inputs"]["discounts"])
    stack = [Discount(f"di_{number}", _coupon(row)) for number, row in rows]
    (row,) = discounted([DiscountableLine(vector["inputs"]["amount"])], stack)
    amounts = [amount for _, amount in row]
    assert amounts == vector["expected"]["discount_amounts"]
    assert vector["inputs"]["amount"] - sum(amounts) == vector["expected"]["total"]


@cases("tax")
def test_exclusive_tax_is_added(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    rows = inputs.get(
        "lines", [{"amount": inputs.get("subtotal"), "percentage": inputs.get("percentage")}]
    )
    lines = [
        ChargedLine(
            row["amount"], tax_rates=(Rate(f"txr_{n}", Fraction(row["percentage"]), False),)
        )
        for n, row in enumerate(rows)
    ]
    found = totals(lines)
    taxes = list(found.total_tax_amounts.values())
    assert taxes == expected.get("tax_amounts", [expected.get("tax")])
    assert sum(taxes) == expected.get("total_tax", expected.get("tax"))
    assert found.total == expected["total"]
    assert found.subtotal == expected.get("subtotal", inputs.get("subtotal"))


@cases("tax.exempt")
def test_who_is_exempt_pays_no_tax_not_even_the_inclusive_one(vector: Vector) -> None:
    inputs = vector["inputs"]
    rate = Rate("txr", Fraction(inputs["percentage"]), inputs["inclusive"])
    found = totals([ChargedLine(inputs["amount"], tax_rates=(rate,))], exempt=True)
    assert sum(found.total_tax_amounts.values()) == vector["expected"]["tax"]
    assert found.total == vector["expected"]["total"]


@cases("tax.rounding")
def test_tax_is_rounded_on_the_line_or_on_the_invoice(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    rate = Rate("txr", Fraction(inputs["percentage"]), inputs["inclusive"])
    found = totals(
        [ChargedLine(amount, tax_rates=(rate,)) for amount in inputs["lines"]],
        rounding=inputs["rounding"],
    )
    assert found.total_tax_amounts == {"txr": expected["total_tax"]}
    assert found.total == expected["total"]
    if "tax_amounts" in expected:
        taxes = [line_taxes(amount, [rate])[0].amount for amount in inputs["lines"]]
        assert taxes == expected["tax_amounts"]
        assert found.total_excluding_tax == expected["total_excluding_tax"]


@cases("tax.discount")
def test_tax_comes_after_discounts_the_inclusive_one_first(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    inclusive = Rate(
        "in", Fraction(inputs.get("inclusive_percentage", inputs.get("percentage"))), True
    )
    rates = [inclusive]
    if "exclusive_percentage" in inputs:
        rates.append(Rate("ex", Fraction(inputs["exclusive_percentage"]), False))
    coupon = Discount("di", _coupon(inputs))
    lines = [DiscountableLine(amount) for amount in inputs["lines"]]
    offs = [sum(off for _, off in row) for row in discounted(lines, [coupon])]
    lefts = [line.amount - off for line, off in zip(lines, offs, strict=True)]
    taxes = [line_taxes(left, rates) for left in lefts]
    assert offs == expected.get("discounts", offs)
    assert [row[0].amount for row in taxes] == expected.get(
        "tax_amounts", expected.get("inclusive_tax")
    )
    if "net" in expected:
        nets = [net_of(left, rates) for left in lefts]
        assert nets == expected["net"]
        assert [row[1].amount for row in taxes] == expected["exclusive_tax"]
        line_totals = [left + row[1].amount for left, row in zip(lefts, taxes, strict=True)]
        assert line_totals == expected["line_totals"]
    found = totals(
        [ChargedLine(amount, tax_rates=tuple(rates)) for amount in inputs["lines"]],
        of_invoice=[coupon],
    )
    assert found.total == expected["total"]


@cases("billing_thresholds")
def test_thresholds_bill_what_was_not_billed_yet(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    price = price_of(inputs)
    if "amounts" in expected:
        amounts = [amount_of(price, Fraction(quantity)) for quantity in inputs["quantities"]]
        assert amounts == expected["amounts"]
        return
    first, rest = Fraction(10_000), Fraction(inputs["quantity"] - 10_000)
    found = thresholds.threshold_invoices(
        price,
        [(1, first), (2, rest)],
        period_end=10**6,
        amount_gte=inputs.get("amount_gte", inputs["already_invoiced"]),
    )
    assert found[0].total == inputs["already_invoiced"]
    assert found[1].previously_billed == inputs["already_invoiced"]
    assert found[1].total == expected["total"]
    if "lines" in expected:
        wanted = [line["amount"] for line in expected["lines"]]
        assert [found[1].amount, -found[1].previously_billed] == wanted


@cases("metered.price_change")
def test_a_meter_price_change_bills_one_part_or_each(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    segments = [(price_of(row), Fraction(row["quantity"])) for row in inputs["segments"]]
    amounts = metered_changes.price_change_lines(segments, inputs["billing_mode"])
    assert amounts == expected["amounts"]
    assert sum(amounts) == expected["total"]


@cases("metered.backdate")
def test_backdated_usage_is_one_line_or_one_for_each_period(vector: Vector) -> None:
    inputs = vector["inputs"]
    quantities = [Fraction(period["quantity"]) for period in inputs["periods"]]
    amounts = metered_changes.backdated_lines(price_of(inputs), quantities, inputs["billing_mode"])
    assert amounts == vector["expected"]["line_amounts"]


@cases("credit_grants.priority")
def test_grants_are_used_in_the_documented_order(vector: Vector) -> None:
    grants = [
        Grant(
            row["id"],
            priority=row["priority"],
            category=row["category"],
            expires_at=row["expires_at"],
        )
        for row in vector["inputs"]["grants"]
    ]
    assert [grant.id for grant in in_order(grants)] == vector["expected"]["order"]


@cases("credit_grants.apply")
def test_credits_apply_to_meter_lines_after_discounts_and_before_tax(vector: Vector) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    grant = Grant("g", amount=inputs["available"])
    if "lines" in inputs:
        lines = [
            CreditableLine(row["amount"], row["metered_meter_price"]) for row in inputs["lines"]
        ]
        found = applied(lines, [grant], 0, "usd")
        amounts = [sum(amount for _, amount in row) for row in found]
        assert amounts == expected["pretax_credit_amounts"]
        return
    rate = Rate("txr", Fraction(inputs["tax_exclusive_percentage"]), False)
    line = ChargedLine(inputs["amount"], is_meter_price=True, tax_rates=(rate,))
    found = totals([line], of_invoice=[Discount("di", _coupon(inputs))], grants=[grant])
    assert found.total_discount_amounts == {"di": expected["discount"]}
    assert found.total_credit_amounts == {"g": expected["credit"]}
    assert found.total_tax_amounts == {"txr": expected["tax"]}
    assert found.total_excluding_tax == expected["taxable"]
    assert found.total == expected["total"]


def test_the_documented_silver_to_gold_preview_comes_out_to_the_cent() -> None:
    # 445,540 of 2,678,400 seconds left: 10.00 back, 32.52 ahead, and the next month at 32.52.
    start, end = 0, 2_678_400
    credit, debit = prorations(start, end, 1000, [Change(end - 445_540, 3252)])
    assert (credit.amount, debit.amount) == (-166, 541)
    assert credit.amount + debit.amount + 3252 == 3627


def test_an_invoice_rounds_tax_once_where_the_account_says_so() -> None:
    rate = Rate("txr", Fraction(10), True)
    lines = [(100_000, [rate]), (5_000, [rate])]
    assert taxes_of_invoice(lines, rounding="line") == {"txr": 9546}
    assert taxes_of_invoice(lines, rounding="invoice") == {"txr": 9545}
