"""The golden files are what the oracle makes of the sample, and hand arithmetic agrees."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.expected import GOLDEN, SAMPLE, golden_files
from tests.oracle.meters import judge
from tests.oracle.sample import read_sample


@pytest.fixture(scope="module")
def worked_out() -> dict[str, str]:
    return golden_files(SAMPLE)


def test_every_golden_file_is_what_the_oracle_makes_of_the_sample(
    worked_out: dict[str, str],
) -> None:
    committed = {
        path.name: path.read_text(encoding="utf-8")
        for path in GOLDEN.iterdir()
        if path.name in worked_out
    }
    assert committed == worked_out, "run: python -m tests.oracle.expected"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def invoice_at(boundary: str, subscription: str) -> dict[str, Any]:
    return next(
        found
        for found in golden("draft_invoices.json")
        if (found["boundary"], found["subscription"]) == (boundary, subscription)
    )


def test_the_billed_february_invoice_agrees_line_by_line_with_the_draft() -> None:
    sample = read_sample(SAMPLE)
    billed = next(i for i in sample.billed_invoices if i["id"] == "in_BorealisFebruary")
    draft = invoice_at("2026-02-28T09:30:00Z", "sub_BorealisMail02")
    assert [
        (
            line["description"],
            line["amount"],
            line["quantity"],
            line["unit_amount_excluding_tax"],
        )
        for line in billed["lines"]["data"]
    ] == [
        (
            line["description"],
            line["amount"],
            int(line["quantity"]),
            line["unit_amount_excluding_tax"],
        )
        for line in draft["lines"]
    ]
    assert draft["total"] == billed["total"] == 0 + 900 + 809 + 43


def test_the_march_messages_fill_three_tiers_by_hand() -> None:
    march = invoice_at("2026-03-31T09:30:00Z", "sub_BorealisMail02")
    assert [line["amount"] for line in march["lines"]] == [
        0,  # the first 1,000 for nothing each
        900,  # and 9.00 flat
        11250,  # 9,000 at 1.25 cents
        781,  # 976 at 0.8 cents are 780.8
        500,  # 5.00 flat
        43,  # 17 GB at 2.5 cents are 42.5, though none was reported in March
    ]


def test_a_tie_in_yen_goes_away_from_zero() -> None:
    lines = invoice_at("2026-02-10T15:00:00Z", "sub_CedarReports03")["lines"]
    assert (lines[0]["exact_amount_decimal"], lines[0]["amount"]) == ("2575.5", 2576)


def test_a_second_of_gpu_time_keeps_its_twelve_places_until_the_line_is_rounded() -> None:
    line = invoice_at("2026-03-01T00:00:00Z", "sub_DeltaRender004")["lines"][0]
    by_hand = Fraction("16028.225514") * Fraction("0.083333333333")
    assert Fraction(line["exact_amount_decimal"]) == by_hand
    assert line["amount"] == 1336


def test_pending_items_stand_first_newest_first_on_the_upcoming_invoice() -> None:
    upcoming = invoice_at("2026-05-01T00:00:00Z", "sub_AuroraPlatform1")
    assert upcoming["is_upcoming"] is True
    assert [line["invoice_item"] for line in upcoming["lines"]] == [
        "ii_AuroraGoodwill",
        "ii_AuroraMigration",
        None,
        None,
        None,
    ]


def test_an_invoice_is_the_sum_of_its_lines() -> None:
    for invoice in golden("draft_invoices.json"):
        assert invoice["total"] == sum(line["amount"] for line in invoice["lines"])


def test_what_landed_is_effective_duplicate_cancelled_or_erroneous() -> None:
    totals = golden("control_totals.json")["meter_events"]
    parts = totals["effective"] + totals["duplicate"] + totals["cancelled"]
    assert parts + sum(totals["erroneous"].values()) == totals["landed"]


def test_the_order_in_which_files_land_changes_no_verdict() -> None:
    sample = read_sample(SAMPLE)
    arguments = (sample.adjustments, sample.meters, sample.customers)

    def counting(events: Any) -> set[tuple[str, int]]:
        return {
            (each.event.batch, each.event.row)
            for each in judge(events, *arguments)
            if each.verdict == "effective"
        }

    assert counting(sample.meter_events) == counting(sample.meter_events[::-1])


def test_the_golden_folder_holds_no_stray_worked_file(worked_out: dict[str, str]) -> None:
    assert set(worked_out) <= {path.name for path in Path(GOLDEN).iterdir()}
