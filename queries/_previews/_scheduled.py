"""Previews of a schedule: the phases that begin until the next invoice, and that invoice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from queries._errors import InvalidRequestError
from queries._previews._cycles import recurring_of
from queries._previews._hypothesis import (
    NEW_CUSTOMER,
    NEW_SUBSCRIPTION,
    Hypothesis,
    Object,
    instant,
)
from queries._previews._invoice_items import suppose_invoice_items
from queries._previews._request import PreviewRequest
from queries._previews._schedule import Phase, phases_of, subscription_in
from queries._previews._subject import Subject, id_of, may_answer_at_once, nothing_to_bill


def suppose_schedule(hypothesis: Hypothesis, request: PreviewRequest) -> Subject:
    """Suppose the phases of a schedule, and say what the preview is about."""
    schedule: Object | None = None
    if "schedule" in request.params:
        identifier = request.params["schedule"]
        schedule = hypothesis.landed("subscription_schedule", identifier, "schedule")
        customer = id_of(schedule["customer"])
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
    steered = id_of((schedule or {}).get("subscription"))
    if steered is None:
        return _new_subscription(hypothesis, request, customer, phases)
    return _phases_to_come(hypothesis, request, steered, customer, phases, schedule or {})


def _new_subscription(
    hypothesis: Hypothesis, request: PreviewRequest, customer: str, phases: list[Phase]
) -> Subject:
    """Suppose the first phase, and those that begin until its first period ends."""
    first = phases[0]
    subscription = subscription_in(hypothesis, None, customer, first, first.start)
    boundary = _end_of_first_period(hypothesis, subscription, first.start)
    last_at = first.start
    for phase in phases:
        if phase.start > boundary:
            break
        if phase is not first:
            subscription = subscription_in(hypothesis, subscription, customer, phase, phase.start)
        hypothesis.suppose(subscription, phase.start)
        _suppose_added_items(hypothesis, request, phase, customer, subscription, phase.start)
        last_at = phase.start
    after_first = f"created_at > timestamp '{instant(first.start)}'"
    return Subject(
        customer=customer,
        subscription=NEW_SUBSCRIPTION,
        currency=subscription["currency"],
        as_of=max(hypothesis.now, last_at),
        wanted=after_first if "hypothetical_usage" in request.params else "true",
        changed_at=first.start,
    )


def _end_of_first_period(hypothesis: Hypothesis, subscription: Object, start: int) -> int:
    trial_end = subscription.get("trial_end")
    if isinstance(trial_end, int):
        return trial_end
    return min(
        hypothesis.later(start, recurring_of(item), 1) for item in subscription["items"]["data"]
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
        "select epoch_ms(period_end) // 1000 as ends "
        "from intermediate.next_invoice(null, $id, null, null)",
        {"id": identifier},
    )
    if upcoming is None:
        raise nothing_to_bill(request)
    now, boundary = hypothesis.now, int(upcoming["ends"])
    versions = _versions_until(hypothesis, request, schedule, current, phases, boundary)
    for version, at in versions:
        hypothesis.suppose(version, at)
    last_at = versions[-1][1] if versions else now
    begins_now = bool(versions) and versions[0][1] == now
    at_once = begins_now and may_answer_at_once(hypothesis.reader, current, versions[0][0], now)
    moment = instant(now)
    return Subject(
        customer=customer,
        subscription=identifier,
        currency=str((versions[-1][0] if versions else current)["currency"]),
        as_of=boundary if last_at > now else now,
        wanted=f"created_at {'>=' if at_once else '>'} timestamp '{moment}'",
        changed_at=versions[0][1] if versions else None,
        answers_from=now if at_once else now + 1,
    )


def _versions_until(
    hypothesis: Hypothesis,
    request: PreviewRequest,
    schedule: Object,
    current: Object,
    phases: list[Phase],
    boundary: int,
) -> list[tuple[Object, int]]:
    """Give the subscription as each phase makes it that begins from now until the boundary."""
    now = hypothesis.now
    details: Object = request.get("schedule_details") or {}
    versions: list[tuple[Object, int]] = []
    held = current
    for phase in phases:
        starts_now = phase.start <= now and (phase.end is None or phase.end > now)
        if now < phase.start <= boundary or ("phases" in details and starts_now):
            at = max(now, phase.start)
            held = subscription_in(hypothesis, held, id_of(current["customer"]), phase, at)
            versions.append((held, at))
            _suppose_added_items(hypothesis, request, phase, id_of(current["customer"]), held, at)
    last = phases[-1]
    ends = details.get("end_behavior", schedule.get("end_behavior")) == "cancel"
    if ends and last.end is not None and now < last.end <= boundary:
        at = max(now, last.start)
        if versions and versions[-1][1] == at:
            versions.pop()
        versions.append(({**held, "cancel_at": last.end, "canceled_at": now}, at))
    return versions


def _suppose_added_items(
    hypothesis: Hypothesis,
    request: PreviewRequest,
    phase: Phase,
    customer: str,
    subscription: Object,
    at: int,
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
            at=at,
        )
