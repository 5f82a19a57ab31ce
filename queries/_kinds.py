"""Kinds of parameter: what a value may be, and how Stripe refuses one that is not.

A value arrives as text from a form or a query string, or as a Python or JSON value; both are read
alike, and what comes out is exact: ``int``, ``bool``, ``str``, ``Decimal``, lists and dicts of it.
Error texts follow Stripe's where they are known.
"""

from __future__ import annotations

import datetime
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from queries._errors import InvalidRequestError, StripeError

LATEST_INSTANT = 253_402_300_799
"""The last second of the year 9999: later instants do not fit a timestamp everywhere."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?")


class Kind(ABC):
    """One kind of value."""

    @abstractmethod
    def parse(self, value: object, path: str) -> Any:
        """Give the value in Python's type, or refuse it naming ``path``."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Describe the kind as a JSON schema."""


def invalid(message: str, path: str, code: str | None = None) -> StripeError:
    """Refuse a value of the parameter ``path``."""
    return InvalidRequestError(message, param=path, code=code)


def shown(value: object) -> str:
    """Show a value in a message: its text, cut where it is long."""
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 100 else text[:100] + "…"


def whole_number(value: object) -> int | None:
    """Read a whole number of at most 18 digits, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**18 else None
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return None


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A string of 1 to ``longest`` characters; empty too where ``may_be_empty``."""

    longest: int = 5000
    may_be_empty: bool = False

    def parse(self, value: object, path: str) -> str:
        if type(value) is str and 0 < len(value) <= self.longest and _is_plain(value):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {shown(value)}", path)
        if not value and not self.may_be_empty:
            raise empty(path)
        if len(value) > self.longest:
            raise invalid(
                f"Invalid string: {shown(value)}; must be at most {self.longest} characters",
                path,
                "parameter_invalid_string_longer_than_max_length" if self.longest < 5000 else None,
            )
        if "\x00" in value or not _is_unicode(value):
            raise invalid("Invalid string: it holds a character that is not text", path)
        return value

    def schema(self) -> dict[str, Any]:
        # The pattern keeps out what no database text may hold.
        schema: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        if not self.may_be_empty:
            schema["minLength"] = 1
        return schema


def empty(path: str) -> StripeError:
    """Refuse an empty value, in Stripe's words."""
    return invalid(
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{path}' cannot be unset. You should remove '{path}' from your "
        "request or supply a non-empty value.",
        path,
        "parameter_invalid_empty",
    )


def _is_plain(value: str) -> bool:
    return value.isascii() and "\x00" not in value


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Integer(Kind):
    """A whole number from ``least`` to ``most``, both included."""

    least: int | None = None
    most: int | None = None

    def parse(self, value: object, path: str) -> int:
        number = whole_number(value)
        if number is None:
            raise invalid(f"Invalid integer: {shown(value)}", path, "parameter_invalid_integer")
        if self.least is not None and number < self.least:
            raise invalid(
                f"This value must be greater than or equal to {self.least} "
                f"(it currently is '{number}').",
                path,
                "parameter_invalid_integer",
            )
        if self.most is not None and number > self.most:
            raise invalid(
                f"This value must be less than or equal to {self.most} "
                f"(it currently is '{number}').",
                path,
                "parameter_invalid_integer",
            )
        return number

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "integer"}
        if self.least is not None:
            schema["minimum"] = self.least
        if self.most is not None:
            schema["maximum"] = self.most
        return schema


@dataclass(frozen=True, slots=True)
class Timestamp(Kind):
    """An instant in whole seconds since 1970, UTC; ``words`` such as ``now`` too where named."""

    words: tuple[str, ...] = ()

    def parse(self, value: object, path: str) -> int | str:
        if isinstance(value, str) and value in self.words:
            return value
        if isinstance(value, datetime.datetime):
            # As the stripe package sends it: a naive instant is local time.
            value = int(value.timestamp())
        number = whole_number(value)
        if number is None:
            allowed = "".join(f", or '{word}'" for word in self.words)
            raise invalid(
                f"Invalid timestamp: {shown(value)}; must be whole seconds since 1970{allowed}",
                path,
                "parameter_invalid_integer",
            )
        if not 0 <= number <= LATEST_INSTANT:
            raise invalid(
                f"Invalid timestamp: {number}; must be from 0 to {LATEST_INSTANT}",
                path,
                "parameter_invalid_integer",
            )
        return number

    def schema(self) -> dict[str, Any]:
        instant = {
            "type": "integer",
            "format": "unix-time",
            "minimum": 0,
            "maximum": LATEST_INSTANT,
        }
        if not self.words:
            return instant
        return {"anyOf": [instant, {"type": "string", "enum": list(self.words)}]}


@dataclass(frozen=True, slots=True)
class Boolean(Kind):
    """``true`` or ``false``."""

    def parse(self, value: object, path: str) -> bool:
        if isinstance(value, bool):
            return value
        # The stripe package for Python sends True and False.
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise invalid(f"Invalid boolean: {shown(value)}", path)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a few words; the empty string too where it ``may_be_unset``."""

    words: tuple[str, ...]
    may_be_unset: bool = False

    def parse(self, value: object, path: str) -> str:
        if value == "" and self.may_be_unset:
            return ""
        if value == "":
            raise empty(path)
        if not isinstance(value, str) or value not in self.words:
            raise invalid(f"Invalid {path}: must be one of {listed(self.words)}", path)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.words, *([""] if self.may_be_unset else [])]}


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: ``day, hour, or month``."""
    if len(words) <= 2:
        return " or ".join(words)
    return ", ".join(words[:-1]) + ", or " + words[-1]


