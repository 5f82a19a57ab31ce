"""Stripe objects in Python: mappings whose keys are attributes too.

As in the stripe package an object *is* a ``dict`` of what was answered, so it can be indexed,
compared, copied and written as JSON. Numbers are exact: ``int``, or ``Decimal`` for quantities and
percentages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from foundation import encode_json
from meterhouse._warehouse_response import Response, StripeResponse


class StripeObject(dict[str, Any]):
    """One object as answered. ``object.field`` is ``object["field"]``.

    A field named like a method of ``dict`` is reached by its key only, as in the stripe package:
    ``subscription["items"]``.
    """

    _last_response: Response | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                pass
            kind = dict.get(self, "object") or "object"
            held = ", ".join(list(self.keys())[:40])
            raise AttributeError(f"This {kind} has no field '{name}'; it has: {held}")

    @property
    def last_response(self) -> StripeResponse | None:
        """The response that held the object; None for an object inside another."""
        return None if self._last_response is None else StripeResponse(self._last_response)

    def to_dict(self) -> dict[str, Any]:
        """Give the object as plain dicts and lists."""
        return {key: _plain(value) for key, value in self.items()}

    def to_json(self) -> str:
        """Give the object as canonical JSON, every digit kept: the very text HTTP answers."""
        return encode_json(self.to_dict())

    def __repr__(self) -> str:
        names = [type(self).__name__]
        if isinstance(self.get("object"), str):
            names.append(self["object"])
        if isinstance(self.get("id"), str):
            names.append(f"id={self['id']}")
        return f"<{' '.join(names)}> JSON: {self}"

    def __str__(self) -> str:
        return _indented(self.to_dict(), "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, StripeObject):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _indented(value: Any, newline: str) -> str:
    """Write JSON over several lines, every digit kept."""
    deeper = newline + "  "
    if isinstance(value, dict) and value:
        held = cast("dict[str, Any]", value)
        parts = [f"{encode_json(key)}: {_indented(item, deeper)}" for key, item in held.items()]
        return "{" + deeper + f",{deeper}".join(parts) + newline + "}"
    if isinstance(value, list) and value:
        items = [_indented(item, deeper) for item in cast("list[Any]", value)]
        return "[" + deeper + f",{deeper}".join(items) + newline + "]"
    return encode_json(value)
