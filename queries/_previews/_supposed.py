"""Suppose what a preview asks for, and find what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from queries._errors import InvalidRequestError
from queries._previews._cycles import touches_licensed
from queries._previews._hypothesis import (
    NEW_CUSTOMER,
    NEW_SUBSCRIPTION,
    Hypothesis,
    Object,
    instant,
)
from queries._previews._invoice_items import currency_of_items, suppose_invoice_items
from queries._previews._request import PreviewRequest, missing
from queries._previews._scheduled import suppose_schedule
from queries._previews._subject import (
    Subject,
    id_of,
    may_answer_at_once,
    next_invoice,
    nothing_to_bill,
)
from queries._previews._subscription import changed_subscription, items_of, new_subscription

NEW_INVOICE: Final = "in_preview"


def suppose(hypothesis: Hypothesis, request: PreviewRequest) -> Subject:
    """Suppose all that a preview asks for, and say what it is about.

    Raises:
        InvalidRequestError: something named does not exist, does not fit, or cannot be (400), or
            there is no invoice to preview (404).
    """
    for name in ("customer", "subscription"):
        if name in request.params:
            hypothesis.landed(name, request.params[name], name)
    currency = request.get("currency")
    currency = None if currency is None else str(currency).lower()
    if "schedule" in request.params or "schedule_details" in request.params:
        subject = suppose_schedule(hypothesis, request)
    elif "subscription" in request.params:
        subject = _existing(hypothesis, request, request.params["subscription"], currency)
    elif request.details.get("items"):
        subject = _new(hypothesis, request, currency)
    else:
        subject = _next_of_customer(hypothesis, request, currency)
    if currency is not None and currency != subject.currency:
        raise InvalidRequestError(
            f"The invoice is in {subject.currency}: it cannot be previewed in {currency}.",
            param="currency",
        )
    _suppose_customer(hypothesis, request, subject.customer)
    items = cast("list[Mapping[str, Any]]", request.get("invoice_items") or [])
    if items and not request.is_recurring:
        suppose_invoice_items(
            hypothesis,
            items,
            customer=subject.customer,
            subscription=subject.subscription,
            currency=subject.currency,
        )
    return subject


def _existing(
    hypothesis: Hypothesis, request: PreviewRequest, identifier: str, currency: str | None
) -> Subject:
    reader, details = hypothesis.reader, request.details
    current = hypothesis.landed("subscription", identifier, "subscription")
    customer = id_of(current["customer"])
    if request.get("customer") not in (None, customer):
        raise nothing_to_bill(request)
    upcoming = reader.row(
        "select period_start, period_end, epoch_ms(period_start) // 1000 as starts, "
        "epoch_ms(period_end) // 1000 as ends "
        "from intermediate.next_invoice(null, $id, null, null)",
        {"id": identifier},
    )
    at = hypothesis.now
    if "proration_date" in details.fields:
        at = int(details.fields["proration_date"])
        if upcoming is None or not upcoming["starts"] <= at <= upcoming["ends"]:
            bounds = upcoming or {"starts": "none", "ends": "none"}
            raise details.refusal(
                "proration_date",
                "The proration date must lie in the current period, from "
                f"{bounds['starts']} to {bounds['ends']} (it currently is '{at}').",
            )
    wanted = "is_upcoming"
    changed_at = None
    dated_at = at
    answers_from = None
    if details.fields:
        if _begins_what_is_paid(hypothesis, current, request, at):
            at += 1
        changed = changed_subscription(hypothesis, current, details, at)
        hypothesis.suppose(changed, at)
        changed_at = at
        if not request.is_recurring and may_answer_at_once(reader, current, changed, at):
            wanted = f"(is_upcoming or created_at = timestamp '{instant(at)}')"
            answers_from = at
    return Subject(
        customer=customer,
        subscription=identifier,
        currency=str(current.get("currency") or currency),
        as_of=max(hypothesis.now, at),
        wanted=wanted,
        changed_at=changed_at,
        dated_at=dated_at,
        answers_from=answers_from,
    )


def _begins_what_is_paid(
    hypothesis: Hypothesis, current: Object, request: PreviewRequest, at: int
) -> bool:
    """Whether a change of licensed items is dated to the start of a period that is billed already.

    What changes in that very second is in the line of the period, as the steps see it. But that
    line was billed before the change: it is made a second later, and counts from the start.
    """
    details = request.details
    if "proration_date" not in details.fields:
        return False
    if not touches_licensed(hypothesis, items_of(current), details):
        return False
    billed = hypothesis.reader.row(
        "select 1 from main.billing_periods where subscription_id = $id and is_open "
        "and usage_type = 'licensed' and not is_trial and period_start = $at",
        {"id": current["id"], "at": instant(at)},
    )
    return billed is not None


def _new(hypothesis: Hypothesis, request: PreviewRequest, currency: str | None) -> Subject:
    customer = request.get("customer") or NEW_CUSTOMER
    subscription = new_subscription(hypothesis, customer, request.details, currency)
    start = int(subscription["start_date"])
    hypothesis.suppose(subscription, start)
    with_usage = "hypothetical_usage" in request.params
    return Subject(
        customer=customer,
        subscription=NEW_SUBSCRIPTION,
        currency=subscription["currency"],
        as_of=max(hypothesis.now, start),
        wanted="is_upcoming" if with_usage else "true",
        changed_at=start,
    )


def _next_of_customer(
    hypothesis: Hypothesis, request: PreviewRequest, currency: str | None
) -> Subject:
    customer = request.get("customer")
    items = cast("list[Mapping[str, Any]]", request.get("invoice_items") or [])
    if customer is None and not items:
        raise missing(
            "customer",
            "You must pass one of customer, subscription, schedule, subscription_details[items] or "
            "invoice_items to preview an upcoming invoice.",
        )
    if customer is not None:
        row = next_invoice(
            hypothesis.reader, hypothesis.question, customer=customer, currency=currency
        )
        if row is not None:
            return _existing(hypothesis, request, row["subscription_id"], currency)
    return _without_subscription(hypothesis, request, customer, currency, items)


def _without_subscription(
    hypothesis: Hypothesis,
    request: PreviewRequest,
    customer: str | None,
    currency: str | None,
    items: list[Mapping[str, Any]],
) -> Subject:
    """Preview an invoice of invoice items alone."""
    if customer is None and any("invoiceitem" in each for each in items):
        raise missing("customer", "You must pass the customer whose invoice item is to change.")
    said = currency or currency_of_items(hypothesis, items)
    if said is None and customer is not None:
        row = hypothesis.reader.row(
            "select min(currency) as currency from main.invoice_items "
            "where customer_id = $customer and is_pending",
            {"customer": customer},
        )
        said = None if row is None else row["currency"]
    if said is None and not items:
        raise nothing_to_bill(request)
    if said is None:
        raise missing("currency", "You must pass the currency of the invoice items.")
    now = hypothesis.now
    hypothesis.suppose(
        {
            "id": NEW_INVOICE,
            "object": "invoice",
            "billing_reason": "upcoming",
            "created": now,
            "currency": said,
            "customer": customer or NEW_CUSTOMER,
            "lines": {"object": "list", "data": []},
            "livemode": bool(hypothesis.question.livemode),
            "metadata": {},
            "period_end": now,
            "period_start": now,
            "status": "draft",
        }
    )
    return Subject(
        customer=customer or NEW_CUSTOMER,
        subscription=None,
        currency=said,
        as_of=now,
        wanted=f"invoice_id = '{NEW_INVOICE}'",
    )


def _suppose_customer(hypothesis: Hypothesis, request: PreviewRequest, customer: str) -> None:
    details: Object = request.get("customer_details") or {}
    is_new = customer == NEW_CUSTOMER
    if not details and not is_new:
        return
    base: Object = (
        {
            "id": NEW_CUSTOMER,
            "object": "customer",
            "balance": 0,
            "created": hypothesis.now,
            "livemode": bool(hypothesis.question.livemode),
            "tax_exempt": "none",
        }
        if is_new
        else dict(hypothesis.landed("customer", customer, "customer"))
    )
    for name in ("address", "shipping"):
        if name in details:
            base[name] = details[name] or None
    if "tax_exempt" in details:
        base["tax_exempt"] = details["tax_exempt"] or "none"
    hypothesis.suppose(base)
