"""Thousands of random invoices, charged in SQL and by the plain Python of tests/oracle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pytest

from tests.models._macro import expand
from tests.models._rows import dicts, fill
from tests.oracle.cases import discount_cases, tax_cases
from tests.oracle.credits import Grant
from tests.oracle.discounts import Coupon, Discount
from tests.oracle.tax import Rate
from tests.oracle.totals import ChargedLine, Totals, totals

CHARGED = """
with
own_discounts as (
    {{ own_line_discounts('lines', 'item_discounts', 'invoices', 'coupons') }}
),
eligible as (
    {{ eligible_discounts('lines', 'invoice_discounts', 'coupon_products', 'own_discounts') }}
),
discounts as ({{ discount_amounts('lines', 'eligible') }}),
creditable as ({{ creditable_lines('lines', 'discounts', 'invoices', 'prices') }}),
ordered_grants as ({{ ordered_credit_grants('grants', 'grant_prices') }}),
credits as ({{ credit_amounts('creditable', 'ordered_grants', 'grant_prices') }}),
terms as (
    select invoices.invoice_id, customers.tax_exempt
    from invoices
    inner join customers on invoices.customer_id = customers.customer_id
),
taxable as ({{ taxable_lines('lines', 'discounts', 'credits', 'terms') }}),
own_rates as ({{ own_line_tax_rates('lines', 'item_tax_rates', 'tax_rates') }}),
rates as ({{ line_tax_rates('lines', 'invoice_tax_rates', 'own_rates') }}),
taxes as ({{ tax_amounts('taxable', 'rates', tax_rounding='ROUNDING') }}),
charged as ({{ charged_invoice_lines('lines', 'discounts', 'credits', 'taxes') }}),
totals as ({{ invoice_totals(
    'invoices', 'charged', 'discounts', 'credits', 'taxes', 'customers'
) }})
"""
LINES = """
    invoice_id varchar, invoice_line_id varchar, line_position integer, customer_id varchar,
    subscription_id varchar, subscription_item_id varchar, invoice_item_id varchar,
    price_id varchar, product_id varchar, type varchar, tier integer, part varchar,
    description varchar, currency varchar, quantity decimal(38,12),
    billed_quantity decimal(38,12), quantity_source varchar,
    unit_amount_decimal decimal(38,12), exact_amount_decimal decimal(38,24), amount bigint,
    period_start timestamp, period_end timestamp, is_proration boolean, is_discountable boolean,
    metadata_json varchar, livemode boolean, given_discounts_json varchar,
    given_tax_rates_json varchar, given_tax_amounts_json varchar, last_edit_id varchar
"""
INVOICES = """
    invoice_id varchar, customer_id varchar, subscription_id varchar, status varchar,
    billing_reason varchar, currency varchar, period_start timestamp, period_end timestamp,
    created_at timestamp, is_upcoming boolean, metadata_json varchar, number varchar,
    is_auto_advance boolean, collection_method varchar, livemode boolean
"""
DISCOUNTS = """
    invoice_id varchar, scope varchar, subscription_item_id varchar, invoice_item_id varchar,
    discount_position integer, discount_id varchar, coupon_id varchar,
    percent_off decimal(38,12), amount_off bigint
"""
TAX_RATES = """
    invoice_id varchar, scope varchar, subscription_item_id varchar, invoice_item_id varchar,
    rate_position integer, tax_rate_id varchar, percentage decimal(38,12), is_inclusive boolean
"""
GRANTS = """
    credit_grant_id varchar, customer_id varchar, currency varchar, amount bigint,
    category varchar, priority bigint, grant_effective_at timestamp, expires_at timestamp,
    voided_at timestamp, created_at timestamp, is_deleted boolean
