"""Which invoice a preview of a change answers with, and what the customer owes on it."""

from __future__ import annotations

from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.previews._account import JULY, JUNE, NOW
from tests.previews._cases import REMAINING, SEAT, SEAT_20, UNUSED, change, of
from tests.previews._objects import at

DEARER = {"price": "price_seat_20"}
ALWAYS = {"proration_behavior": "always_invoice"}
YEARLY = [{"price": "price_seat_year"}]
NEXT_JUNE = at("2027-06-01")


def shown(invoice: Any) -> list[tuple[str, int]]:
    return [(line.description, line.amount) for line in invoice.lines.data]


def steered(*phases: dict[str, Any], **details: Any) -> dict[str, Any]:
    """A preview of the schedule of a monthly subscription with other phases."""
    return {
        "schedule": "sub_sched_steered_monthly",
        "schedule_details": {"phases": list(phases), **details},
    }


MONTHLY = {"items": [{"price": "price_seat_10"}]}


def test_an_invoice_raised_at_once_meets_the_customers_balance(account: Warehouse) -> None:
    params = of("owed", items=[{"id": "si_owed_0", **DEARER}], **ALWAYS)
    invoice = account.invoices.create_preview(params)
    assert shown(invoice) == [(UNUSED, -500), (REMAINING, 1000)]
    assert (invoice.starting_balance, invoice.amount_due, invoice.ending_balance) == (-700, 0, -200)
    assert invoice.amount_remaining == 0


def test_a_new_subscriptions_first_invoice_meets_it_too(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        {"customer": "cus_owed", "subscription_details": {"items": [DEARER]}}
    )
    assert (invoice.starting_balance, invoice.amount_due, invoice.ending_balance) == (-700, 1300, 0)


def test_what_was_used_of_an_item_that_leaves_is_on_the_invoice_that_answers(
    account: Warehouse,
) -> None:
    invoice = account.invoices.create_preview(change("metered", deleted=True))
    assert shown(invoice) == [("150 call × Calls (at $0.02 / month)", 300)]
    assert invoice.period_end == NOW


