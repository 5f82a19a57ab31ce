"""``GET /v1/billing/analytics/meter_usage``: a customer's usage of meters in any zone's calendar.

The shape is that of Stripe's preview of the endpoint. Beyond it: windows of a minute, windows
without usage (``include_empty``), and what the books said at an instant (``received_until``).
"""

from __future__ import annotations

from typing import Any, Final

from foundation import decode_json, encode_json
from queries._errors import InvalidRequestError, no_such
from queries._expand import Object
from queries._kinds import Boolean, Choice, Kind, ListOf, Text, Timestamp
from queries._landed import IN_MODE, find_landed, is_landed
from queries._numbers import exact
from queries._parameters import Parameter, Parameters, nested
from queries._reader import Reader
from queries._route import Question, Route

_MOST_WINDOWS: Final = 20_000
_WINDOW_SECONDS: Final = {
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "month": 2419200,
}
"""How long each window is at the least."""

_USAGE: Final = f"""
    select
        meter_id,
        epoch_ms(starts_at) // 1000 as starts_at,
        epoch_ms(ends_at) // 1000 as ends_at,
        dimensions,
        aggregated_value,
        livemode
    from meter_usage(
        $meters,
        $customer,
        cast($starts_at as bigint),
        cast($ends_at as bigint),
        value_grouping_window := $value_grouping_window,
        timezone := $timezone,
        received_until := cast($received_until as bigint),
        dimension_filters := $dimension_filters,
        dimension_group_by_keys := $dimension_group_by_keys,
        is_zero_filled := $is_zero_filled
    )
    where {IN_MODE}
    order by starts_at, meter_id, dimensions
"""


_DECLARED: Final = (
    "select dimension_payload_keys from intermediate.meter_keys where meter_id = $meter"
)


class _Filters(Kind):
    """Dimension keys, each with the values that an event must have one of."""

    def parse(self, value: object, path: str) -> dict[str, Any]:
        """Give the values by key; one value may stand without a list."""
        if not isinstance(value, dict):
            raise InvalidRequestError("Invalid object", param=path)
        return {
            Text(100).parse(key, path): _VALUES.parse(
                [held] if isinstance(held, str) else held, nested(path, str(key))
            )
            for key, held in value.items()
        }

    def schema(self) -> dict[str, Any]:
        """Describe the map."""
        return {"type": "object", "additionalProperties": _VALUES.schema()}


_VALUES: Final = ListOf(Text(500), most=100, least=1)

_METER: Final = Parameters(
    Parameter("meter", Text(), "The meter.", required=True),
    Parameter("dimension_filters", _Filters(), "Count events with one of these values alone."),
    Parameter(
        "dimension_group_by_keys",
        ListOf(Text(100), most=10, least=1),
        "One row for each combination of these dimensions.",
    ),
)


def _check(params: dict[str, Any]) -> None:
    for name in ("starts_at", "ends_at"):
        if params[name] % 60:
            before = params[name] - params[name] % 60
            raise InvalidRequestError(
                f"{name} must be aligned with minute boundaries: {params[name]} is not; the "
                f"nearest are {before} and {before + 60}.",
                param=name,
                code="parameter_invalid_integer",
            )
    if params["ends_at"] <= params["starts_at"]:
        raise InvalidRequestError(
            f"ends_at must be after starts_at: {params['ends_at']} is not after "
            f"{params['starts_at']}.",
            param="ends_at",
            code="parameter_invalid_integer",
        )
    window = params.get("value_grouping_window")
    longest = _WINDOW_SECONDS.get(window or "", 0) * _MOST_WINDOWS
    if window is not None and params["ends_at"] - params["starts_at"] > longest:
        raise InvalidRequestError(
            f"A range may have {_MOST_WINDOWS} windows: by {window} it is {longest} seconds long "
            "at the most.",
            param="ends_at",
            code="parameter_invalid_integer",
        )


def _check_timezone(reader: Reader, timezone: str) -> None:
    found = reader.row(
        "select 1 from pg_timezone_names() where name = $timezone", {"timezone": timezone}
    )
    if found is None:
        raise InvalidRequestError(
            f"Invalid timezone: '{timezone[:100]}' is no name of the IANA time zone database, "
            "such as UTC or America/New_York.",
            param="timezone",
        )


