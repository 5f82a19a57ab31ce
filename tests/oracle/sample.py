"""The sample read from its files into the oracle's own words, without anything of the warehouse."""

from __future__ import annotations

import csv
import gzip
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.oracle.invoices import InvoiceItem, Item, Subscription
from tests.oracle.meters import Adjustment, Meter, MeterEvent
from tests.oracle.periods import instant
from tests.oracle.pricing import Price, Tier
from tests.oracle.usage import UsageRecord

__all__ = ["Sample", "read_sample"]

_DECIMAL = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?")
_WHOLE = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Rejected:
    stream: str
    file: str
    row: int  # from 1, the header of a CSV file not counted
    reason: str


@dataclass(frozen=True)
class Sample:
    as_of: int
    customers: dict[str, dict[str, Any]]
    prices: dict[str, Price]
    meters: tuple[Meter, ...]
    subscriptions: tuple[Subscription, ...]
    invoice_items: tuple[InvoiceItem, ...]  # the pending ones
    billed_invoices: tuple[dict[str, Any], ...]
    usage_records: tuple[UsageRecord, ...]
    meter_events: tuple[MeterEvent, ...]
    adjustments: tuple[Adjustment, ...]
    rejected: tuple[Rejected, ...]
    landed: dict[str, int]


def _objects(folder: Path, stream: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((folder / stream).glob("*.json")):
        found += json.loads(path.read_text(encoding="utf-8"), parse_float=str)["data"]
    return found


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode().splitlines()


def _amount(value: str | int | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _price(found: dict[str, Any]) -> Price:
    tiers = tuple(
        Tier(
            tier["up_to"],
            _amount(tier["unit_amount_decimal"]),
            _amount(tier["flat_amount_decimal"]),
        )
        for tier in found.get("tiers", ())
    )
    package = found["transform_quantity"] or {}
    return Price(
        found["currency"],
        _amount(found["unit_amount_decimal"]),
        found["tiers_mode"],
        tiers,
        package.get("divide_by"),
        package.get("round"),
    )


def _item(
    row: dict[str, Any], prices: dict[str, dict[str, Any]], products: dict[str, dict[str, Any]]
) -> Item:
    price = prices[row["price"]["id"]]
    product, recurring = products[price["product"]], price["recurring"]
    return Item(
        id=row["id"],
        price_id=price["id"],
        product=product["name"],
        price=_price(price),
        usage_type=recurring["usage_type"],
        interval=recurring["interval"],
        interval_count=recurring["interval_count"],
        unit_label=product["unit_label"],
        aggregate_usage=recurring["aggregate_usage"],
        meter=recurring["meter"],
        quantity=row.get("quantity", 1),
    )


def _subscription(found: dict[str, Any], items: tuple[Item, ...]) -> Subscription:
    return Subscription(
        id=found["id"],
        customer=found["customer"],
        currency=found["currency"],
        anchor=found["billing_cycle_anchor"],
        start=found["start_date"],
        items=items,
        trial_end=found["trial_end"],
        end=found["ended_at"] or found["cancel_at"],
    )


def _invoice_item(found: dict[str, Any]) -> InvoiceItem:
    return InvoiceItem(
        id=found["id"],
        customer=found["customer"],
        currency=found["currency"],
        amount=found["amount"],
        date=found["date"],
        description=found["description"],
        period=(found["period"]["start"], found["period"]["end"]),
        unit_amount=Fraction(found["unit_amount_decimal"]),
        quantity=found["quantity"],
        subscription=found["subscription"],
        price_id=found["price"]["id"],
    )


def _meter(found: dict[str, Any]) -> Meter:
    return Meter(
        id=found["id"],
        event_name=found["event_name"],
        formula=found["default_aggregation"]["formula"],
        event_time_window=found["event_time_window"],
        customer_key=found["customer_mapping"]["event_payload_key"],
        value_key=found["value_settings"]["event_payload_key"],
        is_active=found["status"] == "active",
        livemode=found["livemode"],
    )


def _record(row: dict[str, Any]) -> UsageRecord:
    return UsageRecord(
        id=row["id"],
        subscription_item=row["subscription_item"],
        timestamp=int(row["timestamp"]),
        quantity=Fraction(row["quantity"]),
        action=row["action"],
        received_at=int(row["received_at"]),
        received_sequence=int(row["received_sequence"]),
    )


def _fault_of_record(row: dict[str, Any]) -> str | None:
    """Return why a usage record cannot land: `quantity` is a whole number, 0 or more."""
    quantity = str(row["quantity"])
    if quantity.startswith("-"):
        return "quantity below 0"
    if not _WHOLE.fullmatch(quantity):
        return "quantity not whole"
    return None if row["action"] in ("increment", "set") else "unknown action"


def _fault_of_event(line: str) -> str | None:
    """Return why a meter event cannot land: exact to 12 places, a name, a time, not ahead."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return "not JSON"
    if "event_name" not in row:
        return "no event name"
    if not isinstance(row["timestamp"], int):
        return "not a timestamp"
    if row["timestamp"] > row["created"] + 300:
        return "ahead of its receipt"
    value = row["payload"].get("value")
    if value is None or _DECIMAL.fullmatch(value):
        return None
    return "too many digits" if re.fullmatch(r"-?[0-9.]+", value) else "not a number"


def _event(batch: str, number: int, row: dict[str, Any]) -> MeterEvent:
    return MeterEvent(
        batch=batch,
        row=number,
        event_name=row["event_name"],
        timestamp=row["timestamp"],
        received_at=row["created"],
        received_sequence=number,
        payload=row["payload"],
        identifier=row["identifier"],
        livemode=row["livemode"],
    )


def _usage_records(folder: Path) -> tuple[list[UsageRecord], list[Rejected]]:
    landed: list[UsageRecord] = []
    rejected: list[Rejected] = []
    for path in sorted((folder / "usage_records").iterdir()):
        lines = _lines(path)
        rows = csv.DictReader(lines) if path.suffix == ".csv" else map(json.loads, lines)
        for number, row in enumerate(rows, start=1):
            fault = _fault_of_record(row)
            if fault is None:
                landed.append(_record(row))
            else:
                rejected.append(Rejected("usage_records", path.name, number, fault))
    return landed, rejected


def _meter_events(folder: Path) -> tuple[list[MeterEvent], list[Rejected]]:
    landed: list[MeterEvent] = []
    rejected: list[Rejected] = []
    for path in sorted((folder / "meter_events").iterdir()):
        for number, line in enumerate(_lines(path), start=1):
            fault = _fault_of_event(line)
            if fault is None:
                landed.append(_event(path.name, number, json.loads(line)))
            else:
                rejected.append(Rejected("meter_events", path.name, number, fault))
    return landed, rejected


def _adjustments(folder: Path) -> list[Adjustment]:
    lines = [
        line
        for path in sorted((folder / "meter_event_adjustments").iterdir())
        for line in _lines(path)
    ]
    rows = [json.loads(line) for line in lines]
    return [Adjustment(r["event_name"], r["cancel"]["identifier"], r["created"]) for r in rows]


def read_sample(folder: Path) -> Sample:
    """Return everything of the sample, with the rows that cannot land kept apart."""
    products = {found["id"]: found for found in _objects(folder, "products")}
    prices = {found["id"]: found for found in _objects(folder, "prices")}
    records, rejected_records = _usage_records(folder)
    events, rejected_events = _meter_events(folder)
    adjustments = _adjustments(folder)
    listed = {
        path.name: len(_objects(folder, path.name))
        for path in sorted(folder.iterdir())
        if path.is_dir() and list(path.glob("*.json"))
    }
    subscriptions = [
        _subscription(found, tuple(_item(row, prices, products) for row in found["items"]["data"]))
        for found in _objects(folder, "subscriptions")
    ]
    return Sample(
        as_of=instant((folder / "as_of.txt").read_text(encoding="utf-8").strip()),
        customers={found["id"]: found for found in _objects(folder, "customers")},
        prices={name: _price(found) for name, found in prices.items()},
        meters=tuple(_meter(found) for found in _objects(folder, "meters")),
        subscriptions=tuple(sorted(subscriptions, key=lambda found: found.start)),
        invoice_items=tuple(
            _invoice_item(found)
            for found in _objects(folder, "invoice_items")
            if found["invoice"] is None
        ),
        billed_invoices=tuple(_objects(folder, "billed_invoices")),
        usage_records=tuple(records),
        meter_events=tuple(events),
        adjustments=tuple(adjustments),
        rejected=(*rejected_records, *rejected_events),
        landed={
            **listed,
            "usage_records": len(records),
            "meter_events": len(events),
            "meter_event_adjustments": len(adjustments),
        },
    )
