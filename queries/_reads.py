"""Every read that is answered: the table that HTTP, Python and the command line share."""

from __future__ import annotations

from queries._credit_balance import CREDIT_BALANCE_SUMMARY
from queries._event_summaries import EVENT_SUMMARIES
from queries._invoice_list import INVOICE_LIST
from queries._invoices import INVOICE_ROUTES
from queries._landed_routes import LANDED_ROUTES
from queries._meter_usage import METER_USAGE
from queries._route import Route
from queries._upcoming import UPCOMING_ROUTES
from queries._usage_record_summaries import USAGE_RECORD_SUMMARIES

READS: tuple[Route, ...] = (
    USAGE_RECORD_SUMMARIES,
    EVENT_SUMMARIES,
    METER_USAGE,
    *UPCOMING_ROUTES,
    INVOICE_LIST,
    *INVOICE_ROUTES,
    CREDIT_BALANCE_SUMMARY,
    *LANDED_ROUTES,
)
"""One entry an endpoint."""
