"""Minor units of currencies, and money as a customer reads it.

Source: the currencies page: fifteen zero-decimal currencies; ISK and UGX are kept with two decimals
though they have none, and UGX invoices are made out in multiples of 100; five currencies have
three decimals. Choices where the pages are silent: no thousands separator; a currency without a
well-known sign shows its code in capitals before the number.
"""

from __future__ import annotations

from fractions import Fraction

from tests.oracle.rounding import decimal_text, half_away_from_zero

__all__ = ["decimals_of", "minor_units", "money_text", "round_ugx"]

# fmt: off
_ZERO_DECIMAL = frozenset((
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
    "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
))
_THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
# fmt: on
_SIGNS = {"usd": "$", "jpy": "¥", "eur": "€", "gbp": "£"}


def decimals_of(currency: str) -> int:
    """Return how many decimals the minor unit has; UGX and ISK are kept with two."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def minor_units(major: Fraction, currency: str) -> int:
    return half_away_from_zero(major * 10 ** decimals_of(currency))


def round_ugx(computed: int) -> tuple[int, int]:
    """Return the invoice amount as a multiple of 100, and what goes to the customer's balance."""
    amount = half_away_from_zero(Fraction(computed, 100)) * 100
    return amount, computed - amount


def money_text(minor: Fraction, currency: str) -> str:
    """Return a price as it is printed: as many decimals as needed, at least the currency's."""
    decimals = decimals_of(currency)
    whole, _, rest = decimal_text(abs(minor) / 10**decimals).partition(".")
    rest = rest.ljust(decimals, "0")
    sign = _SIGNS.get(currency, f"{currency.upper()} ")
    return ("-" if minor < 0 else "") + sign + f"{int(whole):,}" + (f".{rest}" if rest else "")
