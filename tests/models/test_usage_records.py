"""What becomes of usage records: folded, placed, aggregated, or set aside with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.models._build import Built
from tests.models._lake import Lake
from tests.models._usage import build_usage, summaries, usage
from tests.models._usage_cases import PRICES, RECORDS, SUBSCRIPTIONS

AS_OF = "2024-05-15 00:00:00"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("usage")
    lake = Lake(folder / "lake")
    lake.land("prices", PRICES)
    lake.land("subscriptions", SUBSCRIPTIONS)
    lake.land("usage_records", RECORDS)
    lake.land(
        "usage_records", usage("si_retracted", [("2024-01-06", 64)]), batch_id="batch_withdrawn"
    )
    lake.land(
        "retractions",
        [
            {"stream": "usage_records", "key": "mbur_withdrawn", "reason": "wrong customer"},
            {"stream": "usage_records", "batch": "batch_withdrawn", "reason": "sent twice"},
            {"stream": "meter_events", "key": "mbur_kept", "reason": "another stream"},
        ],
    )
    lake.land(
        "period_closes",
        [
            {
                "period_start": "2024-01-01",
                "period_end": "2024-02-01",
                "received_until": "2024-02-05",
            },
            {
                "period_start": "2024-01-01",
                "period_end": "2024-02-01",
                "received_until": "2024-02-06",
            },
        ],
    )
    lake.land(
        "billed_invoices",
        [
            {
                "id": "in_line",
                "subscription": "sub_billed",
                "status": "paid",
                "customer": "cus_1",
                "period_start_at": "2024-01-01",
                "period_end_at": "2024-02-01",
                "created_at": "2024-02-01",
                "lines": [
                    {
                        "id": "il_1",
                        "subscription_item": "si_billed",
                        "period_start_at": "2024-01-01",
                        "period_end_at": "2024-02-01",
                    }
                ],
            },
            {
                "id": "in_whole",
                "subscription": "sub_billed",
                "status": "open",
                "customer": "cus_1",
                "period_start_at": "2024-02-01",
                "period_end_at": "2024-03-01",
                "created_at": "2024-03-01",
                "lines": [],
            },
            {
                "id": "in_void",
                "subscription": "sub_billed",
                "status": "void",
                "customer": "cus_1",
                "period_start_at": "2024-03-01",
                "period_end_at": "2024-04-01",
                "created_at": "2024-04-01",
                "lines": [
                    {
                        "id": "il_2",
                        "subscription_item": "si_billed",
                        "period_start_at": "2024-03-01",
                        "period_end_at": "2024-04-01",
                    }
                ],
            },
        ],
    )
    return build_usage(lake, folder / "build", as_of=AS_OF)


def totals(built: Built, name: str) -> list[int]:
    """Return the totals of the item's summaries, oldest first: January to May."""
    return [int(total) for _, total in summaries(built, f"si_{name}")]


def reasons(built: Built, name: str) -> list[tuple[int, str]]:
    """Return (quantity, reason) of the item's records that no summary counts."""
    return [
        (int(quantity), reason)
        for quantity, reason in built.rows(
            "select quantity, reason from uncounted_usage_records "
            "where subscription_item_id = ? order by quantity",
            [f"si_{name}"],
        )
    ]


def test_a_set_replaces_what_its_second_held_and_increments_add_to_it(built: Built) -> None:
    assert totals(built, "fold")[0] == (2 + 4 + 8) + 32 + 64 + (128 + 256)


def test_a_fraction_of_a_second_belongs_to_its_second(built: Built) -> None:
    seconds = dict(built.rows("select used_at::text, quantity from usage_per_timestamp('si_fold')"))
    assert seconds["2024-01-08 00:00:00"] == 128 + 256


def test_max_and_last_are_taken_over_seconds_not_records(built: Built) -> None:
    assert totals(built, "max") == [7, 1, 0, 0, 0]
    assert totals(built, "last") == [6, 1, 0, 0, 0]


def test_last_ever_carries_the_latest_value_into_periods_without_usage(built: Built) -> None:
    assert totals(built, "ever") == [0, 8, 8, 8, 8]


def test_there_is_a_summary_for_each_period_without_usage(built: Built) -> None:
    assert totals(built, "empty") == [0, 0, 0, 0, 0]


def test_items_not_metered_by_usage_records_have_no_summaries(built: Built) -> None:
    for name in ("licensed", "meter", "unpriced", "unknown"):
        assert totals(built, name) == []


def test_a_period_excludes_its_first_second_and_includes_its_last(built: Built) -> None:
    assert totals(built, "boundary") == [2 + 4, 8, 0, 0, 16]
    assert reasons(built, "boundary") == [(1, "before_first_period"), (32, "after_open_period")]


def test_usage_after_the_end_counts_nowhere(built: Built) -> None:
    assert totals(built, "ended") == [0, 1]
    assert reasons(built, "ended") == [(2, "after_last_period")]


def test_quantities_of_26_digits_add_up_exactly(built: Built) -> None:
    assert summaries(built, "si_large")[0][1] == Decimal(10) ** 25


def test_quantities_too_large_to_add_up_are_left_out_and_stop_no_build(built: Built) -> None:
    assert totals(built, "too_large")[:2] == [5, 7]
    too_large = (6 * 10**25, "quantity_too_large")
    assert reasons(built, "too_large") == [too_large, too_large]


