"""Loading any referenced object by its type and id, and showing objects as asked."""

from __future__ import annotations

from collections.abc import Sequence

from queries._customer_subscriptions import find_subscriptions_of
from queries._expand import Object, paths_of, show
from queries._landed import find_discounts, find_landed
from queries._reader import Reader
from queries._route import Question
from queries._subscription_items import find_subscription_items


def show_objects(
    reader: Reader,
    question: Question,
    objects: Sequence[Object],
    object_type: str,
    *,
    is_list: bool,
) -> None:
    """Bring objects into the shape that the request asks for, in place."""
    paths = paths_of(question.params.get("expand", ()), object_type, is_list=is_list)

    def load(target: str, identifiers: Sequence[str]) -> dict[str, Object]:
        if target == "subscription_item":
            return find_subscription_items(reader, identifiers, question.livemode)
        if target == "discount":
            return find_discounts(reader, identifiers, question.livemode)
        if target == "customer.subscriptions":
            return find_subscriptions_of(reader, identifiers, question.livemode)
        return find_landed(reader, target, identifiers, question.livemode)

    show(objects, object_type, paths, load)
