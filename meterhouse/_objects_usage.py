"""Usage: records, meters, events and their summaries. Fields as in API 2025-02-24.acacia."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from meterhouse._objects import StripeObject
from meterhouse._objects_list import ListObject


class UsageRecord(StripeObject):
    """A quantity reported for a subscription item at a second."""

    id: str
    """``mbur_…``."""
    livemode: bool
    quantity: int
    """The quantity of the request, not the running total."""
    subscription_item: str
    timestamp: int
    """When the usage happened, in whole seconds since 1970."""


class UsageRecordSummary(StripeObject):
    """The usage of a subscription item over one billing period."""

    id: str
    """``sis_…``, a function of the item and the start of the period."""
    invoice: str | None
    """The invoice of the period; None while the period is open."""
    livemode: bool
    period: StripeObject
    """``start`` (exclusive) and ``end`` (inclusive), in whole seconds since 1970."""
    subscription_item: str
    total_usage: Decimal
    """The price's aggregate of the usage in the period; exact."""


class Meter(StripeObject):
    """What is counted, and how events become usage."""

    id: str
    """``mtr_…``."""
    created: int
    customer_mapping: StripeObject
    """``event_payload_key``: the payload key that names the customer."""
    default_aggregation: StripeObject
    """``formula``: sum, count or last; beyond Stripe max, min, avg and unique_count."""
    display_name: str
    event_name: str
    event_time_window: str | None
    """hour or day: of the events of one UTC window only the one received last counts."""
    livemode: bool
    status: str
    """active or inactive."""
    status_transitions: StripeObject
    updated: int
    value_settings: StripeObject
    """``event_payload_key``: the payload key that holds the value."""


class MeterEvent(StripeObject):
    """Something that a customer used, as reported."""

    created: int
    event_name: str
    identifier: str
    """Of events with the same identifier the first received counts."""
    livemode: bool
    payload: StripeObject
    """Whom and how much, as text, by the meter's payload keys."""
    timestamp: Any
    """When it happened: whole seconds since 1970, or RFC 3339 text in the second API."""


class MeterEventAdjustment(StripeObject):
    """A meter event taken back."""

    cancel: StripeObject
    """``identifier``: the event taken back."""
    event_name: str
    livemode: bool
    status: str
    """pending until a build has taken it in."""
    type: str


class MeterEventSummary(StripeObject):
    """A customer's usage of a meter over one window."""

    id: str
    """``mtrusg_…``, a function of meter, customer and window."""
    aggregated_value: Decimal
    """The meter's formula over the events of the window; exact."""
    end_time: int
    """End of the window, exclusive, in whole seconds since 1970."""
    livemode: bool
    meter: str
    start_time: int
    """Start of the window, inclusive, in whole seconds since 1970."""


class MeterUsageRow(StripeObject):
    """A customer's usage of a meter over one window and one combination of dimensions."""

    dimensions: StripeObject
    ends_at: int
    """End of the window, exclusive, in whole seconds since 1970."""
    meter: str
    starts_at: int
    """Start of the window, inclusive, in whole seconds since 1970."""
    value: Decimal
    """The meter's formula over the events that count; exact."""


class MeterUsage(StripeObject):
    """A customer's usage of meters: Stripe's preview shape."""

    livemode: bool
    refreshed_at: int
    """The instant the build was made for."""
    rows: ListObject[MeterUsageRow]
    """Every row, oldest window first."""


class MeterEventSession(StripeObject):
    """Leave to send events to the stream of the second API, for 15 minutes."""

    id: str
    authentication_token: str
    """The key to send events with."""
    created: str
    expires_at: str
    livemode: bool
