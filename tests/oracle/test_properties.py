"""What holds for every price, discount, tax and history of usage."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.currencies import decimals_of, minor_units, money_text
from tests.oracle.discounts import Coupon, Discount, DiscountableLine, discounted, spread
from tests.oracle.pricing import Price, Tier, amount_of, priced_parts
from tests.oracle.proration import Change, prorations
from tests.oracle.rounding import decimal_text, exact, half_away_from_zero
from tests.oracle.tax import Rate, line_taxes, net_of
from tests.oracle.usage import UsageRecord, usage_by_second

places = st.integers(0, 12)
amounts = st.builds(lambda n, p: Fraction(n, 10**p), st.integers(0, 10**9), places)
quantities = st.builds(lambda n, p: Fraction(n, 10**p), st.integers(0, 10**7), st.integers(0, 3))


@st.composite
def tiered(draw: st.DrawFn, mode: str) -> Price:
    bounds = sorted(draw(st.sets(st.integers(1, 20_000), max_size=4)))
    tiers = tuple(
        Tier(bound, draw(amounts), draw(st.none() | amounts)) for bound in [*bounds, None]
    )
    return Price("usd", tiers_mode=mode, tiers=tiers)


@given(tiered("graduated"), quantities, quantities)
def test_more_never_costs_less_under_graduated_tiers(
    price: Price, one: Fraction, other: Fraction
) -> None:
    less, more = sorted((one, other))
    assert amount_of(price, less) <= amount_of(price, more)


@given(tiered("graduated"), quantities)
def test_the_tiers_of_a_graduated_price_hold_the_whole_quantity(
    price: Price, quantity: Fraction
) -> None:
    used = [part.quantity for part in priced_parts(price, quantity) if part.part == "usage"]
    assert sum(used) == quantity


@given(amounts, st.none() | amounts, quantities)
def test_volume_and_graduated_agree_on_a_single_tier(
    unit: Fraction, flat: Fraction | None, quantity: Fraction
) -> None:
    tiers = (Tier(None, unit, flat),)
    volume, graduated = (
        priced_parts(Price("usd", tiers_mode=mode, tiers=tiers), quantity)
        for mode in ("volume", "graduated")
    )
    assert volume == graduated


@given(amounts, amounts, st.integers(1, 1_000), st.integers(0, 1_000))
def test_a_graduated_quantity_split_at_a_tier_bound_adds_up(
    first: Fraction, second: Fraction, bound: int, beyond: int
) -> None:
    tiers = (Tier(bound, first, None), Tier(None, second, None))
    whole = amount_of(Price("usd", tiers_mode="graduated", tiers=tiers), Fraction(bound + beyond))
    parts = (
        amount_of(Price("usd", unit_amount=unit), Fraction(count))
        for unit, count in ((first, bound), (second, beyond))
    )
    assert whole == sum(parts)


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_mirrors_at_zero_and_stays_within_a_half(numerator: int, denominator: int) -> None:
    amount = Fraction(numerator, denominator)
    rounded = half_away_from_zero(amount)
    assert half_away_from_zero(-amount) == -rounded
    assert abs(rounded - amount) <= Fraction(1, 2)
    if abs(rounded - amount) == Fraction(1, 2):
        assert abs(rounded) > abs(amount)


@given(st.integers(-(10**20), 10**20), st.integers(0, 20))
def test_decimal_text_comes_back_as_the_same_number(numerator: int, places_: int) -> None:
    number = Fraction(numerator, 10**places_)
    assert exact(decimal_text(number)) == number


@given(st.integers(0, 10**7), st.sampled_from(["usd", "jpy", "kwd", "isk"]))
def test_money_reads_with_at_least_the_decimals_of_its_currency(amount: int, currency: str) -> None:
    shown = money_text(Fraction(amount), currency).lstrip("$¥ISKWD ").replace(",", "")
    assert minor_units(Fraction(shown), currency) == amount
    assert len(shown.partition(".")[2]) >= decimals_of(currency)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=1, max_size=8))
def test_a_spread_amount_adds_up_and_no_line_gets_more_than_it_has(
    amount_off: int, line_amounts: list[int]
) -> None:
    shares = spread(amount_off, line_amounts)
    assert sum(shares) == min(amount_off, sum(line_amounts))
    assert all(0 <= share <= line for share, line in zip(shares, line_amounts, strict=True))


coupons = st.builds(
    Coupon,
    percent_off=st.builds(Fraction, st.integers(1, 100)),
) | st.builds(Coupon, amount_off=st.integers(1, 5_000))


@given(st.lists(st.integers(-500, 5_000), min_size=1, max_size=6), st.lists(coupons, max_size=4))
def test_discounts_never_exceed_the_line_and_leave_credits_alone(
    line_amounts: list[int], stack: list[Coupon]
) -> None:
    lines = [DiscountableLine(amount) for amount in line_amounts]
    discounts = [Discount(f"di_{number}", coupon) for number, coupon in enumerate(stack)]
    for line, row in zip(lines, discounted(lines, discounts), strict=True):
        off = sum(amount for _, amount in row)
        assert 0 <= off <= max(line.amount, 0)


@given(st.integers(0, 10**8), st.integers(1, 400))
def test_net_and_inclusive_tax_are_the_amount(amount: int, tenths: int) -> None:
    rates = [Rate("in", Fraction(tenths, 10), True), Rate("ex", Fraction(7), False)]
    inside = line_taxes(amount, rates)[0].amount
    assert net_of(amount, rates) + inside == amount


@given(st.integers(1, 3_000_000), st.integers(0, 10**6), st.data())
def test_a_change_to_the_same_price_comes_to_nothing(
    length: int, full_amount: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, length - 1))
    for mode in ("classic", "flexible"):
        lines = prorations(0, length, full_amount, [Change(at, full_amount)], mode)
        assert sum(line.amount for line in lines) == 0


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.integers(0, 50)), max_size=12))
def test_usage_does_not_depend_on_the_order_in_which_records_are_read(
    rows: list[tuple[int, bool, int]],
) -> None:
    records = [
        UsageRecord(f"m{n}", "si", second, Fraction(quantity), "set" if sets else "increment", n, 1)
        for n, (second, sets, quantity) in enumerate(rows)
    ]
    assert usage_by_second(records) == usage_by_second(records[::-1])
