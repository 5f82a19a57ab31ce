"""What landed is listed with Stripe's filters and shown as asked, expanded or not."""

from __future__ import annotations

from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from queries import BuildPool
from queries._expand import paths_of, show

ANYTHING = [
    "'; drop table customers; --",
    "' or '1'='1",
    "$customer",
    "%",
    "_",
    "\\",
    '"',
    "\n",
    "🦆",
    "null",
    "cus_AuroraLabs0001' --",
]


def ids(warehouse: Warehouse, resource: str, **params: Any) -> list[str]:
    return [each["id"] for each in getattr(warehouse, resource).list(limit=100, **params)]


def test_lists_are_newest_first(warehouse: Warehouse) -> None:
    for resource, field in (
        ("customers", "created"),
        ("prices", "created"),
        ("invoice_items", "date"),
    ):
        listed = getattr(warehouse, resource).list(limit=100)
        instants = [each[field] for each in listed]
        assert instants == sorted(instants, reverse=True)


def test_customers_are_filtered(warehouse: Warehouse) -> None:
    assert ids(warehouse, "customers", email="hello@ember.example") == ["cus_EmberStudio005"]
    assert ids(warehouse, "customers", email="HELLO@ember.example") == []
    created = warehouse.customers.retrieve("cus_DeltaRender004").created
    assert ids(warehouse, "customers", created=created) == ["cus_DeltaRender004"]
    older = ids(warehouse, "customers", created={"lt": created})
    newer = ids(warehouse, "customers", created={"gte": created})
    assert newer + older == ids(warehouse, "customers")
    assert "cus_DeltaRender004" in newer
    assert ids(warehouse, "customers", created={"gt": created, "lte": created}) == []


def test_prices_are_filtered(warehouse: Warehouse) -> None:
    every = warehouse.prices.list(limit=100)
    for params, keep in (
        ({"active": True}, lambda price: price.active),
        ({"currency": "jpy"}, lambda price: price.currency == "jpy"),
        ({"type": "one_time"}, lambda price: price.type == "one_time"),
        ({"product": "prod_Platform000001"}, lambda price: price.product == "prod_Platform000001"),
        (
            {"recurring": {"usage_type": "metered", "interval": "month"}},
            lambda price: price.recurring and price.recurring.usage_type == "metered",
        ),
        (
            {"recurring": {"meter": "mtr_sample_GpuSeconds001"}},
            lambda price: price.recurring and price.recurring.meter == "mtr_sample_GpuSeconds001",
        ),
    ):
        assert ids(warehouse, "prices", **params) == [each.id for each in every if keep(each)]
    assert ids(warehouse, "prices", lookup_keys=["nope"]) == []


def test_subscriptions_are_filtered_and_without_a_status_all_but_canceled(
    warehouse: Warehouse,
) -> None:
    assert len(ids(warehouse, "subscriptions")) == 5
    assert ids(warehouse, "subscriptions", status="canceled") == []
    assert ids(warehouse, "subscriptions", status="all") == ids(warehouse, "subscriptions")
    assert set(ids(warehouse, "subscriptions", price="price_PlatformMonthly")) == {
        "sub_AuroraPlatform1",
        "sub_EmberStudio005",
    }
    assert ids(warehouse, "subscriptions", customer="cus_EmberStudio005") == ["sub_EmberStudio005"]
    end = warehouse.subscriptions.retrieve("sub_EmberStudio005").current_period_end
    assert ids(warehouse, "subscriptions", current_period_end=end) == ["sub_EmberStudio005"]


def test_invoices_hold_what_landed_and_our_drafts_newest_first(warehouse: Warehouse) -> None:
    listed = warehouse.invoices.list(limit=100)
    assert len({each.id for each in listed}) == len(listed)
    assert [each.created for each in listed] == sorted(
        (each.created for each in listed), reverse=True
    )
    assert ids(warehouse, "invoices", status="paid") == ["in_BorealisFebruary"]
    drafts = ids(warehouse, "invoices", status="draft")
    assert "in_EmberManualDraft" in drafts
    assert {"in_BorealisFebruary", *drafts} == {each.id for each in listed}
    february = warehouse.invoices.retrieve("in_BorealisFebruary")
    covered = [
        each.id
        for each in listed
        if each.subscription == february.subscription and each.period_end == february.period_end
    ]
    assert covered == ["in_BorealisFebruary"]
    for each in listed:
        assert warehouse.invoices.retrieve(each.id) == each


def test_references_are_ids_until_they_are_expanded(warehouse: Warehouse) -> None:
    plain = warehouse.subscriptions.retrieve("sub_CedarReports03")
    assert plain.customer == "cus_CedarReports03"
    price = plain["items"].data[0].price
    assert isinstance(price.product, str)
    assert "tiers" not in price
    wide = warehouse.subscriptions.retrieve(
        "sub_CedarReports03",
        expand=["customer", "items.data.price.product", "items.data.price.tiers"],
    )
    assert wide.customer == warehouse.customers.retrieve("cus_CedarReports03")
    product = wide["items"].data[0].price.product
    assert product == warehouse.products.retrieve(product.id)
    listed = warehouse.prices.list(expand=["data.product", "data.tiers"], limit=100)
    tiered = [each for each in listed if each.billing_scheme == "tiered"]
    assert tiered
    assert all(each.tiers and each.product.object == "product" for each in tiered)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/customers/cus_AuroraLabs0001", ["email"]),
        ("/v1/prices/price_Messages", ["product.name"]),
        ("/v1/prices/price_Messages", ["data.product"]),
        ("/v1/prices", ["product"]),
        ("/v1/prices", ["data"]),
        ("/v1/prices/price_Messages", [".product"]),
        ("/v1/invoices/in_EmberManualDraft", ["lines.nothing"]),
        ("/v1/invoices/in_EmberManualDraft", ["customer.subscriptions.data.items.data.price"]),
    ],
)
def test_what_cannot_be_expanded_is_refused(
    warehouse: Warehouse, path: str, params: list[str]
) -> None:
    answer = warehouse.request("GET", path, {"expand": params})
    assert answer.status == 400
    assert answer.body["error"]["param"] == "expand[0]"


