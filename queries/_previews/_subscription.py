"""A subscription as a preview supposes it: changed as Stripe's update would, or made new."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from queries._errors import InvalidRequestError, no_such
from queries._parameters import nested
from queries._previews._cycles import (
    full_prices,
    recurring_of,
    refuse_mixed_intervals,
    restarts,
)
from queries._previews._hypothesis import (
    NEW_ITEM,
    NEW_SUBSCRIPTION,
    Hypothesis,
    Object,
    digest,
    refuse_currency,
)
from queries._previews._request import Details
from queries._previews._trial_and_end import set_end, set_trial

# What the source said of the current period is of when it was exported; the models know better.
_SAID_PERIOD: Final = ("current_period_start", "current_period_end")
_SECONDS_A_DAY: Final = 86_400


def changed_subscription(
    hypothesis: Hypothesis, current: Object, details: Details, at: int
) -> Object:
    """Give a subscription after an update at an instant."""
    changed = without_said_period(copy.deepcopy(current))
    changed.pop("proration_behavior", None)
    if "proration_behavior" in details.fields:
        changed["proration_behavior"] = details.fields["proration_behavior"]
    before = items_of(changed)
    if "items" in details.fields:
        items = _changed_items(hypothesis, changed, details, at)
        _set_items(changed, items)
        if restarts(hypothesis, changed, before, items):
            changed["billing_cycle_anchor"] = at
    if "default_tax_rates" in details.fields:
        changed["default_tax_rates"] = hypothesis.tax_rates(
            details.fields["default_tax_rates"], details.path("default_tax_rates")
        )
    set_trial(changed, details, at)
    if details.get("resume_at") is not None:
        if current.get("status") != "paused":
            raise details.refusal(
                "resume_at",
                f"The subscription is {current.get('status')}, not paused: it cannot be resumed.",
            )
        changed |= {"status": "active", "pause_collection": None, "billing_cycle_anchor": at}
    if details.get("billing_cycle_anchor") == "now":
        changed["billing_cycle_anchor"] = at
    elif details.get("billing_cycle_anchor") == "unchanged":
        changed["billing_cycle_anchor"] = current.get("billing_cycle_anchor")
    set_end(changed, details, at)
    return changed


def new_subscription(
    hypothesis: Hypothesis, customer: str, details: Details, currency: str | None
) -> Object:
    """Give a subscription that a preview would make."""
    start = details.get("start_date") or hypothesis.now
    subscription: Object = {
        "id": NEW_SUBSCRIPTION,
        "object": "subscription",
        "billing_cycle_anchor": start,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "created": start,
        "customer": customer,
        "default_tax_rates": hypothesis.tax_rates(
            details.get("default_tax_rates") or (), details.path("default_tax_rates")
        ),
        "discounts": [],
        "items": {"object": "list", "data": []},
        "livemode": bool(hypothesis.question.livemode),
        "metadata": {},
        "start_date": start,
        "status": "active",
    }
    if "proration_behavior" in details.fields:
        subscription["proration_behavior"] = details.fields["proration_behavior"]
    if currency is not None:
        subscription["currency"] = currency
    items = _changed_items(hypothesis, subscription, details, start)
    _set_items(subscription, items)
    subscription["currency"] = common_currency(items, currency, details.path("items"))
    if details.get("trial_from_plan"):
        days = [recurring_of(item).get("trial_period_days") or 0 for item in items]
        if max(days, default=0):
            end = start + max(days) * _SECONDS_A_DAY
            details = Details({**details.fields, "trial_end": end}, details.paths)
    set_trial(subscription, details, start)
    anchor = details.get("billing_cycle_anchor")
    if isinstance(anchor, int):
        if anchor < start:
            raise details.refusal(
                "billing_cycle_anchor", "The anchor of a new subscription cannot lie in its past."
            )
        begins = subscription.get("trial_end") or start
        latest = min(hypothesis.later(begins, recurring_of(item), 1) for item in items)
        if anchor > latest:
            raise details.refusal(
                "billing_cycle_anchor",
                "billing_cycle_anchor cannot be later than the next natural billing date, "
                f"{latest} (it currently is '{anchor}').",
            )
        subscription["billing_cycle_anchor"] = anchor
    set_end(subscription, details, start)
    return subscription


def without_said_period(subscription: Object) -> Object:
    """Take out what the source said of the current period."""
    for holder in (subscription, *items_of(subscription)):
        for name in _SAID_PERIOD:
            holder.pop(name, None)
    return subscription


def common_currency(items: Sequence[Object], currency: str | None, path: str) -> str:
    """Give the currency in which all of a subscription's prices can be billed."""
    wanted = currency or str(items[0]["price"]["currency"])
    for at, item in enumerate(items):
        _check_currency(item["price"], wanted, f"{path}[{at}]")
    return wanted


