"""Credit grants pay lines on meter prices in Stripe's order, each cent once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models._macro import expand
from tests.models._rows import dicts, fill

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text()
)
LINES = (
    "invoice_id varchar, invoice_line_id varchar, line_position integer, customer_id varchar,"
    " currency varchar, price_id varchar, invoiced_at timestamp, is_upcoming boolean, amount bigint"
)
GRANTS = (
    "credit_grant_id varchar, customer_id varchar, currency varchar, amount bigint,"
    " category varchar, priority bigint, grant_effective_at timestamp, expires_at timestamp,"
    " voided_at timestamp, scope_prices varchar[], created_at timestamp, is_deleted boolean"
)
CREDITED = """
with ordered as ({{ ordered_credit_grants('grants', 'grant_prices') }}),
credited as ({{ credit_amounts('lines', 'ordered', 'grant_prices') }})
select * from credited
"""


def day(number: int) -> datetime:
    return datetime(2026, 1 + (number - 1) // 28, 1 + (number - 1) % 28)


def line(name: str, amount: int, *, at: int = 10, **other: Any) -> tuple[Any, ...]:
    """A line called `<invoice>.<position>`, on an invoice of the day `at`."""
    invoice, position = name.split(".")
    return (
        invoice,
        name,
        int(position),
        other.get("customer", "cus_1"),
        other.get("currency", "usd"),
        other.get("price", "price_1"),
        day(at),
        other.get("upcoming", False),
        amount,
    )


def grant(name: str, amount: int, **other: Any) -> tuple[Any, ...]:
    expires, voided = other.get("expires"), other.get("voided")
    return (
        name,
        "cus_1",
        "usd",
        amount,
        other.get("category", "paid"),
        other.get("priority"),
        day(other.get("effective", 1)),
        None if expires is None else day(expires),
        None if voided is None else day(voided),
        other.get("prices"),
        day(1),
        False,
    )


def credited(
    lines: Iterable[Sequence[Any]], grants: Iterable[Sequence[Any]]
) -> dict[tuple[str, str], int]:
    """What each grant pays of each line."""
    grants = list(grants)
    with duckdb.connect() as connection:
        fill(connection, "lines", LINES, lines)
        fill(connection, "grants", GRANTS, grants)
        fill(
            connection,
            "grant_prices",
            "credit_grant_id varchar, price_id varchar",
            [(one[0], price) for one in grants for price in one[9] or ()],
        )
        return {
            (row["credit_grant_id"], row["invoice_line_id"]): row["credit_amount"]
            for row in dicts(connection, expand(CREDITED))
        }


def test_grants_apply_in_the_documented_order() -> None:
    (vector,) = (vector for vector in VECTORS if vector["topic"] == "credit_grants.priority")
    grants = [
        grant(
            given["id"],
            1,
            priority=given["priority"],
            category=given["category"],
            expires=given["expires_at"],
        )
        for given in vector["inputs"]["grants"]
    ]
    paid = credited([line(f"in_1.{place}", 1) for place in range(4)], grants)
    assert [name for name, _ in sorted(paid, key=lambda pair: pair[1])] == vector["expected"][
        "order"
    ]


def test_lines_are_paid_in_the_order_shown() -> None:
    (vector,) = (vector for vector in VECTORS if vector["id"] == "credit-lines")
    lines = [
        line(f"in_1.{place}", given["amount"])
        for place, given in enumerate(vector["inputs"]["lines"])
        if given["metered_meter_price"]
    ]
    paid = credited(lines, [grant("g", vector["inputs"]["available"])])
    assert [
        paid.get(("g", f"in_1.{place}"), 0) for place in range(len(vector["inputs"]["lines"]))
    ] == vector["expected"]["pretax_credit_amounts"]


def test_what_one_invoice_consumed_is_gone_for_the_next() -> None:
    lines = [line("in_2.1", 80, at=20), line("in_1.1", 70, at=10)]
    assert credited(lines, [grant("g", 100)]) == {("g", "in_1.1"): 70, ("g", "in_2.1"): 30}


def test_upcoming_invoices_may_each_show_the_same_credit() -> None:
    lines = [
        line("in_1.1", 60, at=10),
        line("in_2.1", 50, at=20, upcoming=True),
        line("in_3.1", 30, at=21, upcoming=True),
        line("in_3.2", 30, at=21, upcoming=True),
    ]
    assert credited(lines, [grant("g", 100)]) == {
        ("g", "in_1.1"): 60,
        ("g", "in_2.1"): 40,
        ("g", "in_3.1"): 30,
        ("g", "in_3.2"): 10,
    }


def test_a_grant_counts_from_its_beginning_and_no_longer_at_its_end() -> None:
    lines = [line(f"in_{at}.1", 10, at=at) for at in (9, 10, 19, 20)]
    paid = credited(lines, [grant("g", 1000, effective=10, expires=20)])
    assert set(paid) == {("g", "in_10.1"), ("g", "in_19.1")}


def test_a_voided_grant_pays_only_what_was_before() -> None:
    lines = [line("in_1.1", 10, at=10), line("in_2.1", 10, at=20)]
    assert set(credited(lines, [grant("g", 1000, voided=15)])) == {("g", "in_1.1")}


def test_a_grant_limited_to_prices_pays_no_other() -> None:
    lines = [line("in_1.1", 10, price="price_1"), line("in_1.2", 10, price="price_2")]
    assert set(credited(lines, [grant("g", 1000, prices=["price_2"])])) == {("g", "in_1.2")}


def test_other_customers_and_currencies_have_none_of_it() -> None:
    lines = [
        line("in_1.1", 10, customer="cus_2"),
        line("in_2.1", 10, currency="eur"),
        line("in_3.1", 10),
    ]
    assert set(credited(lines, [grant("g", 1000)])) == {("g", "in_3.1")}


def test_a_negative_line_is_not_paid() -> None:
    assert credited([line("in_1.1", -10), line("in_1.2", 0)], [grant("g", 1000)]) == {}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_line_by_line_over_the_grants_gives_the_same(data: st.DataObject) -> None:
    lines = [
        line(
            f"in_{place // 3}.{place}",
            data.draw(st.integers(0, 100)),
            at=10 + place // 3,
            price=data.draw(st.sampled_from(["price_1", "price_2"])),
        )
        for place in range(9)
    ]
    grants = [
        grant(
            f"g{number}",
            data.draw(st.integers(1, 200)),
            priority=number,
            effective=data.draw(st.integers(8, 13)),
            prices=data.draw(st.sampled_from([None, ["price_1"]])),
        )
        for number in range(3)
    ]
    left = {one[0]: one[3] for one in grants}
    expected: dict[tuple[str, str], int] = {}
    for one in lines:
        need = one[8]
        for giver in grants:
            counts = giver[6] <= one[6] and (giver[9] is None or one[5] in giver[9])
            paid = min(need, left[giver[0]]) if counts else 0
            if paid:
                expected[giver[0], one[1]] = paid
            need -= paid
            left[giver[0]] -= paid
    assert credited(lines, grants) == expected
