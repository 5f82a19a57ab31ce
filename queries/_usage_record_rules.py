"""Whether a usage record may be created: the rules of Stripe's reference page, in its words.

Periods, grace and how far ahead a timestamp may lie are SQL's (``usage_record_acceptance``); what a
refusal says is here. Texts in Stripe's own words are those seen in answers of the real API.
"""

from __future__ import annotations

from typing import Any, Final

from queries._errors import InvalidRequestError, StripeError, no_such
from queries._reader import Reader

_ACCEPTANCE: Final = """
    select * from usage_record_acceptance($subscription_item, cast($at_time as bigint))
"""


def accept_usage_record(
    reader: Reader,
    item: str,
    *,
    timestamp: int,
    action: str,
    clocks: tuple[int, ...],
    livemode: bool | None,
) -> bool:
    """Check one usage record against the item; give the item's mode (True for live).

    ``clocks`` are the instants that count as now, the real one first; a timestamp is taken when any
    of them takes it, and refused as the first of them refuses it.

    Raises:
        InvalidRequestError: the item is not there, takes no usage records, or not this one.
    """
    refusal: StripeError | None = None
    for now in clocks:
        row = reader.row(_ACCEPTANCE, {"subscription_item": item, "at_time": now})
        if row is None or (livemode is not None and row["livemode"] != livemode):
            raise no_such("subscription_item", item)
        found = _refusal(row, item, timestamp, action, now)
        if found is None:
            return bool(row["livemode"])
        refusal = refusal or found
    assert refusal is not None
    raise refusal


def _refusal(
    row: dict[str, Any], item: str, timestamp: int, action: str, now: int
) -> StripeError | None:
    if row["is_deleted"]:
        return no_such("subscription_item", item)
    if row["subscription_status"] in ("canceled", "incomplete_expired"):
        return InvalidRequestError(
            "Cannot create the usage record because the subscription has been canceled."
        )
    if row["subscription_status"] == "paused":
        return InvalidRequestError(
            "Cannot create the usage record because the subscription is paused. Resume it first: "
            "what is used while it is paused is never invoiced."
        )
    if row["usage_type"] != "metered":
        return InvalidRequestError(
            f"Cannot create the usage record because the price of {item} is not metered: its "
            "usage_type is licensed. Set the quantity of the subscription item instead."
        )
    if row["meter_id"] is not None:
        return InvalidRequestError(
            f"Cannot create the usage record because the price of {item} is fed by the meter "
            f"{row['meter_id']}. Send meter events to POST /v1/billing/meter_events instead."
        )
    if action == "set" and row["has_billing_thresholds"]:
        return InvalidRequestError(
            "Cannot create the usage record with action 'set' because the subscription has "
            "billing thresholds. 'increment' is the only allowed action.",
            param="action",
        )
    return _refusal_of_time(row, timestamp, now)


def _refusal_of_time(row: dict[str, Any], timestamp: int, now: int) -> StripeError | None:
    if timestamp > now and (row["latest_time"] is None or timestamp > row["latest_time"]):
        return InvalidRequestError(
            "Cannot create the usage record with this timestamp because timestamps must not be "
            f"in the future: {timestamp} is after {now}.",
            param="timestamp",
        )
    if row["earliest_time"] is None or timestamp <= row["earliest_time"]:
        return InvalidRequestError(
            "Cannot create the usage record with this timestamp because timestamps must be after "
            "the subscription's last invoice period (or current period start time).",
            param="timestamp",
        )
    return None
