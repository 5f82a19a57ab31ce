"""JSON in and out without a float on the way.

The standard reader turns `0.1` into a double and the standard writer cannot write a Decimal. Here a
number keeps its digits both ways.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

import msgspec

from foundation._decimal_text import decimal_text

__all__ = [
    "JsonNumber",
    "JsonTextError",
    "decode_json",
    "decode_json_text",
    "encode_json",
    "json_end",
]

# Python refuses to parse longer integers; below this an int and its text are the same thing.
_INTEGER_DIGITS: Final = 4000


class JsonTextError(ValueError):
    """The text is not JSON as RFC 8259 has it, or names a key twice in one object.

    `reason` is the reason code of a row rejected for it; `position` is where the reader stopped,
    None where it could not say.
    """

    def __init__(
        self, message: str, *, reason: str = "invalid_json", position: int | None = None
    ) -> None:
        super().__init__(message)
        self.reason: str = reason
        self.position: int | None = position


class JsonNumber(str):
    """A JSON number as the source wrote it, digit for digit; written back unchanged."""

    __slots__ = ()


_PLAIN: Final = frozenset({str, int, bool, type(None)})
_encode_plain: Final = msgspec.json.Encoder().encode
_quoted: Final = json.encoder.encode_basestring


def encode_json(value: object, *, sort_keys: bool = False) -> str:
    """Return `value` as compact JSON, characters beyond ASCII as they are.

    Keys stay in their order unless `sort_keys`. Decimals become numbers with every digit, no
    exponent and no trailing zeros; a JsonNumber is written as it was read.

    Raises:
        TypeError: for a float, which is never exact, and for what JSON cannot hold.
    """
    if not sort_keys and type(value) is dict and _is_plain(cast("dict[object, object]", value), 1):
        try:
            return _encode_plain(value).decode()
        except UnicodeEncodeError:
            # Half of a surrogate pair, which is for whoever writes the text to refuse.
            pass
    parts: list[str] = []
    _write(value, parts, sort_keys)
    return "".join(parts)


def _is_plain(value: dict[object, object], depth: int) -> bool:
    """Whether msgspec writes it as we do: text, whole numbers and maps of them."""
    for key, held in value.items():
        if type(key) is not str:
            return False
        kind = type(held)
        if kind not in _PLAIN and not (
            depth and kind is dict and _is_plain(cast("dict[object, object]", held), depth - 1)
        ):
            return False
    return True


def _write(value: object, parts: list[str], sort_keys: bool) -> None:
    if value is None:
        parts.append("null")
    elif value is True:
        parts.append("true")
    elif value is False:
        parts.append("false")
    elif isinstance(value, JsonNumber):
        parts.append(str(value))
    elif isinstance(value, str):
        parts.append(_quoted(value))
    elif isinstance(value, int | Decimal):
        parts.append(decimal_text(value))
    elif isinstance(value, Mapping):
        _write_object(value, parts, sort_keys)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        mark = "["
        for item in value:
            parts.append(mark)
            _write(item, parts, sort_keys)
            mark = ","
        parts.append("[]" if mark == "[" else "]")
    else:
        raise TypeError(f"{type(value).__name__} {value!r} cannot be written as exact JSON")


def _write_object(value: Mapping[Any, object], parts: list[str], sort_keys: bool) -> None:
    mark = "{"
    for key in sorted(value) if sort_keys else value:
        if not isinstance(key, str):
            raise TypeError(f"the key {key!r} of a JSON object must be text")
        parts.append(f"{mark}{_quoted(key)}:")
        _write(value[key], parts, sort_keys)
        mark = ","
    parts.append("{}" if mark == "{" else "}")


def decode_json(text: str) -> Any:
    """Return the value of `text`; whole numbers as int, all others as exact Decimal.

    Raises:
        JsonTextError: where the text is not JSON, holds NaN or Infinity, names a key twice in one
            object, or nests deeper than Python can follow.
    """
    return _decode(text, _DECIMALS)


def decode_json_text(text: str) -> Any:
    """Return the value of `text`; whole numbers as int, all others as JsonNumber.

    What comes out encodes to the same numbers, digit for digit. Raises as `decode_json`.
    """
    return _decode(text, _TEXTS)


def json_end(text: str, position: int) -> int:
    """Return where the JSON value that starts at `position` ends, without making anything of it.

    A number that reaches the end of the text may go on in what follows. Raises as `decode_json`,
    except that a key named twice and NaN pass here.
    """
    try:
        return _EXTENT.raw_decode(text, position)[1]
    except ValueError as error:
        raise _explained(error) from error
    except RecursionError as error:
        raise JsonTextError("it nests too deeply", reason="too_deep") from error


def _decode(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except ValueError as error:
        raise _explained(error) from error
    except RecursionError as error:
        raise JsonTextError("it nests too deeply", reason="too_deep") from error


def _explained(error: ValueError) -> JsonTextError:
    if isinstance(error, JsonTextError):
        return error
    if isinstance(error, json.JSONDecodeError):
        return JsonTextError(f"{error.msg} at character {error.pos + 1}", position=error.pos)
    return JsonTextError(str(error))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonTextError(f"it names the key {twice!r} twice", reason="duplicate_key")
    return value


def _constant(name: str) -> NoReturn:
    raise JsonTextError(f"{name} is not a JSON number")


def _integer(text: str) -> int | JsonNumber:
    # "-0" has no int of its own.
    return int(text) if len(text) < _INTEGER_DIGITS and text != "-0" else JsonNumber(text)


_DECIMALS: Final = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_pairs
)
_TEXTS: Final = json.JSONDecoder(
    parse_float=JsonNumber,
    parse_int=_integer,
    parse_constant=_constant,
    object_pairs_hook=_pairs,
)
_EXTENT: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
