"""Stripe's documented examples of changes, to the cent, with their words and periods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meterhouse import InvalidRequestError, Warehouse
from tests.previews._account import JULY, JUNE, NOW, SILVER_START
from tests.previews._objects import at

VECTORS = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text("utf-8")
    )
}


def previewed(account: Warehouse, **params: Any) -> Any:
    return account.invoices.create_preview(params)


def amounts(invoice: Any) -> list[tuple[str, int]]:
    return [(line.description, line.amount) for line in invoice.lines.data]


def test_an_upgrade_from_silver_to_gold_is_stripes_own_preview(account: Warehouse) -> None:
    invoice = previewed(
        account,
        subscription="sub_silver",
        subscription_details={"items": [{"id": "si_silver_0", "price": "price_gold"}]},
    )
    ends = NOW + 445_540
    assert ends - SILVER_START == 2_678_400
    assert [
        (line.description, line.amount, line.period.start, line.period.end, line.proration)
        for line in invoice.lines.data
    ] == [
        ("Unused time on Silver product after 16 Jun 2026", -166, NOW, ends, True),
        ("Remaining time on Gold product after 16 Jun 2026", 541, NOW, ends, True),
        ("1 × Gold product (at $32.52 / month)", 3252, ends, at("2026-07-21T03:45:40"), False),
    ]
    assert (invoice.subtotal, invoice.total, invoice.amount_due) == (3627, 3627, 3627)
    assert (invoice.period_start, invoice.period_end) == (SILVER_START, ends)
    assert [line.type for line in invoice.lines.data] == ["invoiceitem"] * 2 + ["subscription"]
    assert [line.discountable for line in invoice.lines.data] == [False, False, True]


def test_a_price_that_doubles_in_mid_period_credits_half_and_debits_half(
    account: Warehouse,
) -> None:
    expected = VECTORS["proration-half"]["expected"]
    invoice = previewed(
        account,
        subscription="sub_half",
        subscription_details={"items": [{"id": "si_half_0", "price": "price_seat_20"}]},
    )
    assert amounts(invoice) == [
        ("Unused time on Seats after 16 Jun 2026", expected["credit"]),
        ("Remaining time on Seats after 16 Jun 2026", expected["debit"]),
        ("1 seat × Seats (at $20.00 / month)", 2000),
    ]


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_a_downgrade_with_a_third_left_credits_as_the_billing_mode_says(
    account: Warehouse, mode: str
) -> None:
    expected = VECTORS[f"proration-{mode}-third"]["expected"]
    third_left = at("2026-06-21")
    invoice = previewed(
        account,
        subscription=f"sub_third_{mode}",
        subscription_details={
            "items": [{"id": f"si_third_{mode}_0", "price": "price_seat_10"}],
            "proration_date": third_left,
        },
    )
    prorations = [line for line in invoice.lines.data if line.period.start == third_left]
    assert [line.amount for line in prorations] == [expected["credit"], expected["debit"]]
    assert sum(line.amount for line in prorations) == expected["total"]


def test_a_change_in_a_trial_prorates_nothing(account: Warehouse) -> None:
    invoice = previewed(
        account,
        subscription="sub_tried",
        subscription_details={"items": [{"id": "si_tried_0", "price": "price_seat_20"}]},
    )
    assert amounts(invoice) == [("1 seat × Seats (at $20.00 / month)", 2000)]


def test_a_trial_that_ends_now_is_billed_now(account: Warehouse) -> None:
    invoice = previewed(
        account, subscription="sub_tried", subscription_details={"trial_end": "now"}
    )
    assert amounts(invoice) == [("1 seat × Seats (at $10.00 / month)", 1000)]
    line = invoice.lines.data[0]
    assert (line.period.start, line.period.end) == (NOW, at("2026-07-16"))


def test_a_trial_that_is_added_credits_what_is_left_and_charges_nothing(
    account: Warehouse,
) -> None:
    invoice = previewed(
        account, subscription="sub_half", subscription_details={"trial_end": at("2026-06-30")}
    )
    assert amounts(invoice) == [
        ("Unused time on Seats after 16 Jun 2026", -500),
        ("Trial period for Seats", 0),
    ]


def test_a_cancellation_at_once_gives_back_half_of_what_a_coupon_left(account: Warehouse) -> None:
    expected = VECTORS["discount-classic-cancel"]["expected"]
    invoice = previewed(account, subscription="sub_off", subscription_details={"cancel_now": True})
    assert amounts(invoice) == [
        ("Unused time on Seats after 16 Jun 2026", expected["total"]),
    ]
    assert invoice.total == expected["total"]


def test_flexible_billing_gives_back_what_was_paid_for_each_item(account: Warehouse) -> None:
    expected = VECTORS["discount-flexible-cancel"]["expected"]
    invoice = previewed(
        account,
        subscription="sub_split",
        subscription_details={"items": [{"id": "si_split_0", "deleted": True}]},
    )
    credit = invoice.lines.data[0]
    assert (credit.amount, credit.proration) == (expected["total"], True)


def test_a_cancellation_without_proration_gives_nothing_back(account: Warehouse) -> None:
    with pytest.raises(InvalidRequestError, match="No upcoming invoices") as refused:
        previewed(
            account,
            subscription="sub_half",
            subscription_details={"cancel_now": True, "proration_behavior": "none"},
        )
    assert refused.value.code == "invoice_upcoming_none"


def test_a_cancellation_drops_what_was_used_only_where_it_says_not_to_prorate(
    account: Warehouse,
) -> None:
    def cancelled(**details: object) -> Any:
        return previewed(
            account,
            subscription="sub_metered",
            subscription_details={"cancel_now": True, **details},
        )

    used = [line for line in cancelled().lines.data if not line.proration]
    assert [line.price.id for line in used] == ["price_call"]
    with pytest.raises(InvalidRequestError) as refused:
        cancelled(proration_behavior="none")
    assert refused.value.code == "invoice_upcoming_none"


def test_an_end_within_the_period_gives_back_what_lies_beyond_it(account: Warehouse) -> None:
    invoice = previewed(
        account, subscription="sub_half", subscription_details={"cancel_at": at("2026-06-25")}
    )
    assert amounts(invoice) == [("Unused time on Seats after 25 Jun 2026", -200)]
    assert (invoice.period_start, invoice.period_end) == (JUNE, at("2026-06-25"))


def test_another_interval_begins_a_new_cycle_at_once(account: Warehouse) -> None:
    invoice = previewed(
        account,
        subscription="sub_half",
        subscription_details={"items": [{"id": "si_half_0", "price": "price_seat_year"}]},
    )
    assert amounts(invoice) == [
        ("Unused time on Seats after 16 Jun 2026", -500),
        ("1 seat × Seats (at $120.00 / year)", 12000),
    ]
    assert invoice.lines.data[1].period.end == at("2027-06-16")


def test_the_first_price_after_a_free_one_begins_a_new_cycle_at_once(account: Warehouse) -> None:
    invoice = previewed(
        account,
        subscription="sub_free",
        subscription_details={"items": [{"id": "si_free_0", "price": "price_seat_10"}]},
    )
    assert amounts(invoice)[-1] == ("1 seat × Seats (at $10.00 / month)", 1000)
    assert invoice.lines.data[-1].period.start == NOW


def test_nothing_supposed_is_the_built_draft(account: Warehouse) -> None:
    built = account.invoices.upcoming(subscription="sub_half")
    assert amounts(built) == [("1 seat × Seats (at $10.00 / month)", 1000)]
    assert (built.period_start, built.period_end) == (JUNE, JULY)
