"""A draft as it stands after every edit before, built or not: what a new edit is checked by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from meterhouse._unbuilt_edits import SCHEMA
from queries import (
    UNBUILT_EDITS,
    InvalidRequestError,
    Object,
    Question,
    Reader,
    find_draft,
    find_landed,
    lend_edits,
    lines_of,
    no_such,
)

Row = dict[str, Any]


@dataclass
class EditedDraft:
    """One draft, its lines and what its customer has that a line may name."""

    reader: Reader
    question: Question
    row: Row
    """Its row of ``draft_invoices``."""
    lines: dict[str, Row] = field(default_factory=dict[str, Row])
    """Its rows of ``draft_invoice_lines``, by id."""

    @classmethod
    def of(cls, reader: Reader, question: Question) -> Self:
        """Give the draft that the path names.

        Raises:
            InvalidRequestError: there is no such invoice, or it is no draft any more.
        """
        invoice = question.ids["invoice"]
        edited = lend_edits(reader, question)
        row = find_draft(reader, question, invoice, edited)
        if row is None or row["is_upcoming"]:
            if row is None and find_landed(reader, "invoice", [invoice], question.livemode):
                raise InvalidRequestError(
                    f"The invoice {invoice} is not a draft any more; only a draft's lines can be "
                    "edited.",
                    code="invoice_not_editable",
                )
            raise no_such("invoice", invoice)
        draft = cls(reader, question, row)
        listing = lines_of(invoice, edited, is_upcoming=False)
        draft.lines.update(
            {line["id"]: line for line in reader.rows(listing.rows, {"id": invoice})}
        )
        return draft

    @property
    def currency(self) -> str:
        """The currency of every line."""
        return self.row["currency"]

    @cached_property
    def pending_items(self) -> frozenset[str]:
        """The invoice items of the customer that wait for an invoice."""
        return frozenset(row["id"] for row in self._after_edits("pending_invoice_items_edited"))

    @cached_property
    def coupons_of_discounts(self) -> dict[str, str | None]:
        """The discounts that the customer, a subscription, an item or a line has: their coupons."""
        return {
            row["id"]: row["coupon_id"] for row in self._after_edits("invoice_discounts_edited")
        }

    @cached_property
    def default_tax_rates(self) -> list[Any]:
        """The tax rates of lines that name none."""
        subscription = self.row["subscription_id"]
        found = self.landed("subscription", subscription) if subscription else None
        return (found or {}).get("default_tax_rates") or []

    def landed(self, object_type: str, identifier: str) -> Object | None:
        """Give a landed object that a line names."""
        found = find_landed(self.reader, object_type, [identifier], self.question.livemode)
        return found.get(identifier)

    def _after_edits(self, function: str) -> list[Row]:
        edits = self.question.edits
        if edits is None or not edits.num_rows:
            self.reader.lend(UNBUILT_EDITS, SCHEMA.empty_table())
        return self.reader.rows(
            f"select * from {function}($id, '{UNBUILT_EDITS}')", {"id": self.row["id"]}
        )
