"""``POST /v1/subscription_items/:id/usage_records``: report usage of a subscription item."""

from __future__ import annotations

from meterhouse._writes._identifiers import mint
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    EXPAND,
    Choice,
    Integer,
    Parameter,
    Parameters,
    Reader,
    Route,
    Timestamp,
    accept_usage_record,
)


def _prepare(reader: Reader | None, request: WriteRequest) -> Landing:
    assert reader is not None
    params = request.params
    item = request.question.ids["subscription_item"]
    given = params.get("timestamp", "now")
    timestamp = request.now if given == "now" else given
    action = params.get("action", "increment")
    livemode = accept_usage_record(
        reader,
        item,
        timestamp=timestamp,
        action=action,
        clocks=request.clocks,
        livemode=request.question.livemode,
    )
    identifier = mint("mbur_")
    row = {
        "id": identifier,
        "subscription_item": item,
        "quantity": params["quantity"],
        "action": action,
        "timestamp": timestamp,
        "livemode": livemode,
    }
    answer = {
        "id": identifier,
        "object": "usage_record",
        "livemode": livemode,
        "quantity": params["quantity"],
        "subscription_item": item,
        "timestamp": timestamp,
    }
    return Landing("usage_records", [row], answer)


CREATE_USAGE_RECORD = Write(
    Route(
        method="POST",
        template="/v1/subscription_items/{subscription_item}/usage_records",
        summary="Report usage of a metered subscription item at a second.",
        parameters=Parameters(
            Parameter("quantity", Integer(least=0), "The usage at the timestamp.", required=True),
            Parameter(
                "action",
                Choice(("increment", "set")),
                "Add to the usage at the timestamp (the default), or replace it.",
            ),
            Parameter(
                "timestamp",
                Timestamp(words=("now",)),
                "When the usage happened, within the current billing period; now by default.",
            ),
            EXPAND,
        ),
        answers="usage_record",
    ),
    _prepare,
)
