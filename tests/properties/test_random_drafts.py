"""Drafts of random accounts: what the oracle makes of them, whatever the order they landed in."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.models._build import Built, build
from tests.models._lake import Lake
from tests.oracle.rounding import decimal_text
from tests.properties._charged_accounts import AS_OF, random_accounts
from tests.properties._charged_drafts import (
    Row,
    amounts_by,
    drafts_of,
    instant_of,
    item_of,
    shown_by,
)
from tests.properties._charged_expectations import ExpectedDraft, expected_drafts
from tests.properties._charged_lake import land
from tests.properties._charged_prices import CURRENCIES, random_prices

# One build for each way of rounding tax serves every test here.
pytestmark = pytest.mark.xdist_group("random_drafts")

PRICES = random_prices(11)
ACCOUNTS = random_accounts(11, 300)
EVERY = [account for both in ACCOUNTS for account in both]
ROUNDINGS = ("line", "invoice")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    folder = tmp_path_factory.mktemp("random_drafts")
    lake = Lake(folder / "lake")
    land(lake, PRICES, ACCOUNTS)
    return {
        rounding: build(
            lake.folder,
            folder / rounding,
            select=["+draft_invoices", "+draft_invoice_errors"],
            as_of=AS_OF,
            variables=f"{{tax_rounding: {rounding}}}",
        )
        for rounding in ROUNDINGS
    }


def _expected(draft: ExpectedDraft, balance: int) -> Row:
    found = draft.totals
    return {
        "is_upcoming": draft.is_upcoming,
        "lines": [
            (
                line.of,
                line.description,
                Decimal(decimal_text(line.quantity)),
                Decimal(decimal_text(line.exact_amount)),
                line.amount,
            )
            for line in draft.lines
        ],
        "subtotal": found.subtotal,
        "discounts": sorted(filter(None, found.total_discount_amounts.values())),
        "credits": sorted(found.total_credit_amounts.values()),
        "taxes": {rate: tax for rate, tax in found.total_tax_amounts.items() if tax},
        "total": found.total,
        "total_excluding_tax": found.total_excluding_tax,
        "starting_balance": balance if draft.is_upcoming else 0,
        "amount_due": found.amount_due,
        "ending_balance": found.ending_balance if draft.is_upcoming else None,
    }


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_drafts_come_to_what_the_oracle_makes_of_them(
    built: dict[str, Built], rounding: str
) -> None:
    drafts = drafts_of(built[rounding])
    expected = {
        (account.key, instant_of(draft.boundary)): (_expected(draft, account.balance), draft.totals)
        for account in EVERY
        for draft in expected_drafts(account, PRICES, rounding)
    }
    assert drafts.keys() == expected.keys()
    # Some coupons take off amounts in other currencies, and so take nothing.
    codes = built[rounding].rows("select distinct error_code from draft_invoice_errors")
    assert codes == [("coupon_currency_not_found",)]
    for key, (rows, come_to) in expected.items():
        assert shown_by(drafts[key]) == rows, key
        if rounding == "line":
            assert drafts[key]["subtotal_excluding_tax"] == come_to.subtotal_excluding_tax, key


def _charges(line: Row) -> tuple[Any, ...]:
    return (
        item_of(line),
        line["tier"],
        line["part"],
        line["description"],
        *(line[name] for name in ("quantity", "exact_amount_decimal", "amount")),
        *(line[f"{name}_discount_amount"] for name in ("item", "invoice")),
        *(line[f"{name}_amount"] for name in ("credit", "exempted_tax")),
        *(line[f"{name}_tax_amount"] for name in ("inclusive", "exclusive")),
        *(line[name] for name in ("amount_excluding_tax", "total", "period_start", "period_end")),
    )


def _totals(draft: Row) -> Row:
    same = ("id", "id_hash", "customer_id", "subscription_id", "created_at", "lines")
    by_id = ("total_discount_amounts_json", "total_tax_amounts_json")
    credits = "total_pretax_credit_amounts_json"
    pretax = json.loads(draft[credits])
    return {
        **{name: value for name, value in draft.items() if name not in (*same, *by_id, credits)},
        "discounts": sorted(amounts_by(draft[by_id[0]], "discount").values()),
        "taxes": amounts_by(draft[by_id[1]], "tax_rate"),
        "credits": sorted(each["amount"] for each in pretax if each["amount"]),
    }


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_another_order_of_items_and_rows_changes_no_line_and_no_total(
    built: dict[str, Built], rounding: str
) -> None:
    drafts = drafts_of(built[rounding])
    compared = 0
    for one, other in ACCOUNTS:
        if not one.is_free_of_order:
            continue
        for key, at in [key for key in drafts if key[0] == one.key]:
            first, second = drafts[key, at], drafts[other.key, at]
            assert _totals(first) == _totals(second), key
            if rounding == "line":
                charges = [sorted(map(_charges, each["lines"])) for each in (first, second)]
                assert charges[0] == charges[1], key
            compared += first["line_count"]
    assert compared > 500


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_what_is_split_by_order_comes_to_the_same_sum_in_any(
    built: dict[str, Built], rounding: str
) -> None:
    """The rest of a split goes to the last line and credit to the first: their sums stay."""
    drafts = drafts_of(built[rounding])
    compared: Counter[str] = Counter()
    for one, other in ACCOUNTS:
        names = ["subtotal", "line_count"]
        if len(one.of_subscription) + (one.of_customer is not None) < 2:
            names.append("discounts")
        if one.grants and not one.splits and all(grant.prices is None for grant in one.grants):
            names.append("credits")
        for key, at in [key for key in drafts if key[0] == one.key]:
            first, second = _totals(drafts[key, at]), _totals(drafts[other.key, at])
            for name in names:
                assert first[name] == second[name], (key, name)
                compared[name] += bool(first[name])
    assert len(compared) == 4
    assert min(compared.values()) > 20, compared


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_lines_add_up_by_invoice_customer_month_and_currency(
    built: dict[str, Built], rounding: str
) -> None:
    invoices: Counter[tuple[str, str, int, str]] = Counter()
    lines: Counter[tuple[str, str, int, str]] = Counter()
    for draft in drafts_of(built[rounding]).values():
        month = draft["period_end"].month
        key = (draft["id"], draft["customer_id"], month, draft["currency"])
        assert draft["line_count"] == len(draft["lines"])
        invoices[key] += draft["total"]
        for line in draft["lines"]:
            lines[line["invoice_id"], line["customer_id"], month, line["currency"]] += line["total"]
    for kept in ((0,), (1,), (1, 2), (2, 3), (3,)):
        sums: list[dict[tuple[Any, ...], int]] = []
        for counted in (invoices, lines):
            summed: dict[tuple[Any, ...], int] = defaultdict(int)
            for key, amount in counted.items():
                summed[tuple(key[place] for place in kept)] += amount
            sums.append(summed)
        assert sums[0] == sums[1]
    assert {currency for *_, currency in invoices} == set(CURRENCIES)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_nothing_taken_off_a_line_exceeds_it_and_each_line_adds_up(
    built: dict[str, Built], rounding: str
) -> None:
    for draft in drafts_of(built[rounding]).values():
        for line in draft["lines"]:
            discounted = line["item_discount_amount"] + line["invoice_discount_amount"]
            assert 0 <= discounted <= discounted + line["credit_amount"] <= max(line["amount"], 0)
            left = line["amount"] - discounted - line["credit_amount"]
            charged = left - line["exempted_tax_amount"] + line["exclusive_tax_amount"]
            assert line["total"] == charged


def test_a_customer_who_pays_no_tax_is_told_why(built: dict[str, Built]) -> None:
    exemptions = {account.key: account.tax_exempt for account in EVERY}
    reasons: dict[str, set[str]] = defaultdict(set)
    for (key, _), draft in drafts_of(built["line"]).items():
        for line in draft["lines"]:
            for tax in json.loads(line["tax_amounts_json"]):
                reasons[exemptions[key]].add(tax["taxability_reason"])
                assert exemptions[key] == "none" or tax["amount"] == 0
    assert reasons["exempt"] == {"customer_exempt"}
    assert reasons["reverse"] == {"reverse_charge"}
    assert not reasons["none"] & {"customer_exempt", "reverse_charge"}


def test_what_rounding_took_stands_on_each_line(built: dict[str, Built]) -> None:
    """The amount less the exact amount: within a half, and adding up over every invoice."""
    rounded = 0
    for draft in drafts_of(built["line"]).values():
        differences = [line["rounding_difference_decimal"] for line in draft["lines"]]
        for line, difference in zip(draft["lines"], differences, strict=True):
            assert difference == line["amount"] - line["exact_amount_decimal"]
            assert abs(difference) <= Decimal("0.5")
            rounded += difference != 0
        exact = sum((line["exact_amount_decimal"] for line in draft["lines"]), Decimal(0))
        assert sum(line["amount"] for line in draft["lines"]) - exact == sum(differences)
    assert rounded > 1_000


def test_the_accounts_meet_every_rule(built: dict[str, Built]) -> None:
    """A comparison says something only where there is something to compare."""
    met: Counter[str] = Counter()
    for draft in drafts_of(built["line"]).values():
        for line in draft["lines"]:
            rates = len(json.loads(line["tax_amounts_json"]))
            met.update(
                {
                    "item discounts": line["item_discount_amount"] > 0,
                    "invoice discounts": line["invoice_discount_amount"] > 0,
                    "credit": line["credit_amount"] > 0,
                    "five rates": rates == 5,
                    "mixed rates": line["inclusive_tax_amount"] and line["exclusive_tax_amount"],
                    "no tax for the exempt": line["exempted_tax_amount"] > 0,
                }
            )
        met[draft["currency"]] += draft["total"] > 0
        met["shillings rounded"] += draft["currency"] == "ugx" and draft["amount_due"] % 100 == 0
        met["a balance"] += bool(draft["starting_balance"])
    assert len(met) == len(CURRENCIES) + 8
    assert min(met.values()) > 20, met
