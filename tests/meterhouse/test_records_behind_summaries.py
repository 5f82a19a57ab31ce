"""In a published file, the usage records behind a summary are there and add up to it."""

from __future__ import annotations

from pathlib import Path

from meterhouse import Warehouse

_SUMMARIES = """
    select
        summaries.id,
        summaries.aggregate_usage,
        summaries.subscription_item_id,
        epoch_ms(summaries.period_start) // 1000 as start_time,
        summaries.total_usage,
        summaries.record_count
    from usage_record_summaries as summaries
    where summaries.record_count > 0
"""
_RECORDS = """
    select
        count(*) filter (where fate in ('counted', 'replaced')) as records,
        coalesce(sum(quantity) filter (where fate = 'counted'), 0) as usage
    from usage_record_summary_records(?, cast(? as bigint))
"""


def test_the_records_behind_each_summary_of_the_sample_add_up_to_it(sample_home: Path) -> None:
    with Warehouse(sample_home) as warehouse:
        summaries = warehouse.sql(_SUMMARIES).to_dicts()
        assert len(summaries) >= 10
        for summary in summaries:
            asked = [summary["subscription_item_id"], summary["start_time"]]
            (behind,) = warehouse.sql(_RECORDS, asked).to_dicts()
            assert behind["records"] == summary["record_count"], summary
            if summary["aggregate_usage"] == "sum":
                assert behind["usage"] == summary["total_usage"], summary
