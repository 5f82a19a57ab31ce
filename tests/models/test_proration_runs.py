"""Prorations of several changes in a period, and of changes that come beside a boundary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

AS_OF = "2026-07-02 00:00:00"
METERED: Mapping[str, Any] = {"m": {"price": "metered", "quantity": None}}
GOLD_20 = ("1 × Gold (at $20.00 / month)", 2000)


def late(day: int, seconds: int = 1) -> str:
    """Some seconds after a day of June begins."""
    return june(day).replace("00Z", f"{seconds:02}Z")


def _in_either_mode() -> Iterator[dict[str, Any]]:
    start = {"at": JUNE, "items": TEN}
    ends = {"cancel_at": june(21), "canceled_at": june(6)}
    for mode in ("classic", "flexible"):
        yield from versions(
            f"end_set_{mode}",
            start,
            {"at": june(6), "items": TEN, **ends},
            {"at": june(11), "items": TWENTY, **ends},
            billing_mode=mode,
        )
        yield from versions(
            f"end_undone_{mode}",
            start,
            {"at": june(6), "items": TEN, **ends},
            {"at": june(8), "items": TEN},
            {"at": june(11), "items": TWENTY},
            billing_mode=mode,
        )
        yield from versions(
            f"resumed_{mode}",
            start,
            {"at": june(6), "items": TEN, "status": "paused"},
            {"at": june(11), "items": TEN},
            {"at": june(21), "items": TWENTY},
            billing_mode=mode,
        )


def _beside_boundaries() -> Iterator[dict[str, Any]]:
    start = {"at": JUNE, "items": TEN}
    yield from versions(
        "becomes_metered",
        start,
        {
            "at": june(16),
            "items": {"a": {"price": "metered", "quantity": None}},
            "billing_cycle_anchor_at": june(16),
        },
    )
    for behavior in ("none", "always_invoice"):
        yield from versions(
            f"joined_{behavior}",
            start,
            {
                "at": late(16, 3),
                "items": {**TEN, "b": {"price": "ten", "created_at": june(16)}},
                "proration_behavior": behavior,
            },
        )
    yield from versions(
        "swapped_late",
        start,
        {"at": june(16), "items": {"b": {"price": "twenty", "created_at": late(16)}}},
    )
    yield from versions(
        "swapped_with_anchor",
        {"at": JUNE, "items": {**TEN, **METERED}},
        {
            "at": late(16),
            "items": {"b": {"price": "year", "created_at": late(16)}, **METERED},
            "billing_cycle_anchor_at": june(16),
        },
    )
    gone = {"status": "canceled", "canceled_at": june(16), "ended_at": june(16)}
    yield from versions(
        "named_when_gone",
        start,
        {"at": june(16), "items": TEN, **gone, "proration_behavior": "create_prorations"},
        {"at": june(18), "items": TEN, **gone},
    )


def _after_trials() -> Iterator[dict[str, Any]]:
    none = {"proration_behavior": "none"}
    for name, end in (("ended_early", june(8)), ("extended", june(18))):
        anchor = {"trial_start_at": JUNE, "billing_cycle_anchor_at": june(25)}
        yield from versions(
            name,
            {"at": JUNE, "items": TEN, "trial_end_at": june(15), **anchor, **none},
            {"at": june(8), "items": TEN, "trial_end_at": end, **anchor, **none},
        )
    early = {"trial_start_at": JUNE, "trial_end_at": june(8), "billing_cycle_anchor_at": june(8)}
    yield from versions(
        "changed_after_trial",
        {
            "at": JUNE,
            "items": TEN,
            "trial_start_at": JUNE,
            "trial_end_at": june(15),
            "billing_cycle_anchor_at": june(15),
            **none,
        },
        {"at": june(8), "items": TEN, **early},
        {"at": june(18), "items": TWENTY, **early},
    )
    yield from versions(
        "in_trial",
        {"at": june(28), "items": TEN, **none},
        trial_start_at=june(28),
        trial_end_at="2026-07-05T00:00:00Z",
        billing_cycle_anchor_at="2026-07-10T00:00:00Z",
    )


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("proration_runs")
    lake = Lake(folder / "lake")
    land_catalogue(lake)
    subscriptions = [
        *_in_either_mode(),
        *_beside_boundaries(),
        *_after_trials(),
        *versions("landed", {"at": JUNE, "items": TEN}, {"at": june(16), "items": TWENTY}),
    ]
    lake.land("subscriptions", subscriptions)
    lake.land(
        "customers",
        [
            {"id": customer, "currency": "usd"}
            for customer in sorted({one["customer"] for one in subscriptions})
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
                "date_at": late(16),
                "period_start_at": late(16),
                "period_end_at": JULY,
                "proration": True,
                "discountable": False,
            }
            for place, (amount, text) in enumerate([(-499, "Unused"), (999, "Remaining")])
        ],
    )
    return build(
        lake.folder, folder / "build", select=["+draft_invoices"], as_of=AS_OF, command="run"
    )


@pytest.mark.parametrize("mode", ["classic", "flexible"])
def test_what_changes_before_an_end_that_was_set_is_credited_up_to_that_end(
    drafts: Built, mode: str
) -> None:
    assert lines(drafts, f"end_set_{mode}", june(21)) == [
        ("Unused time on Gold after 11 Jun 2026", -333),
        ("Remaining time on Gold after 11 Jun 2026", 667),
        ("Unused time on Gold after 21 Jun 2026", -333),
    ]


def test_flexible_gives_each_debit_back_by_itself(drafts: Built) -> None:
    undone = [
        ("Unused time on Gold after 21 Jun 2026", -333),
        ("Remaining time on Gold after 21 Jun 2026", 333),
        ("Remaining time on Gold after 11 Jun 2026", 1333),
    ]
    classic = lines(drafts, "end_undone_classic", JULY)
    flexible = lines(drafts, "end_undone_flexible", JULY)
    assert sorted(classic) == sorted(
        [*undone, ("Unused time on Gold after 11 Jun 2026", -667), GOLD_20]
    )
    # What the period's invoice billed up to the 21st, and what was debited from then on.
    assert sorted(flexible) == sorted(
        [
            *undone,
            ("Unused time on Gold after 11 Jun 2026", -333),
            ("Unused time on Gold after 11 Jun 2026", -333),
            GOLD_20,
        ]
    )
    assert drafts.rows(
        "select count(*) - count(distinct lines.id) from draft_invoice_lines as lines"
    ) == [(0,)]


@pytest.mark.parametrize(("mode", "credit"), [("classic", -333), ("flexible", -334)])
def test_what_is_billed_after_a_pause_is_what_a_later_change_credits(
    drafts: Built, mode: str, credit: int
) -> None:
    assert lines(drafts, f"resumed_{mode}", june(11)) == [("1 × Gold (at $10.00 / month)", 667)]
    assert lines(drafts, f"resumed_{mode}", JULY) == [
        ("Unused time on Gold after 21 Jun 2026", credit),
        ("Remaining time on Gold after 21 Jun 2026", 667),
        GOLD_20,
    ]


def test_prorations_wait_for_the_next_invoice_over_boundaries_that_raise_none(
    drafts: Built,
) -> None:
    assert boundaries(drafts, "becomes_metered") == ["06-01", "07-16"]
    assert lines(drafts, "becomes_metered", "2026-07-16")[0] == (
        "Unused time on Gold after 16 Jun 2026",
        -500,
    )


def test_the_version_that_brings_an_item_says_how_it_is_prorated(drafts: Built) -> None:
    assert boundaries(drafts, "joined_none") == ["06-01", "07-01", "08-01"]
    assert [amount for _, amount in lines(drafts, "joined_none", JULY)] == [1000, 1000]
    assert lines(drafts, "joined_always_invoice", june(16)) == [
        ("Remaining time on Gold after 16 Jun 2026", 500)
    ]


def test_an_item_written_a_second_after_its_version_begins_with_it(drafts: Built) -> None:
    assert boundaries(drafts, "swapped_late") == ["06-01", "07-01", "08-01"]
    assert lines(drafts, "swapped_late", JULY) == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("Remaining time on Gold after 16 Jun 2026", 1000),
        GOLD_20,
    ]
    assert lines(drafts, "swapped_with_anchor", june(16))[:2] == [
        ("Unused time on Gold after 16 Jun 2026", -500),
        ("1 × Gold (at $120.00 / year)", 12000),
    ]


def test_what_a_later_version_leaves_out_undoes_no_end(drafts: Built) -> None:
    assert lines(drafts, "named_when_gone", june(16)) == [
        ("Unused time on Gold after 16 Jun 2026", -500)
    ]


@pytest.mark.parametrize("name", ["ended_early", "extended"])
def test_time_until_the_anchor_is_free_from_where_the_trial_really_ended(
    drafts: Built, name: str
) -> None:
    charged = drafts.rows(
        "select date_trunc('day', invoices.period_end)::date::varchar, lines.amount"
        " from draft_invoice_lines as lines inner join draft_invoices as invoices"
        " on lines.invoice_id = invoices.id"
        " where invoices.subscription_id = ? and lines.amount <> 0 order by all",
        [f"sub_{name}"],
    )
    assert charged == [("2026-06-25", 1000), ("2026-07-25", 1000)]


def test_a_change_after_a_trial_that_ended_early_is_prorated(drafts: Built) -> None:
    assert lines(drafts, "changed_after_trial", "2026-07-08")[:2] == [
        ("Unused time on Gold after 18 Jun 2026", -667),
        ("Remaining time on Gold after 18 Jun 2026", 1333),
    ]


def test_an_upcoming_invoice_does_not_charge_time_that_will_be_free(drafts: Built) -> None:
    assert drafts.rows(
        "select sum(amount) from draft_invoice_lines where subscription_id = 'sub_in_trial'"
    ) == [(0,)]


def test_prorations_that_landed_are_not_doubled_once_their_draft_is_due(drafts: Built) -> None:
    on_it = [GOLD_20, ("Remaining", 999), ("Unused", -499)]
    assert sorted(lines(drafts, "landed", JULY)) == on_it
