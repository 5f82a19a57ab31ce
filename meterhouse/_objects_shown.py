"""Objects as people read them: the columns that tell most, instants as dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from foundation import encode_json

Rows = list[dict[str, Any]]

_WIDEST: Final = 60
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "usage_record_summary": ("period.start", "period.end", "total_usage", "invoice", "id"),
    "billing.meter_event_summary": ("start_time", "end_time", "aggregated_value", "id"),
    "line_item": (
        "description",
        "quantity",
        "quantity_decimal",
        "amount",
        "currency",
        "period.start",
        "period.end",
        "id",
    ),
    "invoice": (
        "created",
        "customer",
        "status",
        "billing_reason",
        "total",
        "amount_due",
        "currency",
        "id",
    ),
    "billing.meter": (
        "display_name",
        "event_name",
        "default_aggregation.formula",
        "event_time_window",
        "status",
        "id",
    ),
    "customer": ("name", "email", "currency", "balance", "created", "id"),
    "product": ("name", "unit_label", "active", "created", "id"),
    "price": (
        "product",
        "type",
        "billing_scheme",
        "tiers_mode",
        "unit_amount_decimal",
        "currency",
        "nickname",
        "id",
    ),
    "subscription": (
        "customer",
        "status",
        "current_period_start",
        "current_period_end",
        "currency",
        "id",
    ),
    "subscription_item": ("price", "quantity", "subscription", "created", "id"),
    "invoiceitem": ("customer", "description", "amount", "currency", "date", "invoice", "id"),
}
"""What is shown of each kind of object; of any other kind, every field with a value."""

_SUMMARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice": (
        "id",
        "status",
        "billing_reason",
        "customer",
        "customer_name",
        "subscription",
        "period_start",
        "period_end",
        "currency",
        "subtotal",
        "tax",
        "total",
        "starting_balance",
        "amount_due",
    ),
}
"""What is shown of one object by itself; of any other kind, every field with a value."""

_INSTANT: Final = re.compile(
    r"(.*\.)?(start|end|created|updated|timestamp|date|(.*_(time|at|start|end)))"
)
_HIDDEN: Final = frozenset({"object", "livemode", "metadata"})


def cells(rows: Rows) -> tuple[list[str], list[list[str]], list[bool]]:
    """Give a table to print: its columns, its cells, and which columns are numbers."""
    flat = [flattened(row) for row in rows]
    every = list(dict.fromkeys(name for row in flat for name in row))
    wanted = _COLUMNS.get(str(rows[0].get("object")), tuple(every)) if rows else ()
    names = [
        name
        for name in wanted
        if name in every and any(row.get(name) not in (None, "") for row in flat)
    ]
    body = [[shown(name, row.get(name)) for name in names] for row in flat]
    return names, body, [_is_number(name, flat) for name in names]


def summary(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields to show of one object by itself."""
    flat = flattened(item)
    wanted = _SUMMARIES.get(str(item.get("object")), tuple(flat))
    return {name: flat[name] for name in wanted if name in flat}


def flattened(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Bring nested fields to the top: ``period.start``; lists and hidden fields are left out."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name in _HIDDEN:
            continue
        if isinstance(value, Mapping):
            if "id" in value:
                flat[prefix + name] = value["id"]
            elif not prefix:
                flat.update(flattened(value, f"{name}."))
        elif not isinstance(value, list):
            flat[prefix + name] = value
    return flat


def shown(name: str, value: Any) -> str:
    """Show one value: an instant as a date and time in UTC, a number with every digit."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and _INSTANT.fullmatch(name):
        return _date(value)
    text = value if isinstance(value, str) else encode_json(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _date(seconds: int) -> str:
    try:
        instant = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return str(seconds)
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def _is_number(name: str, rows: Rows) -> bool:
    return not _INSTANT.fullmatch(name) and all(
        row.get(name) is None
        or (isinstance(row[name], int | Decimal) and not isinstance(row[name], bool))
        for row in rows
    )
