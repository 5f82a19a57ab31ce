"""A preview from the request to the draft: suppose, run the build's steps, pick the invoice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from foundation import encode_json
from queries._errors import InvalidRequestError
from queries._invoice_shape import INVOICE_COLUMNS
from queries._previews._changes import changes_of, target_of
from queries._previews._hypothesis import (
    NEW_CUSTOMER,
    NEW_ITEM,
    NEW_SUBSCRIPTION,
    Hypothesis,
    instant,
)
from queries._previews._request import PreviewRequest
from queries._previews._rows import real_rows, rows_named, superseding
from queries._previews._steps import PREVIEWS, previewing, run_steps
from queries._previews._subject import Subject, nothing_to_bill
from queries._previews._supposed import suppose
from queries._reader import Reader
from queries._route import Question

LINES: Final = "preview_lines"
"""Under which name the lines of a preview can be read until the request ends."""
_INVOICE: Final = "preview_invoice"
_ANSWERING: Final = "answering_draft"


@dataclass(frozen=True, slots=True)
class Preview:
    """An invoice that was not built: its row, in the columns that invoices are shaped from."""

    row: dict[str, Any]


def preview(reader: Reader, question: Question, request: PreviewRequest) -> Preview:
    """Compute a preview; its lines can be read as ``LINES`` afterwards.

    Raises:
        InvalidRequestError: what is asked for does not exist or fit (400); no invoice (404).
    """
    hypothesis = Hypothesis(reader, question, reader.build.as_of_seconds)
    with previewing(reader):
        subject = suppose(hypothesis, request)
        changes = changes_of(hypothesis, request, subject)
        rows = real_rows(reader, subject.customer, hypothesis.named, question.edits)
        _add_supposed(rows, hypothesis, subject)
        drafts = run_steps(reader, rows, instant(subject.as_of), changes, target_of(subject))
    if not drafts.answering.num_rows:
        raise nothing_to_bill(request)
    wanted = drafts.answering.column("invoice_id")[0].as_py()
    reader.lend("preview_drafts", drafts.invoices)
    reader.lend("preview_draft_lines", drafts.lines)
    shown = (
        "in_"
        + hashlib.sha256(
            (wanted + encode_json(_plain(question.params), sort_keys=True)).encode()
        ).hexdigest()[:24]
    )
    reader.lend(LINES, _shown_lines(reader, wanted, shown))
    row = reader.row(
        f"select {INVOICE_COLUMNS} from ("
        "select * replace ($shown as id, true as is_upcoming, 'upcoming' as billing_reason, "
        f"{_hidden('customer_id', NEW_CUSTOMER)}, {_hidden('subscription_id', NEW_SUBSCRIPTION)}) "
        "from preview_drafts where id = $wanted)",
        {"wanted": wanted, "shown": shown},
    )
    if row is None or not row["line_count"]:
        raise nothing_to_bill(request)
    _refuse_items_elsewhere(reader, request)
    _refuse_automatic_tax(reader, request)
    return Preview(row)


def _shown_lines(reader: Reader, wanted: str, shown: str) -> pa.Table:
    return reader.arrow(
        "select * replace ($shown as invoice_id, "
        f"{_hidden('customer_id', NEW_CUSTOMER)}, {_hidden('subscription_id', NEW_SUBSCRIPTION)}, "
        f"case when subscription_item_id like '{NEW_ITEM}%' then null else subscription_item_id "
        "end as subscription_item_id) "
        "from preview_draft_lines where invoice_id = $wanted",
        {"wanted": wanted, "shown": shown},
    )


def _hidden(column: str, identifier: str) -> str:
    """Show nothing where an object does not exist yet."""
    return f"nullif({column}, '{identifier}') as {column}"


def _add_supposed(rows: dict[str, pa.Table], hypothesis: Hypothesis, subject: Subject) -> None:
    land = hypothesis.question.land
    if land is None:
        raise InvalidRequestError(
            "This warehouse cannot suppose objects; open it through meterhouse.Warehouse."
        )
    for stream, versions in hypothesis.versions.items():
        relation = f'{PREVIEWS}."{stream}"'
        new = land(stream, versions)
        if stream == "subscriptions" and subject.subscription and subject.changed_at is not None:
            rows[relation] = superseding(
                rows[relation], subject.subscription, instant(subject.changed_at), new
            )
        else:
            rows[relation] = replacing(rows[relation], new)
    _add_products(rows, hypothesis)


def replacing(rows: pa.Table, new: pa.Table) -> pa.Table:
    """Give versions of objects with new ones in the place of all of the same objects."""
    is_kept = pc.invert(pc.is_in(rows.column("id"), value_set=new.column("id")))
    return pa.concat_tables([rows.filter(is_kept), new.select(rows.column_names).cast(rows.schema)])


def _add_products(rows: dict[str, pa.Table], hypothesis: Hypothesis) -> None:
    """Add the products of supposed prices, which no row of the customer names."""
    relation = f'{PREVIEWS}."products"'
    wanted = {price["product"] for price, _ in hypothesis.versions.get("prices", [])}
    if wanted:
        found = rows_named(hypothesis.reader, "products", wanted)
        rows[relation] = replacing(rows[relation], found)


def _refuse_items_elsewhere(reader: Reader, request: PreviewRequest) -> None:
    """Refuse a change of a pending item that another invoice than the answering one takes."""
    if request.is_recurring:
        return
    shown = {row["item"] for row in reader.rows(f"select invoice_item_id as item from {LINES}")}
    for at, given in enumerate(cast("list[dict[str, Any]]", request.get("invoice_items") or [])):
        identifier = given.get("invoiceitem")
        if identifier is None or identifier in shown:
            continue
        taken = reader.row(
            "select drafts.subscription_id as taker from preview_draft_lines as lines "
            "inner join preview_drafts as drafts on lines.invoice_id = drafts.id "
            "where lines.invoice_item_id = $item",
            {"item": identifier},
        )
        taker = taken and taken["taker"]
        raise InvalidRequestError(
            f"The invoice item {identifier} is not on the invoice that is previewed"
            + (f": {taker} takes it, pass that as subscription." if taker else "."),
            param=f"invoice_items[{at}][invoiceitem]",
        )


def _refuse_automatic_tax(reader: Reader, request: PreviewRequest) -> None:
    tax: Mapping[str, Any] = request.get("automatic_tax") or {}
    if not tax.get("enabled"):
        return
    row = reader.row(
        f"select count(*) as untaxed from {LINES} "
        "where amount <> 0 and tax_rates_json = '[]' and tax_amounts_json = '[]'"
    )
    if row is None or row["untaxed"]:
        raise refused_automatic_tax()


def refused_automatic_tax() -> InvalidRequestError:
    """Say that tax is not made up here."""
    return InvalidRequestError(
        "Tax is not looked up here: with automatic_tax[enabled] every line needs tax rates of its "
        "own or default_tax_rates. Pass them, or leave automatic_tax out.",
        param="automatic_tax[enabled]",
    )


def _plain(value: Any) -> Any:
    """Give parameters without what only cuts or shows the answer."""
    return {
        name: held
        for name, held in cast("Mapping[str, Any]", value).items()
        if name not in ("ending_before", "expand", "limit", "starting_after")
    }
