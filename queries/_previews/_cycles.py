"""What a change of a subscription's items is: a new cycle, or of what is billed ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from queries._errors import InvalidRequestError
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
    if _is_flexible(subscription):
        return False
    old, new = full_prices(hypothesis, before), full_prices(hypothesis, after)
    if _intervals(old) != _intervals(new):
        return True
    return all(_is_free(price) for price in old) and not all(_is_free(price) for price in new)


def refuse_mixed_intervals(
    hypothesis: Hypothesis,
    subscription: Object,
    items: Sequence[Object],
    paths: Mapping[str, str],
    *,
    is_phase: bool = False,
) -> None:
    """Refuse items that are billed at different intervals, which wants the flexible mode.

    ``paths`` has the items that the request gives, by id, each with the parameter that does.
    """
    if _is_flexible(subscription):
        return
    intervals = [_interval(price) for price in full_prices(hypothesis, items)]
    other = next((at for at, each in enumerate(intervals) if each != intervals[0]), None)
    if other is None:
        return
    blamed = paths.get(items[other]["id"]) or paths.get(items[0]["id"])
    raise InvalidRequestError(
        "For a particular phase, all of its `plans` must have the same `interval`, "
        "`interval_count`, and `currency`."
        if is_phase
        else "Currency and interval fields must match across all plans on this subscription. Found "
        "mismatch in interval field.",
        param=blamed,
    )


def full_prices(hypothesis: Hypothesis, items: Iterable[Object]) -> list[Object]:
    """Give the price of each item in full; empty where it did not land."""
    prices = [price_of(item) for item in items]
    bare = [price for price in prices if isinstance(price, str)]
    found = find_landed(hypothesis.reader, "price", bare, None) if bare else {}
    return [found.get(price, {}) if isinstance(price, str) else price for price in prices]


def _intervals(prices: Iterable[Object]) -> set[tuple[str | None, int]]:
    return {_interval(price) for price in prices}


def _interval(price: Object) -> tuple[str | None, int]:
    terms: Object = price.get("recurring") or {}
    return (terms.get("interval"), int(terms.get("interval_count") or 1))


def _is_flexible(subscription: Object) -> bool:
    mode = subscription.get("billing_mode")
    return (mode.get("type") if isinstance(mode, dict) else mode) == "flexible"


def _is_free(price: Object) -> bool:
    amount = price.get("unit_amount_decimal", price.get("unit_amount"))
    is_licensed = (price.get("recurring") or {}).get("usage_type") != "metered"
    return is_licensed and amount is not None and Decimal(str(amount)) == 0


def recurring_of(item: Object) -> Object:
    """Give how an item recurs, as far as its price says so in full."""
    price = price_of(item)
    return cast("Object", (price.get("recurring") if isinstance(price, dict) else None) or {})
