"""Which fields of which object lead to another object, and how.

One table serves both ways: it decides what an ``expand`` path may name, and what an object shows
where nothing is expanded. References to objects that are kept elsewhere, such as payment methods,
stay ids. Source: the ``x-expansionResources`` of Stripe's OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class How(Enum):
    """How a field holds another object."""

    REFERENCE = "reference"
    """As an id, or in full where expanded."""
    PART = "part"
    """Always in full."""
    HIDDEN = "hidden"
    """Not at all, or in full where expanded."""
    LOOKED_UP = "looked up"
    """Not at all, or looked up by the id of the object that has it where expanded."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A field that leads to objects of the type ``target``: one, a list, or a list object."""

    how: How
    target: str


def _to(target: str) -> Edge:
    return Edge(How.REFERENCE, target)


def _part(target: str) -> Edge:
    return Edge(How.PART, target)


def _hidden(target: str = "") -> Edge:
    return Edge(How.HIDDEN, target)


EDGES: dict[str, dict[str, Edge]] = {
    "price": {
        "product": _to("product"),
        "tiers": _hidden(),
        "currency_options": _hidden("price.currency_options"),
    },
    "plan": {"product": _to("product"), "tiers": _hidden()},
    "product": {"tax_code": _to("tax_code"), "default_price": _to("price")},
    "customer": {
        "default_source": _to("source"),
        "invoice_settings": _part("customer.invoice_settings"),
        "test_clock": _to("test_clock"),
        "discount": _part("discount"),
        "subscriptions": Edge(How.LOOKED_UP, "customer.subscriptions"),
    },
    "customer.invoice_settings": {"default_payment_method": _to("payment_method")},
    "customer.subscriptions": {"data": _part("subscription")},
    "subscription": {
        "application": _to("application"),
        "default_payment_method": _to("payment_method"),
        "default_source": _to("source"),
        "on_behalf_of": _to("account"),
        "pending_setup_intent": _to("setup_intent"),
        "test_clock": _to("test_clock"),
        "customer": _to("customer"),
        "items": _part("subscription_item"),
        "discount": _part("discount"),
        "discounts": _to("discount"),
        "latest_invoice": _to("invoice"),
        "schedule": _to("subscription_schedule"),
    },
    "subscription_item": {
        "price": _part("price"),
        "plan": _part("plan"),
        "discounts": _to("discount"),
    },
    "subscription_schedule": {
        "application": _to("application"),
        "test_clock": _to("test_clock"),
        "customer": _to("customer"),
        "subscription": _to("subscription"),
        "phases": _part("subscription_schedule.phase"),
    },
    "subscription_schedule.phase": {
        "add_invoice_items": _part("subscription_schedule.phase.item"),
        "coupon": _to("coupon"),
        "discounts": _part("subscription_schedule.discount"),
        "items": _part("subscription_schedule.phase.item"),
    },
    "subscription_schedule.phase.item": {
        "price": _to("price"),
        "plan": _to("plan"),
        "discounts": _part("subscription_schedule.discount"),
    },
    "subscription_schedule.discount": {"coupon": _to("coupon"), "discount": _to("discount")},
    "discount": {
        "promotion_code": _to("promotion_code"),
        "coupon": _part("coupon"),
        "customer": _to("customer"),
    },
    "coupon": {"applies_to": _hidden()},
    "invoiceitem": {
        "test_clock": _to("test_clock"),
        "customer": _to("customer"),
        "invoice": _to("invoice"),
        "subscription": _to("subscription"),
        "price": _part("price"),
        "plan": _part("plan"),
        "discounts": _to("discount"),
    },
    "invoice": {
        "account_tax_ids": _to("tax_id"),
        "application": _to("application"),
        "charge": _to("charge"),
        "default_payment_method": _to("payment_method"),
        "default_source": _to("source"),
        "on_behalf_of": _to("account"),
        "payment_intent": _to("payment_intent"),
        "quote": _to("quote"),
        "test_clock": _to("test_clock"),
        "customer": _to("customer"),
        "subscription": _to("subscription"),
        "discount": _part("discount"),
        "discounts": _to("discount"),
        "from_invoice": _part("invoice.from_invoice"),
        "latest_revision": _to("invoice"),
        "lines": _part("line_item"),
        "total_discount_amounts": _part("discount_amount"),
        "total_pretax_credit_amounts": _part("discount_amount"),
        "total_tax_amounts": _part("tax_amount"),
        "parent": _part("invoice.parent"),
        "total_taxes": _part("tax"),
    },
    "invoice.from_invoice": {"invoice": _to("invoice")},
    # Of an invoice and of its lines alike.
    "discount_amount": {"discount": _to("discount")},
    "tax_amount": {"tax_rate": _to("tax_rate")},
    "line_item": {
        "price": _part("price"),
        "plan": _part("plan"),
        "subscription": _to("subscription"),
        "subscription_item": _to("subscription_item"),
        "invoice_item": _to("invoiceitem"),
        "discounts": _to("discount"),
        "discount_amounts": _part("discount_amount"),
        "pretax_credit_amounts": _part("discount_amount"),
        "tax_amounts": _part("tax_amount"),
        "pricing": _part("line_item.pricing"),
        "taxes": _part("tax"),
    },
    # The shapes of invoices and their lines from 2025-03-31.basil on.
    "invoice.parent": {"subscription_details": _part("invoice.parent.subscription_details")},
    "invoice.parent.subscription_details": {"subscription": _to("subscription")},
    "tax": {"tax_rate_details": _part("tax.tax_rate_details")},
    "tax.tax_rate_details": {"tax_rate": _to("tax_rate")},
    "line_item.pricing": {"price_details": _part("line_item.pricing.price_details")},
    "line_item.pricing.price_details": {"price": _to("price")},
    "billing.credit_grant": {"customer": _to("customer"), "test_clock": _to("test_clock")},
    "billing.credit_balance_summary": {"customer": _to("customer")},
    "billing.alert": {"usage_threshold": _part("billing.alert.usage_threshold")},
    "billing.alert.usage_threshold": {
        "meter": _to("billing.meter"),
        "filters": _part("billing.alert.filter"),
    },
    "billing.alert.filter": {"customer": _to("customer")},
}
"""Object type (or place within one) → field → where it leads."""
