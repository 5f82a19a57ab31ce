"""The second API: ``/v2/billing/meter_events``, ``…_adjustments`` and the stream of many events.

Bodies are JSON and instants RFC 3339. A stream takes up to 100 events a request; all of them are
durable when it answers, or none is.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from meterhouse._writes._identifiers import mint
from meterhouse._writes._meter_event_rules import check_time, checked_payload, instant_text
from meterhouse._writes._meter_events import (
    CANCEL,
    CANCEL_TYPE,
    EVENT_NAME,
    IDENTIFIER,
    PAYLOAD,
)
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    InvalidRequestError,
    Kind,
    ListOf,
    Object,
    Parameter,
    Parameters,
    Reader,
    Route,
)

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Rfc3339(Kind):
    """An instant as RFC 3339 text with its zone; a fraction of a second is cut."""

    def parse(self, value: object, path: str) -> int:
        """Give whole seconds since 1970."""
        if isinstance(value, datetime.datetime):
            return int(value.timestamp())
        if isinstance(value, str) and _RFC_3339.fullmatch(value):
            whole = re.sub(r"\.[0-9]+", "", value.upper()).replace("Z", "+00:00")
            try:
                return int(datetime.datetime.fromisoformat(whole).timestamp())
            except (ValueError, OverflowError):
                pass
        raise InvalidRequestError(
            f"Invalid timestamp: {str(value)[:100]}; must be RFC 3339 text such as "
            "2024-06-01T12:00:00.000Z",
            param=path,
        )

    def schema(self) -> dict[str, Any]:
        """Describe the text."""
        return {"type": "string", "format": "date-time"}


_TIMESTAMP = Parameter(
    "timestamp",
    Rfc3339(),
    "When it happened: at most 35 days ago, at most 5 minutes ahead; now by default.",
)
_EVENT = Parameters(EVENT_NAME, PAYLOAD, IDENTIFIER, _TIMESTAMP)


def _row(event: Mapping[str, Any], request: WriteRequest, path: str) -> dict[str, Any]:
    prefix = f"{path}." if path else ""
    timestamp = event.get("timestamp", request.now)
    check_time(timestamp, request.now, f"{prefix}timestamp")
    return {
        "event_name": event["event_name"],
        "identifier": event.get("identifier") or mint("mev_"),
        "livemode": request.livemode,
        "payload": checked_payload(event["payload"], f"{prefix}payload"),
        "timestamp": timestamp,
    }


def _prepare_event(reader: Reader | None, request: WriteRequest) -> Landing:
    row = _row(request.params, request, "")
    answer: Object = {
        "object": "v2.billing.meter_event",
        "created": instant_text(request.now),
        **row,
        "timestamp": instant_text(row["timestamp"]),
    }
    return Landing("meter_events", [row], answer)


def _prepare_stream(reader: Reader | None, request: WriteRequest) -> Landing:
    rows = [
        _row(event, request, f"events[{at}]") for at, event in enumerate(request.params["events"])
    ]
    # A stream is not told about duplicates one by one; the build counts the first received.
    return Landing("meter_events", rows, {}, refuse_duplicates=False)


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


def _write(path: str, summary: str, parameters: Parameters, answers: str, prepare: Any) -> Write:
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
    )


CREATE_METER_EVENT_V2 = _write(
    "/v2/billing/meter_events",
    "Report one meter event; it is durable when answered.",
    _EVENT,
    "v2.billing.meter_event",
    _prepare_event,
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
        Parameter("events", ListOf(_EVENT, most=100, least=1), "The events.", required=True)
    ),
    "v2.billing.meter_event_stream",
    _prepare_stream,
)
