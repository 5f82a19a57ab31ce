"""Why a row may be rejected: every reason code, and what it says."""

from __future__ import annotations

from typing import Final

__all__ = ["REASONS"]

REASONS: Final[dict[str, str]] = {
    "invalid_encoding": "The row is not UTF-8.",
    "invalid_json": "The row is not JSON.",
    "duplicate_key": "The row names a key twice, so that it is unclear which value counts.",
    "too_deep": "The row nests too deeply to be read.",
    "not_an_object": "The row is JSON, but not an object.",
    "wrong_object": "The row says that it is a Stripe object of another kind.",
    "ragged_row": "The row has more or fewer fields than the header.",
    "unclosed_quote": "A quote is never closed, so that the rest of the file is one field.",
    "missing_field": "A required field is absent, null or empty.",
    "not_text": "The field must be text.",
    "not_a_number": "The field is not a decimal number.",
    "not_an_integer": "The field is not a whole number.",
    "number_out_of_range": "The number has more digits than the column holds exactly: 26 before "
    "the point and 12 after it, or 64 bits for an integer.",
    "below_minimum": "The number lies below the allowed minimum.",
    "not_a_boolean": "The field is neither true nor false.",
    "not_a_timestamp": "The field is neither seconds since 1970 nor ISO 8601.",
    "timestamp_out_of_range": "The instant lies before 1970 or after 9999.",
    "local_time_ambiguous": "The local time occurs twice in its time zone.",
    "local_time_absent": "The local time does not occur in its time zone.",
    "not_a_list": "The field must be a list.",
    "not_a_map": "The field must be an object.",
    "not_allowed": "The value is none of those allowed.",
    "too_long": "The text is longer than allowed.",
    "too_old": "The event lies more than 35 days before its receipt; --backfill lifts this rule.",
    "in_the_future": "The event lies more than 300 seconds after its receipt.",
    "wrong_order": "The second of two instants comes before the first.",
}
