"""What a preview asks for: old and new spelling made one, and mixtures that Stripe refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from queries._errors import InvalidRequestError, StripeError
from queries._parameters import nested
from queries._previews._parameters import SUBSCRIPTION_FIELDS

Row = dict[str, Any]

PLAIN: Final = frozenset(
    {
        "automatic_tax",
        "currency",
        "customer",
        "ending_before",
        "expand",
        "issuer",
        "limit",
        "on_behalf_of",
        "preview_mode",
        "starting_after",
        "subscription",
    }
)
"""Parameters that change nothing about what is billed."""

_FIELDS: Final = tuple(field.name for field in SUBSCRIPTION_FIELDS)


@dataclass(frozen=True, slots=True)
class Details:
    """What a preview asks of a subscription, and under which name each field was sent."""

    fields: Mapping[str, Any]
    paths: Mapping[str, str]

    def get(self, name: str) -> Any:
        """Give a field, None where it was not sent."""
        return self.fields.get(name)

    def path(self, name: str) -> str:
        """Name a field as it was sent."""
        return self.paths.get(name, f"subscription_details[{name}]")

    def refusal(self, name: str, message: str, code: str | None = None) -> StripeError:
        """Refuse a field."""
        return InvalidRequestError(message, param=self.path(name), code=code)


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A preview, its parameters checked against each other; nothing is looked up yet."""

    params: Mapping[str, Any]
    details: Details

    def get(self, name: str) -> Any:
        """Give a parameter of the top level, None where it was not sent."""
        return self.params.get(name)

    @property
    def is_plain(self) -> bool:
        """Whether the built draft answers: nothing is hypothetical."""
        return not self.is_recurring and not self.details.fields and set(self.params) <= PLAIN

    @property
    def is_recurring(self) -> bool:
        """Whether only what recurs is asked for."""
        return self.params.get("preview_mode") == "recurring"

    @property
    def behavior(self) -> str | None:
        """How the change is prorated, where the request says."""
        return self.details.get("proration_behavior")


def read_request(params: Mapping[str, Any]) -> PreviewRequest:
    """Read the parameters of a preview.

    Raises:
        InvalidRequestError: parameters that exclude each other, or that want others (400).
    """
    request = PreviewRequest(params, _details(params))
    _refuse_schedule_mixtures(request)
    _refuse_exclusive(params, "coupon", "discounts")
    _check_discounts(params)
    _check_subscription_fields(request)
    _check_items(request)
    _check_usage(params)
    _check_account(params, "issuer")
    tax = params.get("automatic_tax") or {}
    if "liability" in tax:
        _check_account({"liability": tax["liability"]}, "liability", "automatic_tax[liability]")
    return request


def exclusive(first: str, second: str, param: str | None = None) -> StripeError:
    """Refuse two parameters of which one is meant."""
    return InvalidRequestError(
        f"You may only specify one of these parameters: {first}, {second}.",
        param=param or second,
        code="parameters_exclusive",
    )


def missing(param: str, message: str) -> StripeError:
    """Refuse a request that lacks a parameter."""
    return InvalidRequestError(message, param=param, code="parameter_missing")


def _details(params: Mapping[str, Any]) -> Details:
    current: Mapping[str, Any] = params.get("subscription_details") or {}
    old = [name for name in (*_FIELDS, "trial_from_plan") if f"subscription_{name}" in params]
    if old and "subscription_details" in params:
        raise exclusive("subscription_details", f"subscription_{old[0]}")
    return Details(
        {**current, **{name: params[f"subscription_{name}"] for name in old}},
        {
            **{name: f"subscription_details[{name}]" for name in current},
            **{name: f"subscription_{name}" for name in old},
        },
    )


def _refuse_schedule_mixtures(request: PreviewRequest) -> None:
    schedules = [name for name in ("schedule", "schedule_details") if name in request.params]
    if not schedules:
        return
    if "subscription" in request.params:
        raise exclusive(schedules[0], "subscription")
    if request.details.fields:
        raise exclusive(schedules[0], next(iter(request.details.paths.values())))
    phases = (request.get("schedule_details") or {}).get("phases")
    if "schedule" not in request.params and not phases:
        raise missing(
            "schedule_details[phases]", "You must pass schedule, or the phases of a new one."
        )


def _refuse_exclusive(held: Mapping[str, Any], first: str, second: str, path: str = "") -> None:
    if first in held and second in held:
        raise exclusive(nested(path, first), nested(path, second))