"""
PERIOD_END = 1_800_000_000


@dataclass(frozen=True)
class Case:
    """One invoice: `items` says to which item each line belongs."""

    lines: tuple[ChargedLine, ...]
    items: tuple[int, ...]
    of_invoice: tuple[Discount, ...]
    default_tax_rates: tuple[Rate, ...]
    grants: tuple[Grant, ...]
    starting_balance: int = 0
    tax_exempt: str = "none"
    currency: str = "usd"

    def expected(self, rounding: str) -> Totals:
        return totals(
            self.lines,
            currency=self.currency,
            of_invoice=self.of_invoice,
            default_tax_rates=self.default_tax_rates,
            grants=self.grants,
            period_end=PERIOD_END,
            starting_balance=self.starting_balance,
            rounding=rounding,
            exempt=self.tax_exempt != "none",
        )


RATES = tuple(
    Rate(f"txr_{position}", Fraction(percentage), inclusive)
    for position, (percentage, inclusive) in enumerate(
        [
            ("5", True),
            ("10", True),
            ("8.875", False),
            ("7", False),
            ("19", True),
            ("0", False),
            ("33.333333", False),
            ("0.5", True),
        ]
    )
)


# Without decimals, with two, with three, and the two that have none but are kept with two.
CURRENCIES = ("usd", "usd", "jpy", "krw", "kwd", "bhd", "isk", "ugx")


def _coupon(random: Random, products: frozenset[str] | None) -> Coupon:
    if random.random() < 0.5:
        percent = random.choice((Fraction(25, 2), Fraction(50), Fraction("33.33"), Fraction(100)))
        return Coupon(percent_off=percent, applies_to=products)
    return Coupon(amount_off=random.randint(1, 8_000), applies_to=products)


def _discounts(random: Random, name: str, most: int, *, limited: bool) -> tuple[Discount, ...]:
    return tuple(
        Discount(
            f"di_{name}_{position}",
            _coupon(random, random.choice((None, frozenset({"prod_a"}))) if limited else None),
        )
        for position in range(random.randint(0, most))
    )


def _case(random: Random, number: int) -> Case:
    lines: list[ChargedLine] = []
    items: list[int] = []
    currency = random.choice(CURRENCIES)
    for item in range(random.randint(1, 4)):
        own_discounts = _discounts(
            random, f"{number}_{item}", random.choice((0, 0, 2)), limited=False
        )
        own_rates = tuple(random.sample(RATES, random.choice((0, 0, 0, 1, 2, 5))))
        price = random.choice(("meter_1", "meter_2", "licensed"))
        product = random.choice(("prod_a", "prod_b"))
        for _ in range(random.randint(1, 3)):
            lines.append(
                ChargedLine(
                    random.choice((0, -random.randint(1, 500), *[random.randint(1, 9_000)] * 4)),
                    product,
                    price,
                    random.random() < 0.9,
                    price != "licensed",
                    own_discounts,
                    own_rates,
                )
            )
            items.append(item)
    return Case(
        tuple(lines),
        tuple(items),
        _discounts(random, str(number), random.choice((0, 1, 3)), limited=True),
        tuple(random.sample(RATES, random.choice((0, 1, 3, 5)))),
        tuple(
            Grant(
                f"credgr_{number}_{position}",
                random.randint(1, 6_000),
                priority=random.choice((10, 50, 50)),
                category=random.choice(("paid", "promotional")),
                effective_at=PERIOD_END + random.choice((-1, 0, 1)),
                expires_at=random.choice((None, PERIOD_END, PERIOD_END + 1)),
                created=PERIOD_END - random.randint(0, 5),
                prices=random.choice((None, frozenset({"meter_1"}))),
                currency=random.choice((*[currency] * 5, *CURRENCIES)),
            )
            for position in range(random.choice((0, 1, 3)))
        ),
        random.choice((0, 0, random.randint(-9_000, 9_000))),
        random.choice((*["none"] * 6, "exempt", "reverse")),
        currency,
    )


def instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def exact(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def _discount_row(number: int, item: int | None, position: int, one: Discount) -> tuple[Any, ...]:
    scope = "invoice" if item is None else "item"
    of_item = None if item is None else f"si_{number}_{item}"
    off = (exact(one.coupon.percent_off), one.coupon.amount_off)
    return (f"in_{number}", scope, of_item, None, position, one.id, one.id, *off)


def _given(line: ChargedLine) -> tuple[str, str]:
    """What an edit gives the line that its item would have."""
    discounts = [{"discount": one.id, "coupon": one.id} for one in line.item_discounts]
    return json.dumps(discounts), json.dumps([rate.id for rate in line.tax_rates])


def _line_row(
    number: int,
    place: int,
    case: Case,
    given: tuple[str | None, str | None],
) -> tuple[Any, ...]:
    line = case.lines[place]
    return (
        f"in_{number}",
        f"il_{number}_{place}",
        place,
        f"cus_{number}",
        f"sub_{number}",
        f"si_{number}_{case.items[place]}",
        None,
        line.price_id,
        line.product,
        "subscription",
        None,
        "usage",
        None,
        case.currency,
        1,
        1,
        "meter",
        None,
        line.amount,
        line.amount,
        None,
        None,
        False,
        line.discountable,
        "{}",
        False,
        *given,
        None,
        None if given == (None, None) else f"ile_{number}_{place}",
    )


def _lay_out(connection: duckdb.DuckDBPyConnection, cases: Sequence[Case]) -> None:
    lines: list[tuple[Any, ...]] = []
    discounts: dict[tuple[int, str], tuple[Any, ...]] = {}
    rates: set[tuple[Any, ...]] = set()
    products: set[tuple[str, str]] = set()
    for number, case in enumerate(cases):
        most = max(len(line.item_discounts) for line in case.lines)
        for position, one in enumerate(case.of_invoice, start=most + 1):
            discounts[number, one.id] = _discount_row(number, None, position, one)
        for position, rate in enumerate(case.default_tax_rates):
            rates.add(
                (
                    f"in_{number}",
                    "invoice",
                    None,
                    None,
                    position,
                    rate.id,
                    exact(rate.percentage),
                    rate.inclusive,
                )
            )
        for place, (line, item) in enumerate(zip(case.lines, case.items, strict=True)):
            # Of every other invoice the lines that stand alone have by an edit what others have by
            # their item.
            is_edited = number % 2 == 1 and case.items.count(item) == 1
            for one in (*case.of_invoice, *line.item_discounts):
                products |= {(one.id, product) for product in one.coupon.applies_to or ()}
            given = _given(line) if is_edited else (None, None)
            lines.append(_line_row(number, place, case, given))
            if is_edited:
                continue
            for position, one in enumerate(line.item_discounts, start=1):
                discounts[number, one.id] = _discount_row(number, item, position, one)
            for position, rate in enumerate(line.tax_rates):
                rates.add(
                    (
                        f"in_{number}",
                        "item",
                        f"si_{number}_{item}",
                        None,
                        position,
                        rate.id,
                        exact(rate.percentage),
                        rate.inclusive,
                    )
                )
    fill(connection, "lines", LINES, lines)
    fill(connection, "invoice_discounts", DISCOUNTS, discounts.values())
    fill(
        connection,
        "coupons",
        "coupon_id varchar, percent_off decimal(38,12), amount_off bigint, currency varchar",
        [
            (one.id, exact(one.coupon.percent_off), one.coupon.amount_off, case.currency)
            for case in cases
            for line in case.lines
            for one in line.item_discounts
        ],
    )
    fill(
        connection,
        "tax_rates",
        "tax_rate_id varchar, percentage decimal(38,12), is_inclusive boolean",
        [(rate.id, exact(rate.percentage), rate.inclusive) for rate in RATES],
    )
    fill(
        connection,
        "item_discounts",
        "invoice_item_id varchar, position integer, discount_id varchar, coupon_id varchar,"
        " end_at timestamp",
        [],
    )
    fill(
        connection,
        "item_tax_rates",
        "invoice_item_id varchar, position integer, tax_rate_id varchar",
        [],
    )
    fill(connection, "invoice_tax_rates", TAX_RATES, sorted(rates, key=repr))
    fill(connection, "coupon_products", "coupon_id varchar, product_id varchar", products)
    fill(
        connection,
        "prices",
        "price_id varchar, meter_id varchar",
        [("meter_1", "mtr_1"), ("meter_2", "mtr_1"), ("licensed", None)],
    )
    fill(
        connection,
        "grants",
        GRANTS,
        [
            (
                grant.id,
                f"cus_{number}",
                grant.currency,
                grant.amount,
                grant.category,
                grant.priority,
                instant(grant.effective_at),
                instant(grant.expires_at),
                None,
                instant(grant.created),
                False,
            )
            for number, case in enumerate(cases)
            for grant in case.grants
        ],
    )
    fill(
        connection,
        "grant_prices",
        "credit_grant_id varchar, price_id varchar",
        [
            (grant.id, price)
            for case in cases
            for grant in case.grants
            for price in grant.prices or ()
        ],
    )
    fill(
        connection,
        "customers",
        "customer_id varchar, currency varchar, tax_exempt varchar, balance bigint",
        [
            (f"cus_{number}", case.currency, case.tax_exempt, case.starting_balance)
            for number, case in enumerate(cases)
        ],
    )
    at = instant(PERIOD_END)
    fill(
        connection,
        "invoices",
        INVOICES,
        [
            (
                f"in_{number}",
                f"cus_{number}",
                f"sub_{number}",
                "draft",
                "upcoming",
                case.currency,
                at,
                at,
                at,
                True,
                "{}",
                None,
                True,
                "charge_automatically",
                False,
            )
            for number, case in enumerate(cases)
        ],
    )


def charged(rounding: str, relation: str) -> str:
    """The query that charges every invoice laid out: `charged` is its lines, `totals` the rest."""
    return f"{expand(CHARGED.replace('ROUNDING', rounding))} select * from {relation}"


CASES = [_case(Random(f"charges {number}"), number) for number in range(4_000)]


@pytest.fixture(scope="module")
def laid_out() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        _lay_out(connection, CASES)
        yield connection


def _sums(text: str, key: str) -> dict[str, int]:
    return {element[key]: element["amount"] for element in json.loads(text)}


@pytest.mark.parametrize("rounding", ["line", "invoice"])
def test_invoices_come_to_the_same_totals(
    laid_out: duckdb.DuckDBPyConnection, rounding: str
) -> None:
    rows = dicts(laid_out, charged(rounding, "totals"))
    assert len(rows) == len(CASES)
    for row in rows:
        case = CASES[int(row["id"].removeprefix("in_"))]
        expected = case.expected(rounding)
        assert {
            "subtotal": row["subtotal"],
            "total": row["total"],
            "total_excluding_tax": row["total_excluding_tax"],
            "amount_due": row["amount_due"],
            "ending_balance": row["ending_balance"],
            "discounts": _sums(row["total_discount_amounts_json"], "discount"),
            "taxes": _sums(row["total_tax_amounts_json"], "tax_rate"),
            "credits": sorted(
                element["amount"]
                for element in json.loads(row["total_pretax_credit_amounts_json"])
                if element["type"] == "credit_balance_transaction"
            ),
        } == {
            "subtotal": expected.subtotal,
            "total": expected.total,
            "total_excluding_tax": expected.total_excluding_tax,
            "amount_due": expected.amount_due,
            "ending_balance": expected.ending_balance,
            "discounts": expected.total_discount_amounts,
            "taxes": expected.total_tax_amounts,
            "credits": sorted(expected.total_credit_amounts.values()),
        }, case
        assert row["subtotal_excluding_tax"] == expected.subtotal_excluding_tax, case


def test_what_an_invoices_discount_takes_off_changes_no_subtotal() -> None:
    lines = (ChargedLine(5), ChargedLine(5), ChargedLine(5))
    ten_percent = (Rate("txr_1", Fraction(10), inclusive=True),)
    half = (Discount("di_half", Coupon(percent_off=Fraction(50))),)
    cases = [Case(lines, (0, 1, 2), off, ten_percent, ()) for off in ((), half)]
    with duckdb.connect() as connection:
        _lay_out(connection, cases)
        rows = dicts(connection, charged("invoice", "totals"))
    # 15 less a tenth of what is left is 13.64 whether or not half of it is taken off later.
    assert [(row["subtotal"], row["subtotal_excluding_tax"]) for row in rows] == [(15, 14)] * 2


@pytest.mark.parametrize("rounding", ["line", "invoice"])
def test_lines_add_up_to_their_invoice(laid_out: duckdb.DuckDBPyConnection, rounding: str) -> None:
    lines: dict[str, int] = {}
    for row in dicts(laid_out, charged(rounding, "charged")):
        lines[row["invoice_id"]] = lines.get(row["invoice_id"], 0) + row["total"]
        taken_off = row["item_discount_amount"] + row["invoice_discount_amount"]
        assert 0 <= taken_off <= taken_off + row["credit_amount"] <= max(row["amount"], 0)
    totalled = dicts(laid_out, charged(rounding, "totals"))
    assert {row["id"]: row["total"] for row in totalled} == lines


def test_the_random_invoices_reach_every_currency_exemption_and_number_of_rates() -> None:
    rates = {len(line.tax_rates or case.default_tax_rates) for case in CASES for line in case.lines}
    assert rates == {0, 1, 2, 3, 5}
    counts = Counter((case.currency, case.tax_exempt) for case in CASES)
    assert len(counts) == len(set(CURRENCIES)) * 3
    assert min(counts.values()) > 30
    shillings = [case.expected("line") for case in CASES if case.currency == "ugx"]
    assert sum(found.amount_due != found.total > 0 for found in shillings) > 200


def test_each_discount_takes_the_same_off_each_line() -> None:
    cases = discount_cases(7, 4_000)
    with duckdb.connect() as connection:
        laid = [
            Case(
                tuple(
                    ChargedLine(line.amount, line.product, discountable=line.discountable)
                    for line in case.lines
                ),
                tuple(range(len(case.lines))),
                tuple(Discount(f"{one.id}_{case.number}", one.coupon) for one in case.discounts),
                (),
                (),
            )
            for case in cases
        ]
        _lay_out(connection, laid)
        for row in dicts(connection, charged("line", "charged")):
            _, number, place = row["id"].split("_")
            assert [
                (element["discount"].rpartition("_")[0], element["amount"])
                for element in json.loads(row["discount_amounts_json"])
            ] == list(cases[int(number)].amounts[int(place)])


def test_each_rate_makes_the_same_of_each_line() -> None:
    cases = tax_cases(7, 4_000)
    with duckdb.connect() as connection:
        laid = [Case((ChargedLine(case.amount),), (0,), (), case.rates, ()) for case in cases]
        _lay_out(connection, laid)
        for row in dicts(connection, charged("line", "charged")):
            case = cases[int(row["id"].split("_")[1])]
            assert [
                (tax["tax_rate"], tax["amount"], tax["inclusive"], tax["taxable_amount"])
                for tax in json.loads(row["tax_amounts_json"])
            ] == [(tax.rate, tax.amount, tax.inclusive, tax.taxable_amount) for tax in case.taxes]
