"""Landed objects that one build's readers were given lately, so that they are not read again.

A build never changes, and prices, products and customers stand on many lines: reading one costs as
much as reading a page of lines.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

__all__ = ["RecentObjects"]

_MOST: Final = 4096
# Small objects that others name; a subscription or an invoice may hold thousands of parts.
_KEPT: Final = frozenset({"billing.meter", "coupon", "customer", "price", "product", "tax_rate"})

Held = tuple[bool, dict[str, Any]]


class RecentObjects:
    """The landed objects used last, by type and id. Shared between threads.

    Each is held with its mode (True for live) and must not be changed by whom it is given to.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, str], Held] = OrderedDict()

    def get(self, object_type: str, identifier: str) -> Held | None:
        """Give an object that was put here, None where it was not or is no longer held."""
        key = (object_type, identifier)
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
            return held

    def put(self, object_type: str, identifier: str, held: Held) -> None:
        """Hold an object, of a type that is worth it, in the place of the one used longest ago."""
        if object_type not in _KEPT:
            return
        with self._lock:
            self._held[object_type, identifier] = held
            if len(self._held) > _MOST:
                self._held.popitem(last=False)
