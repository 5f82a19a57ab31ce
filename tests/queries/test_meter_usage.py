"""`GET /v1/billing/analytics/meter_usage`: windows of any calendar, as the events say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from meterhouse import InvalidRequestError, MeterUsage, Warehouse

METER = "mtr_sample_GpuSeconds001"
APRIL = 1775001600
DAY = 86400
ASKED: dict[str, Any] = {
    "customer": "cus_DeltaRender004",
    "starts_at": APRIL,
    "ends_at": APRIL + 10 * DAY,
    "meters": [{"meter": METER}],
}


def usage(warehouse: Warehouse, **params: Any) -> MeterUsage:
    return warehouse.billing.analytics.meter_usage.retrieve({**ASKED, **params})


def test_days_are_the_daily_event_summaries_and_add_up(warehouse: Warehouse) -> None:
    days = usage(warehouse, value_grouping_window="day").rows
    summaries = warehouse.billing.meters.event_summaries.list(
        METER,
        customer=ASKED["customer"],
        start_time=APRIL,
        end_time=APRIL + 10 * DAY,
        value_grouping_window="day",
        limit=100,
    )
    assert [(row.starts_at, row.value) for row in days] == [
        (each.start_time, each.aggregated_value) for each in reversed(summaries)
    ]
    (whole,) = usage(warehouse).rows
    assert whole.value == sum((row.value for row in days), Decimal(0))
    assert isinstance(whole.value, Decimal)
    assert (whole.starts_at, whole.ends_at) == (APRIL, APRIL + 10 * DAY)


def test_days_follow_the_clocks_of_the_zone(warehouse: Warehouse) -> None:
    # Clocks in New York went forward on 8 March 2026, so that day has 23 hours.
    rows = usage(
        warehouse,
        starts_at=1772859600,
        ends_at=1773115200,
        timezone="America/New_York",
        value_grouping_window="day",
        include_empty=True,
    ).rows
    assert [row.ends_at - row.starts_at for row in rows] == [24 * 3600, 23 * 3600, 24 * 3600]


def test_empty_windows_are_shown_on_request(warehouse: Warehouse) -> None:
    hours = {"value_grouping_window": "hour", "ends_at": APRIL + DAY}
    shown = usage(warehouse, **hours).rows
    filled = usage(warehouse, **hours, include_empty=True).rows
    assert len(filled) == 24 > len(shown)
    assert {row.starts_at for row in shown} <= {row.starts_at for row in filled}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"starts_at": APRIL + 1}, "starts_at"),
        ({"ends_at": APRIL}, "ends_at"),
        ({"ends_at": APRIL + 100 * DAY, "value_grouping_window": "minute"}, "ends_at"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "'; drop table meters; --"}, "timezone"),
        ({"customer": "cus_nope"}, "customer"),
        ({"meters": []}, "meters"),
        ({"meters": [{"meter": "mtr_nope"}]}, "meters[0][meter]"),
        ({"meters": [{}]}, "meters[0][meter]"),
        ({"meters": [{"meter": METER, "dimension_filters": "x"}]}, "meters[0][dimension_filters]"),
        ({"value_grouping_window": "year"}, "value_grouping_window"),
        (
            {"meters": [{"meter": METER, "dimension_filters": {"regoin": ["us-east"]}}]},
            "meters[0][dimension_filters][regoin]",
        ),
        (
            {"meters": [{"meter": METER, "dimension_group_by_keys": ["region", "regoin"]}]},
            "meters[0][dimension_group_by_keys][1]",
        ),
    ],
)
def test_a_wrong_question_is_refused(
    warehouse: Warehouse, params: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        usage(warehouse, **params)
    assert (refused.value.http_status, refused.value.param) == (400, param)


def test_dimensions_are_data(warehouse: Warehouse) -> None:
    filters = {"region": ["' or 1=1"]}
    rows = usage(warehouse, meters=[{"meter": METER, "dimension_filters": filters}]).rows
    assert rows.is_empty


def test_a_dimension_named_twice_groups_once(warehouse: Warehouse) -> None:
    keys = {"meter": METER, "dimension_group_by_keys": ["region", "region"]}
    rows = usage(warehouse, meters=[keys]).rows
    assert [list(row.dimensions) for row in rows] == [["region"]] * len(rows) != []
