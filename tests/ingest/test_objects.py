"""Objects land whole, every number as the source wrote it, every version kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from foundation.errors import UsageError

PRICE = {
    "id": "price_1",
    "object": "price",
    "created": 1767225600,
    "currency": "usd",
    "product": {"id": "prod_1", "object": "product", "name": "Tokens"},
    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "metered"},
    "billing_scheme": "tiered",
    "tiers_mode": "graduated",
    "tiers": [
        {"up_to": 1000, "unit_amount": 5, "unit_amount_decimal": "5", "flat_amount": 100},
        {"up_to": "inf", "unit_amount": None, "unit_amount_decimal": "0.000000000001"},
    ],
    "currency_options": {
        "eur": {"unit_amount_decimal": "4.5", "tiers": [{"up_to": None, "unit_amount": 4}]}
    },
    "unit_amount": None,
    "unit_amount_decimal": None,
    "livemode": True,
}


def test_the_typed_columns_of_a_price(lake):
    lake.land("prices", [PRICE])
    (row,) = lake.rows("prices")
    assert (row["id"], row["product"], row["livemode"]) == ("price_1", "prod_1", True)
    assert row["recurring_interval_count"] == 1
    assert row["tiers"] == [
        {"up_to": 1000, "unit_amount_decimal": Decimal(5), "flat_amount_decimal": Decimal(100)},
        {
            "up_to": None,
            "unit_amount_decimal": Decimal("0.000000000001"),
            "flat_amount_decimal": None,
        },
    ]
    (option,) = row["currency_options"]
    assert (option["currency"], option["unit_amount_decimal"]) == ("eur", Decimal("4.5"))
    assert option["tiers"][0]["unit_amount_decimal"] == 4


def test_the_whole_object_is_kept_with_sorted_keys_and_its_own_digits(lake):
    line = '{"object":"product","id":"prod_1","z":1.50,"a":{"d":1e3,"c":12345678901234567890}}\n'
    lake.land("products", lake.write("p.ndjson", line))
    (row,) = lake.rows("products")
    text = '{"a":{"c":12345678901234567890,"d":1e3},"id":"prod_1","object":"product","z":1.50}'
    assert row["object_json"] == text
    assert row["content_hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_items_of_a_subscription(lake):
    subscription = {
        "id": "sub_1",
        "object": "subscription",
        "customer": {"id": "cus_1", "object": "customer"},
        "billing_cycle_anchor": 1767225600,
        "billing_cycle_anchor_config": {"day_of_month": 31, "hour": 9},
        "billing_thresholds": {"amount_gte": 5000, "reset_billing_cycle_anchor": False},
        "cancel_at_period_end": False,
        "default_tax_rates": [{"id": "txr_1", "object": "tax_rate"}, "txr_2"],
        "discounts": ["di_1"],
        "discount": {
            "id": "di_1",
            "object": "discount",
            "coupon": {"id": "SPRING"},
            "start": 1767225600,
            "end": None,
        },
        "pause_collection": None,
        "billing_mode": {"type": "flexible"},
        "items": {
            "object": "list",
            "data": [
                {
                    "id": "si_1",
                    "price": {"id": "price_1"},
                    "quantity": 3,
                    "created": 1767225600,
                    "current_period_start": 1767225600,
                    "current_period_end": 1769904000,
                    "tax_rates": [],
                    "discounts": [],
                    "metadata": {"k": "v"},
                    "billing_thresholds": {"usage_gte": 10},
                },
                {"id": "si_2", "price": "price_2"},
            ],
        },
    }
    lake.land("subscriptions", [subscription])
    (row,) = lake.rows("subscriptions")
    assert row["customer"] == "cus_1"
    assert (row["anchor_day_of_month"], row["anchor_hour"], row["anchor_month"]) == (31, 9, None)
    assert row["billing_thresholds_amount_gte"] == 5000
    assert row["default_tax_rates"] == ["txr_1", "txr_2"]
    assert [(d["id"], d["coupon"]) for d in row["discounts"]] == [("di_1", "SPRING")]
    assert row["billing_mode"] == "flexible"
    assert row["current_period_end_at"] == datetime(2026, 2, 1)
    first, second = row["items"]
    assert (first["price"], first["quantity"], first["metadata_json"]) == (
        "price_1",
        3,
        '{"k":"v"}',
    )
    assert (first["billing_thresholds_usage_gte"], first["discounts"]) == (10, [])
    assert (second["price"], second["quantity"], second["discounts"]) == ("price_2", None, None)


@pytest.mark.parametrize("shape", ["acacia", "basil"])
def test_the_lines_of_an_invoice_in_both_shapes(lake, shape):
    line = {"id": "il_1", "amount": 500, "currency": "usd", "period": {"start": 1, "end": 2}}
    if shape == "acacia":
        line |= {
            "type": "subscription",
            "price": {"id": "price_1", "product": "prod_1"},
            "subscription_item": "si_1",
            "proration": True,
        }
    else:
        line |= {
            "parent": {
                "type": "subscription_item_details",
                "subscription_item_details": {"subscription_item": "si_1", "proration": True},
            },
            "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
        }
    invoice = {"id": "in_1", "object": "invoice", "lines": {"object": "list", "data": [line]}}
    lake.land("billed_invoices", [invoice])
    (found,) = lake.rows("billed_invoices")[0]["lines"]
    assert (found["price"], found["product"]) == ("price_1", "prod_1")
    assert (found["subscription_item"], found["proration"]) == ("si_1", True)


def test_a_deleted_object_is_a_version(lake):
    lake.land("customers", [{"id": "cus_1", "object": "customer", "deleted": True}])
    assert lake.rows("customers")[0]["is_deleted"] is True


def test_the_event_of_a_deletion_makes_a_deleted_version(lake):
    def envelope(kind, inner):
        return {"object": "event", "type": kind, "created": 1767225600, "data": {"object": inner}}

    lake.land("customers", [envelope("customer.deleted", {"id": "cus_1", "object": "customer"})])
    lake.land(
        "subscriptions",
        [envelope("customer.subscription.deleted", {"id": "sub_1", "object": "subscription"})],
    )
    assert lake.rows("customers")[0]["is_deleted"] is True
    assert lake.rows("subscriptions")[0]["is_deleted"] is False


def test_versions_a_b_a_end_at_a(lake):
    for day, name in ((1, "A"), (2, "B"), (3, "A")):
        lake.land(
            "customers",
            [{"id": "cus_1", "object": "customer", "name": name}],
            observed_at=datetime(2026, 1, day, tzinfo=UTC),
        )
    versions = sorted(
        lake.rows("customers"),
        key=lambda row: (row["effective_at"], row["observed_at"], row["content_hash"]),
    )
    assert [row["name"] for row in versions] == ["A", "B", "A"]
    assert versions[0]["content_hash"] == versions[2]["content_hash"]


def test_the_same_observation_twice_is_one_batch(lake):
    row = [{"id": "cus_1", "object": "customer"}]
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    lake.land("customers", row, observed_at=seen)
    assert lake.land("customers", row, observed_at=seen).batches[0].already_landed


def test_from_when_on_a_version_holds_is_told_or_assumed(lake):
    told = datetime(2025, 12, 1, tzinfo=UTC)
    lake.land("customers", [{"id": "cus_1", "created": 1767225600}], effective_at=told)
    lake.land("customers", [{"id": "cus_2", "created": 1767225600}], effective_field="created")
    lake.land("customers", [{"id": "cus_3", "created": 1767225600}])
    rows = {row["id"]: row for row in lake.rows("customers")}
    assert rows["cus_1"]["effective_at"] == datetime(2025, 12, 1)
    assert rows["cus_2"]["effective_at"] == datetime(2026, 1, 1)
    assert rows["cus_3"]["effective_at"] == rows["cus_3"]["observed_at"]
    assumed = {key: row["effective_at_is_assumed"] for key, row in rows.items()}
    assert assumed == {"cus_1": False, "cus_2": False, "cus_3": True}


def test_the_webhook_event_says_it_before_anything_else(lake):
    inner = {"id": "cus_1", "object": "customer", "created": 1}
    envelope = {"object": "event", "created": 1767225600, "data": {"object": inner}}
    lake.land("customers", [envelope], effective_field="created")
    assert lake.rows("customers")[0]["effective_at"] == datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"object": "customer"}, "missing_field"),
        ({"id": "x", "object": "product"}, "wrong_object"),
        ({"id": 5}, "not_text"),
        ({"id": "x", "balance": "1.6"}, "not_an_integer"),
        ({"id": "x", "balance": 2**63}, "number_out_of_range"),
        ({"id": "x", "created": "soon"}, "not_a_timestamp"),
        ({"id": "x", "deleted": "maybe"}, "not_a_boolean"),
        ({"id": "x", "name": ["a"]}, "not_text"),
        ([1, 2], "not_an_object"),
    ],
)
def test_an_object_that_does_not_fit_is_rejected_whole(lake, row, reason):
    lake.land("customers", [row])
    assert set(lake.reasons("customers")) == {reason}


def test_objects_may_come_as_columns(lake):
    path = lake.write(
        "prices.csv", "id,currency,recurring.interval,unit_amount_decimal\nprice_1,usd,month,0.5\n"
    )
    lake.land("prices", path)
    lake.land("customers", pd.DataFrame({"id": ["cus_1"], "balance": [-500], "name": [None]}))
    (price,) = lake.rows("prices")
    assert (price["recurring_interval"], price["unit_amount_decimal"]) == ("month", Decimal("0.5"))
    assert json.loads(price["object_json"])["recurring"] == {"interval": "month"}
    (customer,) = lake.rows("customers")
    assert (customer["balance"], customer["name"]) == (-500, None)


def test_objects_without_an_id_column_are_refused(lake):
    with pytest.raises(UsageError, match="has no column id"):
        lake.land("customers", lake.write("c.csv", "name\nA\n"))


def test_events_have_no_versions(lake, event):
    with pytest.raises(UsageError, match="holds events, which have no versions"):
        lake.land("meter_events", [event()], observed_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_only_one_way_to_say_from_when_on(lake):
    with pytest.raises(UsageError, match="exclude each other"):
        lake.land(
            "customers",
            [{"id": "c"}],
            effective_at=datetime(2026, 1, 1, tzinfo=UTC),
            effective_field="created",
        )