def _check_currency(price: Object, wanted: str, path: str) -> None:
    options: Mapping[str, Any] = price.get("currency_options") or {}
    if price["currency"] != wanted and wanted not in options:
        raise refuse_currency(price, wanted, path)


def item_fields(
    hypothesis: Hypothesis, given: Mapping[str, Any], path: str, currency: str | None
) -> Object:
    """Give the fields of a subscription item that a preview sends, as Stripe's item has them."""
    fields: Object = {}
    price = hypothesis.recurring_price(given, path)
    if price is not None:
        fields["price"] = price
        fields["plan"] = None
    if "quantity" in given:
        fields["quantity"] = given["quantity"]
    if "tax_rates" in given:
        fields["tax_rates"] = hypothesis.tax_rates(given["tax_rates"], nested(path, "tax_rates"))
    if "discounts" in given:
        fields["discounts"] = hypothesis.discounts(
            given["discounts"],
            nested(path, "discounts"),
            currency or (None if price is None else price["currency"]),
        )
    if "metadata" in given:
        fields["metadata"] = given["metadata"] or {}
    if "billing_thresholds" in given:
        fields["billing_thresholds"] = given["billing_thresholds"] or None
    if given.get("clear_usage"):
        fields["clear_usage"] = True
    return fields


def check_quantity(item: Object, given: Mapping[str, Any], path: str) -> None:
    """Refuse a quantity where usage is metered."""
    if "quantity" in given and recurring_of(item).get("usage_type") == "metered":
        raise InvalidRequestError(
            "Quantity should not be specified where usage_type is `metered`. Consider removing "
            "the `quantity` parameter.",
            param=nested(path, "quantity"),
        )


def set_discounts(holder: Object, discounts: list[Object]) -> None:
    """Give a subscription these discounts and no others."""
    holder.pop("discount", None)
    holder["discounts"] = discounts


def items_of(subscription: Object) -> list[Object]:
    """Give the items that a subscription holds, in its order."""
    held = subscription.get("items") or {}
    return cast("list[Object]", held["data"] if isinstance(held, dict) else held)


def _set_items(subscription: Object, items: list[Object]) -> None:
    subscription["items"] = {"object": "list", "data": items, "has_more": False}


def _changed_items(
    hypothesis: Hypothesis, subscription: Object, details: Details, at: int
) -> list[Object]:
    items = {item["id"]: item for item in items_of(subscription)}
    currency: str | None = subscription.get("currency")
    paths: dict[str, str] = {}
    for place, given in enumerate(cast("list[Object]", details.fields["items"])):
        path = f"{details.path('items')}[{place}]"
        identifier = given.get("id")
        if identifier is not None and identifier not in items:
            raise no_such(
                "subscription_item", identifier, param=nested(path, "id"), http_status=400
            )
        if given.get("deleted"):
            del items[str(identifier)]
            continue
        fields = item_fields(hypothesis, given, path, currency)
        if identifier is None:
            currency = currency or fields["price"]["currency"]
            identifier = NEW_ITEM + digest(
                path, {"price": fields["price"]["id"], "subscription": subscription["id"]}
            )
            is_metered = recurring_of(fields).get("usage_type") == "metered"
            items[identifier] = {
                "id": identifier,
                "object": "subscription_item",
                "created": at,
                "discounts": [],
                "metadata": {},
                "quantity": None if is_metered else 1,
                "subscription": subscription["id"],
                "tax_rates": [],
                **fields,
            }
        else:
            items[identifier] = _merged(items[identifier], fields)
        if "price" in fields:
            name = next(each for each in ("price_data", "plan", "price") if each in given)
            paths[identifier] = nested(path, name)
        check_quantity({"price": full_prices(hypothesis, [items[identifier]])[0]}, given, path)
        if "price" in fields and "currency" in subscription:
            _check_currency(fields["price"], subscription["currency"], path)
    if not items:
        raise details.refusal(
            "items",
            "A subscription must have at least one item: cancel it to take them all out.",
        )
    if paths:
        refuse_mixed_intervals(hypothesis, subscription, list(items.values()), paths)
    return list(items.values())


def _merged(item: Object, fields: Object) -> Object:
    merged = {**item, **fields}
    if "price" in fields and recurring_of(merged).get("usage_type") == "metered":
        merged["quantity"] = None
    if "metadata" in fields:
        held = {**(item.get("metadata") or {}), **fields["metadata"]}
        merged["metadata"] = {name: value for name, value in held.items() if value != ""}
    return merged
