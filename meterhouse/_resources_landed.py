"""Customers and what is sold to them: resources of what landed."""

from __future__ import annotations

from typing import Any

from meterhouse._objects_catalogue import (
    Coupon,
    Customer,
    Price,
    Product,
    Subscription,
    SubscriptionSchedule,
    TaxRate,
)
from meterhouse._objects_invoicing import InvoiceItem
from meterhouse._resources_base import Landed, Params, RequestOptions


class Customers(Landed[Customer]):
    """``/v1/customers``."""

    _path = "/v1/customers"

    def retrieve(
        self,
        customer: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Customer:
        """Give one customer by its id."""
        return self._retrieve(customer, params, options, keywords)


class Products(Landed[Product]):
    """``/v1/products``."""

    _path = "/v1/products"

    def retrieve(
        self,
        id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Product:
        """Give one product by its id."""
        return self._retrieve(id, params, options, keywords)


class Prices(Landed[Price]):
    """``/v1/prices``."""

    _path = "/v1/prices"

    def retrieve(
        self,
        price: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Price:
        """Give one price by its id."""
        return self._retrieve(price, params, options, keywords)


class Subscriptions(Landed[Subscription]):
    """``/v1/subscriptions``."""

    _path = "/v1/subscriptions"

    def retrieve(
        self,
        subscription_exposed_id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Subscription:
        """Give one subscription by its id."""
        return self._retrieve(subscription_exposed_id, params, options, keywords)


class SubscriptionSchedules(Landed[SubscriptionSchedule]):
    """``/v1/subscription_schedules``."""

    _path = "/v1/subscription_schedules"

    def retrieve(
        self,
        schedule: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> SubscriptionSchedule:
        """Give one subscription schedule by its id."""
        return self._retrieve(schedule, params, options, keywords)


class InvoiceItems(Landed[InvoiceItem]):
    """``/v1/invoiceitems``."""

    _path = "/v1/invoiceitems"

    def retrieve(
        self,
        invoiceitem: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> InvoiceItem:
        """Give one invoice item by its id."""
        return self._retrieve(invoiceitem, params, options, keywords)


class Coupons(Landed[Coupon]):
    """``/v1/coupons``."""

    _path = "/v1/coupons"

    def retrieve(
        self,
        coupon: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Coupon:
        """Give one coupon by its id."""
        return self._retrieve(coupon, params, options, keywords)


class TaxRates(Landed[TaxRate]):
    """``/v1/tax_rates``."""

    _path = "/v1/tax_rates"

    def retrieve(
        self,
        tax_rate: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> TaxRate:
        """Give one tax rate by its id."""
        return self._retrieve(tax_rate, params, options, keywords)
