"""Filters of a list: each a parameter and the SQL condition it adds over ``landed_objects``.

Conditions are texts of ours with named parameters; what a caller sends is only ever bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from queries._kinds import Boolean, Choice, Kind, ListOf, Text
from queries._parameters import INSTANT_OR_RANGE, Parameter, Parameters

Values = dict[str, object]
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter parameter. ``condition`` gives SQL and adds the values that it names."""

    parameter: Parameter
    condition: Callable[[Any, Values], str]


def text_of(path: str) -> str:
    """Give SQL for the text of one member of the object; paths are ours."""
    return f"json_extract_string(object_json, '$.{path}')"


def equals(name: str, sql: str, doc: str, kind: Kind | None = None) -> Filter:
    """Keep the objects whose ``sql`` is the given value."""

    def condition(value: Any, values: Values) -> str:
        values[f"filter_{name}"] = value
        return f"{sql} = $filter_{name}"

    return Filter(Parameter(name, kind or Text(), doc), condition)


def truth(name: str, sql: str, doc: str) -> Filter:
    """Keep the objects where the SQL condition is true, or where it is not."""

    def condition(value: Any, values: Values) -> str:
        values[f"filter_{name}"] = value
        return f"coalesce({sql}, false) = $filter_{name}"

    return Filter(Parameter(name, Boolean(), doc), condition)


def one_of(name: str, sql: str, doc: str, most: int | None = None) -> Filter:
    """Keep the objects whose ``sql`` is among the given values."""

    def condition(value: Any, values: Values) -> str:
        values[f"filter_{name}"] = value
        return f"list_contains($filter_{name}, {sql})"

    return Filter(Parameter(name, ListOf(Text(), most=most), doc), condition)


def within(name: str, seconds_sql: str, doc: str) -> Filter:
    """Keep the objects whose instant, in whole seconds, is the given one or in the given range."""

    def condition(value: Any, values: Values) -> str:
        bounds = cast("dict[str, int]", value) if isinstance(value, Mapping) else {"": value}
        conditions: list[str] = []
        for bound, instant in bounds.items():
            values[f"filter_{name}_{bound}"] = instant
            sign = _SIGNS.get(bound, "=")
            conditions.append(f"{seconds_sql} {sign} $filter_{name}_{bound}")
        return " and ".join(conditions) or "true"

    return Filter(Parameter(name, INSTANT_OR_RANGE, doc), condition)


def instant_of(path: str) -> str:
    """Give SQL for an instant that is a member of the object, in whole seconds."""
    return f"cast({text_of(path)} as bigint)"


CREATED_SECONDS = "epoch_ms(created_at) // 1000"
CREATED = within("created", CREATED_SECONDS, "When the object was created: an instant or a range.")
CUSTOMER = equals("customer", "customer_id", "Only the objects of this customer.")


def _members(fields: Mapping[str, tuple[str, Kind, str]]) -> Parameters:
    return Parameters(*(Parameter(name, kind, doc) for name, (_, kind, doc) in fields.items()))


def members(name: str, fields: Mapping[str, tuple[str, Kind, str]], doc: str) -> Filter:
    """Keep the objects whose members, each given by its path, have the given values."""

    def condition(value: Any, values: Values) -> str:
        conditions: list[str] = []
        for field, wanted in cast("dict[str, Any]", value).items():
            values[f"filter_{name}_{field}"] = (
                str(wanted).lower() if isinstance(wanted, bool) else wanted
            )
            conditions.append(f"{text_of(fields[field][0])} = $filter_{name}_{field}")
        return " and ".join(conditions) or "true"

    return Filter(Parameter(name, _members(fields), doc), condition)


RECURRING = members(
    "recurring",
    {
        "interval": (
            "recurring.interval",
            Choice(("day", "month", "week", "year")),
            "How often the price bills.",
        ),
        "meter": ("recurring.meter", Text(), "The meter that feeds the price."),
        "usage_type": (
            "recurring.usage_type",
            Choice(("licensed", "metered")),
            "Whether the quantity is set or metered.",
        ),
    },
    "Only recurring prices with these settings.",
)


def _subscription_status(value: Any, values: Values) -> str:
    if value == "all":
        return "true"
    if value == "ended":
        return "status in ('canceled', 'incomplete_expired')"
    values["filter_status"] = value
    return "status = $filter_status"


SUBSCRIPTION_STATUS = Filter(
    Parameter(
        "status",
        Choice(
            (
                "active",
                "all",
                "canceled",
                "ended",
                "incomplete",
                "incomplete_expired",
                "past_due",
                "paused",
                "trialing",
                "unpaid",
            )
        ),
        "Only subscriptions of this status; all for every one. Without it, all but canceled ones.",
    ),
    _subscription_status,
)


def item_member(name: str, path: str, doc: str) -> Filter:
    """Keep the subscriptions that have an item whose member is the given value."""

    def condition(value: Any, values: Values) -> str:
        values[f"filter_{name}"] = value
        listed = f"json_extract_string(object_json, '$.items.data[*].{path}')"
        return f"list_contains({listed}, $filter_{name})"

    return Filter(Parameter(name, Text(), doc), condition)
