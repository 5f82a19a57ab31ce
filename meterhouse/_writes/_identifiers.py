"""Ids that a call mints: random, of Stripe's length and alphabet."""

from __future__ import annotations

import os
import secrets
import threading
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Three letters at once, so that an id takes few divisions.
_THREES: Final = [a + b + c for a in _ALPHABET for b in _ALPHABET for c in _ALPHABET]
_DRAWN_AT_ONCE: Final = 4096


class _Randomness:
    """The system's randomness, drawn for many ids at once; never the same bytes in a child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = b""
        self._place = 0

    def take(self, count: int) -> bytes:
        with self._lock:
            if self._place + count > len(self._held):
                self._held, self._place = secrets.token_bytes(max(_DRAWN_AT_ONCE, count)), 0
            self._place += count
            return self._held[self._place - count : self._place]


_randomness = _Randomness()


def _start_anew() -> None:
    global _randomness
    _randomness = _Randomness()


os.register_at_fork(after_in_child=_start_anew)


def mint(prefix: str, length: int = 24) -> str:
    """Give a fresh id: the prefix and ``length`` random letters and digits."""
    # One draw for the whole id, with bits to spare, so that no letter is likelier than another.
    number = int.from_bytes(_randomness.take(length + 2))
    letters: list[str] = []
    for _ in range(0, length, 3):
        number, place = divmod(number, len(_THREES))
        letters.append(_THREES[place])
    return prefix + "".join(letters)[:length]
