"""Numbers keep every digit through text and JSON."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import (
    JsonNumber,
    JsonTextError,
    decimal_text,
    decode_json,
    decode_json_text,
    encode_json,
    parse_decimal,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("+5", "5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("25.000000000000000000", "25"),
        ("12345678901234567890123456.123456789012", "12345678901234567890123456.123456789012"),
        ("1E-12", "0.000000000001"),
    ],
)
def test_a_number_that_fits_is_taken_exactly(text, value):
    number = parse_decimal(text)
    assert number is not None
    assert number == Decimal(value)
    assert decimal_text(number) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        " 5",
        "5 ",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "1_000",
        "0x10",
        "1,5",
        "1e",
        "٣",
        "0.1234567890123",
        "1e-13",
        "100000000000000000000000000",
        "1e26",
        "1e999999999",
        "1" * 400,
    ],
)
def test_what_is_no_number_or_does_not_fit_is_refused(text):
    assert parse_decimal(text) is None


@given(
    st.decimals(
        allow_nan=False,
        allow_infinity=False,
        min_value=-(10**26) + 1,
        max_value=10**26 - 1,
        places=12,
    )
)
def test_every_decimal_of_ours_survives_its_text(value):
    text = decimal_text(value)
    assert "e" not in text.lower()
    assert parse_decimal(text) == value
    assert decode_json(encode_json({"n": value}))["n"] == value


def test_no_float_can_be_written():
    with pytest.raises(TypeError, match=r"float 0\.1"):
        encode_json({"a": 0.1})


def test_json_numbers_are_written_back_as_they_were_read():
    text = '{"a":1.50,"b":1e3,"c":-0,"d":12345678901234567890,"e":0.1000000000000000000001}'
    assert encode_json(decode_json_text(text)) == text


def test_a_json_number_of_five_thousand_digits_is_kept():
    digits = "7" * 5000
    assert decode_json_text(digits) == JsonNumber(digits)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":2}', "duplicate_key"),
        ('{"a":{"b":1,"b":1}}', "duplicate_key"),
        ("[" * 100_000, "too_deep"),
        ('{"a":NaN}', "invalid_json"),
        ('{"a":-Infinity}', "invalid_json"),
        ('{"a":01}', "invalid_json"),
        ('{"a":', "invalid_json"),
        ("", "invalid_json"),
    ],
)
def test_what_is_no_json_is_refused_with_its_reason(text, reason):
    with pytest.raises(JsonTextError) as caught:
        decode_json_text(text)
    assert caught.value.reason == reason


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_values)
def test_our_json_is_what_every_json_reader_reads(value):
    assert json.loads(encode_json(value)) == value
    assert decode_json(encode_json(value, sort_keys=True)) == value


def test_every_character_is_written_as_the_standard_writer_writes_it() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for first in range(0, len(characters), 4096):
        text = "".join(characters[first : first + 4096])
        expected = json.dumps({text: text}, ensure_ascii=False, separators=(",", ":"))
        assert encode_json({text: text}) == expected
        assert encode_json([{text: text}]) == f"[{expected}]"


def test_half_of_a_surrogate_pair_stays_what_it_is() -> None:
    assert encode_json({"a": "\ud800"}) == '{"a":"\ud800"}'
