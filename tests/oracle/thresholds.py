"""Billing thresholds and usage alerts.

Source: the alerts-and-thresholds page. When what the period has come to and was not yet invoiced
reaches `amount_gte` (or the usage `usage_gte`), an invoice is made for the usage so far, less what
was billed already; the last invoice of the period subtracts it too, and an overpayment, as volume
tiers can bring about, goes to the customer's balance. Thresholds are not looked at in the last 24
hours of a period nor in trials. With `reset_billing_cycle_anchor` a new period starts, and tiers
with it. An alert triggers once for each customer, on usage reported after it was made.

Choices where it is silent: thresholds are looked at after every event, in order of receipt; an
alert adds up what was received at or after its creation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.pricing import Price, amount_of

__all__ = ["AlertTrigger", "ThresholdInvoice", "alert_trigger", "threshold_invoices"]

_BLIND = 24 * 3_600


@dataclass(frozen=True)
class ThresholdInvoice:
    at: int
    quantity: Fraction
    amount: int
    previously_billed: int

    @property
    def total(self) -> int:
        return self.amount - self.previously_billed


@dataclass(frozen=True)
class AlertTrigger:
    at: int
    event: int  # position in the order of receipt, from 0
    total: Fraction


def threshold_invoices(
    price: Price,
    usage: Sequence[tuple[int, Fraction]],
    period_end: int,
    *,
    amount_gte: int | None = None,
    usage_gte: int | None = None,
    resets_anchor: bool = False,
) -> list[ThresholdInvoice]:
    """Return the invoices of one period: those of the threshold, then the one at its end.

    `usage` is (received at, quantity) in order. With `resets_anchor` each part is its own period.
    """
    found: list[ThresholdInvoice] = []
    quantity = billed_quantity = Fraction(0)
    billed = 0
    for at, used in usage:
        quantity += used
        amount = amount_of(price, quantity)
        by_amount = amount_gte is not None and amount - billed >= amount_gte
        by_usage = usage_gte is not None and quantity - billed_quantity >= usage_gte
        if (by_amount or by_usage) and at < period_end - _BLIND:
            found.append(ThresholdInvoice(at, quantity, amount, billed))
            billed, billed_quantity = amount, quantity
            if resets_anchor:
                quantity, billed_quantity, billed = Fraction(0), Fraction(0), 0
    found.append(ThresholdInvoice(period_end, quantity, amount_of(price, quantity), billed))
    return found


def alert_trigger(
    created: int, gte: int, usage: Sequence[tuple[int, Fraction]]
) -> AlertTrigger | None:
    """Return the event that took a customer's usage to the alert's threshold, if any did."""
    total = Fraction(0)
    for position, (at, used) in enumerate(usage):
        if at < created:
            continue
        total += used
        if total >= gte:
            return AlertTrigger(at, position, total)
    return None
