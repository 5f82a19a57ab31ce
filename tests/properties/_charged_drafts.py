"""What a build made of random accounts: drafts by account and boundary, each with its lines."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from tests.models._build import Built
from tests.oracle.periods import moment

__all__ = ["Row", "amounts_by", "drafts_of", "instant_of", "item_of", "shown_by"]

Row = dict[str, Any]


def _dicts(built: Built, query: str) -> list[Row]:
    columns = [name for name, *_ in built.rows(f"describe {query}")]
    return [dict(zip(columns, row, strict=True)) for row in built.rows(query)]


@cache
def drafts_of(built: Built) -> dict[tuple[str, datetime], Row]:
    """Return the drafts by the key of their account and their boundary, each with its `lines`."""
    drafts = {
        row["id"]: {**row, "lines": []} for row in _dicts(built, "select * from draft_invoices")
    }
    query = "select * from draft_invoice_lines order by invoice_id, line_position"
    for line in _dicts(built, query):
        drafts[line["invoice_id"]]["lines"].append(line)
    return {(row["customer_id"][4:], row["period_end"]): row for row in drafts.values()}


def instant_of(seconds: int) -> datetime:
    return moment(seconds).replace(tzinfo=None)


def item_of(line: Row) -> str:
    """Return the name of the line's item, of an invoice item with "ii_" before it."""
    item = line["subscription_item_id"] or line["invoice_item_id"]
    kind, _, name = item.split("_", 2)
    return name if kind == "si" else f"ii_{name}"


def amounts_by(text: str, key: str) -> dict[str, int]:
    """Return the amounts of a JSON list by what each is of, without those of 0."""
    return {each[key]: each["amount"] for each in json.loads(text) if each["amount"]}


def shown_by(draft: Row) -> Row:
    """Return what the oracle has an answer for."""
    credits = json.loads(draft["total_pretax_credit_amounts_json"])
    return {
        "is_upcoming": draft["is_upcoming"],
        "lines": [
            (
                item_of(line),
                line["description"],
                line["quantity"],
                line["exact_amount_decimal"],
                line["amount"],
            )
            for line in draft["lines"]
        ],
        "subtotal": draft["subtotal"],
        "discounts": sorted(amounts_by(draft["total_discount_amounts_json"], "discount").values()),
        "credits": sorted(
            each["amount"] for each in credits if each["type"] == "credit_balance_transaction"
        ),
        "taxes": amounts_by(draft["total_tax_amounts_json"], "tax_rate"),
        "total": draft["total"],
        "total_excluding_tax": draft["total_excluding_tax"],
        "starting_balance": draft["starting_balance"],
        "amount_due": draft["amount_due"],
        "ending_balance": draft["ending_balance"],
    }
