"""Upcoming invoices: what a customer's or a subscription's next invoice will be.

As things stand, the built draft answers. Where anything is supposed, the steps of the build run
over the customer's rows and what is supposed (see ``queries._previews``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, cast
from urllib.parse import urlencode

from queries._drafts import Row, find_draft, lend_edits
from queries._errors import no_such
from queries._expand import Object
from queries._invoices import answer_draft, answer_lines
from queries._landed import is_landed
from queries._objects import show_objects
from queries._parameters import Parameters
from queries._previews._parameters import PREVIEW, PREVIEW_LINES, UPCOMING
from queries._previews._preview import LINES, preview
from queries._previews._request import PreviewRequest, read_request
from queries._previews._subject import next_invoice, nothing_to_bill
from queries._reader import Reader
from queries._route import Question, Route

_PARENTS: Final = ("customer", "subscription")
_CUTTING: Final = frozenset({"ending_before", "expand", "limit", "starting_after"})
_UPCOMING_LINES: Final = "/v1/invoices/upcoming/lines"


def _find(
    reader: Reader, question: Question, request: PreviewRequest
) -> tuple[Row, frozenset[str], str | None]:
    """Give the invoice's row, the drafts that unbuilt edits touch, and where its lines are."""
    if request.is_plain:
        built = _built(reader, question, request)
        if built is not None:
            return *built, None
    return preview(reader, question, request).row, frozenset(), LINES


def _built(
    reader: Reader, question: Question, request: PreviewRequest
) -> tuple[Row, frozenset[str]] | None:
    """Find the built draft that answers; None where there may be one of invoice items alone."""
    params = request.params
    given = {name: params[name] for name in _PARENTS if name in params}
    for name, identifier in given.items():
        if not is_landed(reader, name, identifier, question.livemode):
            raise no_such(name, identifier, param=name, http_status=400)
    currency = params.get("currency")
    if not given or (currency is not None and "subscription" in params):
        return None
    row = next_invoice(
        reader,
        question,
        customer=given.get("customer"),
        subscription=given.get("subscription"),
        currency=None if currency is None else currency.lower(),
    )
    edited = lend_edits(reader, question)
    found = None if not row else find_draft(reader, question, "upcoming_" + row["id"], edited)
    if not found and "subscription" in params:
        raise nothing_to_bill(request)
    if not found:
        return None
    if not found["line_count"]:
        raise nothing_to_bill(request)
    if (params.get("automatic_tax") or {}).get("enabled"):
        # Whether each line has tax rates is asked of the lines that the steps make.
        return None
    return found, edited


def _answer(reader: Reader, question: Question) -> Object:
    request = read_request(question.params)
    row, edited, source = _find(reader, question, request)
    url = None if source is None else _lines_url(question.params)
    invoice = answer_draft(reader, question, row, edited, source=source, lines_url=url)
    invoice |= _echoed(request)
    show_objects(reader, question, [invoice], "invoice", is_list=False)
    return invoice


def _answer_lines(reader: Reader, question: Question) -> Object:
    row, edited, source = _find(reader, question, read_request(question.params))
    return answer_lines(reader, question, row, edited, source=source)


def _echoed(request: PreviewRequest) -> Object:
    """Give what a preview says back: it changes nothing about what is billed."""
    echoed: Object = {}
    tax = request.get("automatic_tax")
    if tax is not None:
        echoed["automatic_tax"] = {
            "disabled_reason": None,
            "enabled": tax["enabled"],
            "liability": tax.get("liability", {"type": "self"}) if tax["enabled"] else None,
            "status": "complete" if tax["enabled"] else None,
        }
    if request.get("issuer") is not None:
        echoed["issuer"] = request.get("issuer")
    if request.get("on_behalf_of"):
        echoed["on_behalf_of"] = request.get("on_behalf_of")
    details: Mapping[str, Any] = request.get("customer_details") or {}
    if "tax_ids" in details:
        echoed["customer_tax_ids"] = details["tax_ids"]
    return echoed


def _lines_url(params: Mapping[str, Any]) -> str:
    asked = {name: value for name, value in params.items() if name not in _CUTTING}
    return f"{_UPCOMING_LINES}?{urlencode(list(_flat(asked)))}"


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Write parameters as a form does: ``subscription_details[items][0][price]``."""
    if isinstance(value, Mapping):
        for name, held in cast("Mapping[str, Any]", value).items():
            yield from _flat(held, f"{path}[{name}]" if path else name)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for at, held in enumerate(cast("Sequence[Any]", value)):
            yield from _flat(held, f"{path}[{at}]")
    elif isinstance(value, bool):
        yield path, "true" if value else "false"
    else:
        yield path, f"{value:f}" if isinstance(value, Decimal) else str(value)


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
        _UPCOMING_LINES,
        "List the lines of the next invoice.",
        PREVIEW_LINES,
        is_list=True,
    ),
    _route("POST", "/v1/invoices/create_preview", "Preview the next invoice.", PREVIEW),
)
