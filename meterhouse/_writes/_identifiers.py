"""Ids that a call mints: random, of Stripe's length and alphabet."""

from __future__ import annotations

import os
import secrets
import threading
from typing import Final

_ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# A random byte gives a letter; those beyond the last whole round of the alphabet give none, so that
# no letter is likelier than another.
_LETTERS: Final = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_NO_LETTER: Final = bytes(range(256 - 256 % len(_ALPHABET), 256))
_DRAWN_AT_ONCE: Final = 4096


class _Randomness:
    """The system's randomness, drawn for many ids at once; never the same letters in a child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = ""
        self._place = 0

    def take(self, count: int) -> str:
        with self._lock:
            while self._place + count > len(self._held):
                drawn = secrets.token_bytes(_DRAWN_AT_ONCE).translate(_LETTERS, _NO_LETTER)
                self._held, self._place = self._held[self._place :] + drawn.decode(), 0
            self._place += count
            return self._held[self._place - count : self._place]


_randomness = _Randomness()


def _start_anew() -> None:
    global _randomness
    _randomness = _Randomness()


os.register_at_fork(after_in_child=_start_anew)


def mint(prefix: str, length: int = 24) -> str:
    """Give a fresh id: the prefix and ``length`` random letters and digits."""
    return prefix + _randomness.take(length)
