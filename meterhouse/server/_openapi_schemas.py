"""JSON schemas of the objects that are computed here; what landed is described by its id and kind.

Only what every answer holds is required, so that a schema is a promise and not a wish.
"""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_FLAG: Final[Schema] = {"type": "boolean"}
_WHOLE: Final[Schema] = {"type": "integer"}
_SECONDS: Final[Schema] = {"type": "integer", "format": "unix-time"}
_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_TEXT_MAP: Final[Schema] = {"type": "object", "additionalProperties": {"type": "string"}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _named(object_type: str, properties: dict[str, Schema]) -> Schema:
    """Describe an object whose every property is always there."""
    held = {"object": {"type": "string", "enum": [object_type]}, **properties}
    return {"type": "object", "required": list(held), "properties": held}


_PERIOD: Final[Schema] = {
    "type": "object",
    "required": ["end", "start"],
    "properties": {"end": _SECONDS, "start": _SECONDS},
}

_LINE_ITEM: Final = {
    "type": "object",
    "required": ["id", "object", "amount", "currency", "livemode", "period"],
    "properties": {
        "id": _TEXT,
        "object": {"type": "string", "enum": ["line_item"]},
        "amount": {**_WHOLE, "description": "In minor units."},
        "currency": _TEXT,
        "description": _or_null(_TEXT),
        "livemode": _FLAG,
        "metadata": _TEXT_MAP,
        "period": _PERIOD,
        "quantity": _or_null(_WHOLE),
        "quantity_decimal": _or_null(
            {**_TEXT, "description": "The exact quantity, every digit, as text."}
        ),
        "type": {"type": "string", "enum": ["invoiceitem", "subscription"]},
    },
}

_INVOICE: Final = {
    "type": "object",
    "required": ["id", "object", "amount_due", "currency", "lines", "livemode", "total"],
    "properties": {
        "id": _TEXT,
        "object": {"type": "string", "enum": ["invoice"]},
        "amount_due": _WHOLE,
        "billing_reason": _or_null(_TEXT),
        "created": _SECONDS,
        "currency": _TEXT,
        "lines": {
            "type": "object",
            "required": ["object", "data", "has_more", "url"],
            "properties": {
                "object": {"type": "string", "enum": ["list"]},
                "data": {"type": "array", "items": {"$ref": "#/components/schemas/line_item"}},
                "has_more": _FLAG,
                "url": _TEXT,
            },
        },
        "livemode": _FLAG,
        "metadata": _or_null(_TEXT_MAP),
        "period_end": _SECONDS,
        "period_start": _SECONDS,
        "status": _or_null(_TEXT),
        "subtotal": _WHOLE,
        "total": _WHOLE,
    },
}

_CANCEL: Final = {
    "type": "object",
    "required": ["identifier"],
    "properties": {"identifier": _TEXT},
}

_EVENT: Final = {
    "event_name": _TEXT,
    "identifier": _TEXT,
    "livemode": _FLAG,
    "payload": _TEXT_MAP,
}
_ADJUSTMENT: Final = {
    "cancel": _CANCEL,
    "event_name": _TEXT,
    "livemode": _FLAG,
    "status": {"type": "string", "enum": ["complete", "pending"]},
    "type": {"type": "string", "enum": ["cancel"]},
}

_MONEY: Final = {
    "type": "object",
    "required": ["monetary", "type"],
    "properties": {
        "monetary": {
            "type": "object",
            "required": ["currency", "value"],
            "properties": {"currency": _TEXT, "value": _WHOLE},
        },
        "type": {"type": "string", "enum": ["monetary"]},
    },
}

ERROR: Final[Schema] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type"],
            "properties": {
                "code": _TEXT,
                "doc_url": _TEXT,
                "message": _TEXT,
                "param": _TEXT,
                "type": _TEXT,
            },
        }
    },
}

COMPUTED: Final[dict[str, Schema]] = {
    "usage_record": _named(
        "usage_record",
        {
            "id": _TEXT,
            "livemode": _FLAG,
            "quantity": _WHOLE,
            "subscription_item": _TEXT,
            "timestamp": _SECONDS,
        },
    ),
    "usage_record_summary": _named(
        "usage_record_summary",
        {
            "id": _TEXT,
            "invoice": _or_null(_TEXT),
            "livemode": _FLAG,
            "period": {**_PERIOD, "description": "start is exclusive, end inclusive."},
            "subscription_item": _TEXT,
            "total_usage": _WHOLE,
        },
    ),
    "billing.meter_event": _named(
        "billing.meter_event", {**_EVENT, "created": _SECONDS, "timestamp": _SECONDS}
    ),
    "v2.billing.meter_event": _named(
        "v2.billing.meter_event", {**_EVENT, "created": _INSTANT, "timestamp": _INSTANT}
    ),
    "billing.meter_event_adjustment": _named("billing.meter_event_adjustment", _ADJUSTMENT),
    "v2.billing.meter_event_adjustment": _named(
        "v2.billing.meter_event_adjustment", {"id": _TEXT, "created": _INSTANT, **_ADJUSTMENT}
    ),
    "v2.billing.meter_event_session": _named(
        "v2.billing.meter_event_session",
        {
            "id": _TEXT,
            "authentication_token": _TEXT,
            "created": _INSTANT,
            "expires_at": _INSTANT,
            "livemode": _FLAG,
        },
    ),
    "v2.billing.meter_event_stream": {"type": "object", "maxProperties": 0},
    "billing.meter_event_summary": _named(
        "billing.meter_event_summary",
        {
            "id": _TEXT,
            "aggregated_value": {"type": "number", "description": "Exact, every digit."},
            "end_time": {**_SECONDS, "description": "Exclusive."},
            "livemode": _FLAG,
            "meter": _TEXT,
            "start_time": {**_SECONDS, "description": "Inclusive."},
        },
    ),
    "billing.analytics.meter_usage": _named(
        "billing.analytics.meter_usage",
        {
            "livemode": _FLAG,
            "refreshed_at": _SECONDS,
            "rows": {
                "type": "object",
                "required": ["object", "data", "has_more", "total", "url"],
                "properties": {"data": {"type": "array", "items": {"type": "object"}}},
            },
        },
    ),
    "billing.credit_balance_summary": _named(
        "billing.credit_balance_summary",
        {
            "balances": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["available_balance", "ledger_balance"],
                    "properties": {"available_balance": _MONEY, "ledger_balance": _MONEY},
                },
            },
            "livemode": _FLAG,
        },
    ),
    "invoice": _INVOICE,
    "line_item": _LINE_ITEM,
}
"""By Stripe's name of the object."""


def landed(object_type: str) -> Schema:
    """Describe an object that is answered as it landed."""
    return {
        "type": "object",
        "description": "As it landed, every field kept.",
        "required": ["id", "object"],
        "properties": {"id": _TEXT, "object": {"type": "string", "enum": [object_type]}},
    }
