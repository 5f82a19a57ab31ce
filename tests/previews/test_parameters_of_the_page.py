"""Every parameter of the reference page does what it says, in its current and its old spelling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.previews._account import JULY
from tests.previews._cases import CASES, Case, of
from tests.previews._objects import at

PAGE = json.loads(
    (Path(__file__).parents[1] / "vectors" / "preview-parameters.json").read_text("utf-8")
)
TWINS = sorted(
    name.removeprefix("subscription_")
    for name in PAGE["GET /v1/invoices/upcoming/lines"]
    if name.startswith("subscription_")
    and not name.startswith("subscription_details")
    and "[" not in name
)
SHOWN_BELOW = {
    "limit",
    "starting_after",
    "ending_before",
    "discounts[][promotion_code]",
    "invoice_items[][discounts][][promotion_code]",
    "subscription_details[items][][discounts][][promotion_code]",
    "schedule_details[phases][][items][][discounts][][promotion_code]",
    "schedule_details[phases][][discounts][][promotion_code]",
    "schedule_details[phases][][add_invoice_items][][discounts][][promotion_code]",
}
LINES = "/v1/invoices/upcoming/lines"


def shown(invoice: Any) -> list[tuple[str, int]]:
    return [(line.description, line.amount) for line in invoice.lines.data]


@pytest.mark.parametrize("endpoint", sorted(PAGE))
def test_every_parameter_of_the_page_has_a_test_of_its_own(endpoint: str) -> None:
    tested = {path for case in CASES for path in case.shows} | SHOWN_BELOW
    tested |= {f"subscription_{name}" for name in TWINS}
    # The old spelling takes what the current one takes: see below.
    tested |= {
        path.replace("subscription_details[items]", "subscription_items", 1) for path in tested
    }
    assert [path for path in PAGE[endpoint] if path not in tested] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_parameter_does_what_it_says(account: Warehouse, case: Case) -> None:
    invoice = account.invoices.create_preview(case.params)
    assert case.lines is not None or case.check is not None
    if case.lines is not None:
        assert shown(invoice) == case.lines
    if case.check is not None:
        assert case.check(invoice), invoice


ITEMS = [{"id": "si_half_0", "price": "price_seat_20"}]
TWIN_CASES: dict[str, dict[str, Any]] = {
    "billing_cycle_anchor": of("half", billing_cycle_anchor="now"),
    "cancel_at": of("half", cancel_at=at("2026-06-25")),
    "cancel_at_period_end": of("metered", cancel_at_period_end=True),
    "cancel_now": of("half", cancel_now=True),
    "default_tax_rates": of("half", default_tax_rates=["txr_gst"]),
    "items": of("half", items=ITEMS),
    "proration_behavior": of("half", items=ITEMS, proration_behavior="none"),
    "proration_date": of("half", items=ITEMS, proration_date=at("2026-06-21")),
    "resume_at": of("paused", resume_at="now"),
    "start_date": {
        "subscription_details": {"items": [{"price": "price_seat_10"}], "start_date": JULY}
    },
    "trial_end": of("tried", trial_end="now"),
}


@pytest.mark.parametrize("name", [name for name in TWINS if name != "trial_from_plan"])
def test_the_deprecated_spelling_previews_the_same(account: Warehouse, name: str) -> None:
    params = TWIN_CASES[name]
    old = {key: value for key, value in params.items() if key != "subscription_details"} | {
        f"subscription_{field}": value for field, value in params["subscription_details"].items()
    }
    current = account.invoices.upcoming(params)
    deprecated = account.invoices.upcoming(old)
    assert shown(deprecated) == shown(current) != []
    assert (deprecated.total, deprecated.tax) == (current.total, current.tax)
    lines = account.invoices.upcoming_lines.list(old)
    assert [(line.id, line.amount) for line in lines.data] == [
        (line.id, line.amount) for line in deprecated.lines.data
    ]


def test_a_trial_can_be_taken_from_the_price(account: Warehouse) -> None:
    invoice = account.invoices.upcoming(
        {
            "subscription_items": [{"price": "price_seat_trial"}],
            "subscription_trial_from_plan": True,
        }
    )
    assert shown(invoice) == [("Trial period for Seats", 0)]
    line = invoice.lines.data[0]
    assert line.period.end - line.period.start == 14 * 86_400


def test_an_address_can_be_left_out_of_what_a_customer_has(account: Warehouse) -> None:
    details = {"address": "", "shipping": ""}
    invoice = account.invoices.create_preview({"customer": "cus_half", "customer_details": details})
    assert (invoice.customer_address, invoice.customer_shipping) == (None, None)


def test_lines_are_paged_both_ways(account: Warehouse) -> None:
    change = {"subscription": "sub_half", "subscription_items": ITEMS}
    every = [line.id for line in account.invoices.upcoming_lines.list(change).data]
    assert len(every) == 3
    first = account.invoices.upcoming_lines.list({**change, "limit": 1})
    assert [line.id for line in first.data] == every[:1]
    assert first.has_more
    after = account.invoices.upcoming_lines.list({**change, "starting_after": every[0]})
    assert [line.id for line in after.data] == every[1:]
    before = account.invoices.upcoming_lines.list({**change, "limit": 1, "ending_before": every[2]})
    assert [line.id for line in before.data] == [every[1]]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        (
            {"customer": "cus_half", "discounts": [{"promotion_code": "promo_1"}]},
            "discounts[0][promotion_code]",
        ),
        (
            {
                "subscription": "sub_half",
                "invoice_items": [
                    {"amount": 1, "currency": "usd", "discounts": [{"promotion_code": "promo_1"}]}
                ],
            },
            "invoice_items[0][discounts][0][promotion_code]",
        ),
        (
            of("half", items=[{"id": "si_half_0", "discounts": [{"promotion_code": "promo_1"}]}]),
            "subscription_details[items][0][discounts][0][promotion_code]",
        ),
        *(
            (
                {"schedule_details": {"phases": [phase]}},
                f"schedule_details[phases][0]{where}[discounts][0][promotion_code]",
            )
            for phase, where in (
                (
                    {
                        "items": [{"price": "price_seat_10"}],
                        "discounts": [{"promotion_code": "promo_1"}],
                    },
                    "",
                ),
                (
                    {
                        "items": [
                            {
                                "price": "price_seat_10",
                                "discounts": [{"promotion_code": "promo_1"}],
                            }
                        ]
                    },
                    "[items][0]",
                ),
                (
                    {
                        "items": [{"price": "price_seat_10"}],
                        "add_invoice_items": [
                            {
                                "price": "price_setup",
                                "discounts": [{"promotion_code": "promo_1"}],
                            }
                        ],
                    },
                    "[add_invoice_items][0]",
                ),
            )
        ),
    ],
)
def test_a_promotion_code_is_unknown_since_none_lands(
    account: Warehouse, params: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.create_preview(params)
    assert (refused.value.code, refused.value.param) == ("resource_missing", param)