@dataclass(frozen=True, slots=True)
class DecimalText(Kind):
    """An exact decimal with at most 12 places, not below ``least``."""

    least: int | None = None

    def parse(self, value: object, path: str) -> Decimal:
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        if isinstance(value, bool | float) or not _DECIMAL.fullmatch(text):
            if re.fullmatch(r"-?[0-9]+\.[0-9]{13,}", text):
                raise invalid(
                    f"Invalid decimal: {shown(value)}; must contain at most 12 decimal places.",
                    path,
                )
            raise invalid(f"Invalid decimal: {shown(value)}", path)
        number = Decimal(text)
        if self.least is not None and number < self.least:
            raise invalid(
                f"This value must be greater than or equal to {self.least} "
                f"(it currently is '{text}').",
                path,
            )
        return number

    def schema(self) -> dict[str, Any]:
        sign = "" if self.least is not None and self.least >= 0 else "-?"
        return {"type": "string", "pattern": rf"^{sign}[0-9]{{1,26}}(\.[0-9]{{1,12}})?$"}


@dataclass(frozen=True, slots=True)
class ListOf(Kind):
    """A list of ``least`` to ``most`` values of one kind; the empty string too to unset it."""

    item: Kind
    most: int | None = None
    least: int = 0
    may_be_unset: bool = False

    def parse(self, value: object, path: str) -> list[Any] | str:
        if value == "" and self.may_be_unset:
            return ""
        items = _items(value, path)
        if len(items) < self.least:
            raise empty(path)
        if self.most is not None and len(items) > self.most:
            raise invalid(
                f"Array {path} exceeded maximum {self.most} allowed elements.",
                path,
            )
        return [self.item.parse(item, f"{path}[{at}]") for at, item in enumerate(items)]

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.most is not None:
            schema["maxItems"] = self.most
        if self.least:
            schema["minItems"] = self.least
        if self.may_be_unset:
            return {"anyOf": [schema, {"type": "string", "enum": [""]}]}
        return schema


def _items(value: object, path: str) -> Sequence[object]:
    if isinstance(value, Mapping):
        # A form names places: lines[0][amount]. Gaps are allowed, as at Stripe.
        places = cast("Mapping[object, object]", value)
        numbers = {whole_number(place): item for place, item in places.items()}
        if numbers and None not in numbers:
            return [numbers[place] for place in sorted(cast("dict[int, object]", numbers))]
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return cast("Sequence[object]", value)
    raise invalid("Invalid array", path)


@dataclass(frozen=True, slots=True)
class TextMap(Kind):
    """Up to ``most`` pairs of text, such as metadata; the empty string unsets a key, or all."""

    most: int = 50
    longest_key: int = 40
    longest_value: int = 500
    may_be_unset: bool = True

    def parse(self, value: object, path: str) -> dict[str, str] | str:
        if value == "" and self.may_be_unset:
            return ""
        if not isinstance(value, Mapping):
            raise invalid("Invalid object", path)
        pairs = cast("Mapping[object, object]", value)
        if len(pairs) > self.most:
            raise invalid(
                f"You can have at most {self.most} keys in {path}; {len(pairs)} were given.", path
            )
        return {self._key(key, path): self._value(item, path, key) for key, item in pairs.items()}

    def _key(self, key: object, path: str) -> str:
        if not isinstance(key, str) or not key or len(key) > self.longest_key:
            raise invalid(
                f"Invalid key '{shown(key)}' in {path}: keys have 1 to {self.longest_key} "
                "characters.",
                path,
            )
        if "[" in key or "]" in key:
            raise invalid(
                f"Invalid key '{shown(key)}' in {path}: keys may not hold square brackets.", path
            )
        return key if _is_plain(key) else Text(self.longest_key).parse(key, path)

    def _value(self, value: object, path: str, key: object) -> str:
        if type(value) is str and len(value) <= self.longest_value and _is_plain(value):
            return value
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, Decimal):
            value = f"{value:f}"
        return Text(self.longest_value, may_be_empty=True).parse(value, f"{path}[{key}]")

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "object",
            "maxProperties": self.most,
            "additionalProperties": {"type": "string", "maxLength": self.longest_value},
        }
        if self.may_be_unset:
            return {"anyOf": [schema, {"type": "string", "enum": [""]}]}
        return schema


@dataclass(frozen=True, slots=True)
class Either(Kind):
    """A value of one kind where it is a map, of the other where it is not."""

    of_map: Kind
    of_other: Kind

    def parse(self, value: object, path: str) -> Any:
        kind = self.of_map if isinstance(value, Mapping) else self.of_other
        return kind.parse(value, path)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.of_other.schema(), self.of_map.schema()]}


@dataclass(frozen=True, slots=True)
class MapOrUnset(Kind):
    """A map of one kind, or the empty string to unset it."""

    of_map: Kind

    def parse(self, value: object, path: str) -> Any:
        return "" if value == "" else self.of_map.parse(value, path)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.of_map.schema(), {"type": "string", "enum": [""]}]}
