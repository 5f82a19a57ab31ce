"""``GET /v1/subscription_items/:id/usage_record_summaries``: an item's usage per billing period."""

from __future__ import annotations

from queries._errors import no_such
from queries._expand import Object
from queries._landed import IN_MODE
from queries._numbers import exact
from queries._objects import show_objects
from queries._page import Key, Listing, Page, read_page
from queries._parameters import PAGING, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object

_SUMMARIES = Listing(
    noun="usage_record_summary",
    rows="""
        select
            id,
            subscription_item_id,
            invoice_id,
            livemode,
            period_start,
            period_end,
            total_usage
        from intermediate.listed_usage_record_summaries($subscription_item)
        where """
    + IN_MODE,
    keys=(Key("period_start"), Key("id", descending=False)),
)


def _answer(reader: Reader, question: Question) -> Object:
    item = question.ids["subscription_item"]
    page = Page.of(question.params)
    found = read_page(
        reader,
        _SUMMARIES,
        {"subscription_item": item, "livemode": question.livemode},
        page,
        when_empty=lambda: _require_item(reader, item, question.livemode),
    )
    data: list[Object] = [
        {
            "id": row["id"],
            "object": "usage_record_summary",
            "invoice": row["invoice_id"],
            "livemode": row["livemode"],
            "period": {"end": row["period_end"], "start": row["period_start"]},
            "subscription_item": row["subscription_item_id"],
            "total_usage": exact(row["total_usage"]),
        }
        for row in found.rows
    ]
    show_objects(reader, question, data, "usage_record_summary", is_list=True)
    return list_object(question, data, has_more=found.has_more)


def _require_item(reader: Reader, item: str, livemode: bool | None) -> None:
    """An item that is not metered has an empty list; one that is not there is refused."""
    row = reader.row(
        f"select 1 from main.subscription_items where id = $id and {IN_MODE}",
        {"id": item, "livemode": livemode},
    )
    if row is None:
        raise no_such("subscription_item", item)


USAGE_RECORD_SUMMARIES = Route(
    method="GET",
    template="/v1/subscription_items/{subscription_item}/usage_record_summaries",
    summary="List an item's usage per billing period, newest first; the open period comes first.",
    parameters=Parameters(*PAGING),
    answers="usage_record_summary",
    is_list=True,
    answer=_answer,
)
