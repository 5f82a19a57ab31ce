"""The random cases are worth holding anything against: the same each time, and at every bend."""

from __future__ import annotations

from collections import Counter

from tests.oracle.cases import (
    discount_cases,
    period_cases,
    pricing_cases,
    proration_cases,
    tax_cases,
    usage_cases,
)
from tests.oracle.cases_of_meters import meter_history
from tests.oracle.meters import Meter, judge


def test_a_seed_makes_the_same_cases_again() -> None:
    for made in (
        discount_cases,
        period_cases,
        pricing_cases,
        proration_cases,
        tax_cases,
        usage_cases,
    ):
        assert made(7, 50) == made(7, 50) != made(8, 50)
    assert meter_history(7, 50) == meter_history(7, 50)


def test_pricing_cases_reach_every_bend() -> None:
    cases = pricing_cases(1, 4_000)
    assert {case.price.tiers_mode for case in cases} == {None, "graduated", "volume"}
    assert {case.price.round_to for case in cases} == {None, "up", "down"}
    ties = [p for case in cases for p in case.parts if p.exact_amount.denominator == 2]
    assert len(ties) > 200
    at_bound = [
        case for case in cases if case.quantity in {tier.up_to for tier in case.price.tiers}
    ]
    assert len(at_bound) > 200
    assert sum(case.quantity < 0 for case in cases) > 200
    assert max(len(case.parts) for case in cases) == 10


def test_meter_histories_hold_every_verdict() -> None:
    events, adjustments = meter_history(1, 4_000)
    meters = [Meter("m1", "calls"), Meter("m2", "bytes", "last")]
    judged = judge(events, adjustments, meters, {"cus_0", "cus_1", "cus_2"})
    verdicts = Counter(each.verdict for each in judged)
    assert verdicts.keys() == {
        "effective",
        "duplicate",
        "cancelled",
        "no_meter",
        "meter_event_customer_not_found",
        "meter_event_no_customer_defined",
        "meter_event_value_not_found",
    }
    assert any(each.is_conflict for each in judged)
    assert sum(verdicts.values()) == len(events)
