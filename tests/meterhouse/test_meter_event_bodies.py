"""A body that is read and checked at once gives what reading it and then checking it gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation import JsonTextError, decode_json
from meterhouse._writes import WRITES
from meterhouse.server._forms import parse_form
from queries import InvalidRequestError

_BY_PATH = {write.route.template: write for write in WRITES}
_STREAM = _BY_PATH["/v2/billing/meter_event_stream"]
_EVENT = _BY_PATH["/v2/billing/meter_events"]
_FORM = _BY_PATH["/v1/billing/meter_events"]

PLAIN = {
    "event_name": "calls",
    "identifier": "evt_1",
    "payload": {"stripe_customer_id": "cus_1", "value": "12.5", "région": "Zürich ☂"},
    "timestamp": "2026-03-01T12:00:00.250+01:00",
}


def the_long_way(write: Any, body: bytes) -> Any:
    """What the parameters make of a body; None where it is refused."""
    read = parse_form if write is _FORM else decode_json
    try:
        return write.route.parameters.parse(read(body.decode()))
    except (JsonTextError, UnicodeDecodeError, InvalidRequestError):
        return None


texts = st.text(max_size=6) | st.sampled_from(
    ["", "a" * 100, "a" * 101, "é" * 500, "é" * 501, "a[b]", 'a"b', "a\\b", "\x00", "\ud800"]
)
instants = st.sampled_from(
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00.123456789z",
        "1969-12-31T23:59:59.9-05:30",
        "2026-03-01 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01",
    ]
)
scalars = texts | instants | st.integers() | st.booleans() | st.none() | st.just(1.5)
payloads = st.dictionaries(texts, texts, max_size=3) | st.dictionaries(texts, scalars, max_size=3)
events = st.fixed_dictionaries(
    {"event_name": texts | scalars, "payload": payloads | scalars},
    optional={"identifier": texts | scalars, "timestamp": instants | scalars, "other": scalars},
)


def pairs_of(value: Any, again: st.DataObject) -> str:
    """JSON whose objects may name a key twice, escape what needs no escape, and have spaces."""
    space = again.draw(st.sampled_from(["", " ", "\n\t"]))
    if isinstance(value, list):
        return f"[{space}{','.join(pairs_of(item, again) for item in value)}]"
    if not isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=again.draw(st.booleans()))
        return text.replace("a", "\\u0061") if again.draw(st.integers(0, 9)) == 0 else text
    items = list(value.items())
    if items and again.draw(st.integers(0, 9)) == 0:
        items.append(again.draw(st.sampled_from(items)))
    shown = (f"{pairs_of(key, again)}:{space}{pairs_of(item, again)}" for key, item in items)
    return f"{{{space}{','.join(shown)}{space}}}"


def assert_alike(write: Any, body: bytes) -> None:
    at_once = write.read_body(body)
    assert at_once is None or at_once == the_long_way(write, body)


@given(st.lists(events, max_size=3), st.data())
def test_a_stream_read_at_once_is_the_stream_read_the_long_way(
    made: list[Any], data: st.DataObject
) -> None:
    text = pairs_of({"events": made}, data)
    assert_alike(_STREAM, text.encode("utf-8", "surrogatepass"))


@given(events, st.data())
def test_an_event_read_at_once_is_the_event_read_the_long_way(
    made: dict[str, Any], data: st.DataObject
) -> None:
    assert_alike(_EVENT, pairs_of(made, data).encode("utf-8", "surrogatepass"))


names = st.sampled_from(
    [
        *("event_name", "identifier", "timestamp", "payload[value]", "payload%5Bvalue%5D"),
        *("payload[a]", "payload[a b]", "payload[a+b]", "payload[]", "payload[a][b]", "payload"),
        *(
            "payload[a",
            "payload%5ba%5d",
            "event%5Fname",
            "expand[]",
            "other",
            f"payload[{'a' * 101}]",
        ),
    ]
)
values = st.sampled_from(
    [
        "",
        "a",
        "12",
        "0012",
        "1.5",
        "253402300799",
        "99999999999",
        "-1",
        "a b",
        "é",
        "a%00",
        "%FF",
        "+",
    ]
) | st.text(max_size=4)


@given(
    st.lists(st.tuples(names, values, st.booleans()), max_size=6),
    st.sampled_from(["", "event_name=calls&payload[value]=12"]),
)
@example([("payload[a]", "é" * 250, False), ("payload[b]", "a" * 501, True)], "event_name=calls")
def test_a_form_read_at_once_is_the_form_read_the_long_way(
    pairs: list[tuple[str, str, bool]], start: str
) -> None:
    text = "&".join(
        [
            start,
            *(
                f"{name}={quote(value, errors='replace') if q else value}"
                for name, value, q in pairs
            ),
        ]
    )
    assert_alike(_FORM, text.encode("utf-8", "surrogatepass"))
    assert_alike(_FORM, text.removeprefix("&").encode("utf-8", "surrogatepass"))


def test_a_form_of_very_many_pairs_is_not_read_at_once() -> None:
    text = "event_name=calls&payload[value]=1" + "&identifier=a" * 5_000
    assert the_long_way(_FORM, text.encode()) is None
    assert _FORM.read_body is not None
    assert _FORM.read_body(text.encode()) is None


@pytest.mark.parametrize("safe", ["", "[]"])
def test_the_forms_that_clients_send_are_read_at_once(safe: str) -> None:
    form = {
        "event_name": "api requests",
        "identifier": "evt:1",
        "payload[stripe_customer_id]": "cus_1",
        "payload[value]": "12.5",
        "timestamp": 1_772_362_800,
    }
    body = urlencode(form, safe=safe).encode()
    assert _FORM.read_body is not None
    assert _FORM.read_body(body) == {
        "event_name": "api requests",
        "identifier": "evt:1",
        "payload": {"stripe_customer_id": "cus_1", "value": "12.5"},
        "timestamp": 1_772_362_800,
    }


@given(st.binary(max_size=40))
@example(b"")
@example(b"\xef\xbb\xbf" + json.dumps(PLAIN).encode())
@example(json.dumps(PLAIN).encode() + b" {}")
def test_any_bytes_are_read_alike(body: bytes) -> None:
    assert_alike(_EVENT, body)
    assert_alike(_STREAM, body)
    assert_alike(_FORM, body)


@pytest.mark.parametrize("encode", [json.dumps, lambda value: json.dumps(value, indent=1)])
def test_the_bodies_that_clients_send_are_read_at_once(encode: Callable[[Any], str]) -> None:
    plain = {**PLAIN, "payload": {"stripe_customer_id": "cus_1", "value": "12.5"}}
    for count in (1, 100):
        body = encode({"events": [plain] * count}).encode()
        assert _STREAM.read_body is not None
        read = _STREAM.read_body(body)
        assert read is not None
        assert read["events"][-1] == {**plain, "timestamp": 1_772_362_800}
    assert _EVENT.read_body is not None
    assert _EVENT.read_body(json.dumps(PLAIN, ensure_ascii=False).encode()) is not None


@pytest.mark.parametrize(
    "text",
    [
        '{"events":[{"event_name":"a","event_name":"b","payload":{}}]}',
        '{"events":[{"event_name":"a","payload":{},"payload":{"value":"1"}}]}',
        '{"events":[{"event_name":"a","payload":{"value":"1","value":"1"}}]}',
        '{"events":[{"event_name":"a","payload":{}}],"events":[{"event_name":"b","payload":{}}]}',
        '{"events":[{"event_name":"a","payload":{},"unknown":1}]}',
        '{"events":[{"event_name":"a","payload":{"a[b]":"1"}}]}',
        '{"events":[{"event_name":"a","payload":{},"timestamp":"yesterday"}]}',
        '{"events":[]}',
        '{"events":[' + ",".join(['{"event_name":"a","payload":{}}'] * 101) + "]}",
    ],
)
def test_what_is_refused_is_never_read_at_once(text: str) -> None:
    assert the_long_way(_STREAM, text.encode()) is None
    assert _STREAM.read_body is not None
    assert _STREAM.read_body(text.encode()) is None
