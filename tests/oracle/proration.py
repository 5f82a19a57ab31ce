"""Prorations of licensed items, to the second.

Sources: the prorations page: what remains is (period end - change) / (period end - period start);
credit and debit round on their own; the credit stands before the debit of the same second; classic
credits from the price in force, flexible from what was really debited, one credit for each debit
(documented: -334 against 0); discounts are inside the amounts (documented: 5.00 off items of 10.00
and 20.00, half of the first cancelled: classic -250 with the whole discount on it, flexible -417
with its share); usage is never prorated; `proration_behavior=none` makes no lines.

Choices where it is silent: a flexible credit starts from the rounded amount of its debit and counts
the time of that debit; a change in the second in which the period starts prorates the whole period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.rounding import half_away_from_zero

__all__ = ["Change", "ProrationLine", "credit_of", "prorations", "remaining"]


@dataclass(frozen=True)
class Change:
    """From `at` on the item costs so much for a whole period; None: it is not there."""

    at: int
    full_amount: int | Fraction | None
    prorates: bool = True  # False: proration_behavior=none


@dataclass(frozen=True)
class ProrationLine:
    amount: int
    period: tuple[int, int]  # from the change to the period's end
    is_credit: bool


def remaining(start: int, end: int, at: int) -> Fraction:
    return Fraction(end - at, end - start)


def credit_of(full_amount: int | Fraction, discount: int, share: Fraction) -> int:
    """Return the credit for what remains of an amount with its discount already taken off."""
    return -half_away_from_zero((Fraction(full_amount) - discount) * share)


def prorations(
    start: int,
    end: int,
    first: int | Fraction | None,
    changes: Sequence[Change],
    billing_mode: str = "classic",
) -> list[ProrationLine]:
    """Return the lines of the changes in [start, end), oldest first, credit before debit.

    `first` is what was billed for the whole period when it started; None: the item came later.
    """
    found: list[ProrationLine] = []
    current = first
    debited: tuple[int | Fraction, int] | None = None if first is None else (first, start)
    for change in sorted(changes, key=lambda each: each.at):
        if not change.prorates:
            current = change.full_amount
            continue
        share = remaining(start, end, change.at)
        if billing_mode == "classic" and current is not None:
            found.append(
                ProrationLine(credit_of(current, 0, share), (change.at, end), is_credit=True)
            )
        if billing_mode == "flexible" and debited is not None:
            amount, since = debited
            credit = credit_of(amount, 0, remaining(since, end, change.at))
            found.append(ProrationLine(credit, (change.at, end), is_credit=True))
        debited = None
        if change.full_amount is not None:
            debit = half_away_from_zero(change.full_amount * share)
            found.append(ProrationLine(debit, (change.at, end), is_credit=False))
            debited = (debit, change.at)
        current = change.full_amount
    return found
