"""Filters of a list: what a caller may send, and the arguments of the table function they become.

What a filter keeps is said once, by the functions that the published file stores
(``macros/functions/lists``). What a caller sends is only ever bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from queries._kinds import Boolean, Choice, Kind, ListOf, Text
from queries._parameters import INSTANT_OR_RANGE, Parameter, Parameters

Values = dict[str, object]


def called(function: str, filters: Parameters, params: Mapping[str, Any], values: Values) -> str:
    """Give SQL that calls a table function with the filters that a request names.

    A filter of several parts, ``created[gte]``, is several arguments, ``created_gte``. The values
    are added to those that the query will bind.
    """
    arguments: list[str] = []
    for filter_ in filters:
        if filter_.name not in params:
            continue
        for name, value in _parts(filter_.name, params[filter_.name]).items():
            values[f"filter_{name}"] = value
            arguments.append(f"{name} := $filter_{name}")
    return f"intermediate.{function}({', '.join(arguments)})"


def _parts(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {name: value}
    parts = cast("Mapping[str, Any]", value)
    return {f"{name}_{part}": held for part, held in parts.items()}


def equals(name: str, doc: str, kind: Kind | None = None) -> Parameter:
    """Keep the objects that have the given value."""
    return Parameter(name, kind or Text(), doc)


def truth(name: str, doc: str) -> Parameter:
    """Keep the objects for which something is true, or for which it is not."""
    return Parameter(name, Boolean(), doc)


def one_of(name: str, doc: str, most: int | None = None) -> Parameter:
    """Keep the objects that have one of the given values."""
    return Parameter(name, ListOf(Text(), most=most), doc)


def within(name: str, doc: str) -> Parameter:
    """Keep the objects whose instant is the given one or in the given range."""
    return Parameter(name, INSTANT_OR_RANGE, doc)


CREATED = within("created", "When the object was created: an instant or a range.")
CUSTOMER = equals("customer", "Only the objects of this customer.")
RECURRING = Parameter(
    "recurring",
    Parameters(
        Parameter(
            "interval", Choice(("day", "month", "week", "year")), "How often the price bills."
        ),
        Parameter("meter", Text(), "The meter that feeds the price."),
        Parameter(
            "usage_type",
            Choice(("licensed", "metered")),
            "Whether the quantity is set or metered.",
        ),
    ),
    "Only recurring prices with these settings.",
)
SUBSCRIPTION_STATUS = Parameter(
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
)
