"""The invoices of a subscription: which lines stand on which, and in what order.

Sources: the preview pages and the changelog (invoice items first, newest first, then subscription
lines; a metered line carries the period that ended, a licensed one the period that comes); the
pricing pages by way of `pricing`; the trials and cancel pages. An invoice is made at each boundary
of the subscription's periods; the one whose boundary is still to come is the upcoming invoice.

Choices where the pages are silent: subscription lines follow the order of the items; an invoice
without lines is not made; a pending invoice item goes on the upcoming invoice of the subscription
it names, else on the customer's earliest upcoming invoice in its currency; a licensed period that
is shorter than its interval is charged by the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tests.oracle import descriptions
from tests.oracle.meters import billable
from tests.oracle.periods import Period, full_length_of, periods
from tests.oracle.pricing import Price, PricedPart, priced_parts
from tests.oracle.rounding import half_away_from_zero

__all__ = [
    "Invoice",
    "InvoiceItem",
    "Item",
    "Line",
    "Subscription",
    "invoices",
    "item_periods",
    "unit_amount_excluding_tax",
    "upcoming_with_invoice_items",
    "with_invoice_items",
]


@dataclass(frozen=True)
class Item:
    id: str
    price_id: str
    product: str
    price: Price
    usage_type: str  # licensed or metered
    interval: str = "month"
    interval_count: int = 1
    unit_label: str | None = None
    aggregate_usage: str | None = None
    meter: str | None = None
    quantity: int = 1  # of a licensed item
    created: int | None = None  # None: with the subscription
    deleted: int | None = None


@dataclass(frozen=True)
class Subscription:
    id: str
    customer: str
    currency: str
    anchor: int
    start: int
    items: tuple[Item, ...]
    trial_end: int | None = None
    end: int | None = None  # cancel_at, or when it ended
    billing_mode: str = "classic"


@dataclass(frozen=True)
class InvoiceItem:
    id: str
    customer: str
    currency: str
    amount: int
    date: int
    description: str
    period: tuple[int, int]
    unit_amount: Fraction
    quantity: int = 1
    subscription: str | None = None
    price_id: str | None = None


@dataclass(frozen=True)
class Line:
    amount: int
    exact_amount: Fraction
    currency: str
    description: str
    quantity: Fraction
    unit_amount: Fraction
    period: tuple[int, int]
    subscription: str | None = None
    subscription_item: str | None = None
    invoice_item: str | None = None
    price_id: str | None = None
    tier: int | None = None
    part: str = "usage"

    @property
    def type(self) -> str:
        return "invoiceitem" if self.invoice_item else "subscription"


@dataclass(frozen=True)
class Invoice:
    customer: str
    subscription: str | None
    boundary: int
    billing_reason: str
    currency: str
    period: tuple[int, int]
    is_upcoming: bool
    lines: tuple[Line, ...] = field(default=())

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)


UsageOf = Callable[[Item, Period], Fraction]


def item_periods(subscription: Subscription, item: Item, as_of: int) -> list[Period]:
    """Return the item's periods, from its creation to its deletion or the subscription's end."""
    ends = [at for at in (item.deleted, subscription.end) if at is not None]
    return periods(
        subscription.anchor,
        item.interval,
        item.interval_count,
        start=subscription.start if item.created is None else item.created,
        as_of=as_of,
        end=min(ends, default=None),
        trial_end=subscription.trial_end,
    )


def _line(
    subscription: Subscription, item: Item, part: PricedPart, period: Period, share: Fraction
) -> Line:
    if part.part == "flat":
        assert part.tier is not None
        description = descriptions.flat_fee(
            item.product,
            part.unit_amount,
            subscription.currency,
            item.interval,
            tier=part.tier,
            interval_count=item.interval_count,
        )
    else:
        description = descriptions.usage(
            item.product,
            part.quantity,
            part.unit_amount,
            subscription.currency,
            item.interval,
            interval_count=item.interval_count,
            unit_label=item.unit_label,
            tier=part.tier,
            package=item.price.divide_by,
        )
    return Line(
        amount=half_away_from_zero(part.exact_amount * share),
        exact_amount=part.exact_amount * share,
        currency=subscription.currency,
        description=description,
        quantity=part.quantity,
        unit_amount=part.unit_amount,
        period=(period.start, period.end),
        subscription=subscription.id,
        subscription_item=item.id,
        price_id=item.price_id,
        tier=part.tier,
        part=part.part,
    )


def _trial_line(subscription: Subscription, item: Item, period: Period, quantity: Fraction) -> Line:
    return Line(
        amount=0,
        exact_amount=Fraction(0),
        currency=subscription.currency,
        description=descriptions.trial(
            item.product,
            quantity,
            metered=item.usage_type == "metered",
            billing_mode=subscription.billing_mode,
        ),
        quantity=quantity,
        unit_amount=Fraction(0),
        period=(period.start, period.end),
        subscription=subscription.id,
        subscription_item=item.id,
        price_id=item.price_id,
    )


def _lines_of(
    subscription: Subscription, item: Item, period: Period, usage_of: UsageOf
) -> list[Line]:
    metered = item.usage_type == "metered"
    quantity = billable(usage_of(item, period)) if metered else Fraction(item.quantity)
    bills_trial = item.aggregate_usage == "last_ever"
    if period.is_trial and not bills_trial:
        return [_trial_line(subscription, item, period, quantity)]
    share = Fraction(1)
    if not metered:
        full = full_length_of(subscription.anchor, item.interval, item.interval_count, period)
        share = Fraction(period.end - period.start, full)
    parts = priced_parts(item.price, quantity)
    return [_line(subscription, item, part, period, share) for part in parts]


def _previous(boundaries: Sequence[int], boundary: int) -> int:
    return max((each for each in boundaries if each < boundary), default=boundary)


def _invoiced_until(subscription: Subscription, as_of: int) -> int:
    """Return the boundary of the upcoming invoice: the next end of any item's period."""
    open_ends = [
        period.end
        for item in subscription.items
        for period in item_periods(subscription, item, as_of)
        if period.end > as_of
    ]
    return min(open_ends, default=as_of)


