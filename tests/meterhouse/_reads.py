"""Every read of the sample: one request a line, for tests that ask the same at several doors."""

from __future__ import annotations

from typing import Any

from meterhouse import Warehouse

Read = tuple[str, dict[str, Any]]

APRIL = 1775001600
DAY = 86400
EXPANDED = [
    ("/v1/prices", {"expand": ["data.product", "data.tiers"]}),
    ("/v1/subscriptions", {"expand": ["data.customer", "data.items.data.price"]}),
    ("/v1/invoiceitems", {"expand": ["data.customer", "data.subscription"]}),
    ("/v1/invoices", {"expand": ["data.customer", "data.lines.data.price"]}),
]
FILTERED: list[Read] = [
    ("/v1/customers", {"email": "hello@ember.example"}),
    ("/v1/customers", {"created": {"gte": 1769644800, "lt": 1769904000}}),
    ("/v1/products", {"active": True, "ids": ["prod_Platform000001", "prod_nope"]}),
    ("/v1/prices", {"recurring": {"usage_type": "metered"}, "currency": "usd"}),
    ("/v1/prices", {"type": "one_time", "active": False}),
    ("/v1/subscriptions", {"status": "all", "price": "price_PlatformMonthly"}),
    ("/v1/subscriptions", {"current_period_end": {"gt": 1777000000}}),
    ("/v1/invoiceitems", {"pending": True}),
    ("/v1/invoices", {"status": "paid"}),
    ("/v1/invoices", {"status": "draft", "customer": "cus_BorealisMail02"}),
    ("/v1/tax_rates", {"inclusive": False}),
    ("/v1/billing/meters", {"status": "active"}),
]
LISTS = (
    "customers",
    "products",
    "prices",
    "subscriptions",
    "subscription_schedules",
    "invoiceitems",
    "invoices",
    "coupons",
    "tax_rates",
    "billing/meters",
    "billing/credit_grants",
    "billing/alerts",
)


def every_read(warehouse: Warehouse) -> list[Read]:
    """Give every read of the sample: each list, each object, each nested list, each preview."""
    reads: list[Read] = []
    for path in LISTS:
        reads.append((f"/v1/{path}", {"limit": 100}))
        listed = warehouse.request("GET", f"/v1/{path}", {"limit": 100}).body["data"]
        reads += [(f"/v1/{path}/{each['id']}", {}) for each in listed]
        reads += [
            (f"/v1/{path}", {"limit": 1, "starting_after": each["id"]}) for each in listed[:1]
        ]
        reads += [
            (f"/v1/{path}", {"limit": 1, "ending_before": each["id"]}) for each in listed[-1:]
        ]
        if path == "invoices":
            reads += [(f"/v1/invoices/{each['id']}/lines", {"limit": 3}) for each in listed]
    for subscription in warehouse.sql("select id from subscriptions order by id")["id"]:
        reads.append(("/v1/subscription_items", {"subscription": subscription}))
        reads.append(("/v1/invoices/upcoming", {"subscription": subscription}))
    for item in warehouse.sql("select id from subscription_items order by id")["id"]:
        reads.append((f"/v1/subscription_items/{item}", {}))
        reads.append((f"/v1/subscription_items/{item}/usage_record_summaries", {"limit": 2}))
    for customer in warehouse.sql("select id from customers order by id")["id"]:
        reads.append(("/v1/invoices/upcoming", {"customer": customer}))
        reads.append(("/v1/invoices/upcoming/lines", {"customer": customer, "limit": 2}))
        scope = {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}}
        reads.append(
            ("/v1/billing/credit_balance_summary", {"customer": customer, "filter": scope})
        )
        for meter in warehouse.sql("select id from meters order by id")["id"]:
            for window in ({}, {"value_grouping_window": "hour"}, {"value_grouping_window": "day"}):
                asked = {"customer": customer, "start_time": APRIL, "end_time": APRIL + 10 * DAY}
                reads.append((f"/v1/billing/meters/{meter}/event_summaries", asked | window))
    return reads + EXPANDED + FILTERED
