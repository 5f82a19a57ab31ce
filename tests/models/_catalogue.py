"""What many lakes land alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["USED_METER"]

USED_METER: Final[Mapping[str, Any]] = {
    "id": "mtr_1",
    "event_name": "used",
    "status": "active",
    "default_aggregation_formula": "sum",
    "customer_payload_key": "stripe_customer_id",
    "value_payload_key": "value",
}
"""A meter that adds up the values of events named `used`."""
