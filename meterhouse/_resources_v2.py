"""The second API: ``v2.billing``, as in the stripe package."""

from __future__ import annotations

from typing import Any

from meterhouse._objects_usage import MeterEvent, MeterEventAdjustment, MeterEventSession
from meterhouse._resources_base import Asks, Params, RequestOptions, Resource


class MeterEventSessions(Resource):
    """``/v2/billing/meter_event_session``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterEventSession:
        """Open a session for the stream; its token lives 15 minutes."""
        path = "/v2/billing/meter_event_session"
        return self._ask("POST", path, params, options, keywords)


class MeterEventStream(Resource):
    """``/v2/billing/meter_event_stream``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> None:
        """Report up to 100 meter events; all are durable when this returns."""
        path = "/v2/billing/meter_event_stream"
        self._ask("POST", path, params, options, keywords)


class MeterEventsV2(Resource):
    """``/v2/billing/meter_events``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterEvent:
        """Report one meter event; it is durable when this returns."""
        path = "/v2/billing/meter_events"
        return self._ask("POST", path, params, options, keywords)


class MeterEventAdjustmentsV2(Resource):
    """``/v2/billing/meter_event_adjustments``."""

    def create(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> MeterEventAdjustment:
        """Take back one meter event by its identifier."""
        path = "/v2/billing/meter_event_adjustments"
        return self._ask("POST", path, params, options, keywords)


class BillingV2:
    """The resources under ``/v2/billing``."""

    def __init__(self, warehouse: Asks) -> None:
        self.meter_event_adjustments = MeterEventAdjustmentsV2(warehouse)
        self.meter_event_session = MeterEventSessions(warehouse)
        self.meter_event_stream = MeterEventStream(warehouse)
        self.meter_events = MeterEventsV2(warehouse)


class V2:
    """The resources under ``/v2``."""

    def __init__(self, warehouse: Asks) -> None:
        self.billing = BillingV2(warehouse)
