"""Run by the newest stripe package in an environment of its own: what it still has, it gets.

Takes the server's address and key; prints one JSON document of what it was answered.
"""

import json
import sys

import stripe

address, key = sys.argv[1:]
addresses = {"api": address, "meter_events": address}
client = stripe.StripeClient(key, base_addresses=addresses)
meter = client.v1.billing.meters.retrieve("mtr_sample_GpuSeconds001")
summaries = client.v1.billing.meters.event_summaries.list(
    meter.id,
    {
        "customer": "cus_AuroraLabs0001",
        "start_time": 1775001600,
        "end_time": 1775260800,
        "value_grouping_window": "day",
    },
)
preview = client.v1.invoices.create_preview({"customer": "cus_CedarReports03"})
draft = client.v1.invoices.retrieve("in_EmberManualDraft")
added = client.v1.invoices.add_lines(draft.id, {"lines": [{"amount": 5}]})
event = client.v1.billing.meter_events.create(
    {
        "event_name": "gpu_seconds",
        "payload": {"value": "1.5", "stripe_customer_id": "cus_AuroraLabs0001"},
    }
)
session = client.v2.billing.meter_event_session.create()
stream = stripe.StripeClient(session.authentication_token, base_addresses=addresses)
stream.v2.billing.meter_event_stream.create(
    {"events": [{"event_name": "gpu_seconds", "payload": {"value": "1"}}]}
)
try:
    client.v1.customers.retrieve("cus_nope")
    refused = None
except stripe.InvalidRequestError as error:
    refused = [error.http_status, error.code, error.param]
prices = client.v1.prices.list({"limit": 2})
customers = client.v1.customers.list({"limit": 2})
json.dump(
    {
        "formula": meter.default_aggregation.formula,
        "summaries": len(summaries.data),
        "preview_total": preview.total,
        "preview_parents": [line.parent.type for line in preview.lines.data],
        "added": added.total - draft.total,
        "taxes": [line.taxes for line in draft.lines.data],
        "event": event.payload["value"],
        "prices": len(list(prices.auto_paging_iter())),
        "customers": len(list(customers.auto_paging_iter())),
        "refused": refused,
    },
    sys.stdout,
)
