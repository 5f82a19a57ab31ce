"""Usage that gets lost between two stages of a build shows in the control between them.

The sample as it was built, its controls asked anew after something was taken out of one stage: the
SQL is that of the build.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

AURORA = "customer_id = 'cus_AuroraLabs0001'"
GPU_SECONDS, API_REQUESTS = "mtr_sample_GpuSeconds001", "mtr_sample_ApiRequests02"
OF_METER = "price_id in (select id from main.prices where meter_id = '{}')"

# The last row of a rollup.
ONE_PIECE = f"""
    delete from intermediate.{{rollup}}
    where (customer_key, meter_key, {{number}}) in (
        select rollup.customer_key, rollup.meter_key, max(rollup.{{number}})
        from intermediate.{{rollup}} as rollup
        inner join intermediate.meter_keys as meters on rollup.meter_key = meters.meter_key
        inner join intermediate.customer_keys as customers
            on rollup.customer_key = customers.customer_key
        where meters.meter_id = '{GPU_SECONDS}' and {AURORA}
        group by all
    )
"""
ONE_QUARTER_HOUR = ONE_PIECE.format(rollup="meter_quarter_hours", number="quarter_hour")
ONE_DAY = ONE_PIECE.format(rollup="meter_days", number="utc_day")
# As if a night had not made a customer again that new usage touched.
A_PERIOD_THAT_WAS_LEFT_BEHIND = f"""
    update intermediate.int_metered_quantities
    set used_quantity = used_quantity - 1, event_count = event_count - 1
    where line_source_id = (
        select max(line_source_id) from intermediate.int_metered_quantities
        where meter_id = '{GPU_SECONDS}' and {AURORA} and event_count > 1
    )
"""
A_PERIOD_THAT_IS_GONE = f"""
    delete from intermediate.int_invoice_line_sources
    where line_source_id = (
        select max(line_source_id) from intermediate.int_metered_quantities
        where meter_id = '{GPU_SECONDS}' and {AURORA} and used_quantity > 0
    )
"""
A_LINE_THAT_IS_GONE = f"""
    delete from main.draft_invoice_lines
    where id = (
        select max(id) from main.draft_invoice_lines
        where quantity > 0 and amount <> 0 and {AURORA} and {OF_METER.format(GPU_SECONDS)}
    )
"""
# The customer's total over all meters is what it was.
A_UNIT_ON_A_LINE_OF_ANOTHER_METER = f"""
    update main.draft_invoice_lines
    set quantity = quantity + case when {OF_METER.format(GPU_SECONDS)} then 1 else -1 end
    where id in (
        select max(id) from main.draft_invoice_lines
        where quantity > 1 and {AURORA} and {OF_METER.format(GPU_SECONDS)}
        union all
        select max(id) from main.draft_invoice_lines
        where quantity > 1 and {AURORA} and {OF_METER.format(API_REQUESTS)}
    )
"""
A_LINE_OF_USAGE_RECORDS = """
    update main.draft_invoice_lines set quantity = quantity - 1
    where id = (
        select max(id) from main.draft_invoice_lines
        where quantity_source = 'usage_records' and quantity > 1 and part = 'usage'
    )
"""
# Far apart, and in sum what they were but for `{more}`.
TWO_LINES_FAR_APART = f"""
    with lines as (
        select max(id) as up, min(id) as down from main.draft_invoice_lines
        where quantity > 1 and {AURORA} and {OF_METER.format(GPU_SECONDS)}
    )
    update main.draft_invoice_lines
    set quantity = quantity + case
        when id = up then cast('100000000000000000000' as decimal(38, 12)) + {{more}}
        else cast('-100000000000000000000' as decimal(38, 12))
    end
    from lines
    where id in (up, down)
"""


@pytest.fixture(scope="module")
def built(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the published file that may be written to, and the SQL of its control totals."""
    current = (sample_home / "current").resolve()
    copy = tmp_path_factory.mktemp("controls") / "warehouse.duckdb"
    shutil.copyfile(current / "warehouse.duckdb", copy)
    compiled = "dbt/compiled/meterhouse/models/reconciliation/control_totals.sql"
    return copy, (current / compiled).read_text("utf-8")


def differing(built: tuple[Path, str], loss: str | None) -> set[tuple[str, str | None]]:
    """The controls, each with its meter, that do not agree after `loss`; which is undone."""
    file, controls = built
    with duckdb.connect(file) as connection:
        # Staging reads the lake by the name it has in the build's folder: not asked here.
        connection.execute("begin")
        if loss is not None:
            (changed,) = connection.execute(loss).fetchall()[0]
            assert changed > 0
        found = connection.execute(
            f"select control, meter_id from ({controls}) as controls where not is_balanced"
        ).fetchall()
        connection.execute("rollback")
    return set(found)


def test_controls_asked_again_agree(built: tuple[Path, str]) -> None:
    assert differing(built, None) == set()


def test_quantities_of_21_digits_are_added_up_with_all_others(built: tuple[Path, str]) -> None:
    assert differing(built, TWO_LINES_FAR_APART.format(more="0")) == set()


@pytest.mark.parametrize(
    ("loss", "seen_by"),
    [
        pytest.param(
            ONE_QUARTER_HOUR,
            {("meter_events_in_periods", GPU_SECONDS), ("meter_usage_in_periods", GPU_SECONDS)},
            id="a quarter-hour of the rollup",
        ),
        pytest.param(
            ONE_DAY,
            {("meter_events_in_summaries", GPU_SECONDS), ("meter_usage_in_summaries", GPU_SECONDS)},
            id="a day of the rollup",
        ),
        pytest.param(
            A_PERIOD_THAT_WAS_LEFT_BEHIND,
            {("meter_events_in_periods", GPU_SECONDS), ("meter_usage_in_periods", GPU_SECONDS)},
            id="a period that was left behind",
        ),
        pytest.param(
            A_PERIOD_THAT_IS_GONE, {("usage_on_lines", GPU_SECONDS)}, id="what a draft charges for"
        ),
        pytest.param(
            A_LINE_THAT_IS_GONE,
            {("usage_on_lines", GPU_SECONDS), ("lines_on_invoices", None)},
            id="a line",
        ),
        pytest.param(
            A_UNIT_ON_A_LINE_OF_ANOTHER_METER,
            {("usage_on_lines", GPU_SECONDS), ("usage_on_lines", API_REQUESTS)},
            id="a unit on a line of another meter",
        ),
        pytest.param(
            TWO_LINES_FAR_APART.format(more="0.000000000001"),
            {("usage_on_lines", GPU_SECONDS)},
            id="the last place of a quantity of 21 digits",
        ),
        pytest.param(
            A_LINE_OF_USAGE_RECORDS, {("usage_on_lines", None)}, id="a line of usage records"
        ),
    ],
)
def test_what_is_lost_between_two_stages_is_seen(
    built: tuple[Path, str], loss: str, seen_by: set[tuple[str, str | None]]
) -> None:
    assert differing(built, loss) >= seen_by
