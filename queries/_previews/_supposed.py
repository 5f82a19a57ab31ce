"""What a preview is about: which subscription, from when on, and which invoice of it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from queries._errors import InvalidRequestError, StripeError
from queries._landed import IN_MODE
from queries._previews._hypothesis import (
    NEW_CUSTOMER,
    NEW_SUBSCRIPTION,
    Hypothesis,
    Object,
    instant,
)
from queries._previews._invoice_items import currency_of_items, suppose_invoice_items
from queries._previews._request import PreviewRequest, missing
from queries._previews._schedule import Phase, phases_of, subscription_in
from queries._previews._subscription import changed_subscription, new_subscription

NEW_INVOICE: Final = "in_preview"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is previewed. Instants are seconds since 1970."""

    customer: str
    subscription: str | None
    currency: str
    as_of: int
    """The instant as of which the steps run."""
    wanted: str
    """Which drafts may answer, in SQL over ``int_draft_invoices``; the first of them does."""
    changed_at: int | None = None
    """From when on the subscription is supposed to be another."""
    takes_pending: bool = False
    """Whether pending invoice items go on it although it is not the upcoming one."""


def nothing_to_bill(request: PreviewRequest) -> StripeError:
    """Say that there is no invoice to preview."""
    named = " and ".join(
        f"{name} {request.params[name]}"
        for name in ("customer", "subscription", "schedule")
        if name in request.params
    )
    return InvalidRequestError(
        f"No upcoming invoices for {named or 'these items'}.",
        code="invoice_upcoming_none",
        http_status=404,
    )


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
        subject = _scheduled(hypothesis, request)
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
    customer = _id(current["customer"])
    if request.get("customer") not in (None, customer):
        raise nothing_to_bill(request)
    upcoming = reader.row(
        "select period_start, period_end, epoch_ms(period_start) // 1000 as starts, "
        "epoch_ms(period_end) // 1000 as ends from main.draft_invoices "
        "where subscription_id = $id and is_upcoming",
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
    wanted, takes_pending = "is_upcoming", False
    changed_at = None
    if details.fields:
        changed = changed_subscription(hypothesis, current, details, at)
        hypothesis.suppose(changed, at)
        changed_at = at
        if _invoices_at_once(current, changed) and not request.is_recurring:
            moment = instant(at)
            wanted = f"(is_upcoming or created_at = timestamp '{moment}')"
            takes_pending = True
    return Subject(
        customer=customer,
        subscription=identifier,
        currency=str(current.get("currency") or currency),
        as_of=max(hypothesis.now, at),
        wanted=wanted,
        changed_at=changed_at,
        takes_pending=takes_pending,
    )


def _invoices_at_once(current: Object, changed: Object) -> bool:
    if changed.get("proration_behavior") == "always_invoice":
        return True
    names = ("billing_cycle_anchor", "trial_end", "ended_at")
    return any(current.get(name) != changed.get(name) for name in names)


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
        takes_pending=not with_usage,
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
        row = hypothesis.reader.row(
            "select subscription_id from main.draft_invoices where is_upcoming "
            f"and customer_id = $customer and {IN_MODE} "
            "and ($currency is null or currency = $currency) order by period_end, id limit 1",
            {
                "customer": customer,
                "currency": currency,
                "livemode": hypothesis.question.livemode,
            },
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
        takes_pending=True,
    )


def _scheduled(hypothesis: Hypothesis, request: PreviewRequest) -> Subject:
    schedule: Object | None = None
    if "schedule" in request.params:
        identifier = request.params["schedule"]
        schedule = hypothesis.landed("subscription_schedule", identifier, "schedule")
        customer = _id(schedule["customer"])
        if request.get("customer") not in (None, customer):
            raise nothing_to_bill(request)
        if schedule.get("status") in ("canceled", "completed", "released"):
            raise InvalidRequestError(
                f"The schedule {identifier} is {schedule['status']}: it has no next invoice.",
                param="schedule",
            )
    else:
        customer = request.get("customer") or NEW_CUSTOMER
    phases = phases_of(hypothesis, request, schedule)
    steered = _id((schedule or {}).get("subscription"))
    if steered is None:
        return _first_phase(hypothesis, request, customer, phases)
    return _phases_to_come(hypothesis, request, steered, customer, phases, schedule or {})


def _first_phase(
    hypothesis: Hypothesis, request: PreviewRequest, customer: str, phases: list[Phase]
) -> Subject:
    phase = phases[0]
    subscription = subscription_in(hypothesis, None, customer, phase, phase.start)
    hypothesis.suppose(subscription, phase.start)
    _suppose_added_items(hypothesis, request, phase, customer, subscription)
    return Subject(
        customer=customer,
        subscription=NEW_SUBSCRIPTION,
        currency=subscription["currency"],
        as_of=max(hypothesis.now, phase.start),
        wanted="true",
        changed_at=phase.start,
        takes_pending=True,
    )


def _phases_to_come(
    hypothesis: Hypothesis,
    request: PreviewRequest,
    identifier: str,
    customer: str,
    phases: list[Phase],
    schedule: Object,
) -> Subject:
    """Suppose each phase that begins until the next invoice, and that invoice's own."""
    current = hypothesis.landed("subscription", identifier, "schedule")
    upcoming = hypothesis.reader.row(
        "select epoch_ms(period_end) // 1000 as ends from main.draft_invoices "
        "where subscription_id = $id and is_upcoming",
        {"id": identifier},
    )
    if upcoming is None:
        raise nothing_to_bill(request)
    now, boundary = hypothesis.now, int(upcoming["ends"])
    is_sent = bool((request.get("schedule_details") or {}).get("phases"))
    changed_at: int | None = None
    held = current
    for phase in phases:
        starts_now = phase.start <= now and (phase.end is None or phase.end > now)
        if now < phase.start <= boundary or (is_sent and starts_now):
            at = max(now, phase.start)
            held = subscription_in(hypothesis, held, customer, phase, at)
            hypothesis.suppose(held, at)
            _suppose_added_items(hypothesis, request, phase, customer, held)
            changed_at = at if changed_at is None else changed_at
    last = phases[-1]
    details: Object = request.get("schedule_details") or {}
    end_behavior = details.get("end_behavior", schedule.get("end_behavior"))
    if end_behavior == "cancel" and last.end is not None and now < last.end <= boundary:
        held = {**held, "cancel_at": last.end, "canceled_at": now}
        at = max(now, last.start)
        hypothesis.suppose(held, at)
        changed_at = at if changed_at is None else changed_at
    moment = instant(now)
    return Subject(
        customer=customer,
        subscription=identifier,
        currency=str(held["currency"]),
        as_of=boundary if changed_at is not None and changed_at > now else now,
        wanted=f"created_at > timestamp '{moment}'",
        changed_at=changed_at,
        takes_pending=True,
    )


def _suppose_added_items(
    hypothesis: Hypothesis,
    request: PreviewRequest,
    phase: Phase,
    customer: str,
    subscription: Object,
) -> None:
    added = cast("list[Mapping[str, Any]]", phase.fields.get("add_invoice_items") or [])
    if added and not request.is_recurring:
        suppose_invoice_items(
            hypothesis,
            added,
            customer=customer,
            subscription=subscription["id"],
            currency=subscription["currency"],
            path=f"{phase.path}[add_invoice_items]",
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


def _id(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value
