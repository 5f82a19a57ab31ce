"""A schedule's phases as versions of the subscription that it steers."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from queries._errors import InvalidRequestError
from queries._parameters import nested
from queries._previews._cycles import refuse_mixed_intervals, restarts
from queries._previews._hypothesis import (
    NEW_ITEM,
    NEW_SUBSCRIPTION,
    Hypothesis,
    Object,
    digest,
    price_of,
)
from queries._previews._request import PreviewRequest, one_of
from queries._previews._steps import Change
from queries._previews._subscription import (
    check_quantity,
    common_currency,
    item_fields,
    items_of,
    set_discounts,
    without_said_period,
)

# A phase that says that it has none has not the customer's either.
_INHERITS_NONE: Final = """
delete from "warehouse"."intermediate"."int_subscription_discount_candidates"
where
    scope = 'invoice'
    and invoice_id in (
        select invoice_id
        from "warehouse"."intermediate"."int_draft_invoices"
        where
            subscription_id = $subscription
            and created_at >= make_timestamp(cast($starts as bigint) * 1000000)
            and (
                $ends is null
                or created_at < make_timestamp(cast($ends as bigint) * 1000000)
            )
    )
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase, from one instant to another; the last may have no end."""

    start: int
    end: int | None
    fields: Mapping[str, Any]
    path: str


def phases_of(
    hypothesis: Hypothesis, request: PreviewRequest, schedule: Object | None
) -> list[Phase]:
    """Give the phases of a preview: those it sends, else those of the schedule that landed."""
    details: Mapping[str, Any] = request.get("schedule_details") or {}
    sent = cast("Sequence[Mapping[str, Any]] | None", details.get("phases"))
    if sent is None:
        landed = cast("list[Object]", (schedule or {}).get("phases") or [])
        if not landed:
            raise InvalidRequestError(
                "The schedule has no phases; pass schedule_details[phases].", param="schedule"
            )
        return [
            Phase(
                phase["start_date"],
                phase.get("end_date"),
                _as_sent(phase, details),
                f"schedule[phases][{at}]",
            )
            for at, phase in enumerate(landed)
        ]
    phases: list[Phase] = []
    start = _start_of_first(schedule or {}) or hypothesis.now
    for at, fields in enumerate(sent):
        path = f"schedule_details[phases][{at}]"
        phase = _dated(hypothesis, {**details, **fields}, path, start, is_first=at == 0)
        if phase.end is None and at + 1 < len(sent):
            raise InvalidRequestError(
                "Every phase but the last must have an end_date or iterations.",
                param=nested(path, "end_date"),
                code="parameter_missing",
            )
        phases.append(phase)
        start = phase.end or start
    return phases


def _start_of_first(schedule: Object) -> int | None:
    """Give when the current phase of a schedule began or, where none has, when the first will."""
    phases = cast("list[Object]", schedule.get("phases") or [{}])
    return ((schedule.get("current_phase") or {}) or phases[0]).get("start_date")


def _as_sent(phase: Object, details: Mapping[str, Any]) -> Object:
    """Give a phase that landed as a preview would send it: ids in place of objects."""
    fields = {name: value for name, value in phase.items() if value is not None}
    fields["items"] = [_item_as_sent(item) for item in phase["items"]]
    fields["add_invoice_items"] = [
        _item_as_sent(item) for item in phase.get("add_invoice_items") or ()
    ]
    for name in ("default_tax_rates",):
        if name in fields:
            fields[name] = [_id(each) for each in fields[name]]
    if "discounts" in fields:
        fields["discounts"] = _discounts_as_sent(fields["discounts"])
    if isinstance(fields.get("coupon"), dict):
        fields["coupon"] = fields["coupon"]["id"]
    if "proration_behavior" in details:
        fields["proration_behavior"] = details["proration_behavior"]
    return fields


def _item_as_sent(item: Object) -> Object:
    sent = {name: value for name, value in item.items() if value is not None}
    sent.pop("plan", None)
    sent["price"] = _id(price_of(item))
    if "tax_rates" in sent:
        sent["tax_rates"] = [_id(each) for each in sent["tax_rates"]]
    if "discounts" in sent:
        sent["discounts"] = _discounts_as_sent(sent["discounts"])
    return sent


def _discounts_as_sent(discounts: Sequence[Any]) -> list[Object]:
    return [
        {name: _id(value) for name, value in each.items() if value is not None}
        for each in discounts
        if isinstance(each, dict)
    ]


def _id(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


def _dated(
    hypothesis: Hypothesis, fields: Mapping[str, Any], path: str, start: int, *, is_first: bool
) -> Phase:
    if "end_date" in fields and "iterations" in fields:
        one_of(fields, ("end_date", "iterations"), path)
    if "start_date" in fields:
        said = hypothesis.now if fields["start_date"] == "now" else int(fields["start_date"])
        if not is_first and said != start:
            raise InvalidRequestError(
                f"A phase starts when the one before it ends, at {start}.",
                param=nested(path, "start_date"),
            )
        start = said
    end = fields.get("end_date")
    if end == "now":
        end = hypothesis.now
    if "iterations" in fields:
        end = _after(hypothesis, fields, path, start)
    if end is not None and end <= start:
        raise InvalidRequestError(
            "A phase must end after it starts.", param=nested(path, "end_date")
        )
    return Phase(start, end, fields, path)


def _after(hypothesis: Hypothesis, fields: Mapping[str, Any], path: str, start: int) -> int:
    price = hypothesis.recurring_price(fields["items"][0], f"{path}[items][0]")
    recurring: Object = (price or {}).get("recurring") or {}
    return hypothesis.later(start, recurring, fields["iterations"])


def subscription_in(
    hypothesis: Hypothesis, base: Object | None, customer: str, phase: Phase, at: int
) -> Object:
    """Give a subscription as a phase makes it, from an instant on; new where there is none."""
    fields = phase.fields
    subscription: Object = without_said_period(
        copy.deepcopy(base) if base is not None else _blank(hypothesis, customer, at)
    )
    subscription.pop("proration_behavior", None)
    if "proration_behavior" in fields:
        subscription["proration_behavior"] = fields["proration_behavior"]
    before = items_of(subscription)
    items = _items_in(hypothesis, subscription, phase, at)
    subscription["items"] = {"object": "list", "data": items, "has_more": False}
    subscription["currency"] = common_currency(
        items, _currency_in(phase, subscription.get("currency")), f"{phase.path}[items]"
    )
    if base is not None and restarts(hypothesis, subscription, before, items):
        subscription["billing_cycle_anchor"] = at
    if "default_tax_rates" in fields:
        subscription["default_tax_rates"] = hypothesis.tax_rates(
            fields["default_tax_rates"], f"{phase.path}[default_tax_rates]"
        )
    _set_discounts_in(hypothesis, subscription, phase, at)
    if fields.get("collection_method"):
        subscription["collection_method"] = fields["collection_method"]
    if fields.get("billing_thresholds"):
        subscription["billing_thresholds"] = fields["billing_thresholds"]
    if fields.get("billing_cycle_anchor") == "phase_start":
        subscription["billing_cycle_anchor"] = at
    trial_end = phase.end if fields.get("trial") else fields.get("trial_end")
    if isinstance(trial_end, int) and trial_end > at:
        subscription |= {
            "status": "trialing",
            "trial_start": at,
            "trial_end": trial_end,
            "billing_cycle_anchor": trial_end,
        }
    return subscription


def _set_discounts_in(hypothesis: Hypothesis, subscription: Object, phase: Phase, at: int) -> None:
    """Give it the discounts that a phase names; naming none, it has the customer's."""
    fields, currency = phase.fields, subscription["currency"]
    found: list[Object] = []
    if "discounts" in fields:
        path = f"{phase.path}[discounts]"
        found = hypothesis.discounts(fields["discounts"], path, currency)
    elif fields.get("coupon"):
        found = [hypothesis.coupon(fields["coupon"], f"{phase.path}[coupon]", currency)]
    set_discounts(subscription, found)
    if fields.get("discounts") == "":
        values = {"subscription": subscription["id"], "starts": at, "ends": phase.end}
        hypothesis.changes.append(
            Change("int_subscription_discount_candidates", _INHERITS_NONE, values)
        )


