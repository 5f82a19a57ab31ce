"""What a preview changes between two steps: no rule of billing, only what the rules are told."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast

from queries._errors import InvalidRequestError, no_such
from queries._previews._hypothesis import Hypothesis, instant, price_of
from queries._previews._request import PreviewRequest
from queries._previews._steps import Change
from queries._previews._subject import Subject

_STAGING: Final = '"warehouse"."staging"'
_INTERMEDIATE: Final = '"warehouse"."intermediate"'

# What is supposed is done now, wherever it is dated, with all that waits by now. What a phase to
# come adds waits from its start on.
_WAITS_SINCE: Final = f"""
update {_INTERMEDIATE}."int_invoice_items"
set known_at = case
    when date_at > make_timestamp(cast($now as bigint) * 1000000) then date_at
    else least(known_at, make_timestamp(cast($since as bigint) * 1000000))
end
"""

# An item that waits no more by then is on no invoice that is raised from then on.
_WAITED_BEFORE: Final = f"""
delete from {_INTERMEDIATE}."int_invoice_item_waits"
where waited_until >= make_timestamp(cast($since as bigint) * 1000000)
"""

# What is supposed is the customer of now, in force since then.
_CUSTOMER_OF_NOW: Final = f"""
update {_INTERMEDIATE}."int_customer_versions"
set
    valid_from = case
        when valid_until < last_until or valid_from is null then valid_from
        else least(valid_from, make_timestamp(cast($since as bigint) * 1000000))
    end,
    valid_until = case
        when valid_until < last_until
            then least(valid_until, make_timestamp(cast($since as bigint) * 1000000))
        else valid_until
    end
from (select max(valid_until) as last_until from {_INTERMEDIATE}."int_customer_versions") as ends
"""

# The invoice that answers is the next one: it meets the customer's balance. Which pending items it
# takes is settled before.
_ANSWERS_NEXT: Final = f"""
update {_INTERMEDIATE}."int_draft_invoices"
set is_upcoming = true
where invoice_id in (select invoice_id from ({{target}}) as target)
"""

# A change that counts from before it is made.
_COUNTS_FROM: Final = f"""
update {_INTERMEDIATE}."int_licensed_changes"
set from_at = $dated_at
where subscription_id = $subscription and changed_at = $changed_at and from_at = changed_at
"""

# Usage that is cleared with its item: the period that the item leaves counts nothing, and ends
# without an invoice.
_CLEARED: Final = f"""
update {_INTERMEDIATE}."int_billing_period_ranges"
set last_number = last_number - 1
where
    subscription_item_id = $item
    and usage_type = 'metered'
    and run_end = make_timestamp(cast($at as bigint) * 1000000)
"""

_NEVER_BEGUN: Final = f"""
delete from {_INTERMEDIATE}."int_billing_period_ranges"
where subscription_item_id = $item and first_number > last_number
"""

# Invoice items that are supposed in one second show in the order given, before its prorations.
_IN_ORDER: Final = f"""
update {_INTERMEDIATE}."int_moved_invoice_item_lines"
set item_position = cast($place as integer)
where invoice_item_id = $item
"""

_INHERIT_NO_DISCOUNT: Final = f"""
delete from {_INTERMEDIATE}."int_subscription_discount_candidates"
where scope = 'invoice' and invoice_id in (select invoice_id from ({{target}}) as target)
"""

_DISCOUNT: Final = f"""
insert into {_INTERMEDIATE}."int_subscription_discount_candidates" by name
select
    invoice_id,
    'invoice' as scope,
    cast($position as integer) as given_position,
    $discount as discount_id,
    $coupon as coupon_id,
    make_timestamp(cast($starts as bigint) * 1000000) as start_at,
    make_timestamp(cast($ends as bigint) * 1000000) as end_at
from ({{target}}) as target
"""

# The period that the answering invoice bills; of one that is billed at several prices the last:
# what is in force.
_USAGE: Final = f"""
update {_INTERMEDIATE}."int_metered_quantities"
set used_quantity = cast($quantity as decimal(38, 12)), quantity_source = 'hypothetical'
where
    subscription_item_id = $item
    and line_source_id = (
        select line_source_id
        from {_INTERMEDIATE}."int_metered_quantities"
        where subscription_item_id = $item
        order by
            case
                when boundary_at >= make_timestamp(cast($answers_from as bigint) * 1000000)
                    then boundary_at
            end nulls last,
            boundary_at desc,
            period_end desc
        limit 1
    )
