"""Usage records of subscriptions that ended or paused, over a home in which that landed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foundation import project_dir
from meterhouse import InvalidRequestError, Warehouse
from tests.conftest import CommandLine, copy_of_home

AT = 1776214800  # 15 April 2026, an hour after the sample's instant.
AS_OF = "2026-04-15T02:00:00Z"
VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "stripe-vectors.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, in which one subscription ended since and one is paused."""
    folder = tmp_path_factory.mktemp("stopped")
    copy = copy_of_home(sample_home, folder / "home")
    held = json.loads((project_dir() / "sample/subscriptions/subscriptions.json").read_text())
    versions = {version["id"]: version for version in held["data"]}
    stopped = [
        ("sub_BorealisMail02", {"status": "canceled", "canceled_at": AT, "ended_at": AT}),
        ("sub_CedarReports03", {"status": "paused"}),
    ]
    events = [
        {
            "id": f"evt_{identifier}",
            "object": "event",
            "type": "customer.subscription.updated",
            "created": AT,
            "data": {"object": {**versions[identifier], **change}},
        }
        for identifier, change in stopped
    ]
    path = folder / "events.ndjson"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    cli = CommandLine(folder)
    assert cli("--home", copy, "land", "subscriptions", path).exit_code == 0
    assert cli("--home", copy, "build", "--as-of", AS_OF).exit_code == 0
    return copy


def refusal(home: Path, item: str) -> InvalidRequestError:
    with Warehouse(home, as_of=AS_OF) as warehouse, pytest.raises(InvalidRequestError) as error:
        warehouse.subscription_items.usage_records.create(item, quantity=1)
    return error.value


def test_an_ended_subscription_takes_no_usage(home: Path) -> None:
    expected = next(each for each in VECTORS if each["id"] == "usage-canceled")["expected"]
    error = refusal(home, "si_BorealisMessages")
    assert (error.http_status, error.user_message) == (400, expected["error"]["message"])


def test_a_paused_subscription_takes_no_usage(home: Path) -> None:
    error = refusal(home, "si_CedarReports")
    assert error.http_status == 400
    assert "because the subscription is paused" in error.user_message


def test_a_paused_subscription_has_no_upcoming_invoice(home: Path) -> None:
    with Warehouse(home, as_of=AS_OF) as warehouse, pytest.raises(InvalidRequestError) as error:
        warehouse.invoices.upcoming(subscription="sub_CedarReports03")
    assert error.value.code == "invoice_upcoming_none"