def invoices(subscription: Subscription, usage_of: UsageOf, as_of: int) -> list[Invoice]:
    """Return the subscription's invoices by boundary, the upcoming one last."""
    horizon = _invoiced_until(subscription, as_of)
    by_boundary: dict[int, list[Line]] = {}
    boundaries: set[int] = {subscription.start}
    for item in subscription.items:
        for period in item_periods(subscription, item, horizon):
            billed_at = period.end if item.usage_type == "metered" else period.start
            boundaries |= {period.start, period.end}
            if billed_at <= horizon:
                lines = _lines_of(subscription, item, period, usage_of)
                by_boundary.setdefault(billed_at, []).extend(lines)
    ordered = sorted(boundaries)
    found = [
        Invoice(
            customer=subscription.customer,
            subscription=subscription.id,
            boundary=boundary,
            billing_reason=_reason(subscription, boundary, as_of),
            currency=subscription.currency,
            period=(_previous(ordered, boundary), boundary),
            is_upcoming=boundary > as_of,
            lines=tuple(by_boundary.get(boundary, ())),
        )
        for boundary in ordered
        if boundary <= horizon
    ]
    return [invoice for invoice in found if invoice.lines]


def _reason(subscription: Subscription, boundary: int, as_of: int) -> str:
    if boundary > as_of:
        return "upcoming"
    created = boundary == subscription.start
    return "subscription_create" if created else "subscription_cycle"


def _item_line(item: InvoiceItem) -> Line:
    return Line(
        amount=item.amount,
        exact_amount=Fraction(item.amount),
        currency=item.currency,
        description=item.description,
        quantity=Fraction(item.quantity),
        unit_amount=item.unit_amount,
        period=item.period,
        subscription=item.subscription,
        invoice_item=item.id,
        price_id=item.price_id,
        part="invoice_item",
    )


def with_invoice_items(upcoming: Invoice, items: Iterable[InvoiceItem]) -> Invoice:
    newest_first = sorted(items, key=lambda item: (item.date, item.id), reverse=True)
    return replace(upcoming, lines=(*(_item_line(item) for item in newest_first), *upcoming.lines))


def upcoming_with_invoice_items(
    upcoming: Sequence[Invoice], pending: Iterable[InvoiceItem]
) -> list[Invoice]:
    """Return the upcoming invoices with the pending items that go on each."""
    earliest_first = sorted(upcoming, key=lambda invoice: (invoice.boundary, invoice.subscription))
    taken: dict[int, list[InvoiceItem]] = {}
    for item in pending:
        for position, invoice in enumerate(earliest_first):
            same = (invoice.customer, invoice.currency) == (item.customer, item.currency)
            if same and item.subscription in (None, invoice.subscription):
                taken.setdefault(position, []).append(item)
                break
    return [
        with_invoice_items(invoice, taken.get(position, []))
        for position, invoice in enumerate(earliest_first)
    ]


def unit_amount_excluding_tax(amount: int, quantity: Fraction) -> str | None:
    """Return amount over quantity rounded to a whole minor unit; None for the quantity 0.

    Source: a real invoice shows "4" for 112 over 31, and null on its flat-fee lines.
    """
    return str(half_away_from_zero(Fraction(amount) / quantity)) if quantity else None
