"""Credit grants on the lines of an invoice, and the customer's balance.

Sources: the billing-credits page: credits apply to lines of meter prices on subscription invoices
only, in the order shown, after discounts and before tax; grants by priority (lower first), earlier
expiry, promotional before paid, earlier effect, earlier creation; a grant is eligible if it took
effect at or before the end of the invoice's period and expires after it. The balance page: the
balance applies last; `amount_due` is never below zero. The currencies page: what an invoice in UGX
asks for is rounded to a multiple of 100, because no fraction of a shilling can be charged, and the
difference is credited or debited to the balance; it says so of no other currency, ISK included.

Choice where they are silent: the balance applies before shillings are rounded, because a balance
that holds earlier differences is itself no multiple of 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.currencies import round_ugx

__all__ = ["CreditableLine", "Grant", "applied", "eligible", "in_order", "settle"]

_NEVER = 1 << 62


@dataclass(frozen=True)
class Grant:
    id: str
    amount: int = 0  # what is left of it
    currency: str = "usd"
    priority: int = 50
    category: str = "paid"  # or promotional
    effective_at: int = 0
    expires_at: int | None = None
    created: int = 0
    voided_at: int | None = None
    prices: frozenset[str] | None = None  # None: every meter price


@dataclass(frozen=True)
class CreditableLine:
    amount: int  # after discounts
    is_meter_price: bool
    price_id: str = ""


def in_order(grants: Sequence[Grant]) -> list[Grant]:
    """Return the grants in the order in which they are used; the id settles what is still equal."""
    return sorted(
        grants,
        key=lambda grant: (
            grant.priority,
            _NEVER if grant.expires_at is None else grant.expires_at,
            grant.category != "promotional",
            grant.effective_at,
            grant.created,
            grant.id,
        ),
    )


def eligible(grant: Grant, period_end: int, currency: str) -> bool:
    lasts = grant.expires_at is None or period_end < grant.expires_at
    stands = grant.voided_at is None or period_end < grant.voided_at
    return grant.effective_at <= period_end and lasts and stands and grant.currency == currency


def applied(
    lines: Sequence[CreditableLine], grants: Sequence[Grant], period_end: int, currency: str
) -> list[list[tuple[str, int]]]:
    """Return for each line the grants used on it and the amounts, in the order of use."""
    usable = [grant for grant in in_order(grants) if eligible(grant, period_end, currency)]
    left = {grant.id: grant.amount for grant in usable}
    found: list[list[tuple[str, int]]] = []
    for line in lines:
        open_amount = max(line.amount, 0) if line.is_meter_price else 0
        used: list[tuple[str, int]] = []
        for grant in usable:
            covers = grant.prices is None or line.price_id in grant.prices
            amount = min(left[grant.id], open_amount) if covers else 0
            if amount:
                used.append((grant.id, amount))
                left[grant.id] -= amount
                open_amount -= amount
        found.append(used)
    return found


def settle(total: int, starting_balance: int, currency: str = "usd") -> tuple[int, int]:
    """Return `amount_due` and the ending balance; a negative balance is the customer's credit."""
    due = max(0, total + starting_balance)
    if currency == "ugx":
        due, _ = round_ugx(due)
    return due, total + starting_balance - due
