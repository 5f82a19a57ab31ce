"""``POST /v1/invoices/:id/add_lines``, ``update_lines`` and ``remove_lines``.

Every line of a call is a row of the stream ``invoice_line_edits``. The answer is the invoice after
the edits, computed by the functions of the build over the rows that it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import msgspec

from foundation import decimal_text, decode_json
from meterhouse._unbuilt_edits import with_new_edits
from meterhouse._writes._edit_charge_rules import check_taxes_together
from meterhouse._writes._edit_parameters import ADD_LINES, REMOVE_LINES, UPDATE_LINES
from meterhouse._writes._edit_rules import (
    check_changed_line,
    check_line_count,
    check_metadata_count,
    check_new_line,
    check_removed_line,
)
from meterhouse._writes._edited_draft import EditedDraft, Row
from meterhouse._writes._identifiers import mint
from meterhouse._writes._write import Landing, Write, WriteRequest
from queries import (
    InvalidRequestError,
    Parameters,
    Question,
    Reader,
    Route,
    answer_draft,
    show_objects,
)

_STREAM = "invoice_line_edits"

Check = Callable[[EditedDraft, Row, str], Row]


def _prepare(operation: str, check: Check) -> Callable[[Reader | None, WriteRequest], Landing]:
    def prepare(reader: Reader | None, request: WriteRequest) -> Landing:
        assert reader is not None
        question = request.question
        draft = EditedDraft.of(reader, question)
        sent: list[Row] = request.params["lines"]
        _refuse_twice(sent)
        lines = [check(draft, line, f"lines[{at}]") for at, line in enumerate(sent)]
        check_taxes_together(draft, lines)
        if operation == "add":
            check_line_count(draft, len(lines))
        rows = [_edit(operation, request, draft, line, at) for at, line in enumerate(lines)]
        metadata = request.params.get("invoice_metadata")
        if metadata is not None:
            check_metadata_count(draft.row["metadata_json"], metadata, "invoice_metadata")
            rows[0]["invoice_metadata"] = _metadata_to_land(metadata, draft)
        after = msgspec.structs.replace(
            question, edits=with_new_edits(question.edits, rows, request.clock)
        )
        return Landing(_STREAM, rows, _answer(reader, after, sent, rows))

    return prepare


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
    operation: str, request: WriteRequest, draft: EditedDraft, line: Row, position: int
) -> Row:
    parameters = {name: value for name, value in line.items() if name not in ("id", "behavior")}
    if operation == "add" and "invoice_item" not in line:
        # Said here, so that the line's period does not hang on the instant of receipt.
        parameters.setdefault("period", {"start": request.now, "end": request.now})
    return {
        "id": mint("ile_"),
        "invoice": draft.row["id"],
        "operation": operation,
        "request_id": request.request_id,
        "position": position,
        "line": line.get("id") or mint("il_"),
        "behavior": line.get("behavior"),
        "parameters": _with_decimals_as_text(parameters),
        "livemode": draft.row["livemode"],
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


def _metadata_to_land(metadata: dict[str, str] | str, draft: EditedDraft) -> dict[str, str]:
    """Land ``invoice_metadata``; the empty string unsets every key that there is."""
    if isinstance(metadata, str):
        return dict.fromkeys(decode_json(draft.row["metadata_json"] or "{}"), "")
    return metadata


def _answer(
    reader: Reader, question: Question, sent: Sequence[Row], rows: Sequence[Row]
) -> dict[str, Any]:
    draft = EditedDraft.of(reader, question)
    for at, (line, row) in enumerate(zip(sent, rows, strict=True)):
        if row["operation"] != "remove" and row["line"] not in draft.lines:
            raise _too_large(line, f"lines[{at}]")
    edited = frozenset({draft.row["id"]})
    answer = answer_draft(reader, question, draft.row, edited)
    show_objects(reader, question, [answer], "invoice", is_list=False)
    return answer


def _too_large(line: Row, path: str) -> InvalidRequestError:
    """Refuse a line that fell out of the invoice: nothing but its amount can do that."""
    data = cast("Row", line.get("price_data") or {})
    name = next((f"[price_data][{each}]" for each in data if "unit_amount" in each), "")
    return InvalidRequestError(
        f"The amount of {path} is too large: unit price times quantity can have at most 14 digits "
        "in minor units.",
        param=path + ("[quantity]" if "quantity" in line else name),
    )


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
        after_all_of=_STREAM,
    )


EDIT_LINES: tuple[Write, ...] = (
    _write("add", ADD_LINES, "Add lines to a draft invoice.", check_new_line),
    _write("update", UPDATE_LINES, "Update lines of a draft invoice.", check_changed_line),
    _write("remove", REMOVE_LINES, "Remove lines from a draft invoice.", check_removed_line),
)
