"""Prorations on built drafts: what makes them, what they say, and which invoice takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._june_subscriptions import (
    JULY,
    JUNE,
    TEN,
    TWENTY,
    boundaries,
    june,
    land_catalogue,
    lines,
    versions,
)
from tests.models._lake import Lake

AS_OF = "2026-06-25 00:00:00"
BOTH: Mapping[str, Any] = {
    "a": {"price": "ten"},
    "b": {"price": "ten", "created_at": june(16)},
}


def _subscriptions() -> list[dict[str, Any]]:
    start, middle, late = {"at": JUNE}, {"at": june(16)}, {"at": june(21)}
    metered = {"m": {"price": "metered", "quantity": None}}
    dearer = {"m": {"price": "dearer", "quantity": None}}
    return [
        *versions("price", {**start, "items": TEN}, {**middle, "items": TWENTY}),
        *versions(
            "quantity",
            {**start, "items": TEN},
            {**late, "items": {"a": {"price": "ten", "quantity": 3}}},
        ),
        *versions("added", {**start, "items": TEN}, {**middle, "items": BOTH}),
        *versions(
            "removed",
            {**start, "items": {"a": {"price": "ten"}, "b": {"price": "ten"}}},
            {**middle, "items": TEN},
        ),
        *versions(
            "swapped", {**start, "items": TEN}, {**middle, "items": {"b": {"price": "twenty"}}}
        ),
        *versions(
            "anchor",
            {**start, "items": TEN},
            {**middle, "items": TEN, "billing_cycle_anchor_at": june(16)},
        ),
        *versions(
            "yearly",
            {**start, "items": TEN},
            {
                **middle,
                "items": {"a": {"price": "year"}},
                "billing_cycle_anchor_at": june(16),
            },
        ),
        *versions(
            "cancel",
            {**start, "items": TEN},
            {"at": june(11), "items": TEN, "cancel_at": june(21), "canceled_at": june(11)},
        ),
        *versions("short", {**start, "items": TEN, "cancel_at": june(16)}),
        *versions(
            "gone",
            {**start, "items": TEN},
            {
                **middle,
                "items": TEN,
                "status": "canceled",
                "canceled_at": june(16),
                "ended_at": june(16),
            },
        ),
        *versions(
            "trial",
            {
                "at": june(15),
                "items": TEN,
                "trial_start_at": june(15),
                "trial_end_at": june(22),
                "billing_cycle_anchor_at": JULY,
            },
        ),
        *versions(
            "changed_in_trial",
            {"at": JUNE, "items": TEN},
            {"at": june(5), "items": TWENTY},
            trial_start_at=JUNE,
            trial_end_at=june(20),
            billing_cycle_anchor_at=june(20),
        ),
        *versions(
            "flexible",
            {**start, "items": TEN},
            {**middle, "items": TWENTY},
            {**late, "items": TEN},
            billing_mode="flexible",
        ),
        *versions(
            "percent",
            {**start, "items": {"a": {"price": "ten", "quantity": 57}}},
            {**middle, "items": {"a": {"price": "ten", "quantity": 60}}},
            discounts=[{"id": "di_percent", "coupon": "percent"}],
        ),
        *versions(
            "off_classic",
            {**start, "items": {"a": {"price": "ten"}, "b": {"price": "twenty"}}},
            {**middle, "items": {"b": {"price": "twenty"}}},
            discounts=[{"id": "di_classic", "coupon": "five"}],
        ),
        *versions(
            "off_flexible",
            {**start, "items": {"a": {"price": "ten"}, "b": {"price": "twenty"}}},
            {**middle, "items": {"b": {"price": "twenty"}}},
            discounts=[{"id": "di_flexible", "coupon": "five"}],
            billing_mode="flexible",
        ),
        *versions("landed", {**start, "items": TEN}, {**middle, "items": TWENTY}),
        *versions("used_classic", {**start, "items": metered}, {**middle, "items": dearer}),
        *versions(
            "used_flexible",
            {**start, "items": metered},
            {**middle, "items": dearer},
            billing_mode="flexible",
        ),
        *versions(
            "left_classic",
            {**start, "items": {**TEN, **metered}},
            {**middle, "items": TEN},
        ),
        *versions(
            "left_flexible",
            {**start, "items": {**TEN, **metered}},
            {**middle, "items": TEN},
            billing_mode="flexible",
        ),
        *versions("long", {**start, "items": {"a": {"price": "year"}, "m": metered["m"]}}),
        *versions(
            "stub", {"at": june(16), "items": {**TEN, **metered}}, billing_cycle_anchor_at=june(22)
        ),
        *versions(
            "free_stub",
            {"at": june(16), "items": {**TEN, **metered}},
            billing_cycle_anchor_at=june(22),
            proration_behavior="none",
        ),
        *versions(
            "free_after_trial",
            {"at": june(15), "items": TEN, "proration_behavior": "none"},
            trial_start_at=june(15),
            trial_end_at=june(18),
            billing_cycle_anchor_at=june(22),
        ),
        *versions(
            "changed_stub",
            {"at": june(16), "items": TEN, "proration_behavior": "none"},
            {"at": june(18), "items": TWENTY},
            billing_cycle_anchor_at=june(22),
        ),
        *versions("to_usage", {**start, "items": TEN}, {**middle, "items": {"a": metered["m"]}}),
        *versions("from_usage", {**start, "items": {"a": metered["m"]}}, {**middle, "items": TEN}),
    ]


def _used(name: str) -> list[dict[str, Any]]:
    return [
        {
            "identifier": f"{name}_{place}",
            "event_name": "used",
            "event_at": at,
            "received_at": at,
            "stripe_customer_id": f"cus_{name}",
            "value": Decimal(value),
        }
        for place, (at, value) in enumerate([(june(5), 1000), (june(18), 500)])
    ]


METERED = ("used_classic", "used_flexible", "left_classic", "left_flexible", "long")


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    land_catalogue(lake)
    subscriptions = _subscriptions()
    lake.land("subscriptions", subscriptions)
    lake.land(
        "customers",
        [
            {"id": customer, "currency": "usd"}
            for customer in sorted({one["customer"] for one in subscriptions})
        ],
    )
    lake.land("meter_events", [event for name in METERED for event in _used(name)])
    lake.land(
        "coupons",
        [
            {"id": "percent", "percent_off": Decimal(35), "duration": "forever"},
            {"id": "five", "amount_off": 500, "currency": "usd", "duration": "forever"},
        ],
    )
    lake.land(
        "invoice_items",
        [
            {
                "id": f"ii_landed_{place}",
                "customer": "cus_landed",
                "subscription": "sub_landed",
                "amount": amount,
                "currency": "usd",
                "description": text,
                "date_at": "2026-06-16T00:00:02Z",
                "period_start_at": "2026-06-16T00:00:02Z",
                "period_end_at": JULY,
                "proration": True,
                "discountable": False,
            }
            for place, (amount, text) in enumerate([(-499, "Unused"), (999, "Remaining")])
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("prorations")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")
        return build(
            _lake(folder / "lake"),
            folder / "build",
            select=["+draft_invoices", "+draft_invoice_errors"],
            as_of=AS_OF,
            command="build",
        )


GOLD = "1 × Gold (at $10.00 / month)"
GOLD_20 = "1 × Gold (at $20.00 / month)"


def test_another_price_credits_and_debits_on_the_next_invoice(drafts: Built) -> None:
    assert boundaries(drafts, "price") == ["06-01", "07-01"]
    assert lines(drafts, "price", JUNE) == [(GOLD, 1000)]
    assert lines(drafts, "price", JULY) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("Remaining time on Gold after 16 Jun 2026", 1000),
        (GOLD_20, 2000),
    ]


def test_another_quantity_names_it(drafts: Built) -> None:
    assert lines(drafts, "quantity", JULY)[:2] == [
        ("Unused time on Gold after 21 Jun 2026", -333),
        ("Remaining time on 3 × Gold after 21 Jun 2026", 1000),
    ]


def test_an_item_that_joins_is_debited_and_raises_no_invoice(drafts: Built) -> None:
    assert boundaries(drafts, "added") == ["06-01", "07-01"]
    assert lines(drafts, "added", JULY) == [
        ("Remaining time on Gold after 16 Jun 2026", 500),
        (GOLD, 1000),
        (GOLD, 1000),
    ]


def test_an_item_that_leaves_is_credited(drafts: Built) -> None:
    assert boundaries(drafts, "removed") == ["06-01", "07-01"]
    assert lines(drafts, "removed", JULY) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        (GOLD, 1000),
    ]


def test_an_item_in_the_place_of_another_leaves_the_invoices_as_they_are(drafts: Built) -> None:
    assert boundaries(drafts, "swapped") == ["06-01", "07-01"]
    assert lines(drafts, "swapped", JULY) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("Remaining time on Gold after 16 Jun 2026", 1000),
        (GOLD_20, 2000),
    ]


def test_a_new_anchor_invoices_at_once_and_credits_the_old_period(drafts: Built) -> None:
    assert lines(drafts, "anchor", JUNE) == [(GOLD, 1000)]
    assert lines(drafts, "anchor", june(16)) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        (GOLD, 1000),
    ]


def test_a_new_interval_does_too(drafts: Built) -> None:
    assert lines(drafts, "yearly", june(16)) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("1 × Gold (at $120.00 / year)", 12000),
    ]


def test_an_end_that_is_set_within_the_period_gives_back_what_lies_beyond(drafts: Built) -> None:
    assert lines(drafts, "cancel", JUNE) == [(GOLD, 1000)]
    assert lines(drafts, "cancel", june(21)) == [("Unused time on Gold after 21 Jun 2026", -333)]


def test_an_end_that_was_set_from_the_start_shortens_the_period(drafts: Built) -> None:
    assert lines(drafts, "short", JUNE) == [(GOLD, 500)]
    assert drafts.rows(
        "select lines.period_end from draft_invoice_lines as lines"
        " where lines.subscription_id = 'sub_short'"
    ) == [(datetime(2026, 6, 16),)]


def test_a_subscription_cancelled_at_once_gives_nothing_back(drafts: Built) -> None:
    assert lines(drafts, "gone", JUNE) == [(GOLD, 1000)]
    assert lines(drafts, "gone", june(16)) == []


def test_the_time_between_a_trial_and_the_anchor_is_charged_by_the_second(drafts: Built) -> None:
    assert lines(drafts, "trial", june(15)) == [("Trial period for Gold", 0)]
    assert lines(drafts, "trial", june(22)) == [(GOLD, 300)]
    assert lines(drafts, "trial", JULY) == [(GOLD, 1000)]


def test_a_change_within_a_trial_prorates_nothing(drafts: Built) -> None:
    assert lines(drafts, "changed_in_trial", june(20)) == [(GOLD_20, 2000)]


def test_flexible_credits_what_it_debited(drafts: Built) -> None:
    assert lines(drafts, "flexible", JULY)[:4] == [
        ("Unused time on Gold after 21 Jun 2026", -667),
        ("Remaining time on Gold after 21 Jun 2026", 333),
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("Remaining time on Gold after 16 Jun 2026", 1000),
    ]


def test_a_percentage_is_inside_the_amount_and_named(drafts: Built) -> None:
    assert lines(drafts, "percent", JULY)[:2] == [
        ("Unused time on 57 × Gold after 16 Jun 2026 (with 35.0% off)", -18525),
        ("Remaining time on 60 × Gold after 16 Jun 2026 (with 35.0% off)", 19500),
    ]


def test_classic_takes_an_amount_off_whole_and_flexible_its_share(drafts: Built) -> None:
    assert lines(drafts, "off_classic", JULY)[0] == (
        "Unused time on Gold after 16 Jun 2026",
        -250,
    )
    assert lines(drafts, "off_flexible", JULY)[0] == (
        "Unused time on Gold after 16 Jun 2026",
        -417,
    )


def test_prorations_that_landed_stand_in_the_place_of_ours(drafts: Built) -> None:
    assert lines(drafts, "landed", JULY) == [
        ("Unused", -499),
        ("Remaining", 999),
        (GOLD_20, 2000),
    ]


def test_prorations_are_not_discountable_and_name_their_item(drafts: Built) -> None:
    assert drafts.rows(
        "select type, part, proration, discountable, subscription_item_id, period_start,"
        " period_end from draft_invoice_lines"
        " where subscription_id = 'sub_price' and proration order by line_position"
    ) == [
        (
            "invoiceitem",
            part,
            True,
            False,
            "si_price_a",
            datetime(2026, 6, 16),
            datetime(2026, 7, 1),
        )
        for part in ("unused_time", "remaining_time")
    ]


def test_classic_bills_a_meter_at_the_new_price_from_the_change_on(drafts: Built) -> None:
    assert [amount for _, amount in lines(drafts, "used_classic", JULY)] == [75]


def test_flexible_bills_a_meter_at_each_price_it_was_used_at(drafts: Built) -> None:
    assert [amount for _, amount in lines(drafts, "used_flexible", JULY)] == [100, 75]


def test_a_meters_item_that_leaves_is_billed_in_flexible_only(drafts: Built) -> None:
    assert boundaries(drafts, "left_classic") == ["06-01", "07-01"]
    assert lines(drafts, "left_classic", JULY) == [(GOLD, 1000)]
    assert [amount for _, amount in lines(drafts, "left_flexible", JULY)] == [1000, 100]


def test_an_item_whose_price_becomes_metered_is_credited_like_one_that_leaves(
    drafts: Built,
) -> None:
    assert boundaries(drafts, "to_usage") == ["06-01", "07-01"]
    assert lines(drafts, "to_usage", JULY) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("0 × Use (at $0.10 per 100 / month)", 0),
    ]


def test_an_item_whose_price_becomes_licensed_is_debited_like_one_that_joins(
    drafts: Built,
) -> None:
    assert boundaries(drafts, "from_usage") == ["07-01"]
    assert lines(drafts, "from_usage", JULY) == [
        ("Remaining time on Gold after 16 Jun 2026", 500),
        (GOLD, 1000),
    ]


def test_the_time_until_a_first_anchor_is_charged_unless_nothing_is_prorated(
    drafts: Built,
) -> None:
    assert boundaries(drafts, "stub") == ["06-16", "06-22", "07-22"]
    assert lines(drafts, "stub", june(16)) == [(GOLD, 194)]
    assert boundaries(drafts, "free_stub") == ["06-22", "07-22"]
    assert lines(drafts, "free_stub", june(22)) == lines(drafts, "stub", june(22))
    assert lines(drafts, "free_stub", june(22))[0] == (GOLD, 1000)


def test_so_is_the_time_between_a_trial_and_the_anchor(drafts: Built) -> None:
    assert boundaries(drafts, "free_after_trial") == ["06-15", "06-22", "07-22"]
    assert lines(drafts, "free_after_trial", june(15)) == [("Trial period for Gold", 0)]
    assert lines(drafts, "free_after_trial", june(22)) == [(GOLD, 1000)]


def test_what_changes_in_time_that_costs_nothing_gives_nothing_back(drafts: Built) -> None:
    assert boundaries(drafts, "changed_stub") == ["06-22", "07-22"]
    assert lines(drafts, "changed_stub", june(22)) == [(GOLD_20, 2000)]


def test_a_longer_licensed_interval_bills_at_its_own_boundaries(drafts: Built) -> None:
    assert [amount for _, amount in lines(drafts, "long", JUNE)] == [12000]
    assert [amount for _, amount in lines(drafts, "long", JULY)] == [150]


def test_changes_may_be_invoiced_at_once(tmp_path: Path) -> None:
    built = build(
        _lake(tmp_path / "lake"),
        tmp_path / "build",
        select=["+draft_invoices"],
        as_of=AS_OF,
        variables="{proration_behavior: always_invoice}",
    )
    assert boundaries(built, "price") == ["06-01", "06-16", "07-01"]
    assert lines(built, "price", june(16)) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("Remaining time on Gold after 16 Jun 2026", 1000),
    ]
    assert lines(built, "price", JULY) == [(GOLD_20, 2000)]
    assert built.rows(
        "select billing_reason from draft_invoices"
        " where subscription_id = 'sub_price' and period_end = timestamp '2026-06-16'"
    ) == [("subscription_update",)]


def test_changes_may_prorate_nothing(tmp_path: Path) -> None:
    built = build(
        _lake(tmp_path / "lake"),
        tmp_path / "build",
        select=["+draft_invoices"],
        as_of=AS_OF,
        variables="{proration_behavior: none}",
    )
    assert lines(built, "price", JULY) == [(GOLD_20, 2000)]
    assert lines(built, "landed", JULY)[:2] == [("Unused", -499), ("Remaining", 999)]
