"""Meterhouse: a warehouse for usage-based billing that answers as Stripe's API does.

    from meterhouse import Warehouse

    with Warehouse("data") as warehouse:
        for summary in warehouse.subscription_items.usage_record_summaries.list("si_…"):
            print(summary.period.end, summary.total_usage)

Errors are Stripe's, with Stripe's fields: see `StripeError` and the classes below it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from foundation.errors import MeterhouseError
    from meterhouse._objects import StripeObject
    from meterhouse._objects_catalogue import (
        Alert,
        Coupon,
        Customer,
        Price,
        Product,
        Subscription,
        SubscriptionItem,
        SubscriptionSchedule,
        TaxRate,
    )
    from meterhouse._objects_invoicing import (
        CreditBalanceSummary,
        CreditGrant,
        Invoice,
        InvoiceItem,
        InvoiceLineItem,
    )
    from meterhouse._objects_list import ListObject
    from meterhouse._objects_usage import (
        Meter,
        MeterEvent,
        MeterEventAdjustment,
        MeterEventSession,
        MeterEventSummary,
        MeterUsage,
        MeterUsageRow,
        UsageRecord,
        UsageRecordSummary,
    )
    from meterhouse._resources_base import RequestOptions
    from meterhouse._warehouse import Warehouse
    from meterhouse._warehouse_response import Response, StripeResponse
    from queries import (
        APIError,
        AuthenticationError,
        Build,
        IdempotencyError,
        InvalidRequestError,
        PermissionError,
        RateLimitError,
        StripeError,
        TemporarySessionExpiredError,
    )

__all__ = [
    "APIError",
    "Alert",
    "AuthenticationError",
    "Build",
    "Coupon",
    "CreditBalanceSummary",
    "CreditGrant",
    "Customer",
    "IdempotencyError",
    "InvalidRequestError",
    "Invoice",
    "InvoiceItem",
    "InvoiceLineItem",
    "ListObject",
    "Meter",
    "MeterEvent",
    "MeterEventAdjustment",
    "MeterEventSession",
    "MeterEventSummary",
    "MeterUsage",
    "MeterUsageRow",
    "MeterhouseError",
    "PermissionError",
    "Price",
    "Product",
    "RateLimitError",
    "RequestOptions",
    "Response",
    "StripeError",
    "StripeObject",
    "StripeResponse",
    "Subscription",
    "SubscriptionItem",
    "SubscriptionSchedule",
    "TaxRate",
    "TemporarySessionExpiredError",
    "UsageRecord",
    "UsageRecordSummary",
    "Warehouse",
]

# Imported when they are first used: the command line starts without what it does not need.
_HOMES: Final = {
    "foundation.errors": ("MeterhouseError",),
    "meterhouse._objects": ("StripeObject",),
    "meterhouse._objects_catalogue": (
        "Alert",
        "Coupon",
        "Customer",
        "Price",
        "Product",
        "Subscription",
        "SubscriptionItem",
        "SubscriptionSchedule",
        "TaxRate",
    ),
    "meterhouse._objects_invoicing": (
        "CreditBalanceSummary",
        "CreditGrant",
        "Invoice",
        "InvoiceItem",
        "InvoiceLineItem",
    ),
    "meterhouse._objects_list": ("ListObject",),
    "meterhouse._objects_usage": (
        "Meter",
        "MeterEvent",
        "MeterEventAdjustment",
        "MeterEventSession",
        "MeterEventSummary",
        "MeterUsage",
        "MeterUsageRow",
        "UsageRecord",
        "UsageRecordSummary",
    ),
    "meterhouse._resources_base": ("RequestOptions",),
    "meterhouse._warehouse": ("Warehouse",),
    "meterhouse._warehouse_response": ("Response", "StripeResponse"),
    "queries": (
        "APIError",
        "AuthenticationError",
        "Build",
        "IdempotencyError",
        "InvalidRequestError",
        "PermissionError",
        "RateLimitError",
        "StripeError",
        "TemporarySessionExpiredError",
    ),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'meterhouse' has no attribute {name!r}")
    found = getattr(import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
