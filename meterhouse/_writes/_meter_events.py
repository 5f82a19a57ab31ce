"""``POST /v1/billing/meter_events`` and ``/v1/billing/meter_event_adjustments``."""

from __future__ import annotations

from ingest import WrittenRows
from meterhouse._writes._identifiers import mint
from meterhouse._writes._meter_event_bodies import read_form
from meterhouse._writes._meter_event_parameters import (
    CANCEL,
    CANCEL_TYPE,
    EVENT_NAME,
    IDENTIFIER,
    PAYLOAD,
)
from meterhouse._writes._meter_event_rules import check_time, checked_payload
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    EXPAND,
    Object,
    Parameter,
    Parameters,
    Reader,
    Route,
    Timestamp,
)


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
    return Landing("meter_events", WrittenRows.of_plain([event]), answer)


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
    read_body=read_form,
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
