"""``GET /v1/billing/credit_balance_summary``: what a customer's credit grants are worth."""

from __future__ import annotations

from typing import Any, Final

from queries._errors import InvalidRequestError, no_such
from queries._expand import Object
from queries._filters import Values
from queries._kinds import Choice, ListOf, Text
from queries._landed import IN_MODE, is_landed
from queries._objects import show_objects
from queries._parameters import EXPAND, Parameter, Parameters
from queries._reader import Reader
from queries._route import Question, Route

_SCOPE: Final = "applicability_config.scope"


def _text(path: str) -> str:
    """Give SQL for the text of one member of the object; paths are ours."""
    return f"json_extract_string(object_json, '$.{path}')"


def _instant(path: str) -> str:
    return f"cast({_text(path)} as bigint)"


_FILTER: Final = Parameters(
    Parameter("type", Choice(("applicability_scope", "credit_grant")), "By what.", required=True),
    Parameter("credit_grant", Text(), "The only grant to count."),
    Parameter(
        "applicability_scope",
        Parameters(
            Parameter("price_type", Choice(("metered",)), "The type of price the grants are for."),
            Parameter(
                "prices",
                ListOf(Parameters(Parameter("id", Text(), "A price.", required=True))),
                "Prices that the grants must be for.",
            ),
        ),
        "What the grants to count are for.",
    ),
)

_BALANCES: Final = f"""
    select
        currency,
        cast(sum(cast({_text("amount.monetary.value")} as bigint)) as bigint) as value
    from main.landed_objects
    where
        object = 'billing.credit_grant'
        and customer_id = $customer
        and {IN_MODE}
        and {_text("voided_at")} is null
        and coalesce({_instant("effective_at")}, 0) <= $as_of
        and coalesce({_instant("expires_at")}, $as_of + 1) > $as_of
"""


def _condition(given: dict[str, Any], values: Values) -> str:
    kind = given["type"]
    if kind not in given:
        raise InvalidRequestError(
            f"Missing required param: filter[{kind}].",
            param=f"filter[{kind}]",
            code="parameter_missing",
        )
    if kind == "credit_grant":
        values["credit_grant"] = given["credit_grant"]
        return "id = $credit_grant"
    scope = given["applicability_scope"]
    if "prices" in scope:
        values["prices"] = [price["id"] for price in scope["prices"]]
        prices = f"json_extract_string(object_json, '$.{_SCOPE}.prices[*].id')"
        return f"list_has_any({prices}, $prices)"
    values["price_type"] = scope.get("price_type", "metered")
    return f"{_text(f'{_SCOPE}.price_type')} = $price_type"


def _answer(reader: Reader, question: Question) -> Object:
    customer = question.params["customer"]
    if not is_landed(reader, "customer", customer, question.livemode):
        raise no_such("customer", customer, param="customer", http_status=400)
    values: Values = {
        "customer": customer,
        "livemode": question.livemode,
        "as_of": reader.build.as_of_seconds,
    }
    condition = _condition(question.params["filter"], values)
    rows = reader.rows(f"{_BALANCES} and {condition} group by currency order by currency", values)
    summary: Object = {
        "object": "billing.credit_balance_summary",
        "balances": [
            {"available_balance": _monetary(row), "ledger_balance": _monetary(row)} for row in rows
        ],
        "customer": customer,
        "livemode": bool(question.livemode),
    }
    show_objects(reader, question, [summary], "billing.credit_balance_summary", is_list=False)
    return summary


def _monetary(row: dict[str, Any]) -> Object:
    return {
        "monetary": {"currency": row["currency"], "value": row["value"]},
        "type": "monetary",
    }


CREDIT_BALANCE_SUMMARY = Route(
    method="GET",
    template="/v1/billing/credit_balance_summary",
    summary="Sum a customer's credit grants that are effective, neither expired nor voided.",
    parameters=Parameters(
        Parameter("customer", Text(), "The customer.", required=True),
        Parameter("filter", _FILTER, "Which grants count.", required=True),
        EXPAND,
    ),
    answers="billing.credit_balance_summary",
    answer=_answer,
)
