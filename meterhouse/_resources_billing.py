"""Metering and credits: ``billing`` and ``v2.billing``, as in the stripe package."""

from __future__ import annotations

from typing import Any

from meterhouse._objects_catalogue import Alert
from meterhouse._objects_invoicing import CreditBalanceSummary, CreditGrant
from meterhouse._objects_list import ListObject
from meterhouse._objects_usage import (
    Meter,
    MeterEvent,
    MeterEventAdjustment,
    MeterEventSummary,
    MeterUsage,
)
from meterhouse._resources_base import Asks, Landed, Params, RequestOptions, Resource, escaped


class EventSummaries(Resource):
    """``/v1/billing/meters/:id/event_summaries``."""

    def list(
        self,
        id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> ListObject[MeterEventSummary]:
        """Give a customer's usage of a meter, newest window first; empty windows are omitted."""
        path = f"/v1/billing/meters/{escaped(id)}/event_summaries"
        return self._ask("GET", path, params, options, keywords)


class Meters(Landed[Meter]):
    """``/v1/billing/meters``."""

    _path = "/v1/billing/meters"

    def __init__(self, warehouse: Asks) -> None:
        super().__init__(warehouse)
        self.event_summaries = EventSummaries(warehouse)

    def retrieve(
        self,
        id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Meter:
        """Give one meter by its id."""
        return self._retrieve(id, params, options, keywords)


class MeterEvents(Resource):
    """``/v1/billing/meter_events``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterEvent:
        """Report one meter event; it is durable when this returns."""
        path = "/v1/billing/meter_events"
        return self._ask("POST", path, params, options, keywords)


class MeterEventAdjustments(Resource):
    """``/v1/billing/meter_event_adjustments``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterEventAdjustment:
        """Take back one meter event by its identifier."""
        path = "/v1/billing/meter_event_adjustments"
        return self._ask("POST", path, params, options, keywords)


class CreditGrants(Landed[CreditGrant]):
    """``/v1/billing/credit_grants``."""

    _path = "/v1/billing/credit_grants"

    def retrieve(
        self,
        id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> CreditGrant:
        """Give one credit grant by its id."""
        return self._retrieve(id, params, options, keywords)


class Alerts(Landed[Alert]):
    """``/v1/billing/alerts``."""

    _path = "/v1/billing/alerts"

    def retrieve(
        self,
        id: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Alert:
        """Give one alert by its id."""
        return self._retrieve(id, params, options, keywords)


class CreditBalanceSummaries(Resource):
    """``/v1/billing/credit_balance_summary``."""

    def retrieve(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> CreditBalanceSummary:
        """Sum a customer's credit grants that are effective, neither expired nor voided."""
        path = "/v1/billing/credit_balance_summary"
        return self._ask("GET", path, params, options, keywords)


class MeterUsages(Resource):
    """``/v1/billing/analytics/meter_usage``: Stripe's preview, not in stripe 11.6."""

    def retrieve(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterUsage:
        """Give a customer's usage of meters by window, time zone and dimension, oldest first."""
        path = "/v1/billing/analytics/meter_usage"
        return self._ask("GET", path, params, options, keywords)


class Analytics:
    """The resources under ``/v1/billing/analytics``."""

    def __init__(self, warehouse: Asks) -> None:
        self.meter_usage = MeterUsages(warehouse)


class Billing:
    """The resources under ``/v1/billing``."""

    def __init__(self, warehouse: Asks) -> None:
        self.alerts = Alerts(warehouse)
        self.analytics = Analytics(warehouse)
        self.credit_balance_summary = CreditBalanceSummaries(warehouse)
        self.credit_grants = CreditGrants(warehouse)
        self.meter_event_adjustments = MeterEventAdjustments(warehouse)
        self.meter_events = MeterEvents(warehouse)
        self.meters = Meters(warehouse)
