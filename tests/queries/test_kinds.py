"""Values of parameters: what each kind takes, and how it refuses the rest, in Stripe's words."""

from __future__ import annotations

import datetime
from contextlib import suppress
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import (
    Boolean,
    Choice,
    DecimalText,
    Either,
    Integer,
    InvalidRequestError,
    Kind,
    ListOf,
    Parameter,
    Parameters,
    Text,
    TextMap,
    Timestamp,
)

TOO_LONG = "parameter_invalid_string_longer_than_max_length"
PERIOD = Parameters(
    Parameter("start", Timestamp(), "Start.", required=True),
    Parameter("end", Timestamp(), "End.", required=True),
)
LINES = Parameters(
    Parameter("lines", ListOf(Parameters(Parameter("period", PERIOD, "Period."))), "Lines.")
)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Text(), "a", "a"),
        (Text(), 7, "7"),
        (Text(may_be_empty=True), "", ""),
        (Integer(), "12", 12),
        (Integer(), "-0", 0),
        (Integer(1, 100), 100, 100),
        (Timestamp(), "1776211200", 1776211200),
        (Timestamp(("now",)), "now", "now"),
        (Timestamp(), datetime.datetime(2026, 4, 15, tzinfo=datetime.UTC), 1776211200),
        (Boolean(), True, True),
        (Boolean(), "False", False),
        (Choice(("a", "b")), "b", "b"),
        (DecimalText(), "12.5", Decimal("12.5")),
        (DecimalText(), Decimal("0.000000000001"), Decimal("0.000000000001")),
        (DecimalText(), 3, Decimal(3)),
        (ListOf(Integer()), ["1", 2], [1, 2]),
        (ListOf(Integer()), {"1": "b"} | {"1": "5", "0": "4"}, [4, 5]),
        (ListOf(Text(), may_be_unset=True), "", ""),
        (TextMap(), {"a": "1", "b": True, "c": 2}, {"a": "1", "b": "true", "c": "2"}),
        (TextMap(), {"d": ""}, {"d": ""}),
        (TextMap(), "", ""),
        (Either(PERIOD, Timestamp()), "5", 5),
        (Either(PERIOD, Timestamp()), {"start": 1, "end": "2"}, {"start": 1, "end": 2}),
        (PERIOD, {"start": 1, "end": 2}, {"start": 1, "end": 2}),
    ],
)  # fmt: skip
def test_a_right_value_is_taken_exactly(kind: Kind, value: Any, expected: Any) -> None:
    assert kind.parse(value, "name") == expected


