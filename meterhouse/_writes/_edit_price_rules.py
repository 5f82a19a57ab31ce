"""What makes a line's amount: an amount, a price, price_data or an invoice item, and only one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from meterhouse._writes._edited_draft import EditedDraft, Row
from queries import IN_MODE, InvalidRequestError, StripeError, no_such

PRICED_BY: Final = ("amount", "price", "price_data", "invoice_item")


def check_pricing(draft: EditedDraft, line: Row, path: str) -> None:
    """Check what a line says of its amount and of the period it is for."""
    given = [name for name in PRICED_BY if name in line]
    if len(given) > 1:
        raise _exclusive(given, f"{path}[{given[1]}]")
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
        _check_price(draft, line["price"], f"{path}[price]")
    if "price_data" in line:
        _check_price_data(draft, line["price_data"], f"{path}[price_data]")
    if "invoice_item" in line:
        _check_invoice_item(draft, line["invoice_item"], f"{path}[invoice_item]")


def check_new_quantity(held: Row, line: Row, path: str) -> None:
    """Refuse a quantity that there is no unit price for."""
    if "quantity" not in line or any(name in line for name in PRICED_BY):
        return
    if held["unit_amount_decimal"] is None:
        raise InvalidRequestError(
            f"The line {held['id']} has an amount and no unit price, so a quantity alone says "
            "nothing of its amount. Give amount, or price or price_data with the quantity.",
            param=f"{path}[quantity]",
        )


def _exclusive(given: list[str], param: str) -> StripeError:
    return InvalidRequestError(
        f"You may only specify one of these parameters: {', '.join(given)}.",
        param=param,
        code="parameters_exclusive",
    )


def _check_price(draft: EditedDraft, price_id: str, param: str) -> None:
    price = draft.landed("price", price_id)
    if price is None:
        raise no_such("price", price_id, param=param, http_status=400)
    if price.get("active") is False:
        raise InvalidRequestError(
            f"The price {price_id} is inactive. This field only accepts active prices.", param=param
        )
    if price.get("type") == "recurring":
        raise InvalidRequestError(
            "The price specified is set to `type=recurring` but this field only accepts prices "
            "with `type=one_time`.",
            param=param,
        )
    options: Mapping[str, Any] = price.get("currency_options") or {}
    if price.get("currency") != draft.currency and draft.currency not in options:
        raise _other_currency(price.get("currency"), draft, param)


def _check_price_data(draft: EditedDraft, data: Row, path: str) -> None:
    for either, other in (("product", "product_data"), ("unit_amount", "unit_amount_decimal")):
        if either in data and other in data:
            raise _exclusive([either, other], f"{path}[{other}]")
        if either not in data and other not in data:
            raise InvalidRequestError(
                f"You must pass one of {either} or {other} for {path}.",
                param=f"{path}[{either}]",
                code="parameter_missing",
            )
    if data["currency"] != draft.currency:
        raise _other_currency(data["currency"], draft, f"{path}[currency]")
    product = data.get("product")
    if product is not None and draft.landed("product", product) is None:
        raise no_such("product", product, param=f"{path}[product]", http_status=400)


def _other_currency(currency: object, draft: EditedDraft, param: str) -> StripeError:
    return InvalidRequestError(
        f"The currency {currency} is not the invoice's: its lines are in {draft.currency}.",
        param=param,
    )


def _check_invoice_item(draft: EditedDraft, item_id: str, param: str) -> None:
    item = draft.reader.row(
        f"select customer_id, currency from main.invoice_items where id = $id and {IN_MODE}",
        {"id": item_id, "livemode": draft.question.livemode},
    )
    is_pending = item_id in draft.pending_items
    if item is None and not is_pending:
        if any(held["invoice_item_id"] == item_id for held in draft.lines.values()):
            raise _on_an_invoice(item_id, param)
        raise no_such("invoiceitem", item_id, param=param, http_status=400)
    if item is not None and item["customer_id"] != draft.row["customer_id"]:
        raise InvalidRequestError(
            f"The invoice item {item_id} belongs to another customer than the invoice.", param=param
        )
    if item is not None and item["currency"] != draft.currency:
        raise _other_currency(item["currency"], draft, param)
    if not is_pending:
        raise _on_an_invoice(item_id, param)


def _on_an_invoice(item_id: str, param: str) -> StripeError:
    return InvalidRequestError(
        f"The invoice item {item_id} is on an invoice already, or deleted. Remove its line with "
        "behavior=unassign first.",
        param=param,
    )
