"""Bad previews are refused with Stripe's status, type, code and the full name of the parameter."""

from __future__ import annotations

from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.previews._cases import PHASE, change, of
from tests.previews._objects import at

ITEMS = "subscription_details[items][0]"
SEAT = {"price": "price_seat_10"}


def item(**fields: Any) -> dict[str, Any]:
    """A preview of a new subscription to one item."""
    return {"subscription_details": {"items": [fields]}}


MONTHLY_DATA = {"currency": "usd", "product": "prod_seat", "recurring": {"interval": "month"}}


def priced(**fields: Any) -> dict[str, Any]:
    return item(price_data={**MONTHLY_DATA, **fields})


def invoiced(**fields: Any) -> dict[str, Any]:
    return {"subscription": "sub_half", "invoice_items": [fields]}


BAD: dict[str, tuple[dict[str, Any], str, str | None]] = {
    # What is not there
    "an unknown customer": ({"customer": "cus_no"}, "customer", "resource_missing"),
    "an unknown subscription": ({"subscription": "sub_no"}, "subscription", "resource_missing"),
    "an unknown schedule": ({"schedule": "sub_sched_no"}, "schedule", "resource_missing"),
    "an unknown item": (change("half", 9), f"{ITEMS}[id]", "resource_missing"),
    "an unknown price": (item(price="price_no"), f"{ITEMS}[price]", "resource_missing"),
    "an unknown plan": (item(plan="price_no"), f"{ITEMS}[plan]", "resource_missing"),
    "an unknown product": (
        priced(product="prod_no", unit_amount=1),
        f"{ITEMS}[price_data][product]",
        "resource_missing",
    ),
    "an unknown coupon": (
        {"customer": "cus_half", "discounts": [{"coupon": "no"}]},
        "discounts[0][coupon]",
        "resource_missing",
    ),
    "an unknown discount": (
        {"customer": "cus_half", "discounts": [{"discount": "di_no"}]},
        "discounts[0][discount]",
        "resource_missing",
    ),
    "a coupon that is gone": (
        {"customer": "cus_half", "coupon": "gone"},
        "coupon",
        "coupon_expired",
    ),
    "an unknown tax rate": (
        item(**SEAT, tax_rates=["txr_no"]),
        f"{ITEMS}[tax_rates][0]",
        "resource_missing",
    ),
    "an unknown default tax rate": (
        of("half", default_tax_rates=["txr_no"]),
        "subscription_details[default_tax_rates][0]",
        "resource_missing",
    ),
    "an unknown invoice item": (
        invoiced(invoiceitem="ii_no"),
        "invoice_items[0][invoiceitem]",
        "resource_missing",
    ),
    "usage of an unknown item": (
        {
            "subscription": "sub_metered",
            "hypothetical_usage": [{"subscription_item": "si_no", "quantity": "1"}],
        },
        "hypothetical_usage[0][subscription_item]",
        "resource_missing",
    ),
    # What is of another kind
    "an item that is billed weekly, of a monthly subscription": (
        of("half", items=[{"price": "price_seat_week"}]),
        f"{ITEMS}[price]",
        None,
    ),
    "one of two items that is made a yearly one": (
        of("pair", items=[{"id": "si_pair_0", "price": "price_seat_year"}]),
        f"{ITEMS}[price]",
        None,
    ),
    "a new subscription by the month and the week": (
        {"subscription_details": {"items": [SEAT, {"price": "price_seat_week"}]}},
        "subscription_details[items][1][price]",
        None,
    ),
    "a phase by the month and the week": (
        {"schedule_details": {"phases": [{"items": [SEAT, {"price": "price_seat_week"}]}]}},
        "schedule_details[phases][0][items][1][price]",
        None,
    ),
    "a one-time price on a subscription": (item(price="price_setup"), f"{ITEMS}[price]", None),
    "a recurring price on an invoice item": (
        invoiced(price="price_seat_10"),
        "invoice_items[0][price]",
        None,
    ),
    "another customer's invoice item": (
        invoiced(invoiceitem="ii_pending_work"),
        "invoice_items[0][invoiceitem]",
        None,
    ),
    "another subscription's invoice item": (
        {"subscription": "sub_both", "invoice_items": [{"invoiceitem": "ii_work_of_second"}]},
        "invoice_items[0][invoiceitem]",
        None,
    ),
    "an invoice item that an earlier invoice takes": (
        {"subscription": "sub_second", "invoice_items": [{"invoiceitem": "ii_work_of_either"}]},
        "invoice_items[0][invoiceitem]",
        None,
    ),
    "another subscription's invoice item, of the customer's next invoice": (
        {
            "customer": "cus_both",
            "invoice_items": [{"invoiceitem": "ii_work_of_second", "amount": 5}],
        },
        "invoice_items[0][invoiceitem]",
        None,
    ),
    "a quantity of metered usage": (
        change("metered", quantity=3),
        f"{ITEMS}[quantity]",
        None,
    ),
    "usage of a licensed item": (
        {
            "subscription": "sub_half",
            "hypothetical_usage": [{"subscription_item": "si_half_0", "quantity": "1"}],
        },
        "hypothetical_usage[0][subscription_item]",
        None,
    ),
    "usage of another subscription's item": (
        {
            "subscription": "sub_half",
            "hypothetical_usage": [{"subscription_item": "si_metered_0", "quantity": "1"}],
        },
        "hypothetical_usage[0][subscription_item]",
        None,
    ),
    "usage of an item, twice": (
        {
            "subscription": "sub_metered",
            "hypothetical_usage": [
                {"subscription_item": "si_metered_0", "quantity": quantity} for quantity in "12"
            ],
        },
        "hypothetical_usage[1][subscription_item]",
        None,
    ),
    "a price in another currency": (
        change("half", price="price_seat_jpy"),
        f"{ITEMS}[price]",
        None,
    ),
    "a described price in another currency": (
        change("half", price_data={**MONTHLY_DATA, "currency": "jpy", "unit_amount": 1}),
        f"{ITEMS}[price_data][currency]",
        None,
    ),
    "an item's described price in another currency": (
        invoiced(price_data={"currency": "jpy", "product": "prod_setup", "unit_amount": 1}),
        "invoice_items[0][price_data][currency]",
        None,
    ),
    "a pending item in another currency": (
        {"customer": "cus_euro", "invoice_items": [{"invoiceitem": "ii_dollar_work", "amount": 5}]},
        "invoice_items[0][invoiceitem]",
        None,
    ),
    "an item in another currency": (
        invoiced(amount=1, currency="jpy"),
        "invoice_items[0][currency]",
        None,
    ),
    "another currency": ({"subscription": "sub_half", "currency": "jpy"}, "currency", None),
    "a price with another currency than the invoice's": (
        invoiced(price="price_setup", currency="eur"),
        "invoice_items[0][currency]",
        None,
    ),
    "an amount off in another currency": (
        {"subscription": "sub_euro", "coupon": "five_off"},
        "coupon",
        None,
    ),
    "an amount off an item in another currency": (
        change("euro", discounts=[{"coupon": "tenth_off"}, {"coupon": "five_off"}]),
        f"{ITEMS}[discounts][1][coupon]",
        None,
    ),
    "an amount off a new item in another currency": (
        item(price="price_seat_jpy", discounts=[{"coupon": "five_off"}]),
        f"{ITEMS}[discounts][0][coupon]",
        None,
    ),
    "an amount off a phase in another currency": (
        {"schedule_details": {"phases": [{**PHASE, "currency": "eur", "coupon": "five_off"}]}},
        "schedule_details[phases][0][coupon]",
        None,
    ),
    "an amount off an invoice item in another currency": (
        {
            "subscription": "sub_euro",
            "invoice_items": [
                {"amount": 5, "currency": "eur", "discounts": [{"coupon": "five_off"}]}
            ],
        },
        "invoice_items[0][discounts][0][coupon]",
        None,
    ),
    # Values
    "a word for a number": (
        change("half", quantity="many"),
        f"{ITEMS}[quantity]",
        "parameter_invalid_integer",
    ),
    "a negative quantity": (
        change("half", quantity=-1),
        f"{ITEMS}[quantity]",
        "parameter_invalid_integer",
    ),
    "a fraction of a quantity": (
        change("half", quantity="1.5"),
        f"{ITEMS}[quantity]",
        "parameter_invalid_integer",
    ),
    "a negative price": (
        priced(unit_amount_decimal="-1"),
        f"{ITEMS}[price_data][unit_amount_decimal]",
        None,
    ),
    "a thirteenth place": (
        priced(unit_amount_decimal="0.0000000000001"),
        f"{ITEMS}[price_data][unit_amount_decimal]",
        None,
    ),
    "a thirteenth place of an invoice item": (
        invoiced(unit_amount_decimal="0.0000000000001"),
        "invoice_items[0][unit_amount_decimal]",
        None,
    ),
    "a thirteenth place of usage": (
        {
            "subscription": "sub_metered",
            "hypothetical_usage": [
                {"subscription_item": "si_metered_0", "quantity": "0.0000000000001"}
            ],
        },
        "hypothetical_usage[0][quantity]",
        None,
    ),
    "a list for a map": (
        {"customer": "cus_half", "customer_details": []},
        "customer_details",
        None,
    ),
    "a word that is none of few": (
        of("half", proration_behavior="sometimes"),
        "subscription_details[proration_behavior]",
        None,
    ),
    "a tax id of no type that there is": (
        {
            "customer": "cus_half",
            "customer_details": {"tax_ids": [{"type": "eu_tva", "value": "ATU12345678"}]},
        },
        "customer_details[tax_ids][0][type]",
        None,
    ),
    "an amount out of range": (
        invoiced(unit_amount=99_999_999_999_999, quantity=999_999),
        "invoice_items[0][quantity]",
        None,
    ),
    "a period that ends before it starts": (
        invoiced(amount=1, currency="usd", period={"start": 2, "end": 1}),
        "invoice_items[0][period][end]",
        None,
    ),
    "a misspelt key": (
        change("half", quantty=3),
        f"{ITEMS}[quantty]",
        "parameter_unknown",
    ),
    "a misspelt key deep within": (
        priced(unit_amont=1),
        f"{ITEMS}[price_data][unit_amont]",
        "parameter_unknown",
    ),
    "a misspelt key of a phase": (
        {"schedule_details": {"phases": [{**PHASE, "iteration": 1}]}},
        "schedule_details[phases][0][iteration]",
        "parameter_unknown",
    ),
    # What excludes each other
    "two of price and price_data": (
        item(
            **SEAT,
            price_data=priced(unit_amount=1)["subscription_details"]["items"][0]["price_data"],
        ),
        f"{ITEMS}[price_data]",
        "parameters_exclusive",
    ),
    "two unit amounts": (
        priced(unit_amount=1, unit_amount_decimal="1"),
        f"{ITEMS}[price_data][unit_amount_decimal]",
        "parameters_exclusive",
    ),
    "two of amount and price": (
        invoiced(amount=1, currency="usd", price="price_setup"),
        "invoice_items[0][price]",
        "parameters_exclusive",
    ),
    "an amount with a quantity": (
        invoiced(amount=1, currency="usd", quantity=2),
        "invoice_items[0][quantity]",
        "parameters_exclusive",
    ),
    "a coupon with discounts": (
        {"customer": "cus_half", "coupon": "five_off", "discounts": [{"coupon": "five_off"}]},
        "discounts",
        "parameters_exclusive",
    ),
    "a coupon and a discount in one": (
        {"customer": "cus_half", "discounts": [{"coupon": "five_off", "discount": "di_off"}]},
        "discounts[0][discount]",
        "parameters_exclusive",
    ),
    "a subscription with a schedule": (
        {"subscription": "sub_half", "schedule": "sub_sched_steered"},
        "subscription",
        "parameters_exclusive",
    ),
    "a schedule with subscription details": (
        {"schedule": "sub_sched_steered", "subscription_details": {"cancel_now": True}},
        "subscription_details[cancel_now]",
        "parameters_exclusive",
    ),
    "two ways to end": (
        of("half", cancel_now=True, cancel_at=at("2026-06-20")),
        "subscription_details[cancel_now]",
        "parameters_exclusive",
    ),
    "one coupon twice": (
        {"customer": "cus_half", "discounts": [{"coupon": "five_off"}, {"coupon": "five_off"}]},
        "discounts[1]",
        None,
    ),
    "one pending invoice item twice": (
        {
            "subscription": "sub_pair",
            "invoice_items": [
                {"invoiceitem": "ii_pending_work", "amount": 10},
                {"invoiceitem": "ii_pending_work", "quantity": 4},
            ],
        },
        "invoice_items[1][invoiceitem]",
        None,
    ),
    # What wants something else
    "an item's id without its subscription": (item(id="si_half_0"), f"{ITEMS}[id]", None),
    "an item without a price": (
        of("half", items=[{"quantity": 2}]),
        f"{ITEMS}[price]",
        "parameter_missing",
    ),
    "a price without an amount": (
        priced(),
        f"{ITEMS}[price_data][unit_amount]",
        "parameter_missing",
    ),
    "an amount without a currency": (
        invoiced(amount=1),
        "invoice_items[0][currency]",
        "parameter_missing",
    ),
    "a pending invoice item of nobody's": (
        {"invoice_items": [{"invoiceitem": "ii_lonely_work", "description": "Work"}]},
        "customer",
        "parameter_missing",
    ),
    "nothing that could be billed": ({}, "customer", "parameter_missing"),
    "a cancellation of nothing": (
        {"customer": "cus_half", "subscription_details": {"cancel_now": True}},
        "subscription_details[cancel_now]",
        "parameter_missing",
    ),
    "a proration date without a change": (
        of("half", proration_date=at("2026-06-20")),
        "subscription_details[proration_date]",
        "parameter_missing",
    ),
    "a proration date where nothing is prorated": (
        of(
            "half",
            items=[{"id": "si_half_0", "quantity": 2}],
            proration_behavior="none",
            proration_date=at("2026-06-20"),
        ),
        "subscription_details[proration_date]",
        None,
    ),
    "a proration date outside the period": (
        of(
            "half",
            items=[{"id": "si_half_0", "quantity": 2}],
            proration_date=at("2026-05-20"),
        ),
        "subscription_details[proration_date]",
        None,
    ),
    "a start of what has begun": (
        of("half", start_date=at("2026-07-01")),
        "subscription_details[start_date]",
        None,
    ),
    "an anchor of what has one": (
        of("half", billing_cycle_anchor=at("2026-07-03")),
        "subscription_details[billing_cycle_anchor]",
        None,
    ),
    "an end in the past": (
        of("half", cancel_at=at("2026-06-01")),
        "subscription_details[cancel_at]",
        None,
    ),
    "a trial that has ended": (
        of("half", trial_end=at("2026-06-01")),
        "subscription_details[trial_end]",
        None,
    ),
    "a subscription to nothing": (
        change("half", deleted=True),
        "subscription_details[items]",
        None,
    ),
    "an account that is not named": (
        {"customer": "cus_half", "issuer": {"type": "account"}},
        "issuer[account]",
        "parameter_missing",
    ),
    "tax that nobody gave rates for": (
        {"customer": "cus_half", "automatic_tax": {"enabled": True}},
        "automatic_tax[enabled]",
        None,
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_by_its_name(account: Warehouse, what: str) -> None:
    params, param, code = BAD[what]
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.create_preview(params)
    assert (refused.value.http_status, refused.value.type) == (400, "invalid_request_error")
    assert refused.value.param == param
    assert refused.value.code == code


def test_the_old_spelling_is_refused_by_the_old_name(account: Warehouse) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.upcoming(
            {
                "subscription": "sub_half",
                "subscription_items": [{"id": "si_half_0", "quantity": -1}],
            }
        )
    assert refused.value.param == "subscription_items[0][quantity]"


def test_both_spellings_at_once_are_refused(account: Warehouse) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.upcoming(
            {
                "subscription": "sub_half",
                "subscription_details": {},
                "subscription_cancel_now": True,
            }
        )
    assert refused.value.code == "parameters_exclusive"
    assert refused.value.param == "subscription_cancel_now"


@pytest.mark.parametrize(
    "params",
    [
        {"customer": "cus_awaited"},
        {"subscription": "sub_half", "customer": "cus_pair"},
        {"subscription": "sub_ending"},
        of("half", cancel_at_period_end=True),
    ],
    ids=["no subscription", "another's subscription", "it ends", "it would end"],
)
def test_where_nothing_is_to_be_billed_there_is_no_upcoming_invoice(
    account: Warehouse, params: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.create_preview(params)
    assert (refused.value.http_status, refused.value.code) == (404, "invoice_upcoming_none")


def test_pending_items_alone_make_an_invoice(account: Warehouse) -> None:
    invoice = account.invoices.upcoming(customer="cus_bystander")
    assert [(line.description, line.amount) for line in invoice.lines.data] == [
        ("Lonely work", 700)
    ]
    assert invoice.subscription is None


def test_a_flexible_subscription_may_mix_intervals(account: Warehouse) -> None:
    weekly = of("monthly", items=[{"price": "price_seat_week"}])
    invoice = account.invoices.create_preview(weekly)
    assert "1 seat × Seats (at $3.00 / week)" in [line.description for line in invoice.lines.data]


def test_all_items_may_change_their_interval_together(account: Warehouse) -> None:
    year = "price_seat_year"
    both = [{"id": "si_pair_0", "price": year}, {"id": "si_pair_1", "price": year}]
    invoice = account.invoices.create_preview(of("pair", items=both))
    assert [line.amount for line in invoice.lines.data][-2:] == [12000, 12000]