@pytest.mark.parametrize(
    ("kind", "value", "message", "code"),
    [
        (Text(), "", "You passed an empty string for 'name'.", "parameter_invalid_empty"),
        (Text(), ["a"], "Invalid string: ['a']", None),
        (Text(), {"a": 1}, "Invalid string", None),
        (Text(), "a\x00b", "not text", None),
        (Text(), "\ud800", "not text", None),
        (Text(3), "abcd", "at most 3 characters", TOO_LONG),
        (Integer(), "abc", "Invalid integer: abc", "parameter_invalid_integer"),
        (Integer(), "1.0", "Invalid integer: 1.0", "parameter_invalid_integer"),
        (Integer(), " 1", "Invalid integer", "parameter_invalid_integer"),
        (Integer(), "１", "Invalid integer", "parameter_invalid_integer"),  # noqa: RUF001
        (Integer(), "1" * 19, "Invalid integer", "parameter_invalid_integer"),
        (Integer(), True, "Invalid integer: True", "parameter_invalid_integer"),
        (Integer(), 1.0, "Invalid integer: 1.0", "parameter_invalid_integer"),
        (
            Integer(1, 100),
            "101",
            "This value must be less than or equal to 100 (it currently is '101').",
            "parameter_invalid_integer",
        ),
        (
            Integer(1, 100),
            0,
            "This value must be greater than or equal to 1 (it currently is '0').",
            "parameter_invalid_integer",
        ),
        (Timestamp(), "now", "Invalid timestamp: now", "parameter_invalid_integer"),
        (Timestamp(), -1, "must be from 0", "parameter_invalid_integer"),
        (Timestamp(), 10**15, "must be from 0", "parameter_invalid_integer"),
        (Boolean(), "yes", "Invalid boolean: yes", None),
        (Boolean(), 1, "Invalid boolean: 1", None),
        (Choice(("day", "hour")), "week", "Invalid name: must be one of day or hour", None),
        (Choice(("a", "b", "c")), "d", "must be one of a, b, or c", None),
        (Choice(("a",)), "", "You passed an empty string", "parameter_invalid_empty"),
        (
            DecimalText(),
            "0.1234567890123",
            "Invalid decimal: 0.1234567890123; must contain at most 12 decimal places.",
            None,
        ),
        (DecimalText(), 0.1, "Invalid decimal: 0.1", None),
        (DecimalText(), "1e3", "Invalid decimal: 1e3", None),
        (DecimalText(), "NaN", "Invalid decimal: NaN", None),
        (DecimalText(least=0), "-1", "(it currently is '-1').", None),
        (ListOf(Integer()), "1", "Invalid array", None),
        (ListOf(Integer()), {"a": "1"}, "Invalid array", None),
        (ListOf(Integer(), most=1), [1, 2], "exceeded maximum 1 allowed elements", None),
        (ListOf(Integer(), least=1), [], "You passed an empty string", "parameter_invalid_empty"),
        (TextMap(), "a", "Invalid object", None),
        (TextMap(most=1), {"a": "1", "b": "2"}, "at most 1 keys in name; 2 were given", None),
        (TextMap(), {"k" * 41: "a"}, "1 to 40 characters", None),
        (TextMap(), {"a[b]": "a"}, "may not hold square brackets", None),
        (TextMap(), {"a": ["b"]}, "Invalid string", None),
        (PERIOD, "x", "Invalid object", None),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_stripes_words(
    kind: Kind, value: Any, message: str, code: str | None
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        kind.parse(value, "name")
    error = refused.value
    assert message in error.user_message
    assert error.code == code
    assert (error.param or "").startswith("name")
    assert error.http_status == 400


@pytest.mark.parametrize(
    ("value", "param", "code"),
    [
        ({"lines": [{"period": {"start": 1}}]}, "lines[0][period][end]", "parameter_missing"),
        ({"lines": [{}, {"period": {"start": "x", "end": 1}}]}, "lines[1][period][start]", None),
        ({"lines": [{"perod": 1}]}, "lines[0][perod]", "parameter_unknown"),
        ({"lines": [1]}, "lines[0]", None),
        ({"line": []}, "line", "parameter_unknown"),
    ],
)
def test_a_refusal_names_the_nested_parameter(value: Any, param: str, code: str | None) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        LINES.parse(value)
    assert refused.value.param == param
    if code is not None:
        assert refused.value.code == code


def test_an_unknown_name_is_told_what_may_have_been_meant() -> None:
    parameters = Parameters(
        Parameter("customer", Text(), "Who."), Parameter("limit", Integer(), "")
    )
    with pytest.raises(InvalidRequestError, match=r"parameter: custmer\. Did you mean customer\?"):
        parameters.parse({"custmer": "x"})
    with pytest.raises(InvalidRequestError, match=r"^Received unknown parameters: a, b$"):
        parameters.parse({"a": 1, "b": 2})
    assert parameters.parse({"customer": None, "limit": 1}) == {"limit": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from([
    Text(), Integer(), Timestamp(("now",)), Boolean(), Choice(("a",)), DecimalText(),
    ListOf(Text()), TextMap(), Either(PERIOD, Timestamp()), LINES,
]))  # fmt: skip
def test_any_value_is_taken_or_refused(value: Any, kind: Kind) -> None:
    with suppress(InvalidRequestError):
        assert not isinstance(kind.parse(value, "name"), float)
    jsonschema.Draft202012Validator.check_schema(kind.schema())
