"""Every documented worked number is held by a test, or named as one that is not about sums."""

from __future__ import annotations

from tests.oracle import (  # these register the topics they take
    test_vectors_adjustments,  # noqa: F401
    test_vectors_pricing,  # noqa: F401
    test_vectors_usage,  # noqa: F401
)
from tests.oracle.vectors import TESTED, all_vectors

# These say how an answer or an error looks, which is no sum; the API's own tests read them.
OF_THE_API = {
    "errors",
    "invoice.add_lines",
    "invoice.update_lines.metadata",
    "meter_events.timestamp",
}


def test_no_vector_is_left_out() -> None:
    topics = {vector["topic"] for vector in all_vectors()}
    assert topics - TESTED == OF_THE_API
    assert len(all_vectors()) == 112