"""


def target_of(subject: Subject) -> str:
    """Give the SQL that finds the draft which answers, once ``int_draft_invoices`` ran."""
    of = "subscription_id is null"
    if subject.subscription is not None:
        # An id of ours or of an object that landed: it is quoted all the same.
        quoted = subject.subscription.replace("'", "''")
        of = f"subscription_id = '{quoted}'"
    return (
        f'select * from {_INTERMEDIATE}."int_draft_invoices" '
        f"where {of} and {subject.wanted} order by created_at, invoice_id limit 1"
    )


def changes_of(hypothesis: Hypothesis, request: PreviewRequest, subject: Subject) -> list[Change]:
    """Give the changes that a preview asks for beyond hypothetical objects."""
    changes = list(hypothesis.changes)
    target = target_of(subject)
    if request.is_recurring:
        changes += _only_what_recurs()
    since = min(hypothesis.now, subject.changed_at or hypothesis.now)
    changes.append(
        Change("int_invoice_items", _WAITS_SINCE, {"since": since, "now": hypothesis.now})
    )
    changes.append(Change("int_customer_versions", _CUSTOMER_OF_NOW, {"since": since}))
    changes.append(Change("int_invoice_item_waits", _WAITED_BEFORE, {"since": since}))
    changes.append(Change("int_moved_invoice_item_lines", _ANSWERS_NEXT.format(target=target)))
    changes += [
        Change(
            "int_moved_invoice_item_lines",
            _IN_ORDER,
            {"item": item, "place": place - len(hypothesis.new_invoice_items)},
        )
        for place, item in enumerate(hypothesis.new_invoice_items)
    ]
    changes += _counted_from(subject)
    changes += _cleared(request, subject)
    changes += _discounts(hypothesis, request, subject, target)
    changes += _usage(hypothesis, request, subject)
    return changes


def _only_what_recurs() -> list[Change]:
    return [
        Change(
            "stg_invoice_items",
            f'delete from {_STAGING}."stg_invoice_items" where invoice_id is null',
        ),
        Change("stg_coupons", f"delete from {_STAGING}.\"stg_coupons\" where duration = 'once'"),
        Change(
            "stg_subscriptions",
            f"update {_STAGING}.\"stg_subscriptions\" set proration_behavior = 'none'",
        ),
    ]


def _counted_from(subject: Subject) -> list[Change]:
    if subject.changed_at is None or subject.dated_at in (None, subject.changed_at):
        return []
    values = {
        "subscription": subject.subscription,
        "changed_at": instant(subject.changed_at),
        "dated_at": instant(subject.dated_at),
    }
    return [Change("int_licensed_changes", _COUNTS_FROM, values)]


def _cleared(request: PreviewRequest, subject: Subject) -> list[Change]:
    model = "int_billing_period_ranges"
    return [
        change
        for item in request.details.get("items") or ()
        if item.get("deleted") and item.get("clear_usage")
        for change in (
            Change(model, _CLEARED, {"item": item["id"], "at": subject.changed_at}),
            Change(model, _NEVER_BEGUN, {"item": item["id"]}),
        )
    ]


def _discounts(
    hypothesis: Hypothesis, request: PreviewRequest, subject: Subject, target: str
) -> list[Change]:
    if "discounts" in request.params:
        discounts = hypothesis.discounts(request.params["discounts"], "discounts", subject.currency)
    elif "coupon" in request.params:
        discounts = [hypothesis.coupon(request.params["coupon"], "coupon", subject.currency)]
    else:
        return []
    model = "int_subscription_discount_candidates"
    found = [Change(model, _INHERIT_NO_DISCOUNT.format(target=target))]
    for position, discount in enumerate(discounts, start=1):
        coupon = discount.get("coupon") or discount.get("source", {}).get("coupon")
        found.append(
            Change(
                model,
                _DISCOUNT.format(target=target),
                {
                    "position": position,
                    "discount": discount["id"],
                    "coupon": coupon if isinstance(coupon, str) else coupon["id"],
                    "starts": discount.get("start"),
                    "ends": discount.get("end"),
                },
            )
        )
    return found


def _usage(hypothesis: Hypothesis, request: PreviewRequest, subject: Subject) -> list[Change]:
    given = cast("list[Mapping[str, Any]]", request.get("hypothetical_usage") or [])
    items = _metered_items(hypothesis)
    found: dict[str, Change] = {}
    for at, entry in enumerate(given):
        name = "subscription_item" if "subscription_item" in entry else "price"
        param = f"hypothetical_usage[{at}][{name}]"
        item = _item(hypothesis, items, name, entry[name], param, subject)
        if item in found:
            raise InvalidRequestError(f"The usage of {entry[name]} is given twice.", param=param)
        quantity: Decimal = entry["quantity"]
        values = {"item": item, "quantity": str(quantity), "answers_from": subject.answers_from}
        found[item] = Change("int_metered_quantities", _USAGE, values)
    return list(found.values())


def _metered_items(hypothesis: Hypothesis) -> dict[str, str]:
    """Give the metered items of the subscription as supposed, each with its price."""
    versions = hypothesis.versions.get("subscriptions", [])
    found: dict[str, str] = {}
    for subscription, _ in versions:
        for item in subscription["items"]["data"]:
            price = price_of(item)
            found[item["id"]] = price if isinstance(price, str) else price["id"]
    return found


def _item(
    hypothesis: Hypothesis,
    items: Mapping[str, str],
    name: str,
    identifier: str,
    param: str,
    subject: Subject,
) -> str:
    if name == "price":
        found = [item for item, price in items.items() if price == identifier]
        if len(found) != 1:
            raise InvalidRequestError(
                f"No one item of the preview has the price {identifier}; name an item instead.",
                param=param,
            )
        return found[0]
    if identifier in items:
        return identifier
    row = hypothesis.reader.row(
        "select usage_type, subscription_id from main.subscription_items where id = $id",
        {"id": identifier},
    )
    if row is None:
        raise no_such("subscription_item", identifier, param=param, http_status=400)
    if row["subscription_id"] != subject.subscription:
        raise InvalidRequestError(
            f"The subscription item {identifier} is not of the subscription that is previewed.",
            param=param,
        )
    if row["usage_type"] != "metered":
        raise InvalidRequestError(
            f"The subscription item {identifier} is licensed: give it a quantity in "
            "subscription_details[items].",
            param=param,
        )
    return identifier
