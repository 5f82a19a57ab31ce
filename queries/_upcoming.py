"""Upcoming invoices: what a customer's or a subscription's next invoice will be as things stand."""

from __future__ import annotations

from typing import Any, Final

from queries._drafts import Row, find_draft, lend_edits
from queries._errors import InvalidRequestError, no_such
from queries._expand import Object
from queries._invoices import answer_draft, answer_lines
from queries._landed import IN_MODE, is_landed
from queries._objects import show_objects
from queries._parameters import Parameters
from queries._previews._parameters import PREVIEW, PREVIEW_LINES, UPCOMING
APPLIED = frozenset({"customer","subscription","currency","preview_mode","expand","limit","starting_after","ending_before"})
from queries._reader import Reader
from queries._route import Question, Route

_PARENTS: Final = ("customer", "subscription")


def _refuse_what_is_not_applied(params: dict[str, Any]) -> None:
    for name in params:
        if name not in APPLIED:
            raise InvalidRequestError(
                f"A preview with {name} is not computed here; a preview takes "
                f"{', '.join(sorted(APPLIED))}. Remove {name} from the request.",
                param=name,
            )
    if params.get("preview_mode") == "recurring":
        raise InvalidRequestError(
            "A preview with preview_mode 'recurring' is not computed here; use 'next', or leave "
            "preview_mode out.",
            param="preview_mode",
        )


def _find(reader: Reader, question: Question) -> tuple[Row, frozenset[str]]:
    params = dict(question.params)
    _refuse_what_is_not_applied(params)
    given = {name: params[name] for name in _PARENTS if name in params}
    if not given:
        raise InvalidRequestError(
            "You must pass one of customer or subscription to preview an upcoming invoice.",
            param="customer",
            code="parameter_missing",
        )
    for name, identifier in given.items():
        if not is_landed(reader, name, identifier, question.livemode):
            raise no_such(name, identifier, param=name, http_status=400)
    conditions = " and ".join(f"{name}_id = ${name}" for name in given)
    # Of a customer's subscriptions the next to be invoiced answers.
    row = reader.row(
        f"select id from main.draft_invoices where is_upcoming and {conditions} and {IN_MODE} "
        "order by period_end, id limit 1",
        {**given, "livemode": question.livemode},
    )
    edited = lend_edits(reader, question)
    found = row and find_draft(reader, question, "upcoming_" + row["id"], edited)
    if not found:
        named = " and ".join(f"{name} {identifier}" for name, identifier in given.items())
        raise InvalidRequestError(
            f"No upcoming invoices for {named}.", code="invoice_upcoming_none", http_status=404
        )
    _require_currency(params, found)
    return found, edited


def _require_currency(params: dict[str, Any], found: Row) -> None:
    currency = params.get("currency")
    if currency is not None and currency.lower() != found["currency"]:
        raise InvalidRequestError(
            f"The upcoming invoice is in {found['currency']}; a preview in {currency} is not "
            "computed here.",
            param="currency",
        )


def _answer(reader: Reader, question: Question) -> Object:
    row, edited = _find(reader, question)
    invoice = answer_draft(reader, question, row, edited)
    show_objects(reader, question, [invoice], "invoice", is_list=False)
    return invoice


def _answer_lines(reader: Reader, question: Question) -> Object:
    row, edited = _find(reader, question)
    return answer_lines(reader, question, row, edited)


def _route(
    method: str, path: str, summary: str, parameters: Parameters, *, is_list: bool = False
) -> Route:
    return Route(
        method=method,
        template=path,
        summary=summary,
        parameters=parameters,
        answers="line_item" if is_list else "invoice",
        is_list=is_list,
        answer=_answer_lines if is_list else _answer,
    )


UPCOMING_ROUTES: tuple[Route, ...] = (
    _route("GET", "/v1/invoices/upcoming", "Preview the next invoice.", UPCOMING),
    _route(
        "GET",
        "/v1/invoices/upcoming/lines",
        "List the lines of the next invoice.",
        PREVIEW_LINES,
        is_list=True,
    ),
    _route("POST", "/v1/invoices/create_preview", "Preview the next invoice.", PREVIEW),
)
