"""What a change of a subscription's items is: a new cycle, or of what is billed ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import cast

from queries._landed import find_landed
from queries._previews._hypothesis import Hypothesis, Object, price_of
from queries._previews._request import Details


def touches_licensed(hypothesis: Hypothesis, items: Sequence[Object], details: Details) -> bool:
    """Say whether a change is of what is billed ahead: of licensed items, or of all by a trial."""
    if "trial_end" in details.fields:
        return True
    given = cast("list[Object]", details.get("items") or [])
    if any("price_data" in each for each in given):
        return True
    named = {each.get("id") for each in given}
    held = [item for item in items if item["id"] in named]
    prices = full_prices(hypothesis, [*held, *(each for each in given if price_of(each))])
    return any((price.get("recurring") or {}).get("usage_type") == "licensed" for price in prices)


def restarts(
    hypothesis: Hypothesis, subscription: Object, before: Sequence[Object], after: Sequence[Object]
) -> bool:
    """Say whether a change begins a new cycle: another interval, a price after none (classic)."""
    mode = subscription.get("billing_mode")
    if (mode.get("type") if isinstance(mode, dict) else mode) == "flexible":
        return False
    old, new = full_prices(hypothesis, before), full_prices(hypothesis, after)
    if _intervals(old) != _intervals(new):
        return True
    return all(_is_free(price) for price in old) and not all(_is_free(price) for price in new)


def full_prices(hypothesis: Hypothesis, items: Iterable[Object]) -> list[Object]:
    """Give the price of each item in full; empty where it did not land."""
    prices = [price_of(item) for item in items]
    bare = [price for price in prices if isinstance(price, str)]
    found = find_landed(hypothesis.reader, "price", bare, None) if bare else {}
    return [found.get(price, {}) if isinstance(price, str) else price for price in prices]


def _intervals(prices: Iterable[Object]) -> set[tuple[str | None, int]]:
    terms = [price.get("recurring") or {} for price in prices]
    return {(each.get("interval"), int(each.get("interval_count") or 1)) for each in terms}


def _is_free(price: Object) -> bool:
    amount = price.get("unit_amount_decimal", price.get("unit_amount"))
    is_licensed = (price.get("recurring") or {}).get("usage_type") != "metered"
    return is_licensed and amount is not None and Decimal(str(amount)) == 0


def recurring_of(item: Object) -> Object:
    """Give how an item recurs, as far as its price says so in full."""
    price = price_of(item)
    return cast("Object", (price.get("recurring") if isinstance(price, dict) else None) or {})