def test_of_records_with_one_key_the_first_received_counts(built: Built) -> None:
    assert totals(built, "keyed")[0] == 1 + 4 + 16 + 32
    assert reasons(built, "keyed") == [(2, "duplicate"), (8, "duplicate")]


def test_a_key_says_nothing_about_other_items(built: Built) -> None:
    assert reasons(built, "max") == []


def test_what_was_retracted_neither_counts_nor_replaces(built: Built) -> None:
    assert totals(built, "retracted")[0] == 1
    assert reasons(built, "retracted") == [(2, "retracted"), (64, "retracted")]


def test_what_came_after_the_last_close_of_a_period_is_left_out_of_it(built: Built) -> None:
    assert totals(built, "closed")[:2] == [1 + 2, 8 + 16]
    assert reasons(built, "closed") == [(4, "received_after_close")]


def test_a_price_change_takes_the_usage_of_its_period_along(built: Built) -> None:
    assert totals(built, "takes_along") == [0, 1, 32, 0, 0]
    prices = built.rows(
        "select price_id, aggregate_usage from usage_record_summaries('si_takes_along')"
    )
    assert prices == [("price_max", "max")] * 3 + [("price_sum", "sum")] * 2


def test_a_price_change_that_clears_usage_drops_what_came_until_then(built: Built) -> None:
    assert totals(built, "clears") == [0, 1, 16 + 32, 0, 0]
    assert reasons(built, "clears") == [(2, "cleared"), (4, "cleared"), (8, "cleared")]


def test_a_later_change_that_clears_nothing_brings_no_usage_back(built: Built) -> None:
    assert totals(built, "clears_then_changes") == [0, 1, 4 + 8 + 16 + 32, 0, 0]


def test_usage_is_cleared_by_a_change_of_price_only(built: Built) -> None:
    assert totals(built, "clears_nothing") == [0, 1, 2 + 4 + 8 + 16 + 32, 0, 0]


def test_clearing_reaches_back_over_the_period_that_a_new_interval_cut_off(built: Built) -> None:
    assert totals(built, "clears_across_cut")[:5] == [0, 1, 0, 16, 32]


def test_a_change_at_a_boundary_belongs_to_the_period_it_begins(built: Built) -> None:
    newest_first = built.rows(
        "select price_id, total_usage from usage_record_summaries('si_on_boundary') limit 3"
    )
    assert newest_first == [("price_sum_2", 0), ("price_sum_2", 4), ("price_sum", 1 + 2)]


def test_last_ever_looks_back_beyond_the_price_that_asks_for_it(built: Built) -> None:
    assert totals(built, "into_ever") == [0, 1, 32, 32, 32]


def test_usage_before_a_change_to_a_licensed_price_is_not_billed(built: Built) -> None:
    assert totals(built, "into_licensed") == [0, 1]
    assert [reason for _, reason in reasons(built, "into_licensed")] == ["price_is_licensed"] * 5


def test_usage_without_a_place_says_why(built: Built) -> None:
    assert reasons(built, "unknown") == [(1, "no_such_subscription_item")]
    assert reasons(built, "unpriced") == [(1, "price_not_landed")]
    assert reasons(built, "licensed") == [(1, "price_is_licensed")]
    assert reasons(built, "meter") == [(1, "price_has_meter")]


def test_every_landed_record_is_counted_or_explained(built: Built) -> None:
    counted, explained, landed = built.rows(
        "select (select sum(record_count) from usage_record_summaries), "
        "(select count(*) from uncounted_usage_records), (select count(*) from read_parquet(?))",
        [str(built.file.parents[1] / "lake" / "usage_records" / "*.parquet")],
    )[0]
    assert counted + explained == landed == len(RECORDS) + 1


def test_the_open_period_comes_first_and_names_no_invoice(built: Built) -> None:
    rows = built.rows("select is_open, invoice_id is null from usage_record_summaries('si_empty')")
    assert rows == [(True, True)] + [(False, False)] * 4


def test_a_closed_period_names_the_invoice_that_billed_it_else_our_draft(built: Built) -> None:
    rows = dict(
        built.rows(
            "select month(period_start), invoice_id from usage_record_summaries('si_billed')"
        )
    )
    drafts = dict(
        built.rows("select month(period_start), invoice_id from usage_record_summaries('si_empty')")
    )
    assert (rows[1], rows[2]) == ("in_line", "in_whole")
    assert rows[3].startswith("in_")
    assert rows[3] not in {"in_void", drafts[3]}
    assert rows[5] is None


def test_the_records_behind_a_summary_say_what_became_of_them(built: Built) -> None:
    rows = built.rows(
        "select quantity, fate from "
        "usage_record_summary_records('si_records', epoch_ms(timestamp '2024-01-01') // 1000)"
    )
    assert rows == [(2, "counted"), (1, "replaced")]
    rows = built.rows(
        "select quantity, fate from "
        "usage_record_summary_records('si_closed', epoch_ms(timestamp '2024-01-01') // 1000)"
    )
    assert rows == [(4, "received_after_close"), (2, "counted"), (1, "counted")]


def test_ids_are_functions_of_the_item_and_the_start(built: Built) -> None:
    rows = built.rows("select id, subscription_item_id, period_start from usage_record_summaries")
    assert len({row[0] for row in rows}) == len({row[1:] for row in rows}) == len(rows)
    assert all(name.startswith("sis_") and len(name) == 28 for name, *_ in rows)
