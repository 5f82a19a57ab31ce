"""``GET /v1/billing/credit_balance_summary``: what a customer's credit grants are worth."""

from __future__ import annotations

from typing import Any, Final

from queries._errors import InvalidRequestError, no_such
from queries._expand import Object
from queries._filters import Values
from queries._kinds import Choice, ListOf, Text
from queries._landed import is_landed
from queries._objects import show_objects
from queries._parameters import EXPAND, Parameter, Parameters
from queries._reader import Reader
from queries._route import Question, Route

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

_BALANCES: Final = """
    select currency, value
    from credit_balances(
        $customer,
        at_time := $at_time,
        credit_grant := $credit_grant,
        price_type := $price_type,
        prices := $prices,
        livemode := $livemode
    )
"""


def _counted(given: dict[str, Any]) -> Values:
    """Say which grants count, as the function's arguments; what is not asked for is null."""
    kind = given["type"]
    if kind not in given:
        raise InvalidRequestError(
            f"Missing required param: filter[{kind}].",
            param=f"filter[{kind}]",
            code="parameter_missing",
        )
    counted: Values = {"credit_grant": None, "price_type": None, "prices": None}
    if kind == "credit_grant":
        return counted | {"credit_grant": given["credit_grant"]}
    scope = given["applicability_scope"]
    if "prices" in scope:
        return counted | {"prices": [price["id"] for price in scope["prices"]]}
    return counted | {"price_type": scope.get("price_type", "metered")}


def _answer(reader: Reader, question: Question) -> Object:
    customer = question.params["customer"]
    if not is_landed(reader, "customer", customer, question.livemode):
        raise no_such("customer", customer, param="customer", http_status=400)
    values: Values = {
        "customer": customer,
        "livemode": question.livemode,
        "at_time": reader.build.as_of_seconds,
    }
    rows = reader.rows(_BALANCES, values | _counted(question.params["filter"]))
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
