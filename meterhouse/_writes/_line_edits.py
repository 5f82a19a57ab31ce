"""``POST /v1/invoices/:id/add_lines``, ``update_lines`` and ``remove_lines``.

Every line of a call is a row of the stream ``invoice_line_edits``. The answer is the invoice after
the edits, computed by the functions of the build over the rows that it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from foundation import decimal_text, decode_json
from meterhouse._unbuilt_edits import with_new_edits
from meterhouse._writes._edit_parameters import ADD_LINES, REMOVE_LINES, UPDATE_LINES
from meterhouse._writes._edit_rules import (
    check_changed_line,
    check_line_count,
    check_new_line,
    check_removed_line,
)
from meterhouse._writes._identifiers import mint
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    InvalidRequestError,
    Parameters,
    Question,
    Reader,
    Route,
    answer_draft,
    find_draft,
    find_landed,
    lend_edits,
    lines_of,
    no_such,
    require_draft,
    show_objects,
)

Row = dict[str, Any]
Check = Callable[[Reader, Question, Row, Mapping[str, Row], Row, str], None]


def _prepare(operation: str, check: Check) -> Callable[[Reader | None, WriteRequest], Landing]:
    def prepare(reader: Reader | None, request: WriteRequest) -> Landing:
        assert reader is not None
        question = request.question
        invoice = question.ids["invoice"]
        lines: list[Row] = request.params["lines"]
        edited = lend_edits(reader, question)
        draft = _editable(reader, question, invoice, edited)
        held = _held_lines(reader, draft, edited)
        _refuse_twice(lines)
        for at, line in enumerate(lines):
            check(reader, question, draft, held, line, f"lines[{at}]")
        if operation == "add":
            check_line_count(draft, len(lines))
        rows = [
            _edit(operation, invoice, request, draft, line, at) for at, line in enumerate(lines)
        ]
        metadata = request.params.get("invoice_metadata")
        if metadata is not None:
            rows[0]["invoice_metadata"] = _metadata_to_land(metadata, draft)
        return Landing("invoice_line_edits", rows, _answer(reader, question, invoice, rows))

    return prepare


def _editable(reader: Reader, question: Question, invoice: str, edited: frozenset[str]) -> Row:
    draft = find_draft(reader, question, invoice, edited)
    if draft is not None and not draft["is_upcoming"]:
        return draft
    if draft is None and find_landed(reader, "invoice", [invoice], question.livemode):
        raise InvalidRequestError(
            f"The invoice {invoice} is not a draft any more; only a draft's lines can be edited.",
            code="invoice_not_editable",
        )
    raise no_such("invoice", invoice)


def _held_lines(reader: Reader, draft: Row, edited: frozenset[str]) -> dict[str, Row]:
    listing = lines_of(draft["id"], edited, is_upcoming=False)
    return {row["id"]: row for row in reader.rows(listing.rows, {"id": draft["id"]})}


def _refuse_twice(lines: list[Row]) -> None:
    seen: set[str] = set()
    for at, line in enumerate(lines):
        for name in ("id", "invoice_item"):
            value = line.get(name)
            if value is not None and value in seen:
                raise InvalidRequestError(
                    f"{value} is named twice in one call.", param=f"lines[{at}][{name}]"
                )
            if value is not None:
                seen.add(value)


def _edit(
    operation: str, invoice: str, request: WriteRequest, draft: Row, line: Row, position: int
) -> Row:
    parameters = {name: value for name, value in line.items() if name not in ("id", "behavior")}
    if operation == "add" and "invoice_item" not in line:
        # Said here, so that the line's period does not hang on the instant of receipt.
        parameters.setdefault("period", {"start": request.now, "end": request.now})
    return {
        "id": mint("ile_"),
        "invoice": invoice,
        "operation": operation,
        "request_id": request.request_id,
        "position": position,
        "line": line.get("id") or mint("il_"),
        "behavior": line.get("behavior"),
        "parameters": _with_decimals_as_text(parameters),
        "livemode": draft["livemode"],
    }


def _with_decimals_as_text(value: Any) -> Any:
    """Decimals travel as strings, since engines read JSON numbers through doubles."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return {key: _with_decimals_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_decimals_as_text(item) for item in value]
    return value


def _metadata_to_land(metadata: dict[str, str] | str, draft: Row) -> dict[str, str]:
    """Land ``invoice_metadata``; the empty string unsets every key that there is."""
    if isinstance(metadata, str):
        return dict.fromkeys(decode_json(draft["metadata_json"] or "{}"), "")
    return metadata


def _answer(reader: Reader, question: Question, invoice: str, rows: list[Row]) -> Row:
    after = replace(question, edits=with_new_edits(question.edits, rows))
    edited = lend_edits(reader, after)
    draft = require_draft(reader, after, invoice, edited)
    answer = answer_draft(reader, after, draft, edited)
    show_objects(reader, after, [answer], "invoice", is_list=False)
    return answer


def _check_added(
    reader: Reader,
    question: Question,
    draft: Row,
    held: Mapping[str, Row],
    line: Row,
    path: str,
) -> None:
    check_new_line(reader, question, draft, line, path)


def _check_updated(
    reader: Reader,
    question: Question,
    draft: Row,
    held: Mapping[str, Row],
    line: Row,
    path: str,
) -> None:
    check_changed_line(reader, question, draft, held.get(line["id"]), line, path)


def _check_removed(
    reader: Reader,
    question: Question,
    draft: Row,
    held: Mapping[str, Row],
    line: Row,
    path: str,
) -> None:
    check_removed_line(held.get(line["id"]), line, path)


def _write(operation: str, parameters: Parameters, summary: str, check: Check) -> Write:
    return Write(
        Route(
            method="POST",
            template=f"/v1/invoices/{{invoice}}/{operation}_lines",
            summary=summary,
            parameters=parameters,
            answers="invoice",
        ),
        _prepare(operation, check),
    )


EDIT_LINES: tuple[Write, ...] = (
    _write("add", ADD_LINES, "Add lines to a draft invoice.", _check_added),
    _write("update", UPDATE_LINES, "Update lines of a draft invoice.", _check_updated),
    _write("remove", REMOVE_LINES, "Remove lines from a draft invoice.", _check_removed),
)
