"""Ids that a call mints: random, of Stripe's length and alphabet."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def mint(prefix: str, length: int = 24) -> str:
    """Give a fresh id: the prefix and ``length`` random letters and digits."""
    # One draw for the whole id, with bits to spare, so that no letter is likelier than another.
    number = int.from_bytes(secrets.token_bytes(length))
    letters: list[str] = []
    for _ in range(length):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return prefix + "".join(letters)
