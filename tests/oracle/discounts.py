"""Discounts on the lines of an invoice.

Sources: the coupons page (discounts apply in the order given, item discounts before those of the
invoice, a coupon on the subscription supersedes the customer's; `repeating` applies to invoices of
the N months after its first use, `once` to the first); the documented split of 5.00 over 10.00 and
20.00 as 1.66 and 3.34: in proportion to the amount, floored, the last line takes the rest; the
changelog (never below zero, ignored on zero invoices; negative lines and prorations are not
discountable).

Choices where they are silent: a percentage rounds half away from zero on each line; where the rest
is more than the last line still has, what is over goes to the lines before it, from the last to the
first; discounts of one line see what those before them left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tests.oracle.periods import boundary
from tests.oracle.rounding import half_away_from_zero

__all__ = [
    "Coupon",
    "Discount",
    "DiscountableLine",
    "active",
    "discount_end",
    "discounted",
    "in_force",
    "spread",
]


@dataclass(frozen=True)
class Coupon:
    percent_off: Fraction | None = None
    amount_off: int | None = None
    duration: str = "forever"  # once, repeating or forever
    duration_in_months: int | None = None
    applies_to: frozenset[str] | None = None  # products; None: all
    currency: str | None = None  # of amount_off


@dataclass(frozen=True)
class Discount:
    id: str
    coupon: Coupon
    start: int = 0
    end: int | None = None  # exclusive


@dataclass(frozen=True)
class DiscountableLine:
    amount: int
    product: str = ""
    discountable: bool = True
    item_discounts: tuple[Discount, ...] = ()


def discount_end(coupon: Coupon, start: int) -> int | None:
    """Return when a discount that starts then stops (exclusive); None: it does not by itself."""
    if coupon.duration != "repeating":
        return None
    assert coupon.duration_in_months is not None
    return boundary(start, "month", 1, coupon.duration_in_months)


def active(discount: Discount, invoice_times: Sequence[int]) -> list[int]:
    """Return at which of the invoices, given oldest first, the discount applies."""
    end = discount.end
    if end is None:
        end = discount_end(discount.coupon, discount.start)
    inside = [at for at in invoice_times if discount.start <= at and (end is None or at < end)]
    return inside[:1] if discount.coupon.duration == "once" else inside


def in_force(
    of_subscription: Sequence[Discount], of_customer: Sequence[Discount]
) -> Sequence[Discount]:
    """Return the discounts of the invoice: the subscription's, else the customer's."""
    return of_subscription or of_customer


def spread(amount_off: int, amounts: Sequence[int]) -> list[int]:
    """Return what each line gets of an amount: in proportion, floored, the rest to the last."""
    whole = sum(amounts)
    off = min(amount_off, whole)
    if whole == 0:
        return [0] * len(amounts)
    shares = [off * amount // whole for amount in amounts]
    rest = off - sum(shares)
    for position in reversed(range(len(amounts))):
        taken = min(rest, amounts[position] - shares[position])
        shares[position] += taken
        rest -= taken
    return shares


def _applied(coupon: Coupon, lefts: Sequence[int]) -> list[int]:
    if coupon.percent_off is not None:
        return [half_away_from_zero(left * coupon.percent_off / 100) for left in lefts]
    assert coupon.amount_off is not None
    return spread(coupon.amount_off, lefts)


def _takes(coupon: Coupon, line: DiscountableLine) -> bool:
    in_scope = coupon.applies_to is None or line.product in coupon.applies_to
    return in_scope and line.discountable and line.amount > 0


def _runs_of_same_discounts(lines: Sequence[DiscountableLine]) -> list[list[int]]:
    """Return positions of neighbouring lines of one item: they share its discounts."""
    if not lines:
        return []
    runs = [[0]]
    for (_, before), (position, line) in pairwise(enumerate(lines)):
        if line.item_discounts and line.item_discounts == before.item_discounts:
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


def discounted(
    lines: Sequence[DiscountableLine], of_invoice: Sequence[Discount] = ()
) -> list[list[tuple[str, int]]]:
    """Return for each line its discounts and their amounts, in the order in which they apply.

    An `amount_off` on an item is spread over the item's lines, one on the invoice over all lines.
    One on the invoice takes what the invoice comes to before it at most, spread as an amount off,
    and none where it comes to zero or less before any.
    """
    found: list[list[tuple[str, int]]] = [[] for _ in lines]
    lefts = [line.amount for line in lines]

    def apply(discount: Discount, positions: Sequence[int], most: int | None = None) -> None:
        taking = [at for at in positions if _takes(discount.coupon, lines[at])]
        amounts = _applied(discount.coupon, [lefts[at] for at in taking])
        if most is not None and sum(amounts) > most:
            amounts = spread(most, [lefts[at] for at in taking])
        for at, amount in zip(taking, amounts, strict=True):
            found[at].append((discount.id, amount))
            lefts[at] -= amount

    for run in _runs_of_same_discounts(lines):
        for discount in lines[run[0]].item_discounts:
            apply(discount, run)
    if sum(line.amount for line in lines) > 0:
        for discount in of_invoice:
            apply(discount, range(len(lines)), max(sum(lefts), 0))
    return found
