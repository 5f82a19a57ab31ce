"""What subscriptions are billed before, during and after a pause (status `paused`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._catalogue import USED_METER
from tests.models._lake import Lake

AS_OF = "2026-08-10 00:00:00"
JUNE, JULY, AUGUST = (f"2026-0{month}-01T00:00:00Z" for month in (6, 7, 8))
TRIAL_END = "2026-06-15T00:00:00Z"
PAUSED = "2026-06-16T00:00:00Z"
RESUMED = "2026-07-06T00:00:00Z"
SEATS = "1 × Seats (at $10.00 / month)"

PRICE: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "billing_scheme": "per_unit",
}


def versions(name: str, *states: Mapping[str, Any], **always: Any) -> list[dict[str, Any]]:
    """Versions of one subscription to a seat and a meter, each in force `at` an instant."""
    return [
        {
            "id": f"sub_{name}",
            "customer": f"cus_{name}",
            "currency": "usd",
            "status": "active",
            "created_at": JUNE,
            "start_at": JUNE,
            "billing_cycle_anchor_at": JUNE,
            "effective_at": state["at"],
            "items": [
                {"id": f"si_{name}_seat", "quantity": 1, "created_at": JUNE, "price": "seat"},
                {"id": f"si_{name}_used", "created_at": JUNE, "price": "used"},
            ],
            **always,
            **{key: value for key, value in state.items() if key != "at"},
        }
        for state in states
    ]


def _subscriptions() -> list[dict[str, Any]]:
    begun = {"at": JUNE}
    paused = {"at": PAUSED, "status": "paused"}
    trial = {
        "trial_start_at": JUNE,
        "trial_end_at": TRIAL_END,
        "billing_cycle_anchor_at": TRIAL_END,
    }
    return [
        *versions("still", begun, paused),
        *versions("renewed", begun, paused, {"at": RESUMED, "billing_cycle_anchor_at": RESUMED}),
        *versions("resumed", begun, paused, {"at": RESUMED}),
        *versions("kept", begun, {**paused, "proration_behavior": "none"}),
        *versions("always", {"at": JUNE, "status": "paused"}),
        # Stripe ends a trial some seconds late.
        *versions(
            "tried",
            {"at": JUNE, "status": "trialing"},
            {"at": "2026-06-15T00:00:40Z", "status": "paused"},
            **trial,
        ),
        *versions(
            "won",
            {"at": JUNE, "status": "trialing"},
            {"at": "2026-06-15T00:00:40Z", "status": "paused"},
            {"at": RESUMED, "billing_cycle_anchor_at": RESUMED},
            **trial,
        ),
        *versions(
            "ended",
            begun,
            paused,
            {"at": RESUMED, "status": "canceled", "canceled_at": RESUMED, "ended_at": RESUMED},
        ),
        *versions(
            "collecting",
            begun,
            {"at": PAUSED, "pause_behavior": "void", "pause_resumes_at": RESUMED},
        ),
    ]


# Used before, during (twice) and after the pause; only for `collecting` is all of it billed.
USED = (
    ("2026-06-05T10:00:00Z", 1),
    ("2026-06-20T10:00:00Z", 10),
    ("2026-07-03T10:00:00Z", 100),
    ("2026-07-20T10:00:00Z", 1000),
)


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    subscriptions = _subscriptions()
    customers = sorted({subscription["customer"] for subscription in subscriptions})
    lake.land("products", [{"id": "prod_seats", "name": "Seats", "active": True}])
    lake.land(
        "prices",
        [
            {
                **PRICE,
                "id": "seat",
                "product": "prod_seats",
                "unit_amount": 1000,
                "recurring_usage_type": "licensed",
            },
            {
                **PRICE,
                "id": "used",
                "product": "prod_seats",
                "unit_amount": 1,
                "recurring_usage_type": "metered",
                "recurring_meter": "mtr_1",
            },
        ],
    )
    lake.land(
        "meters",
        [USED_METER],
    )
    lake.land("subscriptions", subscriptions)
    lake.land("customers", [{"id": customer, "currency": "usd"} for customer in customers])
    lake.land(
        "meter_events",
        [
            {
                "identifier": f"{customer}_{place}",
                "event_name": "used",
                "event_at": at,
                "received_at": at,
                "stripe_customer_id": customer,
                "value": Decimal(value),
            }
            for customer in customers
            for place, (at, value) in enumerate(USED)
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("pauses")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")
        return build(
            _lake(folder / "lake"),
            folder / "build",
            select=["+draft_invoices", "+draft_invoice_errors", "+subscriptions"],
            as_of=AS_OF,
            command="build",
        )


def invoices(drafts: Built, name: str) -> dict[str, list[tuple[str, Decimal | None, int]]]:
    """Lines of each of a subscription's drafts, by the day that the draft is of."""
    found: dict[str, list[tuple[str, Decimal | None, int]]] = {}
    for period_end, description, quantity, amount in drafts.rows(
        "select invoices.period_end, lines.description, lines.billed_quantity, lines.amount"
        " from draft_invoices as invoices left join draft_invoice_lines as lines"
        " on lines.invoice_id = invoices.id where invoices.subscription_id = ?"
        " order by invoices.period_end, lines.line_position",
        [f"sub_{name}"],
    ):
        assert isinstance(period_end, datetime)
        found.setdefault(f"{period_end:%m-%d}", []).append((description, quantity, amount))
    return found


