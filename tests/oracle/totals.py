"""What the lines of an invoice add up to.

Sources: the tax-rates page for the order (line amount, item discounts, invoice discounts, credit
grants, inclusive tax, exclusive tax); the invoice object: `subtotal` holds item discounts already
and comes before invoice discounts and exclusive tax, `total` after both, `total_excluding_tax` is
the total less all tax; the balance page for `amount_due`.

Choice where they are silent: `subtotal_excluding_tax` takes off the inclusive tax of the lines as
they stand after item discounts, rounded where the account rounds tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.oracle.credits import CreditableLine, Grant, applied, settle
from tests.oracle.discounts import Discount, DiscountableLine, discounted
from tests.oracle.tax import Rate, inclusive_tax_of_invoice, rates_of, taxes_of_invoice

__all__ = ["ChargedLine", "Totals", "totals"]


@dataclass(frozen=True)
class ChargedLine:
    amount: int
    product: str = ""
    price_id: str = ""
    discountable: bool = True
    is_meter_price: bool = False
    item_discounts: tuple[Discount, ...] = ()
    tax_rates: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Totals:
    subtotal: int
    subtotal_excluding_tax: int
    total: int
    total_excluding_tax: int
    amount_due: int
    ending_balance: int
    total_discount_amounts: dict[str, int] = field(default_factory=dict)
    total_tax_amounts: dict[str, int] = field(default_factory=dict)
    total_credit_amounts: dict[str, int] = field(default_factory=dict)


def _sums(rows: Sequence[Sequence[tuple[str, int]]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        for name, amount in row:
            found[name] = found.get(name, 0) + amount
    return found


def totals(
    lines: Sequence[ChargedLine],
    *,
    currency: str = "usd",
    of_invoice: Sequence[Discount] = (),
    default_tax_rates: Sequence[Rate] = (),
    grants: Sequence[Grant] = (),
    period_end: int = 0,
    starting_balance: int = 0,
    rounding: str = "line",
    exempt: bool = False,
) -> Totals:
    discountable = [
        DiscountableLine(line.amount, line.product, line.discountable, line.item_discounts)
        for line in lines
    ]
    all_discounts = discounted(discountable, of_invoice)
    own = [{discount.id for discount in line.item_discounts} for line in lines]
    by_item = [
        sum(amount for discount, amount in row if discount in of_item)
        for row, of_item in zip(all_discounts, own, strict=True)
    ]
    after_items = [line.amount - off for line, off in zip(lines, by_item, strict=True)]
    after_all = [
        line.amount - sum(amount for _, amount in row)
        for line, row in zip(lines, all_discounts, strict=True)
    ]
    creditable = [
        CreditableLine(amount, line.is_meter_price, line.price_id)
        for line, amount in zip(lines, after_all, strict=True)
    ]
    credit = applied(creditable, grants, period_end, currency)
    taxable = [
        amount - sum(used for _, used in row) for amount, row in zip(after_all, credit, strict=True)
    ]
    rates = [rates_of(line.tax_rates, default_tax_rates) for line in lines]
    inclusive = {rate.id for of_line in rates for rate in of_line if rate.inclusive}
    charged = list(zip(taxable, rates, strict=True))
    taxes = taxes_of_invoice(charged, rounding=rounding, exempt=exempt)
    exclusive_tax = sum(tax for rate, tax in taxes.items() if rate not in inclusive)
    spared = inclusive_tax_of_invoice(charged, rounding=rounding) if exempt else 0
    total = sum(taxable) - spared + exclusive_tax
    due, ending_balance = settle(total, starting_balance, currency)
    before_invoice_discounts = list(zip(after_items, rates, strict=True))
    inside = inclusive_tax_of_invoice(before_invoice_discounts, rounding=rounding)
    return Totals(
        subtotal=sum(after_items),
        subtotal_excluding_tax=sum(after_items) - inside,
        total=total,
        total_excluding_tax=total - sum(taxes.values()),
        amount_due=due,
        ending_balance=ending_balance,
        total_discount_amounts=_sums(all_discounts),
        total_tax_amounts=taxes,
        total_credit_amounts=_sums(credit),
    )
