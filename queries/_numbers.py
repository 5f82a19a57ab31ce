"""Exact numbers as they are shown: no trailing zeros, no exponent."""

from __future__ import annotations

from decimal import Decimal

from foundation import decimal_text


def exact(value: Decimal | int) -> Decimal:
    """Give a number with just the digits it needs: DECIMAL(38, 12) comes with twelve places."""
    return Decimal(decimal_text(value))
