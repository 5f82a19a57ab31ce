"""``GET /v1/billing/meters/:id/event_summaries``: a customer's usage of a meter per window."""

from __future__ import annotations

from typing import Any, Final

import duckdb

from queries._errors import InvalidRequestError, StripeError, no_such
from queries._expand import Object
from queries._kinds import Choice, Text, Timestamp
from queries._landed import IN_MODE, is_landed
from queries._numbers import exact
from queries._objects import show_objects
from queries._page import Key, Listing, Page, fetch_page
from queries._parameters import PAGING, Parameter, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object

_WINDOW_SECONDS: Final = {None: 60, "hour": 3600, "day": 86400}
_WINDOW_BOUNDARY: Final = {
    None: "minute boundaries",
    "hour": "hour boundaries (00:00, 01:00, …, 23:00)",
    "day": "UTC day boundaries (00:00 UTC)",
}

_SUMMARIES = Listing(
    noun="billing.meter_event_summary",
    rows="""
        select
            id,
            meter_id,
            livemode,
            epoch_ms(start_time) // 1000 as start_time,
            epoch_ms(end_time) // 1000 as end_time,
            aggregated_value
        from meter_event_summaries(
            $meter,
            $customer,
            cast($start_time as bigint),
            cast($end_time as bigint),
            $value_grouping_window
        )
        where """
    + IN_MODE,
    keys=(Key("start_time"), Key("id", descending=False)),
)


def _misaligned(name: str, instant: int, window: str | None) -> StripeError:
    seconds = _WINDOW_SECONDS[window]
    before = instant - instant % seconds
    asked = f" when value_grouping_window is '{window}'" if window else ""
    return InvalidRequestError(
        f"{name} must be aligned with {_WINDOW_BOUNDARY[window]}{asked}: {instant} is not; the "
        f"nearest are {before} and {before + seconds}.",
        param=name,
        code="parameter_invalid_integer",
    )


def _check_times(params: dict[str, Any]) -> None:
    window = params.get("value_grouping_window")
    for name in ("start_time", "end_time"):
        # Every window is whole minutes, so minutes are the first thing to be told about.
        for checked in (None, window):
            if params[name] % _WINDOW_SECONDS[checked]:
                raise _misaligned(name, params[name], checked)
    if params["end_time"] <= params["start_time"]:
        raise InvalidRequestError(
            f"end_time must be after start_time: {params['end_time']} is not after "
            f"{params['start_time']}.",
            param="end_time",
            code="parameter_invalid_integer",
        )


def _answer(reader: Reader, question: Question) -> Object:
    params = dict(question.params)
    _check_times(params)
    page = Page.of(params)
    meter, customer = question.ids["id"], params["customer"]

    def require_both() -> None:
        if not is_landed(reader, "billing.meter", meter, question.livemode):
            raise no_such("meter", meter)
        if not is_landed(reader, "customer", customer, question.livemode):
            raise no_such("customer", customer, param="customer", http_status=400)

    values = {
        "livemode": question.livemode,
        "meter": meter,
        "customer": customer,
        "start_time": params["start_time"],
        "end_time": params["end_time"],
        "value_grouping_window": params.get("value_grouping_window"),
    }
    try:
        found = fetch_page(reader, _SUMMARIES, values, page, when_empty=require_both)
    except duckdb.InvalidInputException:
        # The function refuses a meter that the build does not know; Stripe's refusal comes first.
        require_both()
        raise
    data: list[Object] = [
        {
            "id": row["id"],
            "object": "billing.meter_event_summary",
            "aggregated_value": exact(row["aggregated_value"]),
            "end_time": row["end_time"],
            "livemode": row["livemode"],
            "meter": row["meter_id"],
            "start_time": row["start_time"],
        }
        for row in found.rows
    ]
    show_objects(reader, question, data, "billing.meter_event_summary", is_list=True)
    return list_object(question, data, has_more=found.has_more)


EVENT_SUMMARIES = Route(
    method="GET",
    template="/v1/billing/meters/{id}/event_summaries",
    summary="List a customer's usage of a meter, newest window first; empty windows are omitted.",
    parameters=Parameters(
        Parameter("customer", Text(), "The customer whose usage is asked for.", required=True),
        Parameter(
            "start_time",
            Timestamp(),
            "From when events count, inclusive; on a boundary of a minute, or of the window.",
            required=True,
        ),
        Parameter(
            "end_time",
            Timestamp(),
            "Until when events count, exclusive; on a boundary of a minute, or of the window.",
            required=True,
        ),
        Parameter(
            "value_grouping_window",
            Choice(("day", "hour")),
            "One summary per hour or per UTC day; without it one summary for the whole range.",
        ),
        *PAGING,
    ),
    answers="billing.meter_event_summary",
    is_list=True,
    answer=_answer,
)
