"""Form-encoded parameters as Stripe's SDKs send them: ``lines[0][amount]=799``, ``expand[]=a``.

A nested name becomes nested dicts. A list stays a dict of its positions, in their order, since only
the parameter's kind knows whether ``metadata[7]`` is the seventh place of a list or the key 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

from queries import InvalidRequestError

MOST_PAIRS: Final = 5_000
"""The most parameters one request may have; an update of 50 lines has some 600."""
DEEPEST: Final = 8
"""The most brackets one name may have."""

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
# Requests name the same few parameters again and again; longer names are not worth their memory.
_LONGEST_KNOWN: Final = 100
_PART: Final = re.compile(r"\[([^\[\]]*)\]")

Tree = dict[str, Any]


def parse_form(text: str) -> Tree:
    """Read a form body or a query string.

    Raises:
        InvalidRequestError: the text is not form-encoded UTF-8, or a name is malformed.
    """
    if text.count("&") >= MOST_PAIRS:
        raise InvalidRequestError(f"Too many parameters: one request may have {MOST_PAIRS}.")
    tree: Tree = {}
    try:
        for pair in text.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                known = _known_name if len(name) <= _LONGEST_KNOWN else _name
                _put(tree, *known(name), _unescaped(value))
    except UnicodeDecodeError:
        raise InvalidRequestError("Invalid parameters: they are not UTF-8.") from None
    return tree


def nested_tree(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Nest pairs of names and values by the brackets of the names; the last of two equal wins."""
    tree: Tree = {}
    for name, value in pairs:
        _put(tree, name, _parts(name), value)
    return tree


def _unescaped(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    return unquote_plus(text, errors="strict")


def _name(escaped: str) -> tuple[str, tuple[str, ...]]:
    name = _unescaped(escaped)
    return name, _parts(name)


_known_name = lru_cache(1024)(_name)


def _parts(name: str) -> tuple[str, ...]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise InvalidRequestError(f"Invalid param name: {name[:100]}", param=name[:100])
    parts = (match[1], *_PART.findall(match[2]))
    if len(parts) > DEEPEST:
        raise InvalidRequestError(
            f"Invalid param name: {name[:100]} has more than {DEEPEST} levels.", param=name[:100]
        )
    return parts


def _put(tree: Tree, name: str, parts: tuple[str, ...], value: str) -> None:
    node = tree
    for at, part in enumerate(parts[:-1]):
        key = part or _place(node, parts[at + 1])
        held = node.setdefault(key, {})
        if not isinstance(held, dict):
            raise _mixed(name)
        node = held
    key = parts[-1] or str(len(node))
    if isinstance(node.get(key), dict):
        raise _mixed(name)
    node[key] = value


def _place(node: Tree, next_part: str) -> str:
    """Find the place that ``[]`` means: the last one, until it has what comes next already."""
    last = str(len(node) - 1)
    held = node.get(last)
    if isinstance(held, dict) and (not next_part or next_part not in held):
        return last
    return str(len(node))


def _mixed(name: str) -> InvalidRequestError:
    top = name.split("[", 1)[0]
    return InvalidRequestError(
        f"Invalid param: {top[:100]} is given both as a value and with parts of its own.",
        param=top[:100],
    )
