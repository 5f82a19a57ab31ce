"""What an ``expand`` path may name: every field that leads to an object that lands, four levels."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from meterhouse import Warehouse
from queries._basil import basil_invoice
from queries._expand import Object, paths_of, show
from queries._expandable import EDGES, How

LANDED: dict[str, Any] = {
    "price": stripe.Price,
    "plan": stripe.Plan,
    "product": stripe.Product,
    "customer": stripe.Customer,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "subscription_schedule": stripe.SubscriptionSchedule,
    "discount": stripe.Discount,
    "coupon": stripe.Coupon,
    "invoiceitem": stripe.InvoiceItem,
    "invoice": stripe.Invoice,
    "line_item": stripe.InvoiceLineItem,
    "tax_rate": stripe.TaxRate,
    "billing.meter": stripe.billing.Meter,
    "billing.alert": stripe.billing.Alert,
    "billing.credit_grant": stripe.billing.CreditGrant,
    "billing.credit_balance_summary": stripe.billing.CreditBalanceSummary,
}
"""The objects that are answered, and the package's class of each."""
NAMES = {kind.__name__: name for name, kind in LANDED.items()} | {"DiscountResource": "discount"}


def references(
    kind: Any, owner: Any, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the fields of a class that the package declares as expandable, and what they lead to."""
    for field, annotation in kind.__annotations__.items():
        for part in parts_of(annotation):
            names = [each.__forward_arg__ for each in typing.get_args(part) if is_name(each)]
            if str in typing.get_args(part) and names and names[0] in NAMES:
                yield (*before, field), NAMES[names[0]]
            elif isinstance(part, type) and part.__module__ == owner.__module__:
                yield from references(part, owner, (*before, field))


def is_name(annotation: Any) -> bool:
    return isinstance(annotation, typing.ForwardRef)


def parts_of(annotation: Any) -> Iterator[Any]:
    """Look through optional values and lists."""
    if isinstance(annotation, str):
        annotation = typing.ForwardRef(annotation)
    inner = typing.get_args(annotation)
    if str in inner or not inner:
        yield annotation
    else:
        for each in inner:
            yield from parts_of(each)


def test_every_reference_of_the_package_to_an_object_that_lands_can_be_expanded() -> None:
    declared = {
        (object_type, path, target)
        for object_type, kind in LANDED.items()
        for path, target in references(kind, kind)
    }
    assert ("invoice", ("total_tax_amounts", "tax_rate"), "tax_rate") in declared
    assert ("subscription_schedule", ("phases", "items", "price"), "price") in declared
    for object_type, path, target in sorted(declared):
        place = object_type
        for field in path[:-1]:
            assert field in EDGES[place], (object_type, path)
            place = EDGES[place][field].target
        edge = EDGES[place].get(path[-1])
        assert edge is not None, (object_type, path)
        assert (edge.how, edge.target) == (How.REFERENCE, target), (object_type, path)


def test_every_reference_of_the_package_may_be_named(warehouse: Warehouse) -> None:
    elsewhere = {
        (object_type, field)
        for object_type, kind in LANDED.items()
        for field, annotation in kind.__annotations__.items()
        for part in parts_of(annotation)
        if str in typing.get_args(part) and any(map(is_name, typing.get_args(part)))
    }
    assert ("invoice", "payment_intent") in elsewhere
    for object_type, field in sorted(elsewhere):
        assert paths_of([field], object_type, is_list=False) == {field: {}}
    for path, expand in (
        ("/v1/subscriptions", "data.items.data.price"),
        ("/v1/subscriptions", "data.latest_invoice.payment_intent"),
        ("/v1/customers/cus_AuroraLabs0001", "invoice_settings.default_payment_method.card"),
        ("/v1/invoices/in_BorealisFebruary", "lines"),
    ):
        plain = warehouse.request("GET", path)
        assert warehouse.request("GET", path, {"expand": [expand]}).text == plain.text


def test_what_is_kept_elsewhere_stays_an_id() -> None:
    def nothing(target: str, identifiers: object) -> dict[str, Object]:
        return {}

    held: Object = {"id": "in_1", "object": "invoice", "payment_intent": "pi_1"}
    show([held], "invoice", {"payment_intent": {"payment_method": {}}}, nothing)
    assert held["payment_intent"] == "pi_1"


def test_a_tax_rate_is_shown_by_its_id_until_it_is_expanded() -> None:
    rate = {"id": "txr_1", "object": "tax_rate"}

    def landed(target: str, identifiers: object) -> dict[str, Object]:
        return {"txr_1": {**rate}} if target == "tax_rate" else {}

    for held in ("txr_1", rate):
        taxes = [{"amount": 20, "inclusive": False, "tax_rate": held}]
        folded: Object = {"id": "in_1", "object": "invoice", "total_tax_amounts": taxes}
        show([folded], "invoice", {}, landed)
        assert folded["total_tax_amounts"][0]["tax_rate"] == "txr_1"
        paths = paths_of(["total_tax_amounts.tax_rate"], "invoice", is_list=False)
        show([folded], "invoice", paths, landed)
        assert folded["total_tax_amounts"][0]["tax_rate"] == rate


def test_the_newest_shape_folds_a_tax_rate_that_landed_in_full() -> None:
    def nothing(target: str, identifiers: object) -> dict[str, Object]:
        return {}

    tax = {"amount": 20, "inclusive": False, "tax_rate": {"id": "txr_1", "object": "tax_rate"}}
    shaped = basil_invoice({"id": "in_1", "object": "invoice", "total_tax_amounts": [tax]})
    show([shaped], "invoice", {}, nothing)
    assert shaped["total_taxes"][0]["tax_rate_details"] == {"tax_rate": "txr_1"}


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("/v1/subscriptions", "data.items.data.price.product"),
        ("/v1/subscriptions/sub_CedarReports03", "items.data.price.product.default_price"),
    ],
)
def test_a_path_has_four_levels_the_data_of_a_list_among_them(
    warehouse: Warehouse, path: str, expand: str
) -> None:
    error = warehouse.request("GET", path, {"expand": [expand]}).body["error"]
    assert (error["code"], error["param"]) == ("property_expansion_max_depth", "expand[0]")
    assert error["message"].endswith(f"Property: {expand}")


def test_a_list_says_where_the_field_is_that_was_meant(warehouse: Warehouse) -> None:
    error = warehouse.request("GET", "/v1/prices", {"expand": ["product"]}).body["error"]
    assert error["message"] == (
        "This property cannot be expanded (product). "
        "You may want to try expanding 'data.product' instead."
    )


def test_a_customer_shows_its_subscriptions_where_they_are_expanded(warehouse: Warehouse) -> None:
    assert "subscriptions" not in warehouse.customers.retrieve("cus_CedarReports03")
    for each in warehouse.customers.list(
        expand=["data.subscriptions", "data.subscriptions.data.latest_invoice"]
    ):
        held = each.subscriptions
        assert held.data == warehouse.subscriptions.list(customer=each.id).data
        assert [one.id for one in held.auto_paging_iter()] == [one.id for one in held]
    through = warehouse.subscriptions.retrieve(
        "sub_CedarReports03", expand=["customer.subscriptions.data.customer"]
    )
    inner = through.customer.subscriptions.data[0]
    assert inner.customer == warehouse.customers.retrieve("cus_CedarReports03")
