"""From a response's body to typed objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from meterhouse import _objects_catalogue as catalogue
from meterhouse import _objects_invoicing as invoicing
from meterhouse import _objects_usage as usage
from meterhouse._objects import StripeObject
from meterhouse._objects_list import Fetch, ListObject
from meterhouse._warehouse_response import Response

KINDS: Final[Mapping[str, type[StripeObject]]] = {
    "list": ListObject,
    "usage_record": usage.UsageRecord,
    "usage_record_summary": usage.UsageRecordSummary,
    "billing.meter": usage.Meter,
    "billing.meter_event": usage.MeterEvent,
    "billing.meter_event_adjustment": usage.MeterEventAdjustment,
    "billing.meter_event_summary": usage.MeterEventSummary,
    "billing.analytics.meter_usage": usage.MeterUsage,
    "billing.analytics.meter_usage_row": usage.MeterUsageRow,
    "v2.billing.meter_event": usage.MeterEvent,
    "v2.billing.meter_event_adjustment": usage.MeterEventAdjustment,
    "v2.billing.meter_event_session": usage.MeterEventSession,
    "invoice": invoicing.Invoice,
    "line_item": invoicing.InvoiceLineItem,
    "invoiceitem": invoicing.InvoiceItem,
    "billing.credit_grant": invoicing.CreditGrant,
    "billing.credit_balance_summary": invoicing.CreditBalanceSummary,
    "customer": catalogue.Customer,
    "product": catalogue.Product,
    "price": catalogue.Price,
    "subscription": catalogue.Subscription,
    "subscription_item": catalogue.SubscriptionItem,
    "subscription_schedule": catalogue.SubscriptionSchedule,
    "coupon": catalogue.Coupon,
    "tax_rate": catalogue.TaxRate,
    "billing.alert": catalogue.Alert,
}


def object_of(response: Response, asked: Mapping[str, Any], fetch: Fetch) -> StripeObject:
    """Give a response's body as an object; a list remembers what it was asked with."""
    built = _built(response.body, fetch)
    assert isinstance(built, StripeObject)
    built._last_response = response  # pyright: ignore[reportPrivateUsage]
    if isinstance(built, ListObject):
        built._asked = dict(asked)  # pyright: ignore[reportPrivateUsage]
    return built


def _built(value: Any, fetch: Fetch) -> Any:
    if isinstance(value, Mapping):
        held = cast("Mapping[str, Any]", value)
        kind = KINDS.get(str(held.get("object")), StripeObject)
        built = kind({key: _built(item, fetch) for key, item in held.items()})
        if isinstance(built, ListObject):
            built._fetch = fetch  # pyright: ignore[reportPrivateUsage]
        return built
    if isinstance(value, list):
        return [_built(item, fetch) for item in cast("list[Any]", value)]
    return value
