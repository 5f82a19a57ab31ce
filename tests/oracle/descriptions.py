"""The text of an invoice line.

Sources: the prorations preview (`1 x Gold product (at $32.52 / month)`, `Unused time on …`), a real
invoice with graduated tiers and a unit label, the trials page, the comparison of billing modes. The
sign between quantity and product is U+00D7. Choices where they are silent: `every 3 months` for an
interval count above 1; quantities print every digit; a price of packages says how many one holds
(`at $10.00 per 5 / month`). Prices print commas between thousands, as a
real invoice in a public fixture does (`1 × Business Plan Annual (at ₹298,800.00 / year)`);
quantities do not (`1000 credit × …`).
"""

from __future__ import annotations

from fractions import Fraction

from tests.oracle.currencies import money_text
from tests.oracle.periods import moment
from tests.oracle.rounding import decimal_text

__all__ = [
    "flat_fee",
    "interval_text",
    "previously_billed",
    "proration",
    "trial",
    "usage",
]

TIMES = "\N{MULTIPLICATION SIGN}"


def interval_text(interval: str, interval_count: int = 1) -> str:
    return f"/ {interval}" if interval_count == 1 else f"every {interval_count} {interval}s"


def _quantity_of(quantity: Fraction, unit_label: str | None) -> str:
    return decimal_text(quantity) + (f" {unit_label}" if unit_label else "")


def _price_of(
    tier: int | None,
    unit_amount: Fraction,
    currency: str,
    interval: str,
    interval_count: int,
    package: int | None = None,
) -> str:
    place = f"Tier {tier} at" if tier else "at"
    money = money_text(unit_amount, currency) + (f" per {package}" if package else "")
    return f"({place} {money} {interval_text(interval, interval_count)})"


def usage(
    product: str,
    quantity: Fraction,
    unit_amount: Fraction,
    currency: str,
    interval: str,
    *,
    interval_count: int = 1,
    unit_label: str | None = None,
    tier: int | None = None,
    package: int | None = None,
) -> str:
    """Return the text of a licensed or metered line; with a tier, that of the tier's usage."""
    price = _price_of(tier, unit_amount, currency, interval, interval_count, package)
    return f"{_quantity_of(quantity, unit_label)} {TIMES} {product} {price}"


def flat_fee(
    product: str,
    fee: Fraction,
    currency: str,
    interval: str,
    *,
    tier: int,
    interval_count: int = 1,
) -> str:
    return f"{product} {_price_of(tier, fee, currency, interval, interval_count)}"


def trial(product: str, quantity: Fraction, *, metered: bool, billing_mode: str) -> str:
    if billing_mode == "flexible":
        return f"Free trial for {decimal_text(quantity)} {TIMES} {product}"
    if metered:
        return f"{decimal_text(quantity)} {TIMES} {product} (Free trial)"
    return f"Trial period for {product}"


def proration(
    product: str,
    at: int,
    *,
    credit: bool,
    quantity: int = 1,
    percent_off: Fraction | None = None,
) -> str:
    """Return the text of a proration; a quantity other than 1 and a percent coupon are named."""
    what = product if quantity == 1 else f"{quantity} {TIMES} {product}"
    time = "Unused time" if credit else "Remaining time"
    text = f"{time} on {what} after {moment(at):%d %b %Y}"
    if percent_off is None:
        return text
    shown = decimal_text(percent_off)
    return f"{text} (with {shown if '.' in shown else shown + '.0'}% off)"


def previously_billed(product: str) -> str:
    """Return the text of the line that takes off what a threshold invoice billed already.

    The alerts-and-thresholds page shows such a line and not its words; these are ours.
    """
    return f"{product} (previously billed)"
