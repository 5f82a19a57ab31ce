"""``GET /v1/billing/meters/:id/event_summaries``: a customer's usage of a meter per window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
_ROLLUPS: Final = (900, 86400)

_FUNCTION: Final = """
    select intermediate.summaries_function(
        $meter,
        cast($start_time as bigint),
        cast($end_time as bigint),
        cast($value_grouping_window as varchar)
    ) as begun
"""
_SUMMARIES: Final = """
    select id, livemode, window_start, window_end, aggregated_value
    from intermediate.{begun}
        $customer,
        cast($start_time as bigint),
        cast($end_time as bigint),
        $value_grouping_window,
        $window_seconds
    )
    where """
_KEYS: Final = (Key("window_start"),)


def _listing(reader: Reader, values: Mapping[str, Any]) -> Listing | None:
    """Give the list, read from the function for this meter; None where the build knows no meter.

    Which one it is depends on the window and on whether the range begins and ends with a day or a
    quarter-hour, so it is asked for once for all questions that are alike in that.
    """

    def ask(reader: Reader) -> str:
        row = reader.row(_FUNCTION, values)
        if row is None or row["begun"] is None:
            raise LookupError(values["meter"])
        return row["begun"]

    begins_with = tuple(
        values[time] % seconds == 0 for time in ("start_time", "end_time") for seconds in _ROLLUPS
    )
    alike = (values["meter"], values["value_grouping_window"], *begins_with)
    try:
        begun = reader.cached(f"function of event summaries {alike}", ask)
    except LookupError:
        return None
    return Listing(
        noun="billing.meter_event_summary",
        rows=_SUMMARIES.format(begun=begun) + IN_MODE,
        keys=_KEYS,
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
    window = params.get("value_grouping_window")

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
        "value_grouping_window": window,
        "window_seconds": _WINDOW_SECONDS[window] if window else None,
    }
    listing = _listing(reader, values)
    if listing is None:
        require_both()
        raise no_such("meter", meter)
    found = fetch_page(reader, listing, values, page, when_empty=require_both)
    data: list[Object] = [
        {
            "id": row["id"],
            "object": "billing.meter_event_summary",
            "aggregated_value": exact(row["aggregated_value"]),
            "end_time": row["window_end"],
            "livemode": row["livemode"],
            "meter": meter,
            "start_time": row["window_start"],
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
