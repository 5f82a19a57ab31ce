"""Every endpoint that writes: what it takes, what it checks, what it lands."""

from meterhouse._writes._line_edits import EDIT_LINES
from meterhouse._writes._meter_event_stream import (
    CREATE_METER_EVENT_ADJUSTMENT_V2,
    CREATE_METER_EVENT_STREAM,
    CREATE_METER_EVENT_V2,
)
from meterhouse._writes._meter_events import CREATE_METER_EVENT, CREATE_METER_EVENT_ADJUSTMENT
from meterhouse._writes._usage_records import CREATE_USAGE_RECORD
from meterhouse._writes._write import Landing, Write, WriteRequest

__all__ = ["WRITES", "Landing", "Write", "WriteRequest"]

WRITES: tuple[Write, ...] = (
    CREATE_USAGE_RECORD,
    CREATE_METER_EVENT,
    CREATE_METER_EVENT_ADJUSTMENT,
    *EDIT_LINES,
    CREATE_METER_EVENT_V2,
    CREATE_METER_EVENT_ADJUSTMENT_V2,
    CREATE_METER_EVENT_STREAM,
)
"""One entry an endpoint."""