def _check_dimensions(reader: Reader, asked: dict[str, Any], path: str) -> None:
    filters = nested(path, "dimension_filters")
    keys = nested(path, "dimension_group_by_keys")
    named = [(key, nested(filters, key)) for key in asked.get("dimension_filters", ())]
    named += [
        (key, nested(keys, str(at)))
        for at, key in enumerate(asked.get("dimension_group_by_keys", ()))
    ]
    if not named:
        return
    row = reader.row(_DECLARED, {"meter": asked["meter"]})
    declared: list[str] = (row["dimension_payload_keys"] if row else None) or []
    for key, param in named:
        if key not in declared:
            known = ", ".join(f"'{each}'" for each in declared) or "no dimensions"
            raise InvalidRequestError(
                f"No such dimension: '{key}'; meter '{asked['meter']}' has {known} "
                "(its dimension_payload_keys).",
                param=param,
            )


def _answer(reader: Reader, question: Question) -> Object:
    params = dict(question.params)
    _check(params)
    timezone = params.get("timezone", "UTC")
    _check_timezone(reader, timezone)
    customer = params["customer"]
    if not is_landed(reader, "customer", customer, question.livemode):
        raise no_such("customer", customer, param="customer", http_status=400)
    asked = [each["meter"] for each in params["meters"]]
    known = find_landed(reader, "billing.meter", asked, question.livemode)
    rows: list[dict[str, Any]] = []
    for at, each in enumerate(params["meters"]):
        if each["meter"] not in known:
            raise no_such("meter", each["meter"], param=f"meters[{at}][meter]", http_status=400)
        _check_dimensions(reader, each, f"meters[{at}]")
        rows += reader.rows(_USAGE, _values(params, each, timezone, question.livemode))
    data = [_row(row) for row in sorted(rows, key=lambda row: row["starts_at"])]
    as_of = reader.build.as_of_seconds
    return {
        "object": "billing.analytics.meter_usage",
        "livemode": bool(question.livemode),
        "refreshed_at": as_of,
        "rows": {
            "object": "list",
            "data": data,
            "has_more": False,
            "total": len(data),
            "url": question.path,
        },
    }


def _values(
    params: dict[str, Any], meter: dict[str, Any], timezone: str, livemode: bool | None
) -> dict[str, object]:
    filters = meter.get("dimension_filters")
    return {
        "meters": [meter["meter"]],
        "customer": params["customer"],
        "starts_at": params["starts_at"],
        "ends_at": params["ends_at"],
        "value_grouping_window": params.get("value_grouping_window"),
        "timezone": timezone,
        "received_until": params.get("received_until"),
        "dimension_filters": None if not filters else encode_json(filters),
        "dimension_group_by_keys": meter.get("dimension_group_by_keys"),
        "is_zero_filled": params.get("include_empty", False),
        "livemode": livemode,
    }


def _row(row: dict[str, Any]) -> Object:
    return {
        "object": "billing.analytics.meter_usage_row",
        "dimensions": decode_json(row["dimensions"]),
        "ends_at": row["ends_at"],
        "meter": row["meter_id"],
        "starts_at": row["starts_at"],
        "tenants": {},
        "value": exact(row["aggregated_value"]),
    }


METER_USAGE = Route(
    method="GET",
    template="/v1/billing/analytics/meter_usage",
    summary="Give a customer's usage of meters by window, time zone and dimension, oldest first.",
    parameters=Parameters(
        Parameter("customer", Text(), "The customer.", required=True),
        Parameter("starts_at", Timestamp(), "From when events count, inclusive.", required=True),
        Parameter("ends_at", Timestamp(), "Until when events count, exclusive.", required=True),
        Parameter("meters", ListOf(_METER, most=20, least=1), "Which meters.", required=True),
        Parameter("timezone", Text(100), "The windows' calendar: an IANA name; UTC by default."),
        Parameter(
            "value_grouping_window",
            Choice(("minute", "hour", "day", "week", "month")),
            "One row for each window; without it one row for the whole range.",
        ),
        Parameter("include_empty", Boolean(), "Show windows without usage too, with value 0."),
        Parameter(
            "received_until", Timestamp(), "Count what had been received by then, inclusive."
        ),
    ),
    answers="billing.analytics.meter_usage",
    answer=_answer,
)
