"""The second API: ``/v2/billing/meter_events``, ``…_adjustments`` and the stream of many events.

Bodies are JSON and instants RFC 3339. A stream takes up to 100 events a request; all of them are
durable when it answers, or none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingest import WrittenRows
from meterhouse._writes._identifiers import mint
from meterhouse._writes._meter_event_bodies import MOST_EVENTS, read_event, read_stream
from meterhouse._writes._meter_event_parameters import (
    CANCEL,
    CANCEL_TYPE,
    EVENT_NAME,
    IDENTIFIER,
    PAYLOAD,
)
from meterhouse._writes._meter_event_rules import check_time, checked_payload, instant_text
from meterhouse._writes._rfc_3339 import Rfc3339
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    InvalidRequestError,
    ListOf,
    Object,
    Parameter,
    Parameters,
    Reader,
    Route,
)

_TIMESTAMP = Parameter(
    "timestamp",
    Rfc3339(),
    "When it happened: at most 35 days ago, at most 5 minutes ahead; now by default.",
)
_EVENT = Parameters(EVENT_NAME, PAYLOAD, IDENTIFIER, _TIMESTAMP)


def _row(event: Mapping[str, Any], now: int, livemode: bool, prefix: str = "") -> Object:
    timestamp = event.get("timestamp", now)
    check_time(timestamp, now, f"{prefix}timestamp")
    return {
        "event_name": event["event_name"],
        "identifier": event.get("identifier") or mint("mev_"),
        "livemode": livemode,
        "payload": checked_payload(event["payload"], f"{prefix}payload"),
        "timestamp": timestamp,
    }


def _prepare_event(reader: Reader | None, request: WriteRequest) -> Landing:
    row = _row(request.params, request.now, request.livemode)
    answer: Object = {
        "object": "v2.billing.meter_event",
        "created": instant_text(request.now),
        **row,
        "timestamp": instant_text(row["timestamp"]),
    }
    return Landing("meter_events", WrittenRows.of_plain([row]), answer)


def _prepare_stream(reader: Reader | None, request: WriteRequest) -> Landing:
    events, now, livemode = request.params["events"], request.now, request.livemode
    try:
        rows = [_row(event, now, livemode) for event in events]
    except InvalidRequestError:
        # Once more, to say which of them it is.
        rows = [_row(event, now, livemode, f"events[{at}].") for at, event in enumerate(events)]
    written = WrittenRows.of_plain(rows)
    # A stream is not told about duplicates one by one; the build counts the first received.
    return Landing("meter_events", written, {}, refuse_duplicates=False)


def _prepare_adjustment(reader: Reader | None, request: WriteRequest) -> Landing:
    params = request.params
    identifier = mint("mea_")
    adjustment: Object = {
        "cancel": {"identifier": params["cancel"]["identifier"]},
        "event_name": params["event_name"],
        "livemode": request.livemode,
        "status": "pending",
        "type": params["type"],
    }
    answer: Object = {
        "id": identifier,
        "object": "v2.billing.meter_event_adjustment",
        "created": instant_text(request.now),
        **adjustment,
    }
    return Landing("meter_event_adjustments", [{"id": identifier, **adjustment}], answer)


def _write(
    path: str,
    summary: str,
    parameters: Parameters,
    answers: str,
    prepare: Any,
    read_body: Callable[[bytes], Object | None] | None = None,
) -> Write:
    return Write(
        Route(
            method="POST",
            template=path,
            summary=summary,
            parameters=parameters,
            answers=answers,
        ),
        prepare,
        needs_reader=False,
        read_body=read_body,
    )


CREATE_METER_EVENT_V2 = _write(
    "/v2/billing/meter_events",
    "Report one meter event; it is durable when answered.",
    _EVENT,
    "v2.billing.meter_event",
    _prepare_event,
    read_event,
)
CREATE_METER_EVENT_ADJUSTMENT_V2 = _write(
    "/v2/billing/meter_event_adjustments",
    "Take back one meter event by its identifier.",
    Parameters(EVENT_NAME, CANCEL_TYPE, CANCEL),
    "v2.billing.meter_event_adjustment",
    _prepare_adjustment,
)
CREATE_METER_EVENT_STREAM = _write(
    "/v2/billing/meter_event_stream",
    "Report up to 100 meter events at once; all are durable when answered.",
    Parameters(
        Parameter("events", ListOf(_EVENT, most=MOST_EVENTS, least=1), "The events.", required=True)
    ),
    "v2.billing.meter_event_stream",
    _prepare_stream,
    read_stream,
)
