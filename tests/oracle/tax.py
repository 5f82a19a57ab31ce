"""Tax on the lines of an invoice.

Source: the tax-rates page. Tax comes after discounts and credits; inclusive tax is extracted from
the amount, exclusive tax is added to the amount less inclusive tax; a line's own rates replace the
invoice's wholesale, up to five; rounding is at line level (each amount rounded, then added) or at
invoice level (exact amounts of a rate added, then rounded). A customer who is exempt or under
reverse charge pays no tax: of an inclusive price the tax that would have been in it is taken off.

Choices where it is silent: several inclusive rates share one net amount; at line level exclusive
tax is reckoned from the net amount after rounding, at invoice level from the exact one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.rounding import half_away_from_zero

__all__ = [
    "Rate",
    "TaxAmount",
    "exact_taxes",
    "inclusive_tax_of_invoice",
    "line_taxes",
    "net_of",
    "rates_of",
    "taxes_of_invoice",
]


@dataclass(frozen=True)
class Rate:
    id: str
    percentage: Fraction
    inclusive: bool


@dataclass(frozen=True)
class TaxAmount:
    rate: str
    amount: int
    inclusive: bool
    taxable_amount: int


def rates_of(own: Sequence[Rate], default: Sequence[Rate]) -> Sequence[Rate]:
    return own or default


def _net(amount: Fraction, rates: Sequence[Rate]) -> Fraction:
    inside = sum((rate.percentage for rate in rates if rate.inclusive), Fraction(0))
    return amount / (1 + inside / 100)


def line_taxes(amount: int, rates: Sequence[Rate], *, exempt: bool = False) -> list[TaxAmount]:
    """Return the taxes of one line, each rounded; all 0 for a customer who pays none."""
    exact_net = _net(Fraction(amount), rates)
    inside = {
        rate.id: half_away_from_zero(exact_net * rate.percentage / 100)
        for rate in rates
        if rate.inclusive
    }
    net = amount - sum(inside.values())
    return [
        TaxAmount(
            rate=rate.id,
            amount=0
            if exempt
            else inside[rate.id]
            if rate.inclusive
            else half_away_from_zero(net * rate.percentage / 100),
            inclusive=rate.inclusive,
            taxable_amount=net,
        )
        for rate in rates
    ]


def net_of(amount: int, rates: Sequence[Rate]) -> int:
    """Return the amount less the inclusive taxes in it, each rounded."""
    inside = (tax.amount for tax in line_taxes(amount, rates) if tax.inclusive)
    return amount - sum(inside)


def exact_taxes(amount: int, rates: Sequence[Rate]) -> dict[str, Fraction]:
    """Return the tax of each rate on one line before any rounding."""
    net = _net(Fraction(amount), rates)
    return {rate.id: net * rate.percentage / 100 for rate in rates}


def taxes_of_invoice(
    lines: Sequence[tuple[int, Sequence[Rate]]], *, rounding: str = "line", exempt: bool = False
) -> dict[str, int]:
    """Return the tax of each rate over all lines, 0 for a customer who pays none.

    `rounding` is line or invoice.
    """
    exact: dict[str, Fraction] = {}
    for amount, rates in lines:
        if rounding == "line":
            taxes = line_taxes(amount, rates, exempt=exempt)
            for_rates = {tax.rate: Fraction(tax.amount) for tax in taxes}
        else:
            taxed = 0 if exempt else amount
            for_rates = exact_taxes(taxed, rates)
        for rate, tax in for_rates.items():
            exact[rate] = exact.get(rate, Fraction(0)) + tax
    return {rate: half_away_from_zero(total) for rate, total in exact.items()}


def inclusive_tax_of_invoice(
    lines: Sequence[tuple[int, Sequence[Rate]]], *, rounding: str = "line"
) -> int:
    """Return the tax that is, or would be, within the amounts of all lines."""
    taxes = taxes_of_invoice(lines, rounding=rounding)
    inclusive = {rate.id for _, rates in lines for rate in rates if rate.inclusive}
    return sum(tax for rate, tax in taxes.items() if rate in inclusive)
