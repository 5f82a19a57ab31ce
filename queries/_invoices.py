"""Invoices and their lines: our drafts, upcoming ones, and what was billed elsewhere and landed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast
from urllib.parse import urlencode

from queries._basil import basil_invoice, basil_line
from queries._drafts import UPCOMING_PREFIX, Row, find_draft, lend_edits, lines_of
from queries._errors import no_such
from queries._expand import Object
from queries._invoice_shape import shape_invoice, shown_in_invoice
from queries._landed import find_landed, find_landed_of_types
from queries._line_shape import shape_lines, shown_in_lines
from queries._objects import show_objects
from queries._page import Page, cut_page, read_page
from queries._parameters import EXPAND, PAGING, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object

_SHOWN_LINES: Final = Page(limit=10)
"""An invoice shows its first ten lines; the rest are asked for at its lines."""


def answer_draft(
    reader: Reader,
    question: Question,
    row: Row,
    edited: frozenset[str],
    *,
    source: str | None = None,
    lines_url: str | None = None,
) -> Object:
    """Shape a draft with its first lines, in the version asked for, nothing expanded yet.

    ``source`` names the relation of its lines, where it is no draft of the build.
    """
    found = read_page(
        reader,
        lines_of(row["id"], edited, is_upcoming=row["is_upcoming"], source=source),
        {"id": row["id"]},
        _SHOWN_LINES,
    )
    shown = shown_in_invoice(row) | shown_in_lines(found.rows)
    landed = find_landed_of_types(reader, shown, None)
    lines: Object = {
        "object": "list",
        "data": shape_lines(found.rows, landed),
        "has_more": found.has_more,
        "total_count": row["line_count"],
        "url": lines_url or _lines_url(row),
    }
    invoice = shape_invoice(row, landed, lines)
    if row["is_upcoming"]:
        invoice["id"] = UPCOMING_PREFIX + row["id"]
    return basil_invoice(invoice) if question.is_basil else invoice


def _lines_url(row: Row) -> str:
    if not row["is_upcoming"]:
        return f"/v1/invoices/{row['id']}/lines"
    asked = {"customer": row["customer_id"], "subscription": row["subscription_id"]}
    return "/v1/invoices/upcoming/lines?" + urlencode(
        {name: value for name, value in asked.items() if value is not None}
    )


def answer_lines(
    reader: Reader,
    question: Question,
    row: Row,
    edited: frozenset[str],
    *,
    source: str | None = None,
) -> Object:
    """Answer one page of a draft's lines."""
    found = read_page(
        reader,
        lines_of(row["id"], edited, is_upcoming=row["is_upcoming"], source=source),
        {"id": row["id"]},
        Page.of(question.params),
    )
    data = shape_lines(found.rows, find_landed_of_types(reader, shown_in_lines(found.rows), None))
    if question.is_basil:
        data = [basil_line(line) for line in data]
    show_objects(reader, question, data, "line_item", is_list=True)
    return list_object(question, data, has_more=found.has_more)


def _retrieve(reader: Reader, question: Question) -> Object:
    identifier = question.ids["invoice"]
    invoice = find_invoices(reader, question, [identifier]).get(identifier)
    if invoice is None:
        raise no_such("invoice", identifier)
    show_objects(reader, question, [invoice], "invoice", is_list=False)
    return invoice


def find_invoices(
    reader: Reader, question: Question, identifiers: Sequence[str]
) -> dict[str, Object]:
    """Give invoices by id: drafts as we compute them, others as they landed."""
    edited = lend_edits(reader, question)
    found: dict[str, Object] = {}
    for identifier in identifiers:
        row = find_draft(reader, question, identifier, edited)
        if row is not None:
            found[identifier] = answer_draft(reader, question, row, edited)
    rest = [identifier for identifier in identifiers if identifier not in found]
    for identifier, landed in find_landed(reader, "invoice", rest, question.livemode).items():
        found[identifier] = basil_invoice(landed) if question.is_basil else landed
    return found


def _list_lines(reader: Reader, question: Question) -> Object:
    identifier = question.ids["invoice"]
    edited = lend_edits(reader, question)
    row = find_draft(reader, question, identifier, edited, columns="id, is_upcoming")
    if row is not None:
        return answer_lines(reader, question, row, edited)
    landed = find_landed(reader, "invoice", [identifier], question.livemode).get(identifier)
    if landed is None:
        raise no_such("invoice", identifier)
    return _landed_lines(reader, question, landed)


def _landed_lines(reader: Reader, question: Question, invoice: Object) -> Object:
    """Answer a page of the lines that landed within an invoice: they are no rows of a mart."""
    held = cast("dict[str, Any]", invoice.get("lines") or {})
    found = cut_page(
        cast("list[Object]", held.get("data") or []), Page.of(question.params), "line_item"
    )
    data = found.rows
    if question.is_basil:
        data = [basil_line(line) for line in data]
    show_objects(reader, question, data, "line_item", is_list=True)
    return list_object(question, data, has_more=found.has_more)


INVOICE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        template="/v1/invoices/{invoice}",
        summary="Retrieve a draft as computed here, or an invoice that was billed and landed.",
        parameters=Parameters(EXPAND),
        answers="invoice",
        answer=_retrieve,
    ),
    Route(
        method="GET",
        template="/v1/invoices/{invoice}/lines",
        summary="List an invoice's lines in the order in which it shows them.",
        parameters=Parameters(*PAGING),
        answers="line_item",
        is_list=True,
        answer=_list_lines,
    ),
)
