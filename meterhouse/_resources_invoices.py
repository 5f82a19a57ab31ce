"""Invoices, their lines and previews."""

from __future__ import annotations

from typing import Any

from meterhouse._objects_invoicing import Invoice, InvoiceLineItem
from meterhouse._objects_list import ListObject
from meterhouse._resources_base import Asks, Landed, Params, RequestOptions, Resource, escaped


class InvoiceLines(Resource):
    """``/v1/invoices/:id/lines``."""

    def list(
        self,
        invoice: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> ListObject[InvoiceLineItem]:
        """Give an invoice's lines in the order in which it shows them."""
        path = f"/v1/invoices/{escaped(invoice)}/lines"
        return self._ask("GET", path, params, options, keywords)


class UpcomingLines(Resource):
    """``/v1/invoices/upcoming/lines``."""

    def list(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> ListObject[InvoiceLineItem]:
        """Give the lines of the next invoice of a customer or a subscription."""
        path = "/v1/invoices/upcoming/lines"
        return self._ask("GET", path, params, options, keywords)


class Invoices(Landed[Invoice]):
    """``/v1/invoices``."""

    _path = "/v1/invoices"

    def __init__(self, warehouse: Asks) -> None:
        super().__init__(warehouse)
        self.line_items = InvoiceLines(warehouse)
        self.upcoming_lines = UpcomingLines(warehouse)

    def retrieve(
        self,
        invoice: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Give one invoice by its id."""
        return self._retrieve(invoice, params, options, keywords)

    def upcoming(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Preview the next invoice of a customer or a subscription."""
        path = "/v1/invoices/upcoming"
        return self._ask("GET", path, params, options, keywords)

    def create_preview(
        self,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Preview the next invoice of a customer or a subscription."""
        path = "/v1/invoices/create_preview"
        return self._ask("POST", path, params, options, keywords)

    def add_lines(
        self,
        invoice: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Add lines to a draft; the answer is the invoice with them."""
        path = f"/v1/invoices/{escaped(invoice)}/add_lines"
        return self._ask("POST", path, params, options, keywords)

    def update_lines(
        self,
        invoice: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Update lines of a draft; the answer is the invoice after it."""
        path = f"/v1/invoices/{escaped(invoice)}/update_lines"
        return self._ask("POST", path, params, options, keywords)

    def remove_lines(
        self,
        invoice: str,
        params: Params | None = None,
        options: RequestOptions | None = None,
        **keywords: Any,
    ) -> Invoice:
        """Remove lines from a draft; the answer is the invoice without them."""
        path = f"/v1/invoices/{escaped(invoice)}/remove_lines"
        return self._ask("POST", path, params, options, keywords)
