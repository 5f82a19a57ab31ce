"""What the oracle makes of a random account: its drafts, oldest first, with their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tests.oracle.discounts import Discount, active, in_force
from tests.oracle.invoices import Invoice, Item, Line, Subscription, invoices
from tests.oracle.periods import Period, instant
from tests.oracle.totals import ChargedLine, Totals, totals
from tests.properties._charged_accounts import AS_OF, BEGUN, USED_AT, Account, Pending, Sold
from tests.properties._charged_prices import Prices

__all__ = ["ExpectedDraft", "ExpectedLine", "expected_drafts"]


@dataclass(frozen=True)
class ExpectedLine:
    of: str  # the name of the item; of an invoice item with "ii_" before it
    description: str
    quantity: Fraction
    exact_amount: Fraction
    amount: int


@dataclass(frozen=True)
class ExpectedDraft:
    boundary: int
    is_upcoming: bool
    lines: tuple[ExpectedLine, ...]
    totals: Totals


def _subscription(account: Account, prices: Prices) -> Subscription:
    items = tuple(
        Item(
            item.name,
            item.name,
            item.shape.name,
            prices[item.shape.name, account.currency],
            item.shape.usage_type,
            unit_label=item.shape.unit_label,
            meter=item.shape.meter,
            quantity=item.quantity,
        )
        for item in account.items
    )
    return Subscription("", "", account.currency, BEGUN, BEGUN, items)


def _in_currency(discounts: Sequence[Discount], currency: str) -> tuple[Discount, ...]:
    return tuple(
        one for one in discounts if one.coupon.amount_off is None or one.coupon.currency == currency
    )


def _counting(
    discounts: Sequence[Discount], boundaries: Sequence[int], at: int, currency: str
) -> tuple[Discount, ...]:
    """Return the discounts that count on the invoice of that boundary."""
    lasting = [one for one in discounts if at in active(one, boundaries)]
    return _in_currency(lasting, currency)


@dataclass(frozen=True)
class _Charged:
    """One line with what it is charged as."""

    expected: ExpectedLine
    charged: ChargedLine


def _of_item(line: Line, sold: Sold, discounts: tuple[Discount, ...]) -> _Charged:
    return _Charged(
        ExpectedLine(sold.name, line.description, line.quantity, line.exact_amount, line.amount),
        ChargedLine(
            line.amount,
            sold.shape.name,
            sold.shape.name,
            is_meter_price=sold.shape.meter is not None,
            item_discounts=discounts,
            tax_rates=sold.rates,
        ),
    )


def _of_pending(item: Pending, discounts: tuple[Discount, ...]) -> _Charged:
    amount = Fraction(item.amount)
    return _Charged(
        ExpectedLine(f"ii_{item.name}", f"Item {item.name}", Fraction(1), amount, item.amount),
        ChargedLine(
            item.amount,
            discountable=item.discountable and item.amount >= 0,
            item_discounts=discounts,
            tax_rates=item.rates,
        ),
    )


def _lines(account: Account, invoice: Invoice, boundaries: Sequence[int]) -> list[_Charged]:
    sold = {item.name: item for item in account.items}
    since = max((each for each in boundaries if each < invoice.boundary), default=0)

    def counting(discounts: Sequence[Discount]) -> tuple[Discount, ...]:
        return _counting(discounts, boundaries, invoice.boundary, account.currency)

    # The one invoice of an invoice item is the first that its discounts are used on.
    newest_first = sorted(account.pending, key=lambda item: item.date, reverse=True)
    taken = [item for item in newest_first if since <= item.date < invoice.boundary]
    found = [_of_pending(item, _in_currency(item.discounts, account.currency)) for item in taken]
    for line in invoice.lines:
        item = sold[line.subscription_item or ""]
        found.append(_of_item(line, item, counting(item.discounts)))
    return found


def expected_drafts(account: Account, prices: Prices, rounding: str) -> list[ExpectedDraft]:
    """Return the drafts of an account; what a closed one uses of a grant is gone for the next."""
    used_at = {item.name: dict(zip(USED_AT, item.usage, strict=True)) for item in account.items}

    def usage_of(item: Item, period: Period) -> Fraction:
        inside = (of for at, of in used_at[item.id].items() if period.start < at < period.end)
        return sum(inside, Fraction(0))

    made = invoices(_subscription(account, prices), usage_of, instant(AS_OF))
    boundaries = [invoice.boundary for invoice in made]
    of_customer = [] if account.of_customer is None else [Discount("c", account.of_customer, BEGUN)]
    grants = account.grants
    found: list[ExpectedDraft] = []
    for invoice in made:
        at = invoice.boundary
        lines = _lines(account, invoice, boundaries)
        come_to = totals(
            [line.charged for line in lines],
            currency=account.currency,
            of_invoice=in_force(
                _counting(account.of_subscription, boundaries, at, account.currency),
                _counting(of_customer, boundaries, at, account.currency),
            ),
            default_tax_rates=account.default_rates,
            grants=grants,
            period_end=at,
            starting_balance=account.balance if invoice.is_upcoming else 0,
            rounding=rounding,
            exempt=account.tax_exempt != "none",
        )
        used = come_to.total_credit_amounts
        grants = tuple(
            replace(grant, amount=grant.amount - used.get(grant.id, 0)) for grant in grants
        )
        expected = tuple(line.expected for line in lines)
        found.append(ExpectedDraft(at, invoice.is_upcoming, expected, come_to))
    return found