def test_a_reference_that_landed_in_full_is_folded_until_it_is_asked_for() -> None:
    customer = {"id": "cus_1", "object": "customer"}
    held = {"id": "sub_1", "object": "subscription", "customer": customer, "discounts": ["di_1"]}

    def nothing(target: str, identifiers: object) -> dict[str, dict[str, Any]]:
        return {}

    folded = {**held}
    show([folded], "subscription", {}, nothing)
    assert folded["customer"] == "cus_1"
    wide = {**held}
    paths = paths_of(["customer", "discounts"], "subscription", is_list=False)
    show([wide], "subscription", paths, nothing)
    assert wide["customer"] == customer
    assert wide["discounts"] == ["di_1"]


@pytest.mark.parametrize("value", ANYTHING)
def test_sql_in_any_parameter_is_data(warehouse: Warehouse, value: str) -> None:
    asked: list[tuple[str, dict[str, Any], int]] = [
        ("/v1/customers", {"email": value}, 200),
        ("/v1/prices", {"currency": value, "product": value, "lookup_keys": [value]}, 200),
        ("/v1/prices", {"recurring": {"meter": value}}, 200),
        ("/v1/products", {"ids": [value], "url": value}, 200),
        ("/v1/subscriptions", {"customer": value, "price": value, "plan": value}, 200),
        ("/v1/invoices", {"customer": value, "subscription": value}, 200),
        ("/v1/invoiceitems", {"invoice": value}, 200),
        ("/v1/customers", {"starting_after": value}, 400),
        ("/v1/invoices", {"ending_before": value}, 400),
        ("/v1/invoices/upcoming", {"customer": value}, 400),
        ("/v1/subscription_items", {"subscription": value}, 400),
        (
            "/v1/billing/meters/mtr_sample_GpuSeconds001/event_summaries",
            {"customer": value, "start_time": 60, "end_time": 120},
            400,
        ),
        (
            "/v1/billing/credit_balance_summary",
            {
                "customer": "cus_AuroraLabs0001",
                "filter": {"type": "credit_grant", "credit_grant": value},
            },
            200,
        ),
    ]
    for path, params, status in asked:
        answer = warehouse.request("GET", path, params)
        assert answer.status == status, (path, answer.text)
        if status == 200 and "data" in answer.body:
            assert answer.body["data"] == []
    for resource in ("customers", "invoices", "subscription_items", "prices"):
        with pytest.raises(InvalidRequestError) as refused:
            getattr(warehouse, resource).retrieve(value)
        assert refused.value.http_status == 404
        assert value in refused.value.user_message
    assert len(warehouse.customers.list()) == 5


def test_a_pool_is_all_a_reader_needs(sample_home: Any) -> None:
    pool = BuildPool(sample_home)
    with pool.reader() as reader:
        assert reader.rows("select count(*) as n from customers") == [{"n": 5}]
    pool.close()


@pytest.mark.parametrize(
    ("start", "end", "window", "param"),
    [
        (1711584000, 1711666800, "hour", None),
        (1711584060, 1711666800, "hour", "start_time"),
        (1711584061, 1711666860, None, "start_time"),
        (1711587600, 1711670400, "day", "start_time"),
        (1711584000, 1711584030, None, "end_time"),
        (1711584000, 1711666860, "hour", "end_time"),
        (1711584000, 1711666800, "day", "end_time"),
        (1711666800, 1711584000, None, "end_time"),
        (1711584000, 1711584000, None, "end_time"),
        (1711584000, 1711666800, "week", "value_grouping_window"),
    ],
)
def test_event_summaries_are_aligned(
    warehouse: Warehouse, start: int, end: int, window: str | None, param: str | None
) -> None:
    asked = {"customer": "cus_AuroraLabs0001", "start_time": start, "end_time": end}
    if window is not None:
        asked["value_grouping_window"] = window
    answer = warehouse.request(
        "GET", "/v1/billing/meters/mtr_sample_GpuSeconds001/event_summaries", asked
    )
    if param is None:
        assert answer.status == 200
    else:
        assert (answer.status, answer.body["error"]["param"]) == (400, param)


@pytest.mark.parametrize("missing", ["customer", "start_time", "end_time"])
def test_event_summaries_say_what_is_missing(warehouse: Warehouse, missing: str) -> None:
    asked: dict[str, Any] = {"customer": "c", "start_time": 0, "end_time": 60}
    del asked[missing]
    answer = warehouse.request("GET", "/v1/billing/meters/m/event_summaries", asked)
    error = answer.body["error"]
    assert (error["code"], error["param"]) == ("parameter_missing", missing)


def test_event_summaries_of_an_unknown_meter_or_customer_are_refused(
    warehouse: Warehouse,
) -> None:
    summaries = warehouse.billing.meters.event_summaries
    asked: dict[str, Any] = {"customer": "cus_AuroraLabs0001", "start_time": 0, "end_time": 60}
    assert summaries.list("mtr_sample_GpuSeconds001", asked).data == []
    with pytest.raises(InvalidRequestError, match="No such meter") as meter:
        summaries.list("mtr_nope", asked)
    assert meter.value.http_status == 404
    with pytest.raises(InvalidRequestError, match="No such customer") as customer:
        summaries.list("mtr_sample_GpuSeconds001", asked, customer="cus_nope")
    assert (customer.value.http_status, customer.value.param) == (400, "customer")
