"""Customers, what is sold to them, and how: objects as they landed, every field of theirs kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from meterhouse._objects import StripeObject


class Customer(StripeObject):
    """Someone who is billed."""

    id: str
    """``cus_…``."""
    balance: int
    """In minor units; negative for a credit."""
    created: int
    currency: str | None
    email: str | None
    livemode: bool
    metadata: StripeObject
    name: str | None


class Product(StripeObject):
    """Something that is sold."""

    id: str
    """``prod_…``."""
    active: bool
    created: int
    livemode: bool
    metadata: StripeObject
    name: str
    unit_label: str | None


class Price(StripeObject):
    """What a product costs. ``tiers`` and ``currency_options`` are there where expanded."""

    id: str
    """``price_…``."""
    active: bool
    billing_scheme: str
    """per_unit or tiered."""
    created: int
    currency: str
    livemode: bool
    metadata: StripeObject
    product: Any
    """The product's id, or the product where expanded."""
    recurring: StripeObject | None
    tiers_mode: str | None
    """graduated or volume."""
    transform_quantity: StripeObject | None
    type: str
    """recurring or one_time."""
    unit_amount: int | None
    """In minor units; None where it is not whole, or for tiered prices."""
    unit_amount_decimal: str | None
    """In minor units, up to 12 decimal places, as text."""


class Subscription(StripeObject):
    """What a customer subscribes to. Its items are ``subscription["items"]``."""

    id: str
    """``sub_…``."""
    billing_cycle_anchor: int
    cancel_at_period_end: bool
    canceled_at: int | None
    collection_method: str
    created: int
    currency: str
    current_period_end: int
    current_period_start: int
    customer: Any
    livemode: bool
    metadata: StripeObject
    start_date: int
    status: str


class SubscriptionItem(StripeObject):
    """One price within a subscription."""

    id: str
    """``si_…``."""
    created: int
    metadata: StripeObject
    price: Price
    quantity: int
    """The quantity of a licensed price; metered ones have none."""
    subscription: str


class SubscriptionSchedule(StripeObject):
    """What a subscription is going to be."""

    id: str
    """``sub_sched_…``."""
    created: int
    customer: Any
    livemode: bool
    phases: list[StripeObject]
    status: str
    subscription: Any


class Coupon(StripeObject):
    """A discount that can be given."""

    id: str
    amount_off: int | None
    """In minor units."""
    created: int
    currency: str | None
    duration: str
    """once, repeating or forever."""
    duration_in_months: int | None
    livemode: bool
    percent_off: Decimal | int | None
    valid: bool


class TaxRate(StripeObject):
    """A tax and its percentage."""

    id: str
    """``txr_…``."""
    active: bool
    created: int
    display_name: str
    inclusive: bool
    jurisdiction: str | None
    livemode: bool
    percentage: Decimal | int


class Alert(StripeObject):
    """A threshold on a customer's usage of a meter."""

    id: str
    """``alrt_…``."""
    alert_type: str
    livemode: bool
    status: str | None
    title: str
    usage_threshold: StripeObject | None
