"""Whatever a row holds, it lands exactly as given or is rejected with a reason."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from foundation import parse_decimal
from foundation.errors import UsageError
from foundation.reasons import REASONS
from ingest import land
from tests.ingest.conftest import EVENT_SECONDS, RECEIVED, Lake

_SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_digits = st.text("0123456789", min_size=1, max_size=30)
_number_texts = st.one_of(
    st.builds("{}{}.{}".format, st.sampled_from(["", "-", "+"]), _digits, _digits),
    st.builds("{}{}".format, st.sampled_from(["", "-", "+"]), _digits),
    st.builds("{}e{}".format, _digits, st.integers(-30, 30)),
    st.sampled_from(["NaN", "Infinity", "1_000", "0x10", " 1", "1 ", ".", ".5", "5.", "--1", "1e"]),
    st.text(max_size=5),
)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_rows = st.fixed_dictionaries(
    {"event_name": st.one_of(st.just("calls"), _texts)},
    optional={
        "identifier": _texts,
        "timestamp": st.one_of(
            st.integers(EVENT_SECONDS - 100, EVENT_SECONDS + 100),
            st.integers(-(10**6), 10**12),
            _texts,
        ),
        "payload": st.dictionaries(_texts, _texts, max_size=3).flatmap(
            lambda payload: st.builds(lambda value: {**payload, "value": value}, _number_texts)
        ),
        "livemode": st.booleans(),
        "received_sequence": st.integers(-(2**64), 2**64),
    },
)


def landed(prepared_lake: Lake, content: bytes, suffix: str) -> tuple[list[Any], list[Any]]:
    """Land one file in the lake of the test and return its own rows and rejects."""
    with tempfile.NamedTemporaryFile(dir=prepared_lake.folder, suffix=suffix, delete=False) as file:
        file.write(content)
    report = land(prepared_lake.home, "meter_events", [file.name], landed_at=RECEIVED)
    batch = report.batches[0].batch_id
    home = prepared_lake.home
    folders = (home.stream_folder("meter_events"), home.rejected_folder("meter_events"))
    files = [folder / f"{batch}.parquet" for folder in folders]
    rows, rejects = (pq.read_table(path).to_pylist() if path.exists() else [] for path in files)
    return rows, rejects


@_SLOW
@given(rows=st.lists(_rows, max_size=8))
def test_every_row_lands_as_given_or_is_rejected_with_a_reason(lake, rows):
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    accepted, rejected = landed(lake, content, ".ndjson")
    places = {row["batch_row"]: row for row in accepted}
    refused = {row["line"]: row for row in rejected}
    assert len(accepted) + len(rejected) == len(rows)
    for number, row in enumerate(rows, 1):
        if number in refused:
            assert refused[number]["reason"] in REASONS
            assert json.loads(refused[number]["row_text"]) == row
        else:
            assert_same(row, places[number], number)


def assert_same(given: dict[str, Any], found: dict[str, Any], number: int) -> None:
    payload = dict(given.get("payload", {}))
    value = payload.pop("value", "")
    customer = payload.pop("stripe_customer_id", "")
    assert found["event_name"] == given["event_name"]
    assert found["identifier"] == (given.get("identifier") or None)
    assert found["value"] == (parse_decimal(value) if value else None)
    assert found["stripe_customer_id"] == (customer or None)
    assert dict(found["payload"]) == payload
    assert found["livemode"] == given.get("livemode", False)
    assert found["received_sequence"] == given.get("received_sequence", number)
    at = given.get("timestamp")
    if isinstance(at, int):
        assert found["event_at"].replace(tzinfo=UTC) == datetime.fromtimestamp(at, UTC)


@_SLOW
@given(value=_number_texts)
@pytest.mark.parametrize("packed", ["line", "csv"])
def test_a_number_lands_when_it_fits_and_only_then(lake, value, packed):
    if packed == "line":
        row = {"event_name": "e", "payload": {"value": value}}
        content = (json.dumps(row) + "\n").encode()
    else:
        # A file of text that holds NUL is no file of text: it is refused as a whole.
        assume("\x00" not in value)
        cell = value.replace('"', '""')
        content = f'event_name,value\ne,"{cell}"\n'.encode()
    accepted, rejected = landed(lake, content, f".{packed}")
    expected = parse_decimal(value)
    if value == "":
        assert accepted[0]["value"] is None
    elif expected is None:
        assert rejected[0]["reason"] in {"not_a_number", "number_out_of_range"}
    else:
        assert accepted[0]["value"] == expected == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        *("1100000000000000000000000000", "-341e24", "1.1E+27", "11000000000000e14", "341e024"),
        *('"1100000000000000000000000000"', '"11000000000000e14"', '"+1.1e27"', '"00341e24"'),
        *(r'"341\u006524"', r'"\u00331e27"', r'"1.1e\u002b27"'),
    ],
)
@pytest.mark.parametrize("key", ['"value"', r'"valu\u0065"', '"value" ', '"value"\t'])
def test_a_number_too_large_is_refused_however_it_is_written(lake, key, written):
    # Arrow's reader multiplies such numbers past 128 bits and gives what is left.
    lines = [
        '{"event_name": "e", "payload": {"value": "7"}}',
        f'{{"event_name": "e", "payload": {{{key}: {written}}}}}',
        '{"event_name": "e", "payload": {"value": "99999999999999999999999999"}}',
    ]
    accepted, rejected = landed(lake, "\n".join(lines).encode(), ".jsonl")
    assert [row["value"] for row in accepted] == [Decimal(7), Decimal("9" * 26)]
    assert [row["reason"] for row in rejected] == ["number_out_of_range"]


@_SLOW
@given(content=st.binary(max_size=200))
def test_no_bytes_break_the_account(lake, content):
    path = lake.write("bytes.dat", content)
    try:
        (batch,) = land(lake.home, "meter_events", [path], landed_at=RECEIVED).batches
    except UsageError:
        # Nothing that can be landed; other tests hold that nothing was.
        return
    assert batch.read == batch.accepted + sum(batch.rejected.values())