def amounts(drafts: Built, name: str) -> dict[str, list[int]]:
    return {
        day: [amount for _, _, amount in lines] for day, lines in invoices(drafts, name).items()
    }


def test_a_pause_invoices_usage_until_it_and_credits_what_is_left_of_the_seat(
    drafts: Built,
) -> None:
    found = invoices(drafts, "still")
    assert list(found) == ["06-01", "06-16"]
    assert found["06-01"][0][0] == SEATS
    assert sorted(line[2] for line in found["06-16"]) == [-500, 1]


def test_a_paused_subscription_has_no_invoice_to_come(drafts: Built) -> None:
    for name in ("still", "kept", "tried", "ended"):
        assert drafts.rows(
            "select count(*) from draft_invoices where subscription_id = ? and period_end > ?",
            [f"sub_{name}", datetime.fromisoformat("2026-06-16")],
        ) == [(0,)]


def test_a_pause_without_proration_credits_nothing(drafts: Built) -> None:
    assert amounts(drafts, "kept") == {"06-01": [1000], "06-16": [1]}


def test_a_resumption_on_a_new_anchor_bills_a_whole_period_and_nothing_used_meanwhile(
    drafts: Built,
) -> None:
    found = amounts(drafts, "renewed")
    assert list(found) == ["06-01", "06-16", "07-06", "08-06", "09-06"]
    assert found["07-06"] == [1000]
    assert sorted(found["08-06"]) == [1000, 1000]
    assert sorted(found["09-06"]) == [0, 1000]


def test_a_resumption_on_the_old_anchor_bills_what_is_left_of_the_period(drafts: Built) -> None:
    found = amounts(drafts, "resumed")
    assert list(found) == ["06-01", "06-16", "07-06", "08-01", "09-01"]
    # 26 of July's 31 days.
    assert found["07-06"] == [839]
    assert sorted(found["08-01"]) == [1000, 1000]
    assert sorted(found["09-01"]) == [0, 1000]


def test_a_subscription_that_was_never_seen_but_paused_is_not_billed(drafts: Built) -> None:
    assert invoices(drafts, "always") == {}


def test_a_trial_that_ends_in_a_pause_is_not_followed_by_an_invoice(drafts: Built) -> None:
    found = amounts(drafts, "tried")
    assert list(found) == ["06-01", "06-15"]
    assert not any(amount for lines in found.values() for amount in lines)


def test_a_subscription_won_after_its_trial_is_billed_from_its_resumption(drafts: Built) -> None:
    found = amounts(drafts, "won")
    assert list(found) == ["06-01", "06-15", "07-06", "08-06", "09-06"]
    assert found["07-06"] == [1000]
    assert sorted(found["08-06"]) == [1000, 1000]


def test_a_subscription_that_ends_while_paused_is_billed_nothing_more(drafts: Built) -> None:
    assert list(amounts(drafts, "ended")) == ["06-01", "06-16"]


def test_paused_collection_still_makes_invoices(drafts: Built) -> None:
    found = amounts(drafts, "collecting")
    assert list(found) == ["06-01", "07-01", "08-01", "09-01"]
    assert sorted(found["07-01"]) == [11, 1000]
    assert sorted(found["08-01"]) == [1000, 1100]


def test_a_paused_subscription_is_listed_as_paused(drafts: Built) -> None:
    assert drafts.rows(
        "select id, status, current_period_start, current_period_end from subscriptions"
        " where id in ('sub_still', 'sub_always', 'sub_resumed') order by id"
    ) == [
        ("sub_always", "paused", None, None),
        ("sub_resumed", "active", datetime(2026, 8, 1), datetime(2026, 9, 1)),
        ("sub_still", "paused", datetime(2026, 6, 1), datetime(2026, 6, 16)),
    ]