def _currency_in(phase: Phase, held: str | None) -> str | None:
    """Give the currency of a phase: that of its subscription, where there is one already."""
    if "currency" not in phase.fields:
        return held
    said = str(phase.fields["currency"]).lower()
    if held not in (None, said):
        raise InvalidRequestError(
            f"The subscription is in {held}: a phase of it cannot be in {said}.",
            param=nested(phase.path, "currency"),
        )
    return said


def _blank(hypothesis: Hypothesis, customer: str, at: int) -> Object:
    return {
        "id": NEW_SUBSCRIPTION,
        "object": "subscription",
        "billing_cycle_anchor": at,
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": at,
        "customer": customer,
        "default_tax_rates": [],
        "discounts": [],
        "items": {"object": "list", "data": []},
        "livemode": bool(hypothesis.question.livemode),
        "metadata": {},
        "start_date": at,
        "status": "active",
    }


def _items_in(hypothesis: Hypothesis, subscription: Object, phase: Phase, at: int) -> list[Object]:
    """Give a phase's items; one with the price of an item that stands is that item."""
    standing = {_id(price_of(item)): item for item in items_of(subscription)}
    items: list[Object] = []
    paths: dict[str, str] = {}
    currency = _currency_in(phase, subscription.get("currency"))
    for place, given in enumerate(phase.fields["items"]):
        path = f"{phase.path}[items][{place}]"
        fields = item_fields(hypothesis, given, path, currency)
        if "price" not in fields:
            one_of(given, ("price", "price_data", "plan"), path)
        price: Object = fields["price"]
        currency = currency or price["currency"]
        is_metered = (price.get("recurring") or {}).get("usage_type") == "metered"
        held = standing.pop(price["id"], None) or {
            "id": NEW_ITEM + digest(path, {"price": price["id"]}),
            "object": "subscription_item",
            "created": at,
            "subscription": subscription["id"],
        }
        item: Object = {
            **held,
            "discounts": [],
            "metadata": {},
            "quantity": None if is_metered else 1,
            "tax_rates": [],
            **fields,
        }
        check_quantity(item, given, path)
        items.append(item)
        paths[item["id"]] = nested(path, "price_data" if "price_data" in given else "price")
    refuse_mixed_intervals(hypothesis, subscription, items, paths, is_phase=True)
    return items
