"""The objects that a preview supposes, as Stripe's objects would be, and what it does with them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from queries._errors import InvalidRequestError, no_such
from queries._landed import find_discounts, find_landed
from queries._parameters import nested
from queries._previews._request import exclusive, missing
from queries._previews._rows import Named
from queries._previews._steps import Change
from queries._reader import Reader
from queries._route import Question

Object = dict[str, Any]

NEW_CUSTOMER: Final = "cus_preview"
NEW_SUBSCRIPTION: Final = "sub_preview"
NEW_ITEM: Final = "si_preview_"
NEW_PRICE: Final = "price_preview_"

_LONGEST: Final = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""The most intervals in one period: three years, as at Stripe."""

_LATER: Final = """
select epoch_ms(
    $start
    + case $interval
        when 'day' then to_days(cast($count as integer))
        when 'week' then to_days(cast($count * 7 as integer))
        when 'month' then to_months(cast($count as integer))
        else to_months(cast($count * 12 as integer))
    end
) // 1000 as later
"""

_STREAMS: Final = {
    "customer": "customers",
    "invoice": "billed_invoices",
    "invoiceitem": "invoice_items",
    "price": "prices",
    "subscription": "subscriptions",
}


@dataclass(slots=True)
class Hypothesis:
    """What is supposed. Objects are Stripe's, and land in memory as an export of them would."""

    reader: Reader
    question: Question
    now: int
    """The build's clock, in seconds: when everything supposed is done, unless it says when."""
    named: Named = field(default_factory=Named)
    versions: dict[str, list[tuple[Object, int]]] = field(
        default_factory=dict[str, list[tuple[Object, int]]]
    )
    changes: list[Change] = field(default_factory=list[Change])
    """What is told to the steps beside objects."""
    new_invoice_items: list[str] = field(default_factory=list[str])
    """The invoice items that a preview makes, in the order in which it gives them."""

    def suppose(self, item: Object, effective_at: int | None = None) -> None:
        """Suppose a version of an object, from an instant on."""
        stream = _STREAMS[item["object"]]
        at = self.now if effective_at is None else effective_at
        self.versions.setdefault(stream, []).append((item, at))
        self.reader.suppose({(item["object"], item["id"]): item})

    def landed(self, object_type: str, identifier: str, param: str) -> Object:
        """Give an object that landed, or refuse its id as a parameter."""
        found = find_landed(self.reader, object_type, [identifier], self.question.livemode)
        if identifier not in found or found[identifier].get("deleted"):
            raise no_such(object_type, identifier, param=param, http_status=400)
        return found[identifier]

    def later(self, start: int, recurring: Mapping[str, Any], periods: int) -> int:
        """Give the instant that lies some periods of a recurring price after another."""
        row = self.reader.row(
            _LATER,
            {
                "start": instant(start),
                "interval": recurring.get("interval"),
                "count": int(recurring.get("interval_count") or 1) * periods,
            },
        )
        assert row is not None
        return row["later"]

    def recurring_price(self, item: Mapping[str, Any], path: str) -> Object | None:
        """Give the recurring price that an item names or describes; None where it does neither."""
        if "price_data" in item:
            return self._described(item["price_data"], nested(path, "price_data"))
        name = "plan" if "plan" in item else "price"
        if name not in item:
            return None
        return self._named_price(item[name], nested(path, name), "recurring")

    def one_time_price(self, item: Mapping[str, Any], path: str) -> Object | None:
        """Give the one-time price that an item names or describes; None where it does neither."""
        if "price_data" in item:
            return self._described(item["price_data"], nested(path, "price_data"))
        if "price" not in item:
            return None
        return self._named_price(item["price"], nested(path, "price"), "one_time")

    def _named_price(self, identifier: str, param: str, kind: str) -> Object:
        price = self.landed("price", identifier, param)
        held = price.get("type") or ("recurring" if price.get("recurring") else "one_time")
        if held != kind:
            raise InvalidRequestError(
                f"The price specified is set to `type={held}` but this field only accepts prices "
                f"with `type={kind}`.",
                param=param,
            )
        self.named.prices.append(identifier)
        return price

    def _described(self, data: Mapping[str, Any], path: str) -> Object:
        if "unit_amount" in data and "unit_amount_decimal" in data:
            raise exclusive(nested(path, "unit_amount"), nested(path, "unit_amount_decimal"))
        if "unit_amount" not in data and "unit_amount_decimal" not in data:
            raise missing(
                nested(path, "unit_amount"),
                f"You must pass one of unit_amount or unit_amount_decimal for {path}.",
            )
        self.landed("product", data["product"], nested(path, "product"))
        recurring = data.get("recurring")
        if recurring is not None:
            _check_interval(recurring, nested(path, "recurring"))
        amount = data.get("unit_amount_decimal", data.get("unit_amount"))
        price: Object = {
            "id": NEW_PRICE + digest(path, data),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": self.now,
            "currency": data["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": bool(self.question.livemode),
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": data["product"],
            "recurring": None
            if recurring is None
            else {
                "aggregate_usage": None,
                "interval": recurring["interval"],
                "interval_count": recurring.get("interval_count", 1),
                "meter": None,
                "trial_period_days": None,
                "usage_type": "licensed",
            },
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time" if recurring is None else "recurring",
            "unit_amount": data.get("unit_amount"),
            "unit_amount_decimal": f"{amount:f}" if not isinstance(amount, int) else str(amount),
        }
        self.suppose(price)
        return price

    def discounts(
        self, given: Sequence[Mapping[str, Any]] | str, path: str, currency: str | None
    ) -> list[Object]:
        """Give the discounts that a list of coupons and discounts stands for, in its order."""
        found: list[Object] = []
        entries = () if isinstance(given, str) else given
        for at, entry in enumerate(entries):
            where = f"{path}[{at}]"
            if entry in entries[:at]:
                raise InvalidRequestError(
                    f"{next(iter(entry.values()))} is named twice in one list.", param=where
                )
            if "promotion_code" in entry:
                raise no_such(
                    "promotion_code",
                    entry["promotion_code"],
                    param=nested(where, "promotion_code"),
                    http_status=400,
                )
            if "discount" in entry:
                found.append(self._standing(entry["discount"], nested(where, "discount")))
            else:
                found.append(self.coupon(entry["coupon"], nested(where, "coupon"), currency))
        return found

    def coupon(self, identifier: str, param: str, currency: str | None) -> Object:
        """Give the discount that redeeming a coupon would make, on lines in a currency."""
        coupon = self.landed("coupon", identifier, param)
        if coupon.get("valid") is False:
            raise InvalidRequestError(
                f"The coupon {identifier} can no longer be redeemed.",
                param=param,
                code="coupon_expired",
            )
        off_in = coupon.get("currency") if coupon.get("amount_off") is not None else currency
        if currency is not None and off_in != currency:
            raise InvalidRequestError(
                f"The coupon {identifier} takes off an amount in {off_in}; the invoice's lines are "
                f"in {currency}.",
                param=param,
            )
        self.named.coupons.append(identifier)
        discount: Object = {
            "id": "di_preview_" + digest(param, {"coupon": identifier}),
            "object": "discount",
            "coupon": coupon,
            "start": None,
            "end": None,
        }
        self.reader.suppose({("discount", discount["id"]): discount})
        return discount

    def _standing(self, identifier: str, param: str) -> Object:
        found = find_discounts(self.reader, [identifier], self.question.livemode)
        discount = found.get(identifier) or self._named_by_us(identifier)
        if discount is None:
            raise no_such("discount", identifier, param=param, http_status=400)
        coupon = discount.get("coupon") or discount.get("source", {}).get("coupon")
        self.named.coupons.append(coupon if isinstance(coupon, str) else coupon["id"])
        return discount

    def _named_by_us(self, identifier: str) -> Object | None:
        """Give a discount that drafts show under an id of ours: its source gave it none."""
        row = self.reader.row("from previews.discount_named($id)", {"id": identifier})
        if row is None:
            return None
        coupon = find_landed(self.reader, "coupon", [row["coupon_id"]], self.question.livemode)
        if row["coupon_id"] not in coupon:
            return None
        discount: Object = {
            "id": identifier,
            "object": "discount",
            "coupon": coupon[row["coupon_id"]],
            "start": row["start_at"],
            "end": row["end_at"],
        }
        self.reader.suppose({("discount", identifier): discount})
        return discount

    def tax_rates(self, given: Sequence[str] | str, path: str) -> list[str]:
        """Give the ids of tax rates, each of which must have landed."""
        identifiers = list(given or ())
        for at, identifier in enumerate(identifiers):
            self.landed("tax_rate", identifier, f"{path}[{at}]")
        self.named.tax_rates.extend(identifiers)
        return identifiers


def price_of(item: Mapping[str, Any]) -> Any:
    """Give the price of a subscription item, as an id or in full; older exports call it plan."""
    return item.get("price") or item.get("plan")


def refuse_currency(price: Mapping[str, Any], wanted: str, path: str) -> InvalidRequestError:
    """Say that a price that an item names or describes is in another currency than the preview."""
    if str(price["id"]).startswith(NEW_PRICE):
        return InvalidRequestError(
            f"The currency {price['currency']} is not the preview's: it is in {wanted}.",
            param=f"{path}[price_data][currency]",
        )
    return InvalidRequestError(
        f"The price {price['id']} is in {price['currency']}; the preview is in {wanted}.",
        param=f"{path}[price]",
    )


def _check_interval(recurring: Mapping[str, Any], path: str) -> None:
    most = _LONGEST[recurring["interval"]]
    if recurring.get("interval_count", 1) > most:
        raise InvalidRequestError(
            f"A period lasts three years at most: {most} intervals of a {recurring['interval']}.",
            param=nested(path, "interval_count"),
        )


def instant(seconds: int) -> datetime.datetime:
    """Give an instant as a timestamp of the models, UTC without a zone."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None)


def digest(path: str, data: Mapping[str, Any]) -> str:
    """Make an id of what it names, so that the same preview has the same ids."""
    text = repr((path, sorted((name, str(value)) for name, value in data.items())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
