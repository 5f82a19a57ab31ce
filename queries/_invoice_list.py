"""``GET /v1/invoices``: invoices that landed and drafts computed here, newest first."""

from __future__ import annotations

from typing import Final

from queries._expand import Object
from queries._filters import CREATED_SECONDS, Values, equals, instant_of, text_of, within
from queries._invoices import find_invoices
from queries._kinds import Choice
from queries._landed import IN_MODE
from queries._objects import show_objects
from queries._page import Key, Listing, Page, fetch_page
from queries._parameters import PAGING, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object

_FILTERS: Final = (
    equals(
        "collection_method",
        "collection_method",
        "Only invoices collected this way.",
        Choice(("charge_automatically", "send_invoice")),
    ),
    within("created", CREATED_SECONDS, "When the invoice was created: an instant or a range."),
    equals("customer", "customer_id", "Only the invoices of this customer."),
    within("due_date", "due_date", "When the invoice is due: an instant or a range."),
    equals(
        "status",
        "status",
        "Only invoices of this status.",
        Choice(("draft", "open", "paid", "uncollectible", "void")),
    ),
    equals("subscription", "subscription_id", "Only the invoices of this subscription."),
)

# A draft of ours gives way to the invoice that was billed for the same subscription and period.
_INVOICES: Final = f"""
    select
        id,
        created_at,
        coalesce({CREATED_SECONDS}, 0) as created,
        customer_id,
        subscription_id,
        status,
        {text_of("collection_method")} as collection_method,
        {instant_of("due_date")} as due_date,
        livemode
    from main.landed_objects
    where
        object = 'invoice'
        and id not in (select id from main.draft_invoices)
        and {IN_MODE}

    union all

    select
        id,
        created_at,
        {CREATED_SECONDS} as created,
        customer_id,
        subscription_id,
        status,
        collection_method,
        cast(null as bigint) as due_date,
        livemode
    from main.draft_invoices as drafts
    where
        not is_upcoming
        and {IN_MODE}
        and not exists (
            select 1
            from main.landed_objects as billed
            where
                billed.object = 'invoice'
                and billed.subscription_id = drafts.subscription_id
                and billed.status <> 'draft'
                and cast(json_extract_string(billed.object_json, '$.period_end') as bigint)
                = epoch_ms(drafts.period_end) // 1000
        )
"""


def _answer(reader: Reader, question: Question) -> Object:
    page = Page.of(question.params)
    values: Values = {"livemode": question.livemode}
    conditions = [
        f"({each.condition(question.params[each.parameter.name], values)})"
        for each in _FILTERS
        if each.parameter.name in question.params
    ]
    listing = Listing(
        noun="invoice",
        rows=f"select * from ({_INVOICES}) as invoices where "
        + " and ".join(["true", *conditions]),
        keys=(Key("created"), Key("id", descending=False)),
        cursors=_INVOICES,
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
    parameters=Parameters(*(each.parameter for each in _FILTERS), *PAGING),
    answers="invoice",
    is_list=True,
    answer=_answer,
)
