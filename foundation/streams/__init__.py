"""Every stream that lands, each declared once.

`STREAMS` maps a name to its declaration, in the order in which a newcomer would land them; `stream`
looks one up and says what is allowed when there is none.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from foundation.errors import UnknownStreamError
from foundation.streams._declaration import AgeRule, Column, Kind, OrderRule, Stream
from foundation.streams.books import INVOICE_LINE_EDITS, PERIOD_CLOSES, RETRACTIONS
from foundation.streams.catalogue import COUPONS, PRICES, PRODUCTS, TAX_RATES
from foundation.streams.customers import CREDIT_GRANTS, CUSTOMERS
from foundation.streams.invoicing import (
    BILLED_INVOICES,
    INVOICE_ITEMS,
    REPORTED_METER_EVENT_SUMMARIES,
    REPORTED_USAGE_RECORD_SUMMARIES,
)
from foundation.streams.metering import ALERTS, METER_EVENT_ADJUSTMENTS, METER_EVENTS, METERS
from foundation.streams.subscriptions import SUBSCRIPTION_SCHEDULES, SUBSCRIPTIONS
from foundation.streams.usage import USAGE_RECORDS

__all__ = ["STREAMS", "AgeRule", "Column", "Kind", "OrderRule", "Stream", "stream"]

STREAMS: Final[dict[str, Stream]] = {
    declared.name: declared
    for declared in (
        USAGE_RECORDS,
        METER_EVENTS,
        METER_EVENT_ADJUSTMENTS,
        INVOICE_LINE_EDITS,
        PERIOD_CLOSES,
        RETRACTIONS,
        CUSTOMERS,
        PRODUCTS,
        PRICES,
        METERS,
        SUBSCRIPTIONS,
        SUBSCRIPTION_SCHEDULES,
        INVOICE_ITEMS,
        COUPONS,
        TAX_RATES,
        CREDIT_GRANTS,
        ALERTS,
        BILLED_INVOICES,
        REPORTED_USAGE_RECORD_SUMMARIES,
        REPORTED_METER_EVENT_SUMMARIES,
    )
}


def stream(name: str) -> Stream:
    """Return the declaration of the stream `name`.

    Raises:
        UnknownStreamError: there is no such stream; the message lists those there are.
    """
    declared = STREAMS.get(name)
    if declared is not None:
        return declared
    near = get_close_matches(name, STREAMS, n=1)
    raise UnknownStreamError(
        f"There is no stream {name!r}. Streams: {', '.join(STREAMS)}.",
        next_command=f"meterhouse land {near[0] if near else 'STREAM'} FILE",
    )
