"""Which meter events count: duplicates, cancellations, errors, retractions, and their account."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.models._meters import Histories, event

NOON = 1_767_268_800  # 2026-01-01 12:00:00 UTC
DAY = 86_400

# As floating-point columns and JSON write numbers.
EXPONENTS = {
    "1e-7": "0.0000001",
    "-2.5E-11": "-0.000000000025",
    "1e+14": "100000000000000",
    "12.5e1": "125",
    "1.25e1": "12.5",
    ".5e1": "5",
    "5.e-1": "0.5",
    "+1E00003": "1000",
    "0e99": "0",
    "0.00001e5": "1",
    "1000e-3": "1",
    "10e-13": "0.000000000001",
}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """One build of every history of this module."""
    made = Histories(tmp_path_factory.mktemp("meter_events"))
    _duplicates(made)
    _cancellations(made)
    _errors(made)
    _payload_keys(made)
    _retractions(made)
    made.build()
    return made


def _duplicates(made: Histories) -> None:
    made.meter("copies")
    made.events("copies", [event(NOON, 5, identifier="copied") for _ in range(1000)])
    made.meter("split")
    for second in (30, 10, 20):
        made.events("split", [event(NOON, second, identifier="split", received_at=NOON + second)])
    made.meter("window")
    for day, value in ((0, 1), (35, 2), (69, 4), (105, 8)):
        made.events(
            "window", [event(NOON + day * DAY, value, identifier="again")], f"window_{day:03d}"
        )
    made.meter("anonymous")
    made.events("anonymous", [event(NOON, 7), event(NOON, 7)])
    made.meter("unstamped")
    made.events(
        "unstamped",
        [
            event(NOON, 3, identifier="unstamped"),
            event(NOON + 60, 3, identifier="unstamped"),
        ],
    )
    made.meter("modes")
    made.events(
        "modes",
        [
            event(NOON, 1, identifier="moded"),
            event(NOON, 2, identifier="moded", livemode=True),
        ],
    )


def test_a_thousand_copies_of_an_event_count_once(books: Histories) -> None:
    assert books.total("copies", NOON, NOON + 900) == 5


def test_of_events_with_one_identifier_the_first_received_counts(books: Histories) -> None:
    assert books.total("split", NOON, NOON + 900) == 10


def test_an_identifier_is_free_again_more_than_35_days_after_its_last_receipt(
    books: Histories,
) -> None:
    # Received on days 0, 35, 69 and 105: the last is 36 days after the one before it.
    assert books.total("window", NOON, NOON + 200 * DAY) == 1 + 8


def test_equal_events_without_identifier_are_two_events(books: Histories) -> None:
    assert books.total("anonymous", NOON, NOON + 900) == 14


def test_an_identifier_is_its_modes_own(books: Histories) -> None:
    assert books.total("modes", NOON, NOON + 900) == 3


def test_a_duplicate_that_says_something_else_is_a_conflict(books: Histories) -> None:
    found = books.rows(
        "select identifier, kept_value, value from meter_event_conflicts "
        "where identifier in ('split', 'copied', 'unstamped', 'again') order by all"
    )
    assert found == [
        ("again", Decimal(1), Decimal(2)),
        ("again", Decimal(1), Decimal(4)),
        ("split", Decimal(10), Decimal(20)),
        ("split", Decimal(10), Decimal(30)),
    ]


def _cancellations(made: Histories) -> None:
    made.meter("cancelled")
    made.events(
        "cancelled",
        [
            event(NOON, 1, identifier="cancelled later"),
            event(NOON, 10, identifier="cancelled before", received_at=NOON + 600),
            event(NOON, 100, identifier="cancelled under another name"),
            event(NOON, 1000, identifier="kept"),
        ],
    )
    made.cancel("cancelled", "cancelled later", NOON + 60)
    made.cancel("cancelled", "cancelled before", NOON + 60)
    made.cancel("another", "cancelled under another name", NOON + 60)
    made.cancel("cancelled", "never seen", NOON + 60)
    made.meter("cancelled_copies")
    made.events(
        "cancelled_copies",
        [
            event(NOON, 1, identifier="copy to cancel"),
            event(NOON, 2, identifier="copy to cancel", received_at=NOON + 1),
        ],
    )
    made.cancel("cancelled_copies", "copy to cancel", NOON + 60)
    made.meter("reused")
    made.events(
        "reused",
        [
            event(NOON + month * 40 * DAY, 10**month, identifier=identifier)
            for identifier in ("cancelled first", "cancelled second", "cancelled late")
            for month in range(2)
        ],
    )
    made.cancel("reused", "cancelled first", NOON + 60)
    made.cancel("reused", "cancelled second", NOON + 40 * DAY)
    made.cancel("reused", "cancelled late", NOON + 40 * DAY - 1)


def test_an_adjustment_cancels_its_event_whether_it_comes_before_or_after(
    books: Histories,
) -> None:
    assert books.total("cancelled", NOON, NOON + 900) == 1100


def test_a_duplicate_does_not_step_in_for_a_cancelled_event(books: Histories) -> None:
    assert books.total("cancelled_copies", NOON, NOON + 900) is None


def test_an_adjustment_cancels_the_one_event_that_its_identifier_named_when_it_came(
    books: Histories,
) -> None:
    # Of each identifier there are a 1 and, after 40 days of silence, a 10.
    assert books.total("reused", NOON, NOON + DAY) == 1
    assert books.total("reused", NOON + 40 * DAY, NOON + 41 * DAY) == 20


def _errors(made: Histories) -> None:
    made.meter("wrong")
    made.meter("counted_wrong", "count")
    made.meter("needy", dimension_payload_keys=["region", "model"])
    made.meter("textual", value_payload_key="tokens")
    made.meter("retired")
    made.meters[-1]["effective_at"] = "2025-01-01"
    made.meters.append(
        {**made.meters[-1], "status": "inactive", "effective_at": "2026-01-01 12:30"}
    )
    made.events(
        "wrong",
        [
            event(NOON, 1, identifier="no meter", event_name="unheard of"),
            event(NOON, 1, identifier="no customer", stripe_customer_id=None),
            event(NOON, 1, identifier="empty customer", stripe_customer_id=""),
            event(NOON, 1, identifier="unknown customer", stripe_customer_id="cus_who"),
            event(NOON, None, identifier="no value"),
            event(NOON, "999999999999999.999999999999", identifier="widest"),
            event(NOON, "1000000000000000", identifier="too wide"),
            event(NOON, "-999999999999999.999999999999", identifier="narrowest"),
        ],
    )
    made.events("counted_wrong", [event(NOON, None, identifier="countable")])
    made.meter("floating", value_payload_key="tokens")
    made.events(
        "floating",
        [event(NOON + 60 * at, payload={"tokens": text}) for at, text in enumerate(EXPONENTS)],
    )
    made.meter("hashed", "unique_count", value_payload_key="tokens")
    made.events(
        "hashed", [event(NOON, payload={"tokens": text}) for text in ("0e1", "0e2", "0e1", "0")]
    )
    widest = "9" * 26 + ".999999999999"
    for formula in ("count", "unique_count"):
        made.meter(f"wide_{formula}", formula)
        made.events(f"wide_{formula}", [event(NOON, value) for value in (widest, widest, -9)])
    made.events(
        "needy",
        [
            event(NOON, 1, identifier="dimensioned", payload={"region": "eu", "model": "s"}),
            event(NOON, 1, identifier="half dimensioned", payload={"region": "eu", "other": ""}),
            event(NOON, 1, identifier="not dimensioned"),
        ],
    )
    texts = {
        "text": "12a",
        "empty": "",
        "blank": " 5",
        "nan": "NaN",
        "underscore": "1_000",
        "hex": "0x10",
        "13th place": "0.0000000000001",
        "16 digits": "1000000000000000",
        "exponent of 13 places": "1e-13",
        "exponent of 16 digits": "1e15",
        "exponent without end": "1e99999",
        "half an exponent": "1e",
    }
    made.events(
        "textual",
        [
            event(NOON, None, identifier=f"textual {name}", payload={"tokens": text})
            for name, text in texts.items()
        ]
        + [
            event(NOON, 77, identifier="under another key"),
            event(NOON, None, identifier="exact", payload={"tokens": "0.1"}),
            event(NOON, None, identifier="zeros", payload={"tokens": "0.20000000000000000"}),
            event(NOON, None, identifier="signed", payload={"tokens": "+00000000000000000001."}),
            event(NOON, None, identifier="pointed", payload={"tokens": "-.5"}),
        ],
    )
    made.events(
        "retired",
        [
            event(NOON, 1, identifier="before it retired", received_at=NOON + 1799),
            event(NOON, 2, identifier="after it retired", received_at=NOON + 1800),
        ],
    )


def test_each_error_has_stripes_code(books: Histories) -> None:
    found = dict(
        books.rows(
            "select identifier, error_code from meter_event_errors "
            "where batch_id not like 'retracted%'"
        )
    )
    assert found == {
        "no meter": "no_meter",
        "no customer": "meter_event_no_customer_defined",
        "empty customer": "meter_event_no_customer_defined",
        "unknown customer": "meter_event_customer_not_found",
        "no value": "meter_event_value_not_found",
        "too wide": "meter_event_value_too_many_digits",
        "half dimensioned": "missing_dimension_payload_keys",
        "not dimensioned": "missing_dimension_payload_keys",
        "textual text": "meter_event_invalid_value",
        "textual empty": "meter_event_value_not_found",
        "textual blank": "meter_event_invalid_value",
        "textual nan": "meter_event_invalid_value",
        "textual underscore": "meter_event_invalid_value",
        "textual hex": "meter_event_invalid_value",
        "textual 13th place": "meter_event_value_too_many_digits",
        "textual 16 digits": "meter_event_value_too_many_digits",
        "textual exponent of 13 places": "meter_event_value_too_many_digits",
        "textual exponent of 16 digits": "meter_event_value_too_many_digits",
        "textual exponent without end": "meter_event_value_too_many_digits",
        "textual half an exponent": "meter_event_invalid_value",
        "under another key": "meter_event_value_not_found",
        "after it retired": "archived_meter",
    }


def test_an_erroneous_event_counts_nowhere(books: Histories) -> None:
    assert books.total("wrong", NOON, NOON + 900) == 0  # the widest and the narrowest
    assert books.total("retired", NOON, NOON + 900) == 1
    assert books.total("needy", NOON, NOON + 900) == 1


def test_a_counting_meter_needs_no_value(books: Histories) -> None:
    assert books.total("counted_wrong", NOON, NOON + 900) == 1


@pytest.mark.parametrize(("formula", "total"), [("count", 3), ("unique_count", 2)])
def test_what_a_meter_counts_may_be_too_large_to_add_up(
    books: Histories, formula: str, total: int
) -> None:
    assert books.total(f"wide_{formula}", NOON, NOON + 900) == total
    assert books.total(f"wide_{formula}", NOON, NOON + 60) == total


def test_a_value_under_a_key_of_its_own_is_exact(books: Histories) -> None:
    assert books.total("textual", NOON, NOON + 900) == Decimal("0.8")  # 0.1 + 0.2 + 1 - 0.5


@pytest.mark.parametrize(("text", "value"), EXPONENTS.items())
def test_a_value_under_a_key_of_its_own_may_have_an_exponent(
    books: Histories, text: str, value: str
) -> None:
    place = list(EXPONENTS).index(text)
    assert books.total("floating", NOON + 60 * place, NOON + 60 * place + 60) == Decimal(value)


def test_texts_that_look_like_numbers_with_exponents_are_told_apart(books: Histories) -> None:
    assert books.total("hashed", NOON, NOON + 900) == 3


def test_an_error_names_the_value_and_what_to_do(books: Histories) -> None:
    found = books.rows(
        "select error_message from meter_event_errors "
        "where identifier in ('half dimensioned', 'textual text', 'no meter', 'unknown customer') "
        "order by identifier"
    )
    assert [text for (text,) in found] == [
        "The payload lacks the dimension 'model' that the meter declares.",
        "No meter has the event name 'unheard of'. Land the meter.",
        "The value under 'tokens' is '12a', not a decimal number.",
        "No such customer: 'cus_who'. Land the customer.",
    ]


def _payload_keys(made: Histories) -> None:
    made.meter("mapped", customer_payload_key="account")
    made.events(
        "mapped",
        [
            event(NOON, 4, payload={"account": "cus_mapped"}, stripe_customer_id="cus_other"),
            event(NOON, 5, identifier="unmapped", payload={"account": "cus_copies"}),
        ],
    )


def test_a_meter_finds_its_customer_under_its_own_payload_key(books: Histories) -> None:
    assert books.total("mapped", NOON, NOON + 900) == 4
    assert [
        found.aggregated_value
        for found in books.summaries("mapped", NOON, NOON + 900, None, customer="cus_copies")
    ] == [5]


def _retractions(made: Histories) -> None:
    made.meter("retracted")
    made.events(
        "retracted",
        [
            event(NOON, 1, identifier="first", received_at=NOON + 1),
            event(NOON, 2, identifier="alone", received_at=NOON + 1),
            event(NOON, 2, event_name="unheard of"),
        ],
        "retracted_batch",
    )
    made.events(
        "retracted",
        [
            event(NOON, 16, identifier="first", received_at=NOON + 2),
            event(NOON, 32, identifier="by key", received_at=NOON + 2),
        ],
        "retracted_kept",
    )
    made.retractions += [
        {"stream": "meter_events", "batch": "retracted_batch", "reason": "landed by mistake"},
        {"stream": "meter_events", "key": "by key", "reason": "a test event"},
    ]


def test_what_is_retracted_never_was_so_its_duplicate_counts(books: Histories) -> None:
    assert books.total("retracted", NOON, NOON + 900) == 16
    assert books.rows("select * from meter_event_errors where batch_id = 'retracted_batch'") == []


def test_every_landed_event_is_accounted_for_once(books: Histories) -> None:
    account = books.rows(
        "select sum(landed_count), sum(effective_count), sum(duplicate_count), "
        "sum(cancelled_count), sum(erroneous_count), sum(retracted_count) "
        "from meter_event_accounting"
    )[0]
    landed, effective, duplicate, cancelled, erroneous, retracted = map(int, account)
    assert landed == sum(len(rows) for _, rows in books.batches)
    assert (duplicate, cancelled, erroneous, retracted) == (999 + 2 + 2 + 1 + 1, 3 + 3, 22, 4)
    assert landed == effective + duplicate + cancelled + erroneous + retracted


def test_a_build_without_events_answers_nothing(tmp_path: Path) -> None:
    empty = Histories(tmp_path)
    empty.meter("idle")
    empty.build()
    assert empty.total("idle", NOON, NOON + 60) is None
    assert empty.rows("from meter_event_summaries") == []
    assert empty.rows("from intermediate.meter_events") == []
