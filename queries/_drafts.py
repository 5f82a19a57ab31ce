"""Draft invoices and their lines: rows of the marts, after edits that are not in the build yet.

A draft is one that we compute or one that was made by hand elsewhere and landed. Edits that the
build has not seen are lent to the stored function ``draft_invoice_with_lines_edited``, which runs
the very rules of the build over them.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from queries._errors import no_such
from queries._invoice_shape import INVOICE_COLUMNS
from queries._landed import IN_MODE
from queries._line_shape import LINE_COLUMNS
from queries._page import Key, Listing
from queries._reader import Reader
from queries._route import Question

UNBUILT_EDITS: Final = "unbuilt_invoice_line_edits"
UPCOMING_PREFIX: Final = "upcoming_"
"""Put before the id that an upcoming invoice will have, to name it while it is upcoming."""
POSITION: Final = (Key("line_position", descending=False),)

Row = dict[str, Any]


_TOUCHED: Final = """
    with edited as (
        select id, customer_id, period_end
        from main.draft_invoices
        where list_contains($edited, id)
    )

    select id from edited

    union

    select drafts.id
    from main.draft_invoices as drafts
    inner join edited
        on drafts.customer_id = edited.customer_id
    where
        drafts.is_upcoming
        or (
            drafts.period_end >= edited.period_end
            and exists (
                select 1
                from main.landed_objects as grants
                where
                    grants.object = 'billing.credit_grant'
                    and grants.customer_id = drafts.customer_id
            )
        )
"""


def lend_edits(reader: Reader, question: Question) -> frozenset[str]:
    """Lend the unbuilt edits to this request's queries; give the drafts that they touch.

    Beside the edited ones those are the upcoming invoices of the same customers, where an invoice
    item shows that left a draft, and later drafts of customers with credit grants, since credit
    that one draft consumes is gone for the next.
    """
    if question.edits is None or not question.edits.num_rows:
        return frozenset()
    reader.lend(UNBUILT_EDITS, question.edits)
    edited = pc.unique(question.edits.column("invoice")).to_pylist()
    return frozenset(row["id"] for row in reader.rows(_TOUCHED, {"edited": edited}))


def find_draft(
    reader: Reader,
    question: Question,
    invoice: str,
    edited: frozenset[str],
    *,
    columns: str = INVOICE_COLUMNS,
) -> Row | None:
    """Give a draft's row, None where there is no draft of this id."""
    is_upcoming = invoice.startswith(UPCOMING_PREFIX)
    identifier = invoice.removeprefix(UPCOMING_PREFIX)
    source = "intermediate.draft_named($id)"
    if identifier in edited:
        source = _lend_edited_draft(reader, identifier)
    row = reader.row(
        f"select {columns} from {source} where id = $id and {IN_MODE}",
        {"id": identifier, "livemode": question.livemode},
    )
    return row if row is not None and row["is_upcoming"] == is_upcoming else None


def _lend_edited_draft(reader: Reader, invoice: str) -> str:
    """Compute an edited draft and its lines, once for all that asks for them; name its table."""
    held = reader.arrow(
        f"select * from draft_invoice_with_lines_edited($id, '{UNBUILT_EDITS}')", {"id": invoice}
    )
    lines: Any = pc.list_flatten(held.column("lines"))
    reader.lend(_lent(invoice, "lines"), pa.Table.from_struct_array(lines))
    reader.lend(_lent(invoice, "totals"), held.drop_columns(["lines"]))
    return _quoted(_lent(invoice, "totals"))


def _lent(invoice: str, part: str) -> str:
    return f"edited {invoice} {part}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def require_draft(reader: Reader, question: Question, invoice: str, edited: frozenset[str]) -> Row:
    """Give a draft's row, or refuse the id."""
    row = find_draft(reader, question, invoice, edited)
    if row is None:
        raise no_such("invoice", invoice)
    return row


def lines_of(
    invoice: str, edited: frozenset[str], *, is_upcoming: bool, source: str | None = None
) -> Listing:
    """Give the list of the lines of a draft that was found, in the order in which it shows them.

    They are read from the mart or, where edits touch it, as edited; a preview says from where.

    An upcoming invoice's lines are not to be confused with those of an invoice that stands, so
    their ids begin with ``il_tmp_``, as at Stripe.
    """
    if source is None:
        source = "intermediate.lines_of_draft($id)"
        if invoice in edited:
            source = _quoted(_lent(invoice, "lines"))
    columns = LINE_COLUMNS
    if is_upcoming:
        columns = columns.replace("id,", "'il_tmp_' || substr(id, 4) as id,", 1).replace(
            "invoice_id,", f"'{UPCOMING_PREFIX}' || invoice_id as invoice_id,", 1
        )
    return Listing(
        noun="line_item",
        rows=f"select {columns} from {source} where invoice_id = $id",
        keys=POSITION,
    )
