"""``GET /v1/invoices``: invoices that landed and drafts computed here, newest first."""

from __future__ import annotations

from typing import Final

from queries._expand import Object
from queries._filters import CREATED, Values, called, equals, within
from queries._invoices import find_invoices
from queries._kinds import Choice
from queries._landed import IN_MODE
from queries._objects import show_objects
from queries._page import Key, Listing, Page, fetch_page
from queries._parameters import PAGING, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object

_FILTERS: Final = Parameters(
    equals(
        "collection_method",
        "Only invoices collected this way.",
        Choice(("charge_automatically", "send_invoice")),
    ),
    CREATED,
    equals("customer", "Only the invoices of this customer."),
    within("due_date", "When the invoice is due: an instant or a range."),
    equals(
        "status",
        "Only invoices of this status.",
        Choice(("draft", "open", "paid", "uncollectible", "void")),
    ),
    equals("subscription", "Only the invoices of this subscription."),
)


def _answer(reader: Reader, question: Question) -> Object:
    page = Page.of(question.params)
    values: Values = {"livemode": question.livemode}
    chosen = called("listed_invoices", _FILTERS, question.params, values)
    listing = Listing(
        noun="invoice",
        rows=f"select id, created from {chosen} as listed where {IN_MODE}",
        keys=(Key("created"), Key("id", descending=False)),
        cursors=(
            "select id, created from intermediate.listed_invoice_named($page_cursor) as listed "
            f"where {IN_MODE}"
        ),
    )
    found = fetch_page(reader, listing, values, page)
    identifiers = [row["id"] for row in found.rows]
    invoices = find_invoices(reader, question, identifiers)
    data = [invoices[identifier] for identifier in identifiers if identifier in invoices]
    show_objects(reader, question, data, "invoice", is_list=True)
    return list_object(question, data, has_more=found.has_more)


INVOICE_LIST = Route(
    method="GET",
    template="/v1/invoices",
    summary="List invoices, newest first: those that landed, and drafts computed here.",
    parameters=_FILTERS.plus(*PAGING),
    answers="invoice",
    is_list=True,
    answer=_answer,
)
