"""Invoices, their lines, and what goes on them. Fields as in API 2025-02-24.acacia."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from meterhouse._objects import StripeObject
from meterhouse._objects_list import ListObject


class InvoiceLineItem(StripeObject):
    """One line of an invoice."""

    id: str
    """``il_…``; ``il_tmp_…`` on an upcoming invoice."""
    amount: int
    """In minor units, rounded once, half away from zero."""
    amount_excluding_tax: int | None
    currency: str
    description: str | None
    discount_amounts: list[StripeObject]
    discountable: bool
    discounts: list[Any]
    livemode: bool
    metadata: StripeObject
    period: StripeObject
    """``start`` and ``end``, in whole seconds since 1970."""
    price: StripeObject | None
    proration: bool
    quantity: Decimal | None
    """Whole; a fraction is cut, and the exact quantity stands in ``quantity_decimal``."""
    subscription: Any
    tax_amounts: list[StripeObject]
    tax_rates: list[StripeObject]
    type: str
    """invoiceitem or subscription."""
    unit_amount_excluding_tax: str | None


class Invoice(StripeObject):
    """An invoice: a draft as computed here, an upcoming one, or one that landed."""

    id: str
    """``in_…``; ``upcoming_in_…`` for the next invoice of a subscription."""
    amount_due: int
    """In minor units: the total and the starting balance, never below zero."""
    amount_paid: int
    amount_remaining: int
    billing_reason: str | None
    collection_method: str
    created: int
    currency: str
    customer: Any
    """The customer's id, or the customer where expanded."""
    ending_balance: int | None
    lines: ListObject[InvoiceLineItem]
    """The first ten lines, in the order in which the invoice shows them."""
    livemode: bool
    metadata: StripeObject
    number: str | None
    period_end: int
    period_start: int
    starting_balance: int
    """The customer's balance in minor units; negative for a credit."""
    status: str | None
    subscription: Any
    """The subscription's id, or the subscription where expanded; None for a manual draft."""
    subtotal: int
    subtotal_excluding_tax: int | None
    tax: int | None
    total: int
    total_excluding_tax: int | None


class InvoiceItem(StripeObject):
    """An amount to go on an invoice, as it landed."""

    id: str
    """``ii_…``."""
    amount: int
    currency: str
    customer: Any
    date: int
    description: str | None
    discountable: bool
    invoice: Any
    """The invoice it stands on; None while it is pending."""
    livemode: bool
    period: StripeObject
    proration: bool
    quantity: int


class CreditGrant(StripeObject):
    """Credit given to a customer, as it landed."""

    id: str
    """``credgr_…``."""
    amount: StripeObject
    """``monetary``: ``currency`` and ``value`` in minor units."""
    applicability_config: StripeObject
    category: str
    created: int
    customer: Any
    effective_at: int | None
    expires_at: int | None
    livemode: bool
    name: str | None
    voided_at: int | None


class CreditBalanceSummary(StripeObject):
    """What a customer's credit grants are worth, by currency."""

    balances: list[StripeObject]
    customer: Any
    livemode: bool
