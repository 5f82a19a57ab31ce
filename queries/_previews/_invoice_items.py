"""Invoice items of a preview: new ones, and pending ones as they would be after a change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from queries._errors import InvalidRequestError
from queries._parameters import nested
from queries._previews._hypothesis import Hypothesis, Object, digest, refuse_currency
from queries._previews._pending_items import pending_item, superseded_edits
from queries._previews._request import exclusive, missing, one_of

_PRICED = ("amount", "price", "price_data", "unit_amount", "unit_amount_decimal")


def suppose_invoice_items(
    hypothesis: Hypothesis,
    given: list[Mapping[str, Any]],
    *,
    customer: str,
    subscription: str | None,
    currency: str,
    path: str = "invoice_items",
    at: int | None = None,
) -> None:
    """Suppose invoice items of a customer, or changes to pending ones, at an instant or now."""
    when = hypothesis.now if at is None else at
    named: set[str] = set()
    for place, each in enumerate(given):
        where = f"{path}[{place}]"
        if each.get("invoiceitem") in named:
            raise InvalidRequestError(
                f"The invoice item {each['invoiceitem']} is named twice.",
                param=nested(where, "invoiceitem"),
            )
        named |= {each["invoiceitem"]} if "invoiceitem" in each else set()
        base = _pending(hypothesis, each, customer, where)
        if base is not None and base["currency"] != currency:
            raise InvalidRequestError(
                f"The invoice item {base['id']} is in {base['currency']}; the invoice's lines are "
                f"in {currency}.",
                param=nested(where, "invoiceitem"),
            )
        item = base or _new(hypothesis, customer, subscription, where, each, when)
        item |= _fields(hypothesis, each, item, currency, where, is_new=base is None)
        if base is None:
            hypothesis.new_invoice_items.append(item["id"])
            if item["amount"] < 0 and "discountable" not in each:
                item["discountable"] = False
        hypothesis.suppose(item)


def currency_of_items(hypothesis: Hypothesis, given: list[Mapping[str, Any]]) -> str | None:
    """Give the currency that invoice items say themselves, the first that does."""
    for at, each in enumerate(given):
        if "currency" in each:
            return str(each["currency"]).lower()
        if "price_data" in each:
            return str(each["price_data"]["currency"]).lower()
        if "price" in each:
            price = hypothesis.landed("price", each["price"], f"invoice_items[{at}][price]")
            return str(price["currency"])
    return None


def _pending(
    hypothesis: Hypothesis, given: Mapping[str, Any], customer: str, path: str
) -> Object | None:
    if "invoiceitem" not in given:
        return None
    identifier = given["invoiceitem"]
    change = superseded_edits(identifier, given)
    if change is not None:
        hypothesis.changes.append(change)
    return pending_item(hypothesis, identifier, customer, nested(path, "invoiceitem"))


def _new(
    hypothesis: Hypothesis,
    customer: str,
    subscription: str | None,
    path: str,
    given: Mapping[str, Any],
    when: int,
) -> Object:
    one_of(given, _PRICED, path)
    return {
        "id": "ii_preview_" + digest(path, given),
        "object": "invoiceitem",
        "customer": customer,
        "date": when,
        "description": None,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": bool(hypothesis.question.livemode),
        "metadata": {},
        "period": {"start": when, "end": when},
        "price": None,
        "proration": False,
        "quantity": 1,
        "subscription": subscription,
        "tax_rates": [],
    }


def _fields(
    hypothesis: Hypothesis,
    given: Mapping[str, Any],
    item: Object,
    currency: str,
    path: str,
    *,
    is_new: bool,
) -> Object:
    fields: Object = {
        name: given[name]
        for name in ("description", "discountable", "period", "quantity")
        if name in given
    }
    if "period" in given and given["period"]["end"] < given["period"]["start"]:
        raise InvalidRequestError(
            "The period must not end before it starts.", param=f"{path}[period][end]"
        )
    if "discounts" in given:
        fields["discounts"] = hypothesis.discounts(
            given["discounts"], nested(path, "discounts"), currency
        )
    if "tax_rates" in given:
        fields["tax_rates"] = hypothesis.tax_rates(given["tax_rates"], nested(path, "tax_rates"))
    if "metadata" in given:
        held = {} if given["metadata"] == "" else {**item["metadata"], **given["metadata"]}
        fields["metadata"] = {name: value for name, value in held.items() if value != ""}
    if is_new or any(name in given for name in (*_PRICED, "quantity")):
        fields |= _priced(hypothesis, given, {**item, **fields}, currency, path)
    return fields


def _priced(
    hypothesis: Hypothesis, given: Mapping[str, Any], item: Object, currency: str, path: str
) -> Object:
    sent = [name for name in _PRICED if name in given]
    if len(sent) > 1:
        raise exclusive(nested(path, sent[0]), nested(path, sent[1]))
    said = str(given.get("currency", currency)).lower()
    if "amount" in given:
        if "quantity" in given:
            raise exclusive(nested(path, "amount"), nested(path, "quantity"))
        _check_currency(said, currency, nested(path, "currency"))
        if "currency" not in given and item.get("currency") is None:
            raise missing(nested(path, "currency"), f"Missing required param: {path}[currency].")
        return {
            "amount": given["amount"],
            "currency": said,
            "price": None,
            "quantity": 1,
            "unit_amount_decimal": str(given["amount"]),
        }
    price = hypothesis.one_time_price(given, path)
    if price is not None:
        if "price" in given and "currency" in given:
            _check_currency(said, currency, nested(path, "currency"))
        said = _currency_of_price(price, currency, path)
        unit = _unit_amount(price, said)
    elif "unit_amount" in given or "unit_amount_decimal" in given:
        unit = Decimal(given.get("unit_amount_decimal", given.get("unit_amount", 0)))
    else:
        said = str(item.get("currency", currency))
        unit = Decimal(str(item.get("unit_amount_decimal") or item.get("unit_amount") or 0))
    _check_currency(said, currency, nested(path, "currency"))
    amount = hypothesis.reader.row(
        "select previews.amount_of("
        "$quantity, $unit_amount, cast($divide_by as bigint), cast($round as varchar)) as amount",
        {
            "quantity": Decimal(item["quantity"]),
            "unit_amount": unit,
            **_packages(hypothesis, given, price or item.get("price"), path),
        },
    )
    if amount is None or amount["amount"] is None:
        raise InvalidRequestError(
            "The amount is out of range: quantity times unit amount has more than 14 digits.",
            param=nested(path, "quantity"),
        )
    described = {} if price is None else {"price": price, "description": _name(hypothesis, price)}
    if item.get("description"):
        described.pop("description", None)
    return {
        **described,
        "amount": amount["amount"],
        "currency": said,
        "unit_amount_decimal": f"{unit:f}",
    }


def _packages(
    hypothesis: Hypothesis, given: Mapping[str, Any], price: Object | str | None, path: str
) -> Object:
    """Give how an item's price counts packages; one with a unit amount of its own counts none."""
    if isinstance(price, str):
        price = hypothesis.landed("price", price, nested(path, "price"))
    is_said = "unit_amount" in given or "unit_amount_decimal" in given
    transform = {} if is_said else (price or {}).get("transform_quantity") or {}
    return {"divide_by": transform.get("divide_by"), "round": transform.get("round")}


def _name(hypothesis: Hypothesis, price: Object) -> str | None:
    product = price.get("product")
    identifier = product["id"] if isinstance(product, dict) else product
    row = hypothesis.reader.row("select name from main.products where id = $id", {"id": identifier})
    return None if row is None else row["name"]


def _currency_of_price(price: Object, currency: str, path: str) -> str:
    options: Mapping[str, Any] = price.get("currency_options") or {}
    if price["currency"] != currency and currency in options:
        return currency
    if price["currency"] != currency:
        raise refuse_currency(price, currency, path)
    return currency


def _unit_amount(price: Object, currency: str) -> Decimal:
    options: Mapping[str, Any] = price.get("currency_options") or {}
    held = price if price["currency"] == currency else options[currency]
    amount = held.get("unit_amount_decimal")
    return Decimal(str(held["unit_amount"] if amount is None else amount))


def _check_currency(said: str, currency: str, param: str) -> None:
    if said != currency:
        raise InvalidRequestError(
            f"The currency {said} is not the invoice's: its lines are in {currency}.", param=param
        )
