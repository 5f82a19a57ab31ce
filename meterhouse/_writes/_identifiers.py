"""Ids that a call mints: random, of Stripe's length and alphabet."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def mint(prefix: str, length: int = 24) -> str:
    """Give a fresh id: the prefix and ``length`` random letters and digits (5.9 bits each)."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))
