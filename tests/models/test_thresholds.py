"""Billing thresholds invoice within a period, once for what they reached; alerts trigger once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.models._macro import expand
from tests.models._rows import dicts, fill
from tests.oracle.pricing import Price, Tier, amount_of
from tests.oracle.thresholds import alert_trigger, threshold_invoices

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
    )
}
USAGE = """
    chain_id varchar, item_id varchar, span_id varchar, is_dropped boolean, event_rank bigint,
    received_at timestamp, added_quantity decimal(38,12), item_quantity decimal(38,12),
    added_amount bigint, chain_amount bigint,
    blind_from timestamp, amount_gte bigint, usage_gte bigint
"""
ALERTED = """
    alert_id varchar, customer_id varchar, threshold_quantity bigint, formula varchar,
    value decimal(38,12), unique_value varchar, counted integer, last_at timestamp,
    event_at timestamp, arrived_at timestamp, received_at timestamp,
    received_sequence bigint, batch_key integer, batch_row bigint
"""
START = datetime(2026, 6, 1)
PERIOD_SECONDS = 30 * 86_400
VOLUME = Price(
    "usd",
    None,
    "volume",
    (Tier(Fraction(10_000), Fraction(50), None), Tier(None, Fraction(40), None)),
)


def test_random_usage_crosses_where_the_oracle_says() -> None:
    random = Random(3)
    rows: list[tuple[Any, ...]] = []
    expected: dict[str, list[tuple[datetime, int]]] = {}
    for number in range(1_500):
        instants = sorted(random.sample(range(PERIOD_SECONDS + 86_400), random.randint(0, 12)))
        usage = [(at, Fraction(random.randint(0, 9_000))) for at in instants]
        amount_gte = random.choice((None, 50, 100_000, 300_000))
        usage_gte = random.choice((None, 1, 7_000))
        blind_from = START + timedelta(seconds=PERIOD_SECONDS - 86_400)
        quantity = Fraction(0)
        thresholds = (blind_from, amount_gte, usage_gte)
        span = (str(number), "si", "span", False)
        amount = amount_of(VOLUME, quantity)
        rows.append((*span, 0, START, 0, 0, amount, amount, *thresholds))
        for place, (at, used) in enumerate(usage, start=1):
            quantity += used
            added = amount_of(VOLUME, quantity) - amount
            amount += added
            received = START + timedelta(seconds=at)
            whole = (int(used), int(quantity))
            rows.append((*span, place, received, *whole, added, amount, *thresholds))
        *crossings, _ = threshold_invoices(
            VOLUME, usage, PERIOD_SECONDS, amount_gte=amount_gte, usage_gte=usage_gte
        )
        expected[str(number)] = [
            (START + timedelta(seconds=invoice.at), invoice.amount) for invoice in crossings
        ]
    crossings_of = expand("{{ threshold_crossings('usage') }}")
    with duckdb.connect() as connection:
        fill(connection, "usage", USAGE, rows)
        found = dicts(
            connection,
            f"select * from ({crossings_of}) as crossings order by chain_id, crossing_number",
        )
    by_chain: dict[str, list[tuple[datetime, int]]] = {chain: [] for chain in expected}
    for row in found:
        by_chain[row["chain_id"]].append((row["crossed_at"], row["billed_amount"]))
    assert by_chain == expected


def test_random_alerts_trigger_at_the_oracles_event() -> None:
    random = Random(4)
    rows: list[tuple[Any, ...]] = []
    expected: dict[str, tuple[int, int] | None] = {}
    for number in range(1_500):
        usage = [
            (second, Fraction(random.randint(0, 40)))
            for second in sorted(random.choices(range(50), k=random.randint(0, 12)))
        ]
        gte = random.randint(1, 120)
        trigger = alert_trigger(0, gte, usage)
        expected[str(number)] = None if trigger is None else (trigger.event, int(trigger.total))
        rows += [
            (
                str(number),
                "cus",
                gte,
                "sum",
                int(used),
                None,
                1,
                START,
                START,
                START,
                START + timedelta(seconds=second),
                place,
                1,
                place,
            )
            for place, (second, used) in enumerate(usage)
        ]
    with duckdb.connect() as connection:
        fill(connection, "looked_at", ALERTED, rows)
        found = {
            row["alert_id"]: (row["batch_row"], int(row["total"]))
            for row in dicts(connection, expand("{{ alert_crossings('looked_at') }}"))
        }
    assert found == {alert: event for alert, event in expected.items() if event is not None}


def _replacing(alert: str, gte: int, formula: str, random: Random) -> tuple[list[Any], Any]:
    """Events of a meter with windows as they arrive, and the place and total that reach `gte`."""
    rows: list[Any] = []
    in_windows: dict[int, tuple[int, int]] = {}
    reached: Any = None
    for place in range(random.randint(1, 9)):
        window, value = random.randrange(4), random.randint(-3, 12)
        arrived = START + timedelta(seconds=place)
        sides = [(-1, *in_windows[window])] if window in in_windows else []
        in_windows[window] = (value, place)
        for counted, of_value, of_place in [*sides, (1, value, place)]:
            shown = (counted * of_value, str(of_value), counted)
            at = START + timedelta(hours=window)
            received = (arrived, place, 1, of_place)
            rows.append((alert, "cus", gte, formula, *shown, at, at, arrived, *received))
        values = [value for value, _ in in_windows.values()]
        total = {"max": max(values), "min": min(values), "unique_count": len(set(values))}[formula]
        if reached is None and total >= gte:
            reached = (place, total)
    return rows, reached


def test_an_alert_compares_the_least_the_most_and_the_distinct_of_what_is_left() -> None:
    random = Random(5)
    rows: list[Any] = []
    expected: dict[str, Any] = {}
    for number in range(1_500):
        formula = random.choice(("max", "min", "unique_count"))
        gte = random.randint(1, 4 if formula == "unique_count" else 10)
        arrivals, expected[str(number)] = _replacing(str(number), gte, formula, random)
        rows += arrivals
    with duckdb.connect() as connection:
        fill(connection, "looked_at", ALERTED, rows)
        found = {
            row["alert_id"]: (row["batch_row"], int(row["total"]))
            for row in dicts(connection, expand("{{ alert_crossings('looked_at') }}"))
        }
    assert found == {alert: event for alert, event in expected.items() if event is not None}


# Of 4, 4 and 13, what each formula has to come to.
FORMULAS: Mapping[str, int] = {"avg": 5, "min": 3, "unique_count": 2}
WINDOWED = ("sum", "max", "min")
ALERT: Mapping[str, Any] = {
    "alert_type": "usage_threshold",
    "status": "active",
    "meter": "mtr_1",
    "customer": "cus_plain",
    "gte": 110,
    "recurrence": "one_time",
    "created_at": START,
}
ARCHIVED: Mapping[str, Any] = {"status": "archived"}
GAUGE: Mapping[str, Any] = {**ALERT, "meter": "mtr_hour_sum", "customer": "cus_gauge"}
UNDATED: Mapping[str, Any] = {"gte": 55, "observed_at": "2026-06-01T00:00:00Z"}
RECURRING: Mapping[str, Any] = {
    "type": "recurring",
    "recurring_interval": "month",
    "recurring_interval_count": 1,
    "active": True,
    "currency": "usd",
    "recurring_usage_type": "metered",
    "product": "prod_api",
}


def _subscription(name: str, price: str, **other: Any) -> dict[str, Any]:
    usage_gte = other.pop("usage_gte", None)
    return {
        "id": f"sub_{name}",
        "customer": f"cus_{name}",
        "currency": "usd",
        "status": "active",
        "created_at": START,
        "start_at": START,
        "billing_cycle_anchor_at": START,
        "items": [{"id": f"si_{name}", "price": price, "billing_thresholds_usage_gte": usage_gte}],
        **other,
    }


def _events(name: str, *usage: tuple[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "identifier": f"{name}_{place}",
            "event_name": "used",
            "event_at": f"2026-06-{at}Z",
            "received_at": f"2026-06-{at}Z",
            "stripe_customer_id": f"cus_{name}",
            "value": Decimal(value),
        }
        for place, (at, value) in enumerate(usage)
    ]


def _lake(folder: Path) -> Path:
    lake = Lake(folder)
    lake.land("products", [{"id": "prod_api", "name": "API", "active": True}])
    tiered = {
        **RECURRING,
        "billing_scheme": "tiered",
        "tiers_mode": "volume",
        "tiers": [
            {"up_to": 10_000, "unit_amount_decimal": Decimal(50)},
            {"unit_amount_decimal": Decimal(40)},
        ],
    }
    lake.land(
        "prices",
        [
            {**tiered, "id": "volume", "recurring_meter": "mtr_1"},
            {
                **RECURRING,
                "id": "records",
                "billing_scheme": "per_unit",
                "unit_amount": 10,
                "recurring_aggregate_usage": "sum",
            },
            {
                **RECURRING,
                "id": "gauge",
                "billing_scheme": "per_unit",
                "unit_amount": 100,
                "recurring_meter": "mtr_hour_sum",
            },
        ],
    )
    lake.land(
        "meters",
        [
            {
                "id": f"mtr_{name}",
                "event_name": event,
                "status": "active",
                "default_aggregation_formula": formula,
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
            for name, event, formula in (
                ("1", "used", "sum"),
                ("last", "last", "last"),
                *((formula, formula, formula) for formula in FORMULAS),
            )
        ]
        + [
            {
                "id": f"mtr_hour_{formula}",
                "event_name": f"gauge_{formula}",
                "status": "active",
                "default_aggregation_formula": formula,
                "event_time_window": "hour",
                "customer_payload_key": "stripe_customer_id",
                "value_payload_key": "value",
            }
            for formula in WINDOWED
        ],
    )
    names = ("second", "credit", "blind", "records", "plain", "gauge")
    lake.land("customers", [{"id": f"cus_{name}", "currency": "usd"} for name in names])
    lake.land(
        "meter_events",
        [
            *_events("second", ("05T00:00:00", 10_000), ("10T00:00:00", 15_000)),
            *_events("credit", ("05T00:00:00", 10_000), ("10T00:00:00", 1)),
            *_events("blind", ("30T00:00:00", 25_000)),
            *_events("plain", ("05T00:00:00", 60), ("06T00:00:00", 50), ("07T00:00:00", 9)),
            *(
                {
                    **event,
                    "event_name": f"gauge_{formula}",
                    "identifier": f"{formula}_{event['identifier']}",
                }
                for formula in WINDOWED
                for event in _events(
                    "gauge",
                    ("05T10:10:00", 120),
                    ("05T10:30:00", 10),
                    ("06T10:10:00", 5),
                    ("06T10:30:00", 60),
                )
            ),
            *(
                {
                    "event_name": "last",
                    "event_at": f"2026-06-{at}T00:00:00Z",
                    "received_at": f"2026-06-{received}T00:00:00Z",
                    "stripe_customer_id": "cus_plain",
                    "value": Decimal(value),
                }
                for at, received, value in (("05", "05", 5), ("04", "06", 200), ("07", "07", 150))
            ),
            *(
                {**event, "event_name": formula, "identifier": f"{formula}_{event['identifier']}"}
                for formula in FORMULAS
                for event in _events(
                    "plain", ("05T00:00:00", 4), ("06T00:00:00", 4), ("07T00:00:00", 13)
                )
            ),
        ],
    )
    lake.land(
        "usage_records",
        [
            {
                "subscription_item": "si_records",
                "quantity": Decimal(quantity),
                "event_at": at,
                "received_at": at,
            }
            for at, quantity in [("2026-06-02T00:00:00Z", 70), ("2026-06-03T00:00:00Z", 40)]
        ],
    )
    lake.land(
        "subscriptions",
        [
            *(
                _subscription(name, "volume", billing_thresholds_amount_gte=500_000)
                for name in ("second", "credit", "blind")
            ),
            _subscription("records", "records", usage_gte=100),
            _subscription("plain", "volume"),
            _subscription("gauge", "gauge", billing_thresholds_amount_gte=10_000),
        ],
    )
    lake.land(
        "alerts",
        [
            {
                "id": "alrt_all",
                "alert_type": "usage_threshold",
                "status": "active",
                "meter": "mtr_1",
                "gte": 110,
                "recurrence": "one_time",
                "created_at": START,
            },
            {
                "id": "alrt_late",
                "alert_type": "usage_threshold",
                "status": "active",
                "meter": "mtr_1",
                "customer": "cus_plain",
                "gte": 10,
                "recurrence": "one_time",
                "created_at": "2026-06-05T12:00:00Z",
            },
            *(
                {**ALERT, "id": f"alrt_{formula}", "meter": f"mtr_{formula}", "gte": gte}
                for formula, gte in FORMULAS.items()
            ),
            {**GAUGE, "id": "alrt_gauge", "gte": 100},
            {**GAUGE, "id": "alrt_gauge_later", "gte": 60, "created_at": "2026-06-05T10:20:00Z"},
            {**GAUGE, "id": "alrt_gauge_most", "meter": "mtr_hour_max", "gte": 100},
            {**GAUGE, "id": "alrt_gauge_least", "meter": "mtr_hour_min", "gte": 50},
            {**ALERT, "id": "alrt_last", "meter": "mtr_last", "gte": 100},
            *(
                {**ALERT, "id": f"alrt_{name}", "created_at": None, **UNDATED, **version}
                for name, version in (
                    ("undated", {"effective_at": "2026-06-05T12:00:00Z"}),
                    ("undated", {"effective_at": "2026-06-08T00:00:00Z", "title": "Renamed"}),
                    ("undated_archived", {"effective_at": "2026-06-01T00:00:00Z"}),
                    ("undated_archived", {"effective_at": "2026-06-05T12:00:00Z", **ARCHIVED}),
                    ("undated_only_archived", {"effective_at": "2026-06-01T00:00:00Z", **ARCHIVED}),
                )
            ),
            {**ALERT, "id": "alrt_archived"},
            {**ALERT, "id": "alrt_archived", **ARCHIVED, "effective_at": "2026-06-06T12:00:00Z"},
            {**ALERT, "id": "alrt_put_away"},
            {**ALERT, "id": "alrt_put_away", **ARCHIVED, "effective_at": "2026-06-05T12:00:00Z"},
            {**ALERT, "id": "alrt_only_archived", **ARCHIVED},
        ],
    )
    return lake.folder


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("thresholds")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBT_INDIRECT_SELECTION", "cautious")
        return build(
            _lake(folder / "lake"),
            folder / "build",
            select=["+draft_invoices", "+alert_triggers"],
            as_of="2026-07-02 00:00:00",
            command="build",
        )


def invoices(drafts: Built, name: str) -> list[tuple[Any, ...]]:
    """Reason, boundary, total and (description, amount) of each line, oldest invoice first."""
    return [
        (
            reason,
            f"{boundary:%m-%d}",
            total,
            drafts.rows(
                "select description, amount from draft_invoice_lines"
                " where invoice_id = ? order by line_position",
                [invoice],
            ),
        )
        for invoice, reason, boundary, total in drafts.rows(
            "select id, billing_reason, period_end, total from draft_invoices"
            " where subscription_id = ? and not is_upcoming order by period_end",
            [f"sub_{name}"],
        )
    ]


def _usage_line(quantity: int, tier: int, price: str) -> str:
    return f"{quantity} × API (Tier {tier} at {price} / month)"


def test_a_second_invoice_subtracts_what_the_first_one_billed(drafts: Built) -> None:
    expected = VECTORS["threshold-volume-second-invoice"]["expected"]
    threshold, second, last = invoices(drafts, "second")
    assert threshold == (
        "subscription_threshold",
        "06-05",
        500_000,
        [(_usage_line(10_000, 1, "$0.50"), 500_000)],
    )
    assert second == (
        "subscription_threshold",
        "06-10",
        expected["total"],
        [
            (_usage_line(25_000, 2, "$0.40"), expected["lines"][0]["amount"]),
            ("API (previously billed)", expected["lines"][1]["amount"]),
        ],
    )
    assert last[:3] == ("subscription_cycle", "07-01", 0)


def test_a_period_that_ends_cheaper_than_it_was_billed_comes_to_a_credit(drafts: Built) -> None:
    expected = VECTORS["threshold-volume-period-end-credit"]["expected"]
    assert [invoice[2] for invoice in invoices(drafts, "credit")] == [500_000, expected["total"]]


def test_the_last_day_of_a_period_crosses_nothing(drafts: Built) -> None:
    assert [invoice[:3] for invoice in invoices(drafts, "blind")] == [
        ("subscription_cycle", "07-01", 1_000_000)
    ]


def test_a_threshold_of_usage_counts_records(drafts: Built) -> None:
    assert [invoice[:3] for invoice in invoices(drafts, "records")] == [
        ("subscription_threshold", "06-03", 1_100),
        ("subscription_cycle", "07-01", 0),
    ]


def test_an_event_that_replaces_another_takes_no_invoice_of_a_threshold_back(drafts: Built) -> None:
    threshold, last = invoices(drafts, "gauge")
    assert threshold == (
        "subscription_threshold",
        "06-05",
        12_000,
        [("120 × API (at $1.00 / month)", 12_000)],
    )
    assert last == (
        "subscription_cycle",
        "07-01",
        -5_000,
        [("70 × API (at $1.00 / month)", 7_000), ("API (previously billed)", -12_000)],
    )


def test_an_event_that_replaces_another_takes_no_trigger_of_an_alert_back(drafts: Built) -> None:
    assert drafts.rows(
        "select alert_id, triggered_at, total from alert_triggers"
        " where alert_id like 'alrt_gauge%' order by alert_id"
    ) == [
        ("alrt_gauge", datetime(2026, 6, 5, 10, 10), Decimal(120)),
        ("alrt_gauge_later", datetime(2026, 6, 6, 10, 30), Decimal(70)),
        ("alrt_gauge_least", datetime(2026, 6, 5, 10, 10), Decimal(120)),
        ("alrt_gauge_most", datetime(2026, 6, 5, 10, 10), Decimal(120)),
    ]


def test_an_alert_names_the_event_that_reached_it_and_the_total(drafts: Built) -> None:
    assert drafts.rows(
        "select alert_id, customer_id, triggered_at, total, batch_row from alert_triggers"
        " where customer_id in ('cus_plain', 'cus_records')"
        " and alert_id in ('alrt_all', 'alrt_late') order by alert_id"
    ) == [
        ("alrt_all", "cus_plain", datetime(2026, 6, 6), Decimal(110), 7),
        ("alrt_late", "cus_plain", datetime(2026, 6, 6), Decimal(50), 7),
    ]


def test_an_alert_without_a_customer_looks_at_each_customer_apart(drafts: Built) -> None:
    found: Sequence[tuple[str]] = drafts.rows(
        "select customer_id from alert_triggers where alert_id = 'alrt_all' order by customer_id"
    )
    assert [customer for (customer,) in found] == [
        "cus_blind",
        "cus_credit",
        "cus_plain",
        "cus_second",
    ]


def test_an_alert_compares_what_the_meters_formula_comes_to(drafts: Built) -> None:
    assert drafts.rows(
        "select alert_id, triggered_at, total from alert_triggers"
        " where alert_id in ('alrt_avg', 'alrt_min', 'alrt_unique_count') order by alert_id"
    ) == [
        ("alrt_avg", datetime(2026, 6, 7), Decimal(7)),
        ("alrt_min", datetime(2026, 6, 5), Decimal(4)),
        ("alrt_unique_count", datetime(2026, 6, 7), Decimal(2)),
    ]


def test_an_alert_on_the_last_value_passes_over_an_older_one_that_comes_late(
    drafts: Built,
) -> None:
    assert drafts.rows(
        "select triggered_at, total from alert_triggers where alert_id = 'alrt_last'"
    ) == [(datetime(2026, 6, 7), Decimal(150))]


def test_an_archived_alert_keeps_its_trigger_and_gets_none(drafts: Built) -> None:
    assert drafts.rows(
        "select alert_id, triggered_at from alert_triggers"
        " where alert_id in ('alrt_archived', 'alrt_put_away', 'alrt_only_archived')"
    ) == [("alrt_archived", datetime(2026, 6, 6))]


def test_an_alert_without_a_creation_looks_from_its_first_version_on(drafts: Built) -> None:
    assert drafts.rows(
        "select alert_id, triggered_at, total from alert_triggers"
        " where alert_id like 'alrt_undated%' order by alert_id"
    ) == [
        ("alrt_undated", datetime(2026, 6, 7), Decimal(59)),
        ("alrt_undated_archived", datetime(2026, 6, 5), Decimal(60)),
    ]
