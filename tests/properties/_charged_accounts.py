"""Random customers whose drafts the oracle can work out, each landed in two orders.

Every kind of currency, price, discount, tax rate, exemption, credit grant and balance, pending
invoice items among them. The second landing of an account has other ids and nothing else changed
but order: of its items, its invoice items, its rows and their batches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from tests.oracle.credits import Grant
from tests.oracle.discounts import Coupon, Discount
from tests.oracle.periods import instant
from tests.oracle.tax import Rate
from tests.properties._charged_prices import CURRENCIES, SHAPES, Shape

__all__ = [
    "AS_OF",
    "BEGUN",
    "RATES",
    "USED_AT",
    "Account",
    "Pending",
    "Sold",
    "random_accounts",
]

AS_OF = "2026-04-15 00:00:00"
BEGUN = instant("2026-02-01")
USED_AT = tuple(instant(f"2026-{month:02}-{day:02}") for month in (2, 3, 4) for day in (5, 12))

RATES = tuple(
    Rate(f"txr_{place}", Fraction(percentage), inclusive)
    for place, (percentage, inclusive) in enumerate(
        [
            ("5", True),
            ("8.875", False),
            ("19", True),
            ("7", False),
            ("0", False),
            ("0.5", True),
            ("33.333333", False),
        ]
    )
)


@dataclass(frozen=True)
class Sold:
    """One item of a subscription."""

    name: str
    shape: Shape
    quantity: int  # where it is licensed
    usage: tuple[Fraction, ...]  # at each of USED_AT, where it is metered
    discounts: tuple[Discount, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Pending:
    """One invoice item."""

    name: str
    amount: int
    date: int
    discountable: bool
    discounts: tuple[Discount, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Account:
    name: str
    order: str  # a or b: which of the two landings
    currency: str
    tax_exempt: str
    balance: int
    items: tuple[Sold, ...]
    pending: tuple[Pending, ...]
    of_subscription: tuple[Discount, ...]
    of_customer: Coupon | None
    default_rates: tuple[Rate, ...]
    grants: tuple[Grant, ...]

    @property
    def key(self) -> str:
        return f"{self.order}{self.name}"

    @property
    def splits(self) -> bool:
        """Whether a discount of the whole invoice has a rest, which the last line takes."""
        coupons = [*(one.coupon for one in self.of_subscription), self.of_customer]
        return any(one is not None and one.amount_off is not None for one in coupons)

    @property
    def is_free_of_order(self) -> bool:
        """Whether no rule looks at the order of its lines: no rest of a split, no shared credit."""
        return not self.splits and not self.grants


class _Draw:
    """Draws accounts part by part."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def coupon(self, currency: str, *durations: str, is_foreign: bool = False) -> Coupon:
        percent = self.random.choice((Fraction(25, 2), Fraction("33.33"), Fraction(50)))
        by_percent = self.random.random() < 0.5
        return Coupon(
            percent_off=percent if by_percent else None,
            amount_off=None if by_percent else self.random.randint(1, 4_000),
            duration=self.random.choice(durations or ("forever", "forever", "repeating")),
            duration_in_months=2,
            applies_to=self.random.choice((None, None, frozenset({"seat", "call", "step"}))),
            currency=self.random.choice(CURRENCIES) if is_foreign else currency,
        )

    def discounts(self, name: str, currency: str, *counts: int) -> tuple[Discount, ...]:
        return tuple(
            Discount(
                f"di_{name}_{place}",
                self.coupon(currency, is_foreign=self.random.random() < 0.2),
                start=BEGUN,
            )
            for place in range(self.random.choice(counts))
        )

    def of_invoice(self, name: str, currency: str) -> tuple[tuple[Discount, ...], Coupon | None]:
        """Return the subscription's discounts and the customer's coupon.

        Where there are both, the subscription's last: nobody says what becomes of the customer's
        when one that supersedes it has ended.
        """
        of_customer = self.random.choice((None, None, self.coupon(currency)))
        durations = ("forever",) if of_customer else ("forever", "repeating")
        count = self.random.choice((0, 0, 1, 2))
        of_subscription = tuple(
            Discount(f"di_s{name}_{place}", self.coupon(currency, *durations), start=BEGUN)
            for place in range(count)
        )
        return of_subscription, of_customer

    def rates(self, *counts: int) -> tuple[Rate, ...]:
        return tuple(self.random.sample(RATES, self.random.choice(counts)))

    def quantity(self, shape: Shape) -> Fraction:
        whole = Fraction(self.random.choice((0, 3, 10, self.random.randint(1, 400))))
        places = self.random.randint(0, 3) if shape.meter else 0
        return whole + Fraction(self.random.randint(0, 9), 10**places) * (places > 0)

    def account(self, number: int) -> Account:
        currency = CURRENCIES[number % len(CURRENCIES)]
        name = f"{number:04}"
        return Account(
            name,
            "a",
            currency,
            self.random.choice(("none", "none", "none", "exempt", "reverse")),
            self.random.choice((0, 0, self.random.randint(-5_000, 5_000))),
            self._items(name, currency),
            self._pending(name, currency),
            *self.of_invoice(name, currency),
            self.rates(0, 1, 3, 5),
            self._grants(name, currency),
        )

    def _items(self, name: str, currency: str) -> tuple[Sold, ...]:
        # Items of one meter would be billed for the same usage: one of each meter at most.
        shapes = self.random.sample(SHAPES, self.random.randint(1, 4))
        metered: set[str] = set()
        found: list[Sold] = []
        for shape in shapes:
            if shape.meter in metered:
                continue
            metered |= {shape.meter} if shape.meter else set()
            found.append(
                Sold(
                    shape.name,
                    shape,
                    self.random.randint(1, 40),
                    tuple(self.quantity(shape) for _ in USED_AT),
                    self.discounts(f"i{name}{shape.name}", currency, 0, 0, 0, 1, 2),
                    self.rates(0, 0, 0, 1, 2, 5),
                )
            )
        return tuple(found)

    def _pending(self, name: str, currency: str) -> tuple[Pending, ...]:
        return tuple(
            Pending(
                f"{place}",
                self.random.choice((-300, 0, 77, 1_000, self.random.randint(1, 9_000))),
                instant(self.random.choice(("2026-03-", "2026-04-")) + f"{place + 2:02}"),
                self.random.random() < 0.8,
                self.discounts(f"p{name}{place}", currency, 0, 0, 1),
                self.rates(0, 0, 1, 5),
            )
            for place in range(self.random.randint(0, 4))
        )

    def _grants(self, name: str, currency: str) -> tuple[Grant, ...]:
        return tuple(
            Grant(
                f"{name}_{place}",
                self.random.choice((300, 1_500, 100_000)),
                self.random.choice((*[currency] * 4, *CURRENCIES)),
                priority=self.random.choice((10, 50, 50)),
                category=self.random.choice(("paid", "promotional")),
                effective_at=self.random.choice((BEGUN, USED_AT[2], instant("2026-04-01"))),
                expires_at=self.random.choice((None, None, instant("2026-04-01"))),
                prices=self.random.choice((None, None, frozenset({"call", "mass"}))),
            )
            for place in range(self.random.choice((0, 0, 1, 3)))
        )


def random_accounts(seed: int, count: int) -> list[tuple[Account, Account]]:
    """Return so many accounts, each with itself in another order."""
    draw = _Draw(seed)
    found: list[tuple[Account, Account]] = []
    for number in range(count):
        account = draw.account(number)
        items = list(account.items)
        draw.random.shuffle(items)
        if items == list(account.items):
            items.reverse()
        found.append((account, replace(account, order="b", items=tuple(items))))
    return found
