"""Whether a draft's lines may be edited as asked: the rules of Stripe's pages.

A draft is looked at as it stands after every edit before this one, built or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from meterhouse._writes._edit_parameters import MOST_LINES
from queries import (
    IN_MODE,
    InvalidRequestError,
    Question,
    Reader,
    StripeError,
    find_landed,
    no_such,
)

_PRICED_BY: Final = ("amount", "price", "price_data", "invoice_item")
_NOT_APPLIED: Final = ("discounts", "tax_amounts", "tax_rates")
_OF_SUBSCRIPTION_LINES: Final = frozenset({"id", "metadata"})

Row = dict[str, Any]


def check_new_line(reader: Reader, question: Question, draft: Row, line: Row, path: str) -> None:
    """Check one line of ``add_lines``."""
    _check_pricing(reader, question, draft, line, path)
    if not any(name in line for name in _PRICED_BY):
        raise InvalidRequestError(
            f"You must pass one of {', '.join(_PRICED_BY)} for {path}.",
            param=path,
            code="parameter_missing",
        )
    if "invoice_item" in line:
        _check_invoice_item(reader, question, draft, line["invoice_item"], f"{path}[invoice_item]")


def check_changed_line(
    reader: Reader, question: Question, draft: Row, held: Row | None, line: Row, path: str
) -> None:
    """Check one line of ``update_lines``; ``held`` is the line as it stands."""
    if held is None:
        raise no_such("line_item", line["id"], param=f"{path}[id]", http_status=400)
    if held["type"] == "subscription":
        for name in line:
            if name not in _OF_SUBSCRIPTION_LINES:
                raise InvalidRequestError(
                    f"{name} cannot be changed on {line['id']}: it is a line of a subscription, "
                    "whose metadata alone can be edited.",
                    param=f"{path}[{name}]",
                )
    if held["proration"] and line.get("discountable"):
        raise InvalidRequestError(
            "discountable cannot be true on a proration.", param=f"{path}[discountable]"
        )
    _check_pricing(reader, question, draft, line, path)


def check_removed_line(held: Row | None, line: Row, path: str) -> None:
    """Check one line of ``remove_lines``; ``held`` is the line as it stands."""
    if held is None:
        raise no_such("line_item", line["id"], param=f"{path}[id]", http_status=400)
    if held["type"] == "subscription":
        raise InvalidRequestError(
            f"{line['id']} is a line of a subscription and cannot be removed from the invoice; "
            "remove the subscription's item instead.",
            param=f"{path}[id]",
        )


def check_line_count(draft: Row, added: int) -> None:
    """Refuse more lines than one invoice may have."""
    if draft["line_count"] + added > MOST_LINES:
        raise InvalidRequestError(
            f"An invoice can have at most {MOST_LINES} lines: this one has {draft['line_count']} "
            f"and {added} would be added.",
            param="lines",
        )


def _check_pricing(reader: Reader, question: Question, draft: Row, line: Row, path: str) -> None:
    for name in _NOT_APPLIED:
        if name in line:
            raise InvalidRequestError(
                f"{name} of a line are not computed here. Remove {path}[{name}] from the request.",
                param=f"{path}[{name}]",
            )
    given = [name for name in _PRICED_BY if name in line]
    if len(given) > 1:
        raise InvalidRequestError(
            f"You may only specify one of these parameters: {', '.join(given)}.",
            param=f"{path}[{given[1]}]",
            code="parameters_exclusive",
        )
    if "amount" in line and "quantity" in line:
        raise InvalidRequestError(
            "You may only specify one of these parameters: amount, quantity. An amount is one "
            "unit at that amount.",
            param=f"{path}[quantity]",
            code="parameters_exclusive",
        )
    period = line.get("period")
    if period is not None and period["end"] < period["start"]:
        raise InvalidRequestError(
            f"The period must not end before it starts: {period['end']} is before "
            f"{period['start']}.",
            param=f"{path}[period][end]",
        )
    if "price" in line:
        _check_price(reader, question, draft, line["price"], f"{path}[price]")
    if "price_data" in line:
        _check_price_data(reader, question, draft, line["price_data"], f"{path}[price_data]")


def _check_price(reader: Reader, question: Question, draft: Row, price_id: str, param: str) -> None:
    price = find_landed(reader, "price", [price_id], question.livemode).get(price_id)
    if price is None:
        raise no_such("price", price_id, param=param, http_status=400)
    if price.get("type") == "recurring":
        raise InvalidRequestError(
            "The price specified is set to `type=recurring` but this field only accepts prices "
            "with `type=one_time`.",
            param=param,
        )
    options: Mapping[str, Any] = price.get("currency_options") or {}
    if price.get("currency") != draft["currency"] and draft["currency"] not in options:
        raise _other_currency(price.get("currency"), draft, param)


def _check_price_data(reader: Reader, question: Question, draft: Row, data: Row, path: str) -> None:
    for either, other in (("product", "product_data"), ("unit_amount", "unit_amount_decimal")):
        if either in data and other in data:
            raise InvalidRequestError(
                f"You may only specify one of these parameters: {either}, {other}.",
                param=f"{path}[{other}]",
                code="parameters_exclusive",
            )
        if either not in data and other not in data:
            raise InvalidRequestError(
                f"You must pass one of {either} or {other} for {path}.",
                param=f"{path}[{either}]",
                code="parameter_missing",
            )
    if data["currency"] != draft["currency"]:
        raise _other_currency(data["currency"], draft, f"{path}[currency]")
    product = data.get("product")
    if product is not None and not find_landed(reader, "product", [product], question.livemode):
        raise no_such("product", product, param=f"{path}[product]", http_status=400)


def _other_currency(currency: object, draft: Row, param: str) -> StripeError:
    return InvalidRequestError(
        f"The currency {currency} is not the invoice's: its lines are in {draft['currency']}.",
        param=param,
    )


def _check_invoice_item(
    reader: Reader, question: Question, draft: Row, item_id: str, param: str
) -> None:
    item = reader.row(
        f"select customer_id, currency, is_pending from main.invoice_items where id = $id "
        f"and {IN_MODE}",
        {"id": item_id, "livemode": question.livemode},
    )
    if item is None:
        raise no_such("invoiceitem", item_id, param=param, http_status=400)
    if item["customer_id"] != draft["customer_id"]:
        raise InvalidRequestError(
            f"The invoice item {item_id} belongs to another customer than the invoice.", param=param
        )
    if item["currency"] != draft["currency"]:
        raise _other_currency(item["currency"], draft, param)
    if not item["is_pending"]:
        raise InvalidRequestError(
            f"The invoice item {item_id} is on an invoice already.", param=param
        )
