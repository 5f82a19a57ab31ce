"""What a preview is about: which subscription, from when on, and which invoice of it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queries._errors import InvalidRequestError, StripeError
from queries._previews._request import PreviewRequest
from queries._reader import Reader
from queries._route import Question


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
    dated_at: int | None = None
    """From when on the change counts, where that is not when it is made."""
    answers_from: int | None = None
    """The first second in which the invoice that answers may be raised, where not the next one."""


def next_invoice(
    reader: Reader,
    question: Question,
    *,
    customer: str | None = None,
    subscription: str | None = None,
    currency: str | None = None,
) -> Mapping[str, Any] | None:
    """Give the id and subscription_id of the built draft that is raised next; None without one."""
    return reader.row(
        "select id, subscription_id from intermediate.next_invoice("
        "cast($customer as varchar), cast($subscription as varchar), cast($currency as varchar), "
        "cast($livemode as boolean))",
        {
            "customer": customer,
            "subscription": subscription,
            "currency": currency,
            "livemode": question.livemode,
        },
    )


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


def may_answer_at_once(
    reader: Reader, current: Mapping[str, Any], changed: Mapping[str, Any], at: int
) -> bool:
    """Whether a draft of the second of a change answers, where the steps make one.

    It is the change's own where it invoices at once, or where the subscription had raised no
    invoice in that second before.
    """
    if changed.get("proration_behavior") == "always_invoice":
        return True
    names = ("billing_cycle_anchor", "trial_end", "ended_at")
    if any(current.get(name) != changed.get(name) for name in names):
        return True
    raised = reader.row(
        "select 1 from main.draft_invoices where subscription_id = $id and not is_upcoming "
        "and created_at = make_timestamp(cast($at as bigint) * 1000000)",
        {"id": current["id"], "at": at},
    )
    return raised is None


def id_of(value: Any) -> Any:
    """Give the id of what is given as an id or in full."""
    return value["id"] if isinstance(value, dict) else value
