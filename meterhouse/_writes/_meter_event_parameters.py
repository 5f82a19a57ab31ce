"""What meter events and their adjustments take, in the first API and the second alike."""

from __future__ import annotations

from typing import Final

from queries import Choice, Parameter, Parameters, Text, TextMap

EVENT_NAME_TEXT: Final = Text(100)
IDENTIFIER_TEXT: Final = Text(100)
PAYLOAD_MAP: Final = TextMap(longest_key=100, may_be_unset=False)

EVENT_NAME = Parameter(
    "event_name", EVENT_NAME_TEXT, "The name of the event: the meter's event_name.", required=True
)
IDENTIFIER = Parameter(
    "identifier",
    IDENTIFIER_TEXT,
    "The event's own identifier, unique within 24 hours; made here where absent.",
)
PAYLOAD = Parameter(
    "payload",
    PAYLOAD_MAP,
    "Whom and how much, by the meter's keys: stripe_customer_id and value by default.",
    required=True,
)
CANCEL = Parameter(
    "cancel",
    Parameters(
        Parameter("identifier", Text(100), "The event to take back.", required=True),
    ),
    "Which event is taken back.",
    required=True,
)
CANCEL_TYPE = Parameter("type", Choice(("cancel",)), "What to do: cancel.", required=True)
