"""A pending invoice item as it stands: edits that it took along from drafts count, built or not."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from foundation import decode_json
from queries._drafts import UNBUILT_EDITS
from queries._errors import InvalidRequestError
from queries._previews._hypothesis import Hypothesis, Object
from queries._previews._steps import Change

_KEYED_EDITS: Final = '"warehouse"."intermediate"."int_keyed_invoice_line_edits"'

_PRICING: Final = (
    "given_quantity",
    "given_unit_amount_decimal",
    "given_price_id",
    "given_product_id",
    "default_description",
)
_GIVEN_BY: Final = {
    "amount": _PRICING,
    "description": ("given_description",),
    "discountable": ("given_is_discountable",),
    "discounts": ("given_discounts_json",),
    "metadata": ("given_metadata_json",),
    "period": ("given_period_start", "given_period_end"),
    "price": _PRICING,
    "price_data": _PRICING,
    "quantity": _PRICING,
    "tax_rates": ("given_tax_rates_json",),
    "unit_amount": _PRICING,
    "unit_amount_decimal": _PRICING,
}
"""What an edit gives, by the parameter of a preview that says otherwise after it."""

_LINE: Final = """
select
    lines.quantity,
    lines.unit_amount_decimal,
    lines.amount,
    lines.price_id,
    lines.metadata_json,
    lines.last_edit_id is not null as is_edited,
    drafts.is_upcoming
from {lines} as lines
inner join main.draft_invoices as drafts on lines.invoice_id = drafts.id
where lines.invoice_item_id = $item
"""


def pending_item(hypothesis: Hypothesis, identifier: str, customer: str, param: str) -> Object:
    """Give a pending invoice item of a customer as edits left it, or refuse its id."""
    reader = hypothesis.reader
    item = copy.deepcopy(hypothesis.landed("invoiceitem", identifier, param))
    row = reader.row(
        "select customer_id, is_pending from main.invoice_items where id = $id", {"id": identifier}
    )
    if row is not None and row["customer_id"] != customer:
        raise InvalidRequestError(
            f"The invoice item {identifier} belongs to another customer.", param=param
        )
    is_pending = row is not None and row["is_pending"]
    lines, values = "main.draft_invoice_lines", {"item": identifier}
    draft = _draft_with_unbuilt_edits(hypothesis, customer)
    if draft is not None:
        lines = f"intermediate.lines_beside($draft, '{UNBUILT_EDITS}')"
        values["draft"] = draft
        waiting = f"pending_invoice_items_edited($draft, '{UNBUILT_EDITS}')"
        is_pending = bool(reader.rows(f"select 1 from {waiting} where id = $item", values))
    line = reader.row(_LINE.format(lines=lines), values)
    if not is_pending or (line is not None and not line["is_upcoming"]):
        raise InvalidRequestError(
            f"The invoice item {identifier} is on an invoice already.", param=param
        )
    return item if line is None or not line["is_edited"] else {**item, **_edited(line)}


def _draft_with_unbuilt_edits(hypothesis: Hypothesis, customer: str) -> str | None:
    """Lend the edits that no build has seen; give a draft of the customer to look at them by."""
    edits = hypothesis.question.edits
    if edits is None or not edits.num_rows:
        return None
    hypothesis.reader.lend(UNBUILT_EDITS, edits)
    row = hypothesis.reader.row(
        "select min(id) as id from main.draft_invoices where customer_id = $customer",
        {"customer": customer},
    )
    return None if row is None else row["id"]


def _edited(line: Mapping[str, Any]) -> Object:
    unit = line["unit_amount_decimal"]
    return {
        "amount": line["amount"],
        "invoice": None,
        "metadata": decode_json(line["metadata_json"] or "{}"),
        "price": line["price_id"],
        "quantity": int(line["quantity"]),
        "unit_amount": None,
        "unit_amount_decimal": None if unit is None else f"{unit:f}",
    }


def superseded_edits(identifier: str, given: Mapping[str, Any]) -> Change | None:
    """Give the change by which edits of an item no longer say what a preview says after them."""
    columns = sorted({column for name in given for column in _GIVEN_BY.get(name, ())})
    if not columns:
        return None
    unset = ", ".join(f"{column} = null" for column in columns)
    return Change(
        "int_keyed_invoice_line_edits",
        f"update {_KEYED_EDITS} set {unset} where edit_key = $item",
        {"item": identifier},
    )
