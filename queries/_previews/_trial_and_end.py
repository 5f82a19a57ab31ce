"""The trial of a subscription and its end, as a preview asks for them."""

from __future__ import annotations

from queries._previews._hypothesis import Object
from queries._previews._request import Details


def set_trial(subscription: Object, details: Details, at: int) -> None:
    """Begin, move or end its trial at an instant, as asked."""
    end = details.get("trial_end")
    if end is None:
        return
    held = subscription.get("trial_end")
    is_trying = held is not None and held > at
    if end == "now":
        if not is_trying:
            return
        end = at
        subscription["status"] = "active"
    elif end <= at:
        raise details.refusal(
            "trial_end",
            f"Invalid timestamp: {end}; a trial must end later than {at}, when it is set, or "
            "'now'.",
        )
    else:
        subscription["status"] = "trialing"
        if not is_trying:
            subscription["trial_start"] = at
    subscription["trial_end"] = end
    subscription["billing_cycle_anchor"] = end


def set_end(subscription: Object, details: Details, at: int) -> None:
    """End it at once, later or no more, as asked at an instant."""
    if details.get("cancel_now"):
        subscription |= {"status": "canceled", "canceled_at": at, "ended_at": at, "cancel_at": None}
        # Without a word Stripe gives back what a cancellation at once leaves unused.
        subscription.setdefault("proration_behavior", "create_prorations")
        return
    if "cancel_at" in details.fields:
        cancel_at = details.fields["cancel_at"] or None
        if cancel_at is not None and cancel_at <= at:
            raise details.refusal(
                "cancel_at", f"Invalid timestamp: {cancel_at}; it must lie after {at}."
            )
        subscription |= {
            "cancel_at": cancel_at,
            "cancel_at_period_end": False,
            "canceled_at": None if cancel_at is None else at,
        }
    if "cancel_at_period_end" in details.fields:
        ends = details.fields["cancel_at_period_end"]
        subscription |= {
            "cancel_at": None,
            "cancel_at_period_end": ends,
            "canceled_at": at if ends else None,
        }
