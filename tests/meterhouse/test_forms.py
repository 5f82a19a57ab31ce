"""Form-encoded names nest as Stripe's SDKs send them, and nothing malformed gets further."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterhouse.server._forms import DEEPEST, nested_tree, parse_form
from queries import InvalidRequestError, ListOf, Parameter, Parameters, Text, TextMap

NAMES = st.text(st.characters(blacklist_characters="[]", codec="utf-8"), min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8"), max_size=8)
TREES = st.recursive(
    VALUES,
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=3)
        | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


def encoded(name: str, value: Any) -> list[tuple[str, str]]:
    """Encode as the stripe package does."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in encoded(f"{name}[{key}]", item)]
    if isinstance(value, list):
        return [pair for at, item in enumerate(value) for pair in encoded(f"{name}[{at}]", item)]
    return [(name, value)]


def with_places(value: Any) -> Any:
    """Lists as the parser leaves them: dicts of their places."""
    if isinstance(value, dict):
        return {key: with_places(item) for key, item in value.items()}
    if isinstance(value, list):
        return {str(at): with_places(item) for at, item in enumerate(value)}
    return value


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()))
    if isinstance(value, list):
        return 1 + max(map(depth, value))
    return 1


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_what_is_encoded_comes_back(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in encoded(name, value)]
    text = urlencode(pairs)
    if any(depth(value) > DEEPEST for value in tree.values()):
        with pytest.raises(InvalidRequestError):
            parse_form(text)
    else:
        assert parse_form(text) == with_places(tree)
        assert parse_form(text.replace("%5B", "[").replace("%5D", "]")) == with_places(tree)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=5)), max_size=8))
def test_any_pairs_give_a_tree_or_a_refusal(pairs: list[tuple[str, str]]) -> None:
    with suppress(InvalidRequestError):
        assert isinstance(nested_tree(pairs), dict)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_tree_or_a_refusal(data: bytes) -> None:
    with suppress(InvalidRequestError):
        assert isinstance(parse_form(data.decode("latin-1")), dict)


@given(st.text(alphabet="ab[]=&%0", max_size=40))
def test_any_brackets_give_a_tree_or_a_refusal(text: str) -> None:
    with suppress(InvalidRequestError):
        assert isinstance(parse_form(text), dict)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("limit=3", {"limit": "3"}),
        ("limit=3&limit=4", {"limit": "4"}),
        ("a=", {"a": ""}),
        ("expand[]=a&expand[]=b", {"expand": {"0": "a", "1": "b"}}),
        (
            "lines[0][amount]=799&lines[1][amount]=1",
            {"lines": {"0": {"amount": "799"}, "1": {"amount": "1"}}},
        ),
        (
            "lines[][amount]=1&lines[][text]=a&lines[][amount]=2",
            {"lines": {"0": {"amount": "1", "text": "a"}, "1": {"amount": "2"}}},
        ),
        ("created[gte]=1&created[lt]=2", {"created": {"gte": "1", "lt": "2"}}),
        ("metadata[order+no]=a%26b", {"metadata": {"order no": "a&b"}}),
    ],
)
def test_the_forms_of_every_sdk_are_read(text: str, tree: dict[str, Any]) -> None:
    assert parse_form(text) == tree


@pytest.mark.parametrize(
    "text", ["=1", "[a]=1", "a[=1", "a]=1", "a[b]c=1", "a[[b]]=1", "a=1&a[b]=2", "a[b]=1&a=2"]
)
def test_a_malformed_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        parse_form(text)


def test_places_are_a_list_or_keys_as_the_parameter_says() -> None:
    parameters = Parameters(
        Parameter("ids", ListOf(Text()), "A list."),
        Parameter("metadata", TextMap(), "A map."),
    )
    parsed = parameters.parse(parse_form("ids[2]=c&ids[0]=a&metadata[7]=x"))
    assert parsed == {"ids": ["a", "c"], "metadata": {"7": "x"}}
    with pytest.raises(InvalidRequestError, match="Invalid array"):
        parameters.parse(parse_form("ids[first]=a"))
    with pytest.raises(InvalidRequestError, match="Invalid array"):
        parameters.parse(parse_form("ids=a"))


@given(st.text(max_size=30))
def test_a_value_is_never_read_as_syntax(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    assert parse_form(f"name={quote(value, safe='')}") == {"name": value}
