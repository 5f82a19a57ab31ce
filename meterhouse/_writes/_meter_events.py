"""``POST /v1/billing/meter_events`` and ``/v1/billing/meter_event_adjustments``."""

from __future__ import annotations

from typing import Final

from ingest import WrittenRows
from meterhouse._writes._identifiers import mint
from meterhouse._writes._meter_event_rules import check_time, checked_payload
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    EXPAND,
    Choice,
    Object,
    Parameter,
    Parameters,
    Reader,
    Route,
    Text,
    TextMap,
    Timestamp,
)

EVENT_NAME_TEXT: Final = Text(100)
IDENTIFIER_TEXT: Final = Text(100)
PAYLOAD_MAP: Final = TextMap(longest_key=100, may_be_unset=False)

EVENT_NAME = Parameter(
    "event_name", EVENT_NAME_TEXT, "The name of the event: the meter's event_name.", required=True
)
IDENTIFIER = Parameter(
    "identifier",
    IDENTIFIER_TEXT,
    "The event's own identifier, unique within 24 hours; made here where absent.",
)
PAYLOAD = Parameter(
    "payload",
    PAYLOAD_MAP,
    "Whom and how much, by the meter's keys: stripe_customer_id and value by default.",
    required=True,
)
CANCEL = Parameter(
    "cancel",
    Parameters(
        Parameter("identifier", Text(100), "The event to take back.", required=True),
    ),
    "Which event is taken back.",
    required=True,
)
CANCEL_TYPE = Parameter("type", Choice(("cancel",)), "What to do: cancel.", required=True)


def _prepare_event(reader: Reader | None, request: WriteRequest) -> Landing:
    params = request.params
    timestamp = params.get("timestamp", request.now)
    check_time(timestamp, request.now, "timestamp")
    event: Object = {
        "event_name": params["event_name"],
        "identifier": params.get("identifier") or mint("mev_"),
        "livemode": request.livemode,
        "payload": checked_payload(params["payload"], "payload"),
        "timestamp": timestamp,
    }
    answer = {"object": "billing.meter_event", "created": request.now, **event}
    return Landing("meter_events", WrittenRows.of_plain([event], [event["identifier"]]), answer)


def _prepare_adjustment(reader: Reader | None, request: WriteRequest) -> Landing:
    params = request.params
    adjustment = {
        "cancel": {"identifier": params["cancel"]["identifier"]},
        "event_name": params["event_name"],
        "livemode": request.livemode,
        "status": "pending",
        "type": params["type"],
    }
    answer = {"object": "billing.meter_event_adjustment", **adjustment}
    row = {"id": mint("mea_"), **adjustment}
    return Landing("meter_event_adjustments", [row], answer)


CREATE_METER_EVENT = Write(
    Route(
        method="POST",
        template="/v1/billing/meter_events",
        summary="Report one meter event; it is durable when answered.",
        parameters=Parameters(
            EVENT_NAME,
            PAYLOAD,
            IDENTIFIER,
            Parameter(
                "timestamp",
                Timestamp(),
                "When it happened: at most 35 days ago, at most 5 minutes ahead; now by default.",
            ),
            EXPAND,
        ),
        answers="billing.meter_event",
    ),
    _prepare_event,
    needs_reader=False,
)

CREATE_METER_EVENT_ADJUSTMENT = Write(
    Route(
        method="POST",
        template="/v1/billing/meter_event_adjustments",
        summary="Take back one meter event by its identifier.",
        parameters=Parameters(EVENT_NAME, CANCEL_TYPE, CANCEL, EXPAND),
        answers="billing.meter_event_adjustment",
    ),
    _prepare_adjustment,
    needs_reader=False,
)
