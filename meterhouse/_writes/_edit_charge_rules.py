"""What an edit may say of a line's own discounts and taxes: rules of Stripe's pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from foundation import decimal_text, decode_json
from meterhouse._writes._edited_draft import EditedDraft, Row
from queries import InvalidRequestError, StripeError, no_such

_DISCOUNTED_BY: Final = ("coupon", "discount", "promotion_code")
_PERCENTAGE_PLACES: Final = 4


def discounts_to_land(
    draft: EditedDraft, held: Row | None, line: Row, path: str
) -> list[Row] | str | None:
    """Check a line's discounts; give them with the coupon of each, None where none were sent."""
    discounts: list[Row] | str | None = line.get("discounts")
    if not discounts or isinstance(discounts, str):
        return discounts
    if held is not None and held["proration"]:
        raise InvalidRequestError(
            f"The line {held['id']} is a proration, which no discount applies to.",
            param=f"{path}[discounts]",
        )
    landed = [
        _discount_to_land(draft, each, f"{path}[discounts][{at}]")
        for at, each in enumerate(discounts)
    ]
    _refuse_repeated(
        [each.get("discount") or each["coupon"] for each in landed], f"{path}[discounts]"
    )
    return landed


def _discount_to_land(draft: EditedDraft, discount: Row, path: str) -> Row:
    given = [name for name in _DISCOUNTED_BY if name in discount]
    if not given:
        raise InvalidRequestError(
            f"You must pass one of {', '.join(_DISCOUNTED_BY)} for {path}.",
            param=path,
            code="parameter_missing",
        )
    if len(given) > 1:
        raise InvalidRequestError(
            f"You may only specify one of these parameters: {', '.join(given)}.",
            param=f"{path}[{given[1]}]",
            code="parameters_exclusive",
        )
    if "promotion_code" in discount:
        # Promotion codes are no stream: none is ever there to be named.
        code = discount["promotion_code"]
        raise InvalidRequestError(
            f"No such promotion code: '{code}'. Promotion codes do not land here; name the coupon "
            "that it stands for.",
            param=f"{path}[promotion_code]",
            code="resource_missing",
        )
    if "discount" in discount:
        coupon = draft.coupons_of_discounts.get(discount["discount"])
        if coupon is None:
            raise no_such(
                "discount", discount["discount"], param=f"{path}[discount]", http_status=400
            )
        return {"discount": discount["discount"], "coupon": coupon}
    _check_coupon(draft, discount["coupon"], f"{path}[coupon]")
    return discount


def _check_coupon(draft: EditedDraft, coupon_id: str, param: str) -> None:
    coupon = draft.landed("coupon", coupon_id)
    if coupon is None:
        raise no_such("coupon", coupon_id, param=param, http_status=400)
    if coupon.get("valid") is False:
        raise InvalidRequestError(
            f"Coupon expired: {coupon_id}", param=param, code="coupon_expired"
        )
    if coupon.get("amount_off") is not None and coupon.get("currency") != draft.currency:
        raise InvalidRequestError(
            f"The coupon {coupon_id} takes off an amount in {coupon.get('currency')}; the "
            f"invoice's lines are in {draft.currency}.",
            param=param,
        )


def check_taxes(draft: EditedDraft, line: Row, path: str) -> None:
    """Check a line's own tax rates and tax amounts."""
    rates: list[str] = line.get("tax_rates") or []
    amounts: list[Row] = line.get("tax_amounts") or []
    if rates and amounts:
        raise InvalidRequestError(
            "You may only specify one of these parameters: tax_rates, tax_amounts.",
            param=f"{path}[tax_amounts]",
            code="parameters_exclusive",
        )
    for at, rate in enumerate(rates):
        _check_tax_rate(draft, rate, f"{path}[tax_rates][{at}]")
    _refuse_repeated(rates, f"{path}[tax_rates]")
    for at, amount in enumerate(amounts):
        _check_percentage(
            amount["tax_rate_data"]["percentage"],
            f"{path}[tax_amounts][{at}][tax_rate_data][percentage]",
        )


def check_taxes_together(draft: EditedDraft, lines: Sequence[Row]) -> None:
    """Refuse tax amounts on an invoice that has tax rates, on any line or by default.

    ``lines`` are those of the call, each after its own check; the draft's others count too.
    """
    named = {line["id"] for line in lines if "id" in line}
    rated = [
        held["id"]
        for held in draft.lines.values()
        if decode_json(held["tax_rates_json"] or "[]")
        and not (held["id"] in named and _unsets_rates(lines, held["id"]))
    ]
    has_rates = bool(rated) or any(line.get("tax_rates") for line in lines)
    for at, line in enumerate(lines):
        if not line.get("tax_amounts"):
            continue
        param = f"lines[{at}][tax_amounts]"
        if draft.default_tax_rates:
            raise InvalidRequestError(
                "You cannot set tax amounts on an invoice that has default_tax_rates. Set "
                f"lines[{at}][tax_rates] instead.",
                param=param,
            )
        if has_rates:
            raise InvalidRequestError(
                "You cannot set tax amounts while any line of the invoice has tax_rates"
                + (f", as {rated[0]} has. Remove them with tax_rates='' first." if rated else "."),
                param=param,
            )


def _unsets_rates(lines: Sequence[Row], identifier: str) -> bool:
    return any(line.get("id") == identifier and line.get("tax_rates") in ("", []) for line in lines)


def _check_tax_rate(draft: EditedDraft, rate_id: str, param: str) -> None:
    rate = draft.landed("tax_rate", rate_id)
    if rate is None:
        raise no_such("tax rate", rate_id, param=param, http_status=400)
    if rate.get("active") is False:
        raise InvalidRequestError(
            f"The tax rate {rate_id} is archived. This field only accepts active tax rates.",
            param=param,
        )


def _check_percentage(percentage: Decimal, param: str) -> None:
    places = -int(percentage.normalize().as_tuple().exponent)
    if percentage > 100 or places > _PERCENTAGE_PLACES:
        raise InvalidRequestError(
            f"Invalid percentage: {decimal_text(percentage)}; it must be from 0 to 100 with at "
            f"most {_PERCENTAGE_PLACES} decimal places.",
            param=param,
        )


def _refuse_repeated(values: Sequence[Any], path: str) -> None:
    for at, value in enumerate(values):
        if value in values[:at]:
            raise _repeated(value, f"{path}[{at}]")


def _repeated(value: object, param: str) -> StripeError:
    return InvalidRequestError(f"{value} is named twice in one list.", param=param)
