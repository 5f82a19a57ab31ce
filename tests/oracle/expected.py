"""What must come out of the sample, worked out by the oracle: the content of `tests/golden/`.

`python -m tests.oracle.expected` writes the golden files anew; a test holds them against it. Times
are ISO 8601 in UTC and quantities exact decimal text, so that a difference can be read.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.oracle.currencies import money_text
from tests.oracle.invoices import (
    Invoice,
    Item,
    Line,
    invoices,
    item_periods,
    unit_amount_excluding_tax,
    upcoming_with_invoice_items,
)
from tests.oracle.meters import Judged, effective, judge, usage_of
from tests.oracle.periods import Period, instant, moment
from tests.oracle.rounding import decimal_text
from tests.oracle.sample import Sample, read_sample
from tests.oracle.totals import ChargedLine, totals
from tests.oracle.usage import summaries, total_usage, usage_by_second
from tests.oracle.windows import WindowSummary, event_summaries

__all__ = ["GOLDEN", "SAMPLE", "golden_files", "sample_invoices"]

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample"
GOLDEN = ROOT / "tests" / "golden"

# One customer and meter, looked at closely: the day of the correction, and its month.
WATCHED = ("mtr_sample_GpuSeconds001", "cus_DeltaRender004")
WATCHED_DAY = ("2026-03-12T00:00:00Z", "2026-03-13T00:00:00Z")
WATCHED_MONTH = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")


def _iso(at: int) -> str:
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"


def judged_events(sample: Sample) -> list[Judged]:
    return judge(sample.meter_events, sample.adjustments, sample.meters, sample.customers)


class _Usage:
    """Usage of a metered item in a period: from its records, or from its meter."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._judged = judged_events(sample)
        self._meters = {meter.id: meter for meter in sample.meters}
        self._customers = {
            item.id: found.customer for found in sample.subscriptions for item in found.items
        }

    def __call__(self, item: Item, period: Period) -> Fraction:
        if item.meter is None:
            mine = [r for r in self._sample.usage_records if r.subscription_item == item.id]
            usage = usage_by_second(mine)
            return total_usage(item.aggregate_usage or "sum", usage, period.start, period.end)
        meter = self._meters[item.meter]
        counted = effective(self._judged, meter, self._customers[item.id])
        return usage_of(counted, meter, period.start, period.end)


def sample_invoices(sample: Sample) -> list[Invoice]:
    """Return every invoice of the sample's subscriptions, closed ones first, by boundary."""
    usage = _Usage(sample)
    made = [
        invoice
        for subscription in sample.subscriptions
        for invoice in invoices(subscription, usage, sample.as_of)
    ]
    closed = [invoice for invoice in made if not invoice.is_upcoming]
    upcoming = [invoice for invoice in made if invoice.is_upcoming]
    upcoming = upcoming_with_invoice_items(upcoming, sample.invoice_items)
    return sorted([*closed, *upcoming], key=lambda found: (found.boundary, found.subscription))


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "type": line.type,
        "subscription_item": line.subscription_item,
        "invoice_item": line.invoice_item,
        "price": line.price_id,
        "tier": line.tier,
        "part": line.part,
        "description": line.description,
        "quantity": decimal_text(line.quantity),
        "unit_amount_decimal": decimal_text(line.unit_amount),
        "exact_amount_decimal": decimal_text(line.exact_amount),
        "amount": line.amount,
        "unit_amount_excluding_tax": unit_amount_excluding_tax(line.amount, line.quantity),
        "period_start": _iso(line.period[0]),
        "period_end": _iso(line.period[1]),
    }


def _invoice_json(invoice: Invoice) -> dict[str, Any]:
    return {
        "subscription": invoice.subscription,
        "customer": invoice.customer,
        "boundary": _iso(invoice.boundary),
        "is_upcoming": invoice.is_upcoming,
        "billing_reason": invoice.billing_reason,
        "currency": invoice.currency,
        "period_start": _iso(invoice.period[0]),
        "period_end": _iso(invoice.period[1]),
        "subtotal": invoice.subtotal,
        "total": invoice.subtotal,
        "amount_due": max(invoice.subtotal, 0),
        "lines": [_line_json(line) for line in invoice.lines],
    }


def _control_totals(sample: Sample) -> dict[str, Any]:
    judged = judged_events(sample)
    verdicts = Counter(each.verdict for each in judged)
    rejected: dict[str, Counter[str]] = {}
    for each in sample.rejected:
        rejected.setdefault(each.stream, Counter())[each.reason] += 1
    files = Counter((each.event.batch, each.verdict) for each in judged)
    return {
        "landed": dict(sorted(sample.landed.items())),
        "rejected": {stream: dict(sorted(found.items())) for stream, found in rejected.items()},
        "rejected_rows": [
            {"file": f"{each.stream}/{each.file}", "row": each.row, "reason": each.reason}
            for each in sample.rejected
        ],
        "meter_events": {
            "landed": len(judged),
            "effective": verdicts["effective"],
            "duplicate": verdicts["duplicate"],
            "conflicting_duplicate": sum(each.is_conflict for each in judged),
            "cancelled": verdicts["cancelled"],
            "erroneous": {
                code: count
                for code, count in sorted(verdicts.items())
                if code not in ("effective", "duplicate", "cancelled")
            },
            "by_file": {
                f"{file} {verdict}": count for (file, verdict), count in sorted(files.items())
            },
        },
    }


