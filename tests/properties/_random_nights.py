"""What may come in one night over the sample: drawn by hypothesis, put into an inbox as files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from foundation import project_dir
from ingest import batches

__all__ = ["Deliveries", "Project", "happenings", "instant_of"]

Row = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

_MARCH, _MAY = 1772323200, 1777593600
_METERED = (
    ("gpu_seconds", "cus_AuroraLabs0001"),
    ("gpu_seconds", "cus_DeltaRender004"),
    ("gpu_seconds", "cus_of_nobody"),
    ("api_requests", "cus_AuroraLabs0001"),
)
_ITEMS = (
    "si_BorealisMessages",
    "si_BorealisStorage",
    "si_CedarReports",
    "si_DeltaConnections",
    "si_of_nobody",
)


@cache
def _sample(stream: str) -> tuple[Row, ...]:
    text = (project_dir() / "sample" / stream / f"{stream}.json").read_text("utf-8")
    return tuple(json.loads(text)["data"])


@dataclass
class Deliveries:
    """Writes files into the inbox of a home, and knows what has been sent before.

    Objects count as seen at the instant their file was written, so each file gets one of its own.
    """

    inbox: Path
    identifiers: list[str] = field(default_factory=list[str])
    sent: int = 0
    holds_old_events: bool = False

    def send(self, stream: str, rows: list[Row], written_at: int) -> None:
        """Put one file of rows into the inbox."""
        self.sent += 1
        folder = self.inbox / stream
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.sent:04d}.ndjson"
        # No file is one that came before; what no stream knows does not land.
        rows = [{**row, "sent": self.sent} for row in rows]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        seen_at = written_at - 86400 + self.sent
        os.utime(path, (seen_at, seen_at))

    def send_sample(self, written_at: int) -> None:
        """Put the sample into the inbox, as it lies in the project."""
        for path in sorted((project_dir() / "sample").glob("*/*")):
            target = self.inbox / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, (written_at, written_at))

    def batches(self) -> list[tuple[str, str]]:
        """The stream and id of each batch of usage that has landed."""
        lake = self.inbox.parent / "lake"
        return [
            (stream, batch.batch_id)
            for stream in ("meter_events", "usage_records")
            for batch in batches(lake, stream)
        ]

    def fresh(self, prefix: str) -> str:
        """An id that was not used before."""
        self.sent += 1
        return f"{prefix}{self.sent:05d}"


def _instants() -> st.SearchStrategy[int]:
    # On boundaries of periods and hours more often than chance would have it.
    return st.one_of(
        st.integers(_MARCH, _MAY),
        st.integers(_MARCH // 3600, _MAY // 3600).map(lambda hour: hour * 3600),
        st.sampled_from([1775001600, 1774949400, 1775833200, 1772323200]),
    )


def _meter_events(sent: Deliveries, draw: Draw, now: int) -> None:
    rows: list[Row] = []
    for name, customer in draw(st.lists(st.sampled_from(_METERED), min_size=1, max_size=6)):
        repeats = bool(sent.identifiers) and draw(st.integers(0, 4)) == 0
        identifier = draw(st.sampled_from(sent.identifiers)) if repeats else sent.fresh("evt_")
        sent.identifiers.append(identifier)
        at = min(draw(_instants()), now)
        rows.append(
            {
                "event_name": name,
                "identifier": identifier,
                "timestamp": at,
                "created": min(now, at + draw(st.integers(0, 30 * 86400))),
                "payload": {
                    "stripe_customer_id": customer,
                    "value": draw(st.sampled_from(["1", "2.5", "0.000001", "-3", "1000", "many"])),
                    "region": draw(st.sampled_from(["us-east", "eu-west"])),
                },
            }
        )
    sent.send("meter_events", rows, now)


def _cancellations(sent: Deliveries, draw: Draw, now: int) -> None:
    known = [*sent.identifiers, "aur-gpu-0411", "aur-gpu-0351", "never-sent"]
    row = {
        "event_name": draw(st.sampled_from(["gpu_seconds", "api_requests"])),
        "type": "cancel",
        "cancel": {"identifier": draw(st.sampled_from(known))},
        "created": now - draw(st.integers(0, 86400)),
    }
    sent.send("meter_event_adjustments", [row], now)


def _usage_records(sent: Deliveries, draw: Draw, now: int) -> None:
    rows = [
        {
            "id": sent.fresh("mbur_Night"),
            "subscription_item": item,
            "quantity": draw(st.integers(0, 2000)),
            "action": draw(st.sampled_from(["increment", "set"])),
            "timestamp": (at := min(draw(_instants()), now)),
            "received_at": min(now, at + draw(st.integers(0, 20 * 86400))),
            "received_sequence": draw(st.integers(1, 9)),
        }
        for item in draw(st.lists(st.sampled_from(_ITEMS), min_size=1, max_size=5))
    ]
    sent.send("usage_records", rows, now)


def _prices(sent: Deliveries, draw: Draw, now: int) -> None:
    priced = [each for each in _sample("prices") if not each["tiers_mode"]]
    price = deepcopy(draw(st.sampled_from(priced)))
    amount = draw(st.sampled_from(["1", "0.5", "1999", "0.083333333334"]))
    sent.send("prices", [{**price, "unit_amount": None, "unit_amount_decimal": amount}], now)


def _subscriptions(sent: Deliveries, draw: Draw, now: int) -> None:
    version = deepcopy(draw(st.sampled_from(_sample("subscriptions"))))
    change = draw(st.sampled_from(["quantities", "pause", "end"]))
    # A version with other quantities also resumes what was paused.
    if change == "quantities":
        for item in version["items"]["data"]:
            if item.get("quantity") is not None:
                item["quantity"] = draw(st.integers(1, 9))
    elif change == "pause":
        version["status"] = "paused"
    else:
        version |= {"status": "canceled", "canceled_at": now, "ended_at": now}
    sent.send("subscriptions", [version], now)


def _deleted(sent: Deliveries, draw: Draw, now: int) -> None:
    stream = draw(st.sampled_from(["customers", "products", "coupons"]))
    held = draw(st.sampled_from(_sample(stream)))
    row = {"id": held["id"], "object": held["object"], "deleted": True}
    sent.send(stream, [row], now)


def _invoice_items(sent: Deliveries, draw: Draw, now: int) -> None:
    item = deepcopy(draw(st.sampled_from(_sample("invoice_items"))))
    sent.send("invoice_items", [{**item, "id": sent.fresh("ii_Night")}], now)


def _closes(sent: Deliveries, draw: Draw, now: int) -> None:
    row = {
        "period_start": 1772323200,
        "period_end": 1775001600,
        "received_until": draw(st.integers(1775001600, now)),
        "received_at": now,
    }
    sent.send("period_closes", [row], now)


def _old_events(sent: Deliveries, draw: Draw, now: int) -> None:
    """Rejected as too old, until somebody lands them again as a backfill."""
    name, customer = draw(st.sampled_from(_METERED[:2]))
    row = {
        "event_name": name,
        "identifier": sent.fresh("evt_"),
        "timestamp": now - draw(st.integers(36, 60)) * 86400,
        "created": now,
        "payload": {"stripe_customer_id": customer, "value": "7"},
    }
    sent.send("meter_events", [row], now)
    sent.holds_old_events = True


def _retracted_batches(sent: Deliveries, draw: Draw, now: int) -> None:
    stream, batch = draw(st.sampled_from(sent.batches()))
    row = {"stream": stream, "batch": batch, "reason": "sent by mistake", "received_at": now}
    sent.send("retractions", [row], now)


def _meters(sent: Deliveries, draw: Draw, now: int) -> None:
    meter = deepcopy(draw(st.sampled_from(_sample("meters"))))
    if draw(st.booleans()):
        meter["default_aggregation"] = {"formula": draw(st.sampled_from(["sum", "count", "last"]))}
    else:
        meter |= {"status": "inactive", "status_transitions": {"deactivated_at": now}}
    sent.send("meters", [{**meter, "updated": now}], now)


def _retractions(sent: Deliveries, draw: Draw, now: int) -> None:
    keys = [("meter_events", key) for key in [*sent.identifiers, "aur-gpu-0411"]]
    keys += [("usage_records", "mbur_Sample00123"), ("usage_records", "mbur_Sample00001")]
    stream, key = draw(st.sampled_from(keys))
    row = {"stream": stream, "key": key, "reason": "a mistake", "received_at": now}
    sent.send("retractions", [row], now)


_HAPPENINGS = {
    "meter events": _meter_events,
    "cancellations": _cancellations,
    "usage records": _usage_records,
    "prices": _prices,
    "subscriptions": _subscriptions,
    "deleted objects": _deleted,
    "invoice items": _invoice_items,
    "closed periods": _closes,
    "retractions": _retractions,
    "retracted batches": _retracted_batches,
    "old events": _old_events,
    "meters": _meters,
}


# What `vars:` of dbt_project.yml may say otherwise, and so what a night may change.
_SETTINGS = (
    {"meter_event_identifier_window_days": 2},
    {"proration_behavior": "none"},
    {"subscription_item_created_together_seconds": 0},
    {"tax_rounding": "invoice"},
    {"usage_record_drift_grace_seconds": 0},
)


class Project:
    """A checkout whose models and settings a night may change; `restore` undoes all of it."""

    def __init__(self, folder: Path) -> None:
        self._model = folder / "models/marts/customers.sql"
        self._settings = folder / "dbt_project.yml"
        self._first = [(path, path.read_text("utf-8")) for path in (self._model, self._settings)]

    def change_a_model(self) -> None:
        """Say the same in other words, which nobody can know without building it."""
        with self._model.open("a", encoding="utf-8") as file:
            file.write("\n-- the same, in other words\n")

    def change_a_setting(self, draw: Draw) -> None:
        """Give one setting another value than its own, or give it back its own."""
        text = self._settings.read_text("utf-8")
        now = re.findall(r"^vars: (.*)$", text, re.MULTILINE)
        others = [json.dumps(each) for each in ({}, *_SETTINGS) if [json.dumps(each)] != now]
        given = draw(st.sampled_from(others))
        kept = re.sub(r"^vars: .*\n", "", text, flags=re.MULTILINE)
        self._settings.write_text(f"{kept}vars: {given}\n", "utf-8")

    def restore(self) -> None:
        """Be the project that it was."""
        for path, text in self._first:
            path.write_text(text, "utf-8")


def happenings() -> st.SearchStrategy[list[tuple[str, Callable[[Deliveries, Draw, int], None]]]]:
    """What one night brings: mostly usage, sometimes nothing at all."""
    often = st.sampled_from(["meter events", "usage records"])
    names = st.one_of(often, st.sampled_from(sorted(_HAPPENINGS)))
    return st.lists(names, max_size=8).map(
        lambda drawn: [(name, _HAPPENINGS[name]) for name in drawn]
    )


def instant_of(seconds: int) -> str:
    """Unix seconds as the command line takes an instant."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
