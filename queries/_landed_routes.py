"""List and retrieve of everything that landed: one pair of routes for each kind of object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queries._catalogue import CATALOGUE, Resource
from queries._errors import no_such
from queries._expand import Object
from queries._filters import Values, called
from queries._kinds import Text
from queries._landed import IN_MODE, decoded, find_landed, is_landed
from queries._objects import show_objects
from queries._page import Key, Listing, Page, fetch_page
from queries._parameters import EXPAND, PAGING, Parameter, Parameters
from queries._reader import Reader
from queries._route import Question, Route, list_object
from queries._subscription_items import (
    ITEMS_OF_SUBSCRIPTION,
    find_subscription_items,
    item_of,
)

_KEYS = (Key("created"), Key("id", descending=False))


def landed_listing(resource: Resource, params: Mapping[str, Any], values: Values) -> Listing:
    """Give the list of one kind of landed object, newest first, as the request filters it."""
    every = f"intermediate.every_listed_{resource.function}()"
    chosen = every
    if resource.leaves_out or any(filter_.name in params for filter_ in resource.filters):
        chosen = called(f"listed_{resource.function}", resource.filters, params, values)
    return Listing(
        noun=resource.noun,
        rows=f"select id, created, object_json from {chosen} as listed where {IN_MODE}",
        keys=_KEYS,
        cursors=f"select id, created from {every} as listed where {IN_MODE}",
    )


def _list_route(resource: Resource) -> Route:
    def answer(reader: Reader, question: Question) -> Object:
        page = Page.of(question.params)
        values: Values = {"livemode": question.livemode}
        listing = landed_listing(resource, question.params, values)
        found = fetch_page(reader, listing, values, page)
        data = [decoded(row["object_json"]) for row in found.rows]
        show_objects(reader, question, data, resource.object_type, is_list=True)
        return list_object(question, data, has_more=found.has_more)

    return Route(
        method="GET",
        template=f"/v1/{resource.path}",
        summary=f"List the landed {resource.noun} objects, newest first.",
        parameters=resource.filters.plus(*PAGING),
        answers=resource.object_type,
        is_list=True,
        answer=answer,
    )


def _retrieve_route(resource: Resource) -> Route:
    def answer(reader: Reader, question: Question) -> Object:
        identifier = question.ids["id"]
        found = find_landed(reader, resource.object_type, [identifier], question.livemode)
        if identifier not in found:
            raise no_such(resource.noun, identifier)
        item = found[identifier]
        show_objects(reader, question, [item], resource.object_type, is_list=False)
        return item

    return Route(
        method="GET",
        template=f"/v1/{resource.path}/{{id}}",
        summary=f"Retrieve one {resource.noun} as it landed.",
        parameters=Parameters(EXPAND),
        answers=resource.object_type,
        answer=answer,
    )


def _list_items(reader: Reader, question: Question) -> Object:
    page = Page.of(question.params)
    subscription = question.params["subscription"]
    if not is_landed(reader, "subscription", subscription, question.livemode):
        raise no_such("subscription", subscription, param="subscription", http_status=400)
    values: Values = {"livemode": question.livemode, "subscription": subscription}
    found = fetch_page(reader, ITEMS_OF_SUBSCRIPTION, values, page)
    data = [item for item in map(item_of, found.rows) if item is not None]
    show_objects(reader, question, data, "subscription_item", is_list=True)
    return list_object(question, data, has_more=found.has_more)


def _retrieve_item(reader: Reader, question: Question) -> Object:
    identifier = question.ids["id"]
    found = find_subscription_items(reader, [identifier], question.livemode)
    if identifier not in found:
        raise no_such("subscription_item", identifier)
    show_objects(reader, question, [found[identifier]], "subscription_item", is_list=False)
    return found[identifier]


LANDED_ROUTES: tuple[Route, ...] = (
    *(route(each) for each in CATALOGUE for route in (_list_route, _retrieve_route)),
    Route(
        method="GET",
        template="/v1/subscription_items",
        summary="List the items of a subscription, newest first.",
        parameters=Parameters(
            Parameter("subscription", Text(), "The subscription.", required=True), *PAGING
        ),
        answers="subscription_item",
        is_list=True,
        answer=_list_items,
    ),
    Route(
        method="GET",
        template="/v1/subscription_items/{id}",
        summary="Retrieve one subscription item.",
        parameters=Parameters(EXPAND),
        answers="subscription_item",
        answer=_retrieve_item,
    ),
)