def one_of(held: Mapping[str, Any], names: tuple[str, ...], path: str) -> str:
    """Give which one of some parameters was sent, or refuse none and several."""
    given = [name for name in names if name in held]
    if len(given) > 1:
        raise exclusive(nested(path, given[0]), nested(path, given[1]))
    if not given:
        raise missing(
            nested(path, names[0]), f"You must pass one of {', '.join(names)} for {path}."
        )
    return given[0]


def _check_discounts(held: Any, path: str = "") -> None:
    """Look for lists of discounts at any depth: each entry names exactly one thing."""
    if isinstance(held, Mapping):
        for name, value in held.items():
            where = nested(path, str(name))
            if name == "discounts" and isinstance(value, list):
                for at, entry in enumerate(value):
                    one_of(entry, ("coupon", "discount", "promotion_code"), f"{where}[{at}]")
            else:
                _check_discounts(value, where)
    elif isinstance(held, list):
        for at, entry in enumerate(held):
            _check_discounts(entry, f"{path}[{at}]")


def _check_subscription_fields(request: PreviewRequest) -> None:
    details = request.details
    has_subscription = "subscription" in request.params
    for name in ("cancel_now", "resume_at", "proration_date"):
        if details.get(name) and not has_subscription:
            raise details.refusal(
                name, f"You must pass subscription with {details.path(name)}.", "parameter_missing"
            )
    if details.fields and not has_subscription and not details.get("items"):
        raise missing(
            details.path("items"),
            "You must pass subscription to preview a change of it, or the items of a new one.",
        )
    ends = [
        name for name in ("cancel_at", "cancel_at_period_end", "cancel_now") if details.get(name)
    ]
    if len(ends) > 1:
        raise exclusive(details.path(ends[0]), details.path(ends[1]))
    if has_subscription and "start_date" in details.fields:
        raise details.refusal(
            "start_date", "The start date of a subscription that exists cannot be changed."
        )
    anchor = details.get("billing_cycle_anchor")
    if has_subscription and isinstance(anchor, int):
        raise details.refusal(
            "billing_cycle_anchor",
            "The anchor of a subscription that exists can only be 'now' or 'unchanged'.",
        )
    if "trial_from_plan" in details.fields and "trial_end" in details.fields:
        raise exclusive(details.path("trial_end"), details.path("trial_from_plan"))
    _check_proration_date(details)


def _check_proration_date(details: Details) -> None:
    if "proration_date" not in details.fields:
        return
    if details.get("proration_behavior") == "none":
        raise details.refusal(
            "proration_date",
            "You cannot pass a proration date where proration_behavior is 'none'.",
        )
    if not details.get("items") and "trial_end" not in details.fields:
        raise details.refusal(
            "proration_date",
            "You must pass items or trial_end with a proration date.",
            "parameter_missing",
        )


def _check_items(request: PreviewRequest) -> None:
    has_subscription = "subscription" in request.params
    seen: set[str] = set()
    for at, item in enumerate(request.details.get("items") or ()):
        path = f"{request.details.path('items')}[{at}]"
        _refuse_exclusive(item, "price", "price_data", path)
        _refuse_exclusive(item, "price", "plan", path)
        _refuse_exclusive(item, "plan", "price_data", path)
        identifier = item.get("id")
        if identifier is None:
            if item.get("deleted") or item.get("clear_usage"):
                raise missing(nested(path, "id"), "You must pass the id of the item to change.")
            one_of(item, ("price", "price_data", "plan"), path)
            continue
        if not has_subscription:
            raise InvalidRequestError(
                "An item's id can only be passed with the subscription that it is on.",
                param=nested(path, "id"),
            )
        if identifier in seen:
            raise InvalidRequestError(
                f"The subscription item {identifier} is named twice.", param=nested(path, "id")
            )
        seen.add(identifier)


def _check_usage(params: Mapping[str, Any]) -> None:
    for at, entry in enumerate(params.get("hypothetical_usage") or ()):
        one_of(entry, ("subscription_item", "price"), f"hypothetical_usage[{at}]")


def _check_account(params: Mapping[str, Any], name: str, path: str | None = None) -> None:
    held = params.get(name)
    if held is None:
        return
    where = nested(path or name, "account")
    if held["type"] == "account" and "account" not in held:
        raise missing(where, f"Missing required param: {where}.")
    if held["type"] == "self" and "account" in held:
        raise InvalidRequestError("You can only pass account with type 'account'.", param=where)