def _summaries(sample: Sample) -> list[dict[str, Any]]:
    billed = {
        (line["subscription_item"], line["period"]["end"]): invoice["id"]
        for invoice in sample.billed_invoices
        for line in invoice["lines"]["data"]
        if "subscription_item" in line
    }
    found: list[dict[str, Any]] = []
    for subscription in sample.subscriptions:
        for item in subscription.items:
            if item.usage_type != "metered" or item.meter is not None:
                continue
            spans = item_periods(subscription, item, sample.as_of)
            formula = item.aggregate_usage or "sum"
            for each in summaries(item.id, formula, sample.usage_records, spans, sample.as_of):
                found.append(
                    {
                        "subscription_item": item.id,
                        "aggregate_usage": formula,
                        "period_start": _iso(each.period.start),
                        "period_end": _iso(each.period.end),
                        "total_usage": decimal_text(each.total_usage),
                        "record_count": each.record_count,
                        "is_open": each.is_open,
                        "billed_invoice": billed.get((item.id, each.period.end)),
                    }
                )
    return found


def _window_json(found: WindowSummary) -> dict[str, Any]:
    return {
        "start_time": found.start,
        "end_time": found.end,
        "aggregated_value": decimal_text(found.aggregated_value),
        "event_count": found.event_count,
    }


def _meter_summaries(sample: Sample) -> dict[str, Any]:
    meter = next(found for found in sample.meters if found.id == WATCHED[0])
    counted = effective(judged_events(sample), meter, WATCHED[1])
    day, month = ((instant(a), instant(b)) for a, b in (WATCHED_DAY, WATCHED_MONTH))
    return {
        "meter": meter.id,
        "customer": WATCHED[1],
        "hours_of_2026-03-12": [
            _window_json(each) for each in event_summaries(counted, meter, *day, "hour")
        ],
        "days_of_2026-03": [
            _window_json(each) for each in event_summaries(counted, meter, *month, "day")
        ],
        "whole_of_2026-03": [
            _window_json(each) for each in event_summaries(counted, meter, *month, None)
        ],
    }


def _meter_months(sample: Sample) -> list[dict[str, Any]]:
    judged = judged_events(sample)
    months = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]
    bounds = [instant(month) for month in months]
    found: list[dict[str, Any]] = []
    for meter in sample.meters:
        for customer in sorted(sample.customers):
            counted = effective(judged, meter, customer)
            for month, start, end in zip(months, bounds, bounds[1:], strict=False):
                for each in event_summaries(counted, meter, start, end, None):
                    found.append(
                        {
                            "meter": meter.id,
                            "customer": customer,
                            "month": month[:7],
                            "aggregated_value": decimal_text(each.aggregated_value),
                            "event_count": each.event_count,
                        }
                    )
    return found


def _manual_draft(sample: Sample) -> dict[str, Any]:
    """Return what the one manual draft comes to: its lines newest first, every total the same."""
    draft = next(found for found in sample.billed_invoices if found["status"] == "draft")
    found = totals([ChargedLine(line["amount"]) for line in draft["lines"]["data"]])
    newest_first = sorted(
        draft["lines"]["data"], key=lambda line: line["period"]["start"], reverse=True
    )
    return {
        "id": draft["id"],
        "line_amounts": [line["amount"] for line in newest_first],
        "descriptions": [line["description"] for line in newest_first],
        "subtotal": found.subtotal,
        "subtotal_excluding_tax": found.subtotal_excluding_tax,
        "total": found.total,
        "total_excluding_tax": found.total_excluding_tax,
        "amount_due": found.amount_due,
        "tax": None,
    }


def _money(amount: int, currency: str) -> str:
    return money_text(Fraction(amount), currency)


def _invoice_text(invoice: Invoice) -> str:
    """Return an invoice as a customer reads it: a title, the lines, the total."""
    kind = "upcoming" if invoice.is_upcoming else "draft"
    title = f"{invoice.subscription} {kind} {_iso(invoice.boundary)} ({invoice.billing_reason})"
    rows = [(line.description, _money(line.amount, line.currency)) for line in invoice.lines]
    rows.append(("Total", _money(invoice.subtotal, invoice.currency)))
    return "\n".join([title, *(f"  {text:<76}{amount:>12}" for text, amount in rows)]) + "\n"


def golden_files(folder: Path = SAMPLE) -> dict[str, str]:
    """Return the text of every golden file by its name."""
    sample = read_sample(folder)
    contents = {
        "control_totals.json": _control_totals(sample),
        "usage_record_summaries.json": _summaries(sample),
        "meter_event_summaries.json": _meter_summaries(sample),
        "meter_usage_by_month.json": _meter_months(sample),
        "manual_draft_invoice.json": _manual_draft(sample),
        "draft_invoices.json": [_invoice_json(found) for found in sample_invoices(sample)],
    }
    texts = {
        name: json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }
    made = [_invoice_text(invoice) for invoice in sample_invoices(sample)]
    return {**texts, "draft_invoices.txt": "\n".join(made)}


if __name__ == "__main__":
    for name, text in golden_files().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