def test_usage_that_is_cleared_with_its_item_is_billed_nowhere(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(change("metered", deleted=True, clear_usage=True))
    assert shown(invoice) == [(SEAT, 1000)]
    assert (invoice.period_start, invoice.period_end) == (JUNE, JULY)


def test_a_price_that_becomes_metered_gives_back_what_is_unused(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(change("half", price="price_call"))
    assert shown(invoice) == [(UNUSED, -500), ("0 call × Calls (at $0.02 / month)", 0)]


def test_a_price_that_becomes_licensed_is_debited_and_usage_counts_no_more(
    account: Warehouse,
) -> None:
    invoice = account.invoices.create_preview(change("metered", **DEARER))
    assert shown(invoice) == [(REMAINING, 1000), (SEAT_20, 2000), (SEAT, 1000)]


def test_a_resumption_on_the_old_anchor_is_invoiced_at_once(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        of("paused", resume_at="now", billing_cycle_anchor="unchanged")
    )
    assert shown(invoice) == [(SEAT, 500)]
    assert invoice.lines.data[0].period == {"start": NOW, "end": JULY}


def test_what_is_not_paused_cannot_be_resumed(account: Warehouse) -> None:
    with pytest.raises(InvalidRequestError, match="not paused") as refused:
        account.invoices.create_preview(of("half", resume_at="now"))
    assert refused.value.param == "subscription_details[resume_at]"


def test_another_interval_on_the_old_anchor_is_invoiced_at_once(account: Warehouse) -> None:
    """Flexible mode keeps the anchor: 350 of 365 days are left until it comes again."""
    invoice = account.invoices.create_preview(change("monthly", price="price_seat_year"))
    assert shown(invoice) == [(UNUSED, -500), ("1 seat × Seats (at $120.00 / year)", 11507)]
    assert invoice.lines.data[1].period == {"start": NOW, "end": NEXT_JUNE}


@pytest.mark.parametrize("behavior", ["create_prorations", "always_invoice"])
def test_a_change_dated_to_the_end_of_the_period_is_in_the_next_ones_invoice(
    account: Warehouse, behavior: str
) -> None:
    invoice = account.invoices.create_preview(
        of(
            "half",
            items=[{"id": "si_half_0", **DEARER}],
            proration_date=JULY,
            proration_behavior=behavior,
        )
    )
    assert shown(invoice) == [(SEAT_20, 2000)]
    assert invoice.period_end == JULY


def dated_to_the_start(name: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return of(name, items=list(items), proration_date=JUNE, **more)


UNUSED_WHOLE = "Unused time on Seats after 01 Jun 2026"
REMAINING_WHOLE = "Remaining time on Seats after 01 Jun 2026"
WHOLE = {"start": JUNE, "end": JULY}


def test_a_change_dated_to_the_start_of_the_period_gives_back_and_takes_all_of_it(
    account: Warehouse,
) -> None:
    invoice = account.invoices.create_preview(
        dated_to_the_start("half", {"id": "si_half_0", **DEARER}, {"price": "price_gold"})
    )
    assert shown(invoice) == [
        (UNUSED_WHOLE, -1000),
        (REMAINING_WHOLE, 2000),
        ("Remaining time on Gold product after 01 Jun 2026", 3252),
        (SEAT_20, 2000),
        ("1 × Gold product (at $32.52 / month)", 3252),
    ]
    assert [line.period for line in invoice.lines.data[:3]] == [WHOLE] * 3


def test_invoiced_at_once_it_is_not_the_periods_own_invoice_again(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        dated_to_the_start("half", {"id": "si_half_0", **DEARER}, **ALWAYS)
    )
    assert shown(invoice) == [(UNUSED_WHOLE, -1000), (REMAINING_WHOLE, 2000)]
    assert [line.period for line in invoice.lines.data] == [WHOLE] * 2


def test_an_item_that_leaves_from_the_start_on_is_given_back_whole(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        dated_to_the_start("pair", {"id": "si_pair_1", "deleted": True})
    )
    assert shown(invoice) == [("Pending work", 1500), (UNUSED_WHOLE, -2000), (SEAT, 1000)]


def test_usage_is_billed_at_a_price_that_holds_from_the_start_on(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        dated_to_the_start(
            "metered",
            {"id": "si_metered_0", "price": "price_call_dear"},
            {"id": "si_metered_1", "quantity": 2},
        )
    )
    assert shown(invoice) == [
        (UNUSED_WHOLE, -1000),
        ("Remaining time on 2 × Seats after 01 Jun 2026", 2000),
        ("150 call × Calls (at $0.025 / month)", 375),
        ("2 seat × Seats (at $10.00 / month)", 2000),
    ]


def test_a_phase_with_another_interval_begins_a_cycle(account: Warehouse) -> None:
    within = at("2026-06-25")
    invoice = account.invoices.create_preview(
        steered({**MONTHLY, "start_date": JUNE, "end_date": within}, {"items": YEARLY})
    )
    assert shown(invoice) == [
        ("Unused time on Seats after 25 Jun 2026", -200),
        ("1 seat × Seats (at $120.00 / year)", 12000),
    ]
    assert invoice.lines.data[1].period == {"start": within, "end": at("2027-06-25")}


def test_one_that_begins_with_a_period_bills_a_whole_one(account: Warehouse) -> None:
    invoice = account.invoices.create_preview(
        steered({**MONTHLY, "start_date": JUNE, "end_date": JULY}, {"items": YEARLY})
    )
    assert shown(invoice) == [("1 seat × Seats (at $120.00 / year)", 12000)]
    assert invoice.lines.data[0].period == {"start": JULY, "end": at("2027-07-01")}


def test_items_that_a_phase_adds_are_of_its_start(account: Warehouse) -> None:
    added = {**MONTHLY, "add_invoice_items": [{"price": "price_setup"}]}
    invoice = account.invoices.create_preview(
        steered({**MONTHLY, "start_date": JUNE, "end_date": JULY}, added)
    )
    assert shown(invoice) == [("Setup", 5000), (SEAT, 1000)]
    assert invoice.lines.data[0].period == {"start": JULY, "end": JULY}


def test_they_wait_until_then(account: Warehouse) -> None:
    within = at("2026-06-25")
    invoice = account.invoices.create_preview(
        steered(
            {**MONTHLY, "start_date": JUNE, "end_date": within},
            {"items": [DEARER], "end_date": JULY, **ALWAYS},
            {"items": [DEARER], "add_invoice_items": [{"price": "price_setup"}]},
        )
    )
    assert [amount for _, amount in shown(invoice)] == [-200, 400]


def test_a_phase_keeps_the_subscriptions_currency(account: Warehouse) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        account.invoices.create_preview(
            steered({**MONTHLY, "start_date": "now", "currency": "eur"})
        )
    assert refused.value.param == "schedule_details[phases][0][currency]"


def test_an_anchor_lies_in_the_first_period_of_a_new_subscription(account: Warehouse) -> None:
    params = {"subscription_details": {"items": [{"price": "price_seat_10"}]}}
    details = params["subscription_details"]
    details["billing_cycle_anchor"] = at("2026-07-16")  # type: ignore[assignment]
    assert account.invoices.create_preview(params).total == 1000
    details["billing_cycle_anchor"] = at("2026-07-16") + 1  # type: ignore[assignment]
    with pytest.raises(InvalidRequestError, match="next natural billing date") as refused:
        account.invoices.create_preview(params)
    assert refused.value.param == "subscription_details[billing_cycle_anchor]"


def test_the_time_until_the_anchor_costs_nothing_where_nothing_is_prorated(
    account: Warehouse,
) -> None:
    anchor = at("2026-06-22")
    details = {"items": [{"price": "price_seat_10"}], "billing_cycle_anchor": anchor}
    charged = account.invoices.create_preview({"subscription_details": details})
    assert shown(charged) == [(SEAT, 194)]
    free = account.invoices.create_preview(
        {"subscription_details": {**details, "proration_behavior": "none"}}
    )
    assert shown(free) == [(SEAT, 1000)]
    assert free.lines.data[0].period == {"start": anchor, "end": at("2026-07-22")}


CALLS = {"items": [{"price": "price_call"}]}
SEATS = {"items": [{"price": "price_seat_20"}]}


@pytest.mark.parametrize("first", [{}, {"trial": True}], ids=["usage", "a free trial of usage"])
def test_the_first_invoice_of_a_new_schedule_has_the_phase_that_begins_with_it(
    account: Warehouse, first: dict[str, Any]
) -> None:
    phases = [{**CALLS, **first, "start_date": JUNE, "end_date": JULY}, {**SEATS, "iterations": 1}]
    invoice = account.invoices.create_preview({"schedule_details": {"phases": phases}})
    assert (invoice.created, invoice.lines.data[-1].description) == (JULY, SEAT_20)
    assert [line.amount for line in invoice.lines.data] == [0, 2000]
    usage = [{"price": "price_call", "quantity": "50"}]
    if not first:
        invoice = account.invoices.create_preview(
            {"schedule_details": {"phases": phases}, "hypothetical_usage": usage}
        )
        assert [line.amount for line in invoice.lines.data] == [100, 2000]


TENTH_OFF = {"discounts": [{"coupon": "tenth_off"}]}


def test_a_phase_without_discounts_does_not_keep_those_of_the_phase_before(
    account: Warehouse,
) -> None:
    until_july, then = {**MONTHLY, "end_date": JULY}, {**SEATS, "iterations": 1}
    for phases, total in (
        ((until_july, then), 2000),
        (({**until_july, **TENTH_OFF}, then), 2000),
        ((until_july, {**then, **TENTH_OFF}), 1800),
    ):
        assert account.invoices.create_preview(steered(*phases)).total == total


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({}, 500),
        ({"discounts": ""}, 1000),
        ({"discounts": "", "iterations": 1}, 1000),
        (TENTH_OFF, 900),
    ],
    ids=["the customer's", "none, for good", "none", "its own"],
)
def test_a_phase_has_the_customers_discount_unless_it_says_otherwise(
    account: Warehouse, fields: dict[str, Any], total: int
) -> None:
    params = {"customer": "cus_thrifty", "schedule_details": {"phases": [{**MONTHLY, **fields}]}}
    assert account.invoices.create_preview(params).total == total


def test_a_schedule_that_has_not_begun_begins_when_it_says(account: Warehouse) -> None:
    for details in ({}, {"schedule_details": {"phases": [MONTHLY]}}):
        invoice = account.invoices.create_preview({"schedule": "sub_sched_awaited", **details})
        assert invoice.created == JULY
