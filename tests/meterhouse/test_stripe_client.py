"""The stripe package, as published, against `meterhouse serve`."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.meterhouse._server import TEST_KEY, Served, serving
from tests.meterhouse.conftest import AS_OF

ITEM = "si_BorealisMessages"
METER = "mtr_sample_GpuSeconds001"
AURORA = "cus_AuroraLabs0001"
DRAFT = "in_EmberManualDraft"
IN_PERIOD = 1776000000
DAY = 86400
APRIL = 1775001600


def client_of(served: Served, key: str = TEST_KEY, **options: Any) -> stripe.StripeClient:
    addresses = {"api": served.url, "meter_events": served.url}
    return stripe.StripeClient(key, base_addresses=addresses, **options)


@pytest.fixture
def client(served: Served) -> stripe.StripeClient:
    return client_of(served)


@pytest.fixture
def own_client(sample_copy: Path) -> Generator[stripe.StripeClient]:
    """A client of a server of its own, for tests that edit a draft."""
    with serving(sample_copy, "--as-of", AS_OF) as server:
        yield client_of(server)


def test_summaries_come_newest_first_and_the_open_period_has_no_invoice(
    client: stripe.StripeClient,
) -> None:
    page = client.subscription_items.usage_record_summaries.list(ITEM, {"limit": 2})
    assert [summary.total_usage for summary in page] == [567, 10976]
    assert page.has_more
    assert page.data[0].invoice is None
    assert page.data[1].invoice
    assert page.data[0].period.start == page.data[1].period.end


def test_auto_paging_meets_every_summary_once_in_both_directions(
    client: stripe.StripeClient,
) -> None:
    summaries = client.subscription_items.usage_record_summaries
    every = [each.id for each in summaries.list(ITEM, {"limit": 100})]
    forward = [each.id for each in summaries.list(ITEM, {"limit": 1}).auto_paging_iter()]
    before_last = summaries.list(ITEM, {"limit": 1, "ending_before": every[-1]})
    assert forward == every
    assert [each.id for each in before_last.auto_paging_iter()] == every[:-1][::-1]


def test_a_usage_record_is_answered_as_on_the_page(client: stripe.StripeClient) -> None:
    record = client.subscription_items.usage_records.create(
        ITEM, {"quantity": 100, "timestamp": IN_PERIOD, "action": "increment"}
    )
    assert record.id.startswith("mbur_")
    assert dict(record) == {
        "id": record.id,
        "object": "usage_record",
        "livemode": False,
        "quantity": 100,
        "subscription_item": ITEM,
        "timestamp": IN_PERIOD,
    }


def test_a_retry_under_the_same_key_is_the_same_record(client: stripe.StripeClient) -> None:
    def create(quantity: int) -> stripe.UsageRecord:
        return client.subscription_items.usage_records.create(
            ITEM, {"quantity": quantity}, {"idempotency_key": "retry-of-one-record"}
        )

    first, second = create(7), create(7)
    assert first.id == second.id
    assert second.last_response is not None
    assert second.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create(8)


def test_meters_and_their_summaries_are_the_packages_own_objects(
    client: stripe.StripeClient,
) -> None:
    meter = client.billing.meters.retrieve(METER)
    assert isinstance(meter, stripe.billing.Meter)
    assert meter.default_aggregation.formula == "sum"
    assert meter.value_settings.event_payload_key == "value"
    page = client.billing.meters.event_summaries.list(
        METER,
        {
            "customer": AURORA,
            "start_time": APRIL,
            "end_time": APRIL + 3 * DAY,
            "value_grouping_window": "day",
        },
    )
    assert [summary.start_time for summary in page] == [
        APRIL + 2 * DAY,
        APRIL + DAY,
        APRIL,
    ]
    assert all(summary.meter == METER for summary in page)


def test_meter_events_and_adjustments_are_taken(client: stripe.StripeClient) -> None:
    payload = {"value": "25", "stripe_customer_id": AURORA}
    event = client.billing.meter_events.create(
        {"event_name": "gpu_seconds", "payload": payload, "identifier": "client-1"}
    )
    assert event.identifier == "client-1"
    assert event.payload == payload
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.billing.meter_events.create(
            {"event_name": "gpu_seconds", "payload": payload, "identifier": "client-1"}
        )
    assert refused.value.user_message == "An event already exists with identifier client-1."
    adjustment = client.billing.meter_event_adjustments.create(
        {"event_name": "gpu_seconds", "type": "cancel", "cancel": {"identifier": "client-1"}}
    )
    assert adjustment.status == "pending"


def test_a_stream_takes_events_with_a_sessions_token_alone(
    client: stripe.StripeClient, served: Served
) -> None:
    session = client.v2.billing.meter_event_session.create()
    assert isinstance(session, stripe.v2.billing.MeterEventSession)
    stream = client_of(served, session.authentication_token)
    events: list[Any] = [
        {
            "event_name": "gpu_seconds",
            "payload": {"value": "1.5", "stripe_customer_id": AURORA},
            "timestamp": "2026-04-14T12:00:00.000Z",
        }
    ] * 100
    stream.v2.billing.meter_event_stream.create({"events": events})
    with pytest.raises(stripe.AuthenticationError):
        stream.customers.list()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stream.v2.billing.meter_event_stream.create({"events": [*events, events[0]]})
    assert refused.value.param == "events"


def test_upcoming_invoices_expand_customers_products_and_tiers(
    client: stripe.StripeClient,
) -> None:
    invoice = client.invoices.upcoming(
        {
            "customer": "cus_CedarReports03",
            "expand": ["customer", "subscription", "lines.data.price.product"],
        }
    )
    assert isinstance(invoice.customer, stripe.Customer)
    assert isinstance(invoice.subscription, stripe.Subscription)
    products: list[Any] = [line.price.product for line in invoice.lines if line.price]
    assert [product.name for product in products][1:] == ["Reports", "Seats"]
    with_tiers = client.prices.retrieve("price_ReportsJpy", {"expand": ["tiers"]})
    assert with_tiers.tiers is not None
    assert with_tiers.tiers[0].unit_amount_decimal == "30"
    assert "tiers" not in client.prices.retrieve("price_ReportsJpy")


def test_the_lines_of_an_upcoming_invoice_page_by_their_own_url(
    client: stripe.StripeClient,
) -> None:
    invoice = client.invoices.upcoming({"customer": AURORA})
    paged = client.invoices.upcoming_lines.list({"customer": AURORA, "limit": 2})
    ids = [line.id for line in paged.auto_paging_iter()]
    assert ids == [line.id for line in invoice.lines]
    assert all(line.startswith("il_tmp_") for line in ids)
    assert [line.id for line in invoice.lines.auto_paging_iter()] == ids
    preview = client.invoices.create_preview({"customer": AURORA})
    assert preview.total == invoice.total


def test_lines_of_a_draft_are_added_updated_and_removed(own_client: stripe.StripeClient) -> None:
    invoices = own_client.invoices
    before = invoices.retrieve(DRAFT)
    added = invoices.add_lines(
        DRAFT,
        {
            "lines": [
                {"description": "test description", "amount": 799},
                {"invoice_item": "ii_EmberTraining"},
            ],
            "invoice_metadata": {"order": "6735"},
        },
    )
    assert added.total == before.total + 799 + 12500
    assert added.metadata == {"order": "6735"}
    line = next(each for each in added.lines if each.description == "test description")
    updated = invoices.update_lines(DRAFT, {"lines": [{"id": line.id, "amount": 1000}]})
    assert updated.total == added.total + 201
    assert invoices.retrieve(DRAFT).total == updated.total
    items = [each.id for each in updated.lines if each.id not in {old.id for old in before.lines}]
    removed = invoices.remove_lines(
        DRAFT, {"lines": [{"id": item, "behavior": "unassign"} for item in items]}
    )
    assert removed.total == before.total
    assert [each.id for each in removed.lines] == [each.id for each in before.lines]
    listed = invoices.line_items.list(DRAFT)
    assert [each.id for each in listed] == [each.id for each in before.lines]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"limit": 0}, "parameter_invalid_integer", "limit"),
        ({"limit": 101}, "parameter_invalid_integer", "limit"),
        ({"starting_after": "sis_nope"}, "resource_missing", "starting_after"),
        ({"starting_after": "a", "ending_before": "b"}, "parameters_exclusive", "ending_before"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
    ],
)
def test_wrong_parameters_are_the_packages_invalid_request_errors(
    client: stripe.StripeClient, params: Any, code: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.subscription_items.usage_record_summaries.list(ITEM, params)
    assert (refused.value.code, refused.value.param) == (code, param)
    assert refused.value.http_status == 400
    assert refused.value.error is not None
    assert refused.value.error.doc_url
    assert refused.value.request_id


def test_an_unknown_object_is_404_and_a_wrong_key_401(
    client: stripe.StripeClient, served: Served
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription_item") as missing:
        client.subscription_items.usage_record_summaries.list("si_nope")
    assert missing.value.http_status == 404
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        client_of(served, "sk_test_wrong").customers.list()


@pytest.mark.parametrize(
    "resource",
    [
        "customers",
        "products",
        "prices",
        "subscriptions",
        "subscription_schedules",
        "invoices",
        "invoice_items",
        "coupons",
        "tax_rates",
    ],
)
def test_every_list_pages_both_ways_and_retrieves_what_it_lists(
    client: stripe.StripeClient, resource: str
) -> None:
    service: Any = getattr(client, resource)
    status: Any = {"status": "all"} if resource == "subscriptions" else {}
    every = list(service.list({"limit": 100, **status}))
    paged = [each.id for each in service.list({"limit": 2, **status}).auto_paging_iter()]
    assert paged == [each.id for each in every]
    for each in every[:3]:
        assert service.retrieve(each.id) == each
    if every:
        last = service.list({"limit": 2, "ending_before": every[-1].id, **status})
        assert [each.id for each in last.auto_paging_iter()] == paged[:-1][::-1]


@pytest.mark.parametrize("resource", ["meters", "credit_grants", "alerts"])
def test_every_list_of_billing_retrieves_what_it_lists(
    client: stripe.StripeClient, resource: str
) -> None:
    service: Any = getattr(client.billing, resource)
    for each in service.list():
        assert service.retrieve(each.id) == each


def test_objects_have_every_attribute_that_the_package_declares(
    client: stripe.StripeClient,
) -> None:
    draft = client.invoices.retrieve(DRAFT)
    upcoming = client.invoices.upcoming({"customer": AURORA})
    optional = {
        "charge_retry",
        "deleted",
        "invoice_item",
        "subscription_item",
        "subscription_proration_date",
        "threshold_reason",
    }
    for item in (draft, upcoming, *draft.lines, *upcoming.lines):
        names = {name for name in type(item).__annotations__ if name.islower()}
        missing = names - set(item) - optional - set(dir(dict))
        assert not missing, (item.id, missing)


# What Stripe leaves out unless it is asked for, or where there is nothing to say.
UNSAID = {
    "customer": {
        *("cash_balance", "invoice_credit_balance", "sources", "subscriptions", "tax", "tax_ids"),
    },
    "price": {"currency_options", "tiers"},
    "coupon": {"applies_to", "currency_options"},
    "invoiceitem": {"subscription_item"},
    "invoice": {"subscription_proration_date", "threshold_reason"},
    "subscription_item": {"quantity"},
}


def test_every_listed_object_has_every_attribute_that_the_package_declares(
    client: stripe.StripeClient,
) -> None:
    listed: list[Any] = [
        *client.customers.list({"limit": 100}),
        *client.products.list({"limit": 100}),
        *client.prices.list({"limit": 100}),
        *client.subscriptions.list({"limit": 100}),
        *client.invoice_items.list({"limit": 100}),
        *client.invoices.list({"limit": 100}),
        *client.coupons.list({"limit": 100}),
        *client.tax_rates.list({"limit": 100}),
        *client.billing.meters.list({"limit": 100}),
        *client.billing.credit_grants.list({"limit": 100}),
        *client.subscription_items.usage_record_summaries.list(ITEM),
        *client.billing.meters.event_summaries.list(
            METER, {"customer": AURORA, "start_time": APRIL, "end_time": APRIL + DAY}
        ),
    ]
    listed += [
        item
        for each in client.subscriptions.list({"limit": 100})
        for item in client.subscription_items.list({"subscription": each.id})
    ]
    assert len({each.object for each in listed}) == 13
    for each in listed:
        names = {name for name in type(each).__annotations__ if name.islower()}
        public = {name for name in names if not name.startswith("_")}
        missing = public - set(each) - UNSAID.get(each.object, set()) - {"deleted"}
        assert not missing, (each.id, missing)
