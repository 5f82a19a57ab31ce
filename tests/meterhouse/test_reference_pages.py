"""The `curl` lines of Stripe's reference pages, exactly as they stand, key and address swapped."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine
from tests.meterhouse._reference_pages import land_reference_pages
from tests.meterhouse._server import TEST_KEY, Served, serving

PAGES = Path(__file__).parents[3] / "shared" / "reference" / "seeds"
BUILT_FOR = "2024-03-29T00:00:00Z"
"""The day after the pages' event summaries."""
RECORDED_AT = "2019-10-16T19:00:45Z"
"""One second after the timestamp of the page's usage record."""

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def pages_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    home = folder / "home"
    land_reference_pages(home, folder / "inbox")
    said = CommandLine(folder)("--home", home, "build", "--as-of", BUILT_FOR)
    assert said.exit_code == 0, said.stderr
    return home


@pytest.fixture(scope="module")
def pages_server(pages_home: Path) -> Generator[Served]:
    with serving(pages_home, "--as-of", RECORDED_AT) as server:
        yield server


def commands() -> dict[str, str]:
    """Every curl command of the pages, by its method and path."""
    if not PAGES.exists():
        pytest.skip(f"{PAGES} is absent")
    found: dict[str, str] = {}
    for page in sorted(PAGES.glob("*.txt")):
        text = page.read_text().replace("\\\n", " ")
        for line in re.findall(r"^curl .*$", text, re.MULTILINE):
            path = re.search(r"api\.stripe\.com(\S+)", line)
            assert path is not None
            found[path[1]] = line
    return found


def ask(server: Served, path: str) -> dict[str, Any]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    line = commands()[path].replace("https://api.stripe.com", server.url)
    line = re.sub(r'"sk_test_[^"]*"', f'"{TEST_KEY}:"', line)
    ran = subprocess.run(["bash", "-c", f"{line} -s"], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_there_are_seven_commands() -> None:
    assert len(commands()) == 7


def test_usage_record_summaries(pages_server: Served) -> None:
    path = "/v1/subscription_items/si_E9xjsAhGRXCCWe/usage_record_summaries"
    answer = ask(pages_server, path)
    assert (answer["object"], answer["url"]) == ("list", path)
    assert len(answer["data"]) == 3
    assert answer["has_more"] is True
    newest = answer["data"][0]
    assert newest["total_usage"] == 1
    assert newest["invoice"] is None
    assert set(newest) == {
        "id",
        "object",
        "invoice",
        "livemode",
        "period",
        "subscription_item",
        "total_usage",
    }


def test_creating_a_usage_record(pages_server: Served) -> None:
    answer = ask(pages_server, "/v1/subscription_items/si_IutmSSymhsWA5i/usage_records")
    assert answer.pop("id").startswith("mbur_")
    assert answer == {
        "object": "usage_record",
        "livemode": False,
        "quantity": 100,
        "subscription_item": "si_IutmSSymhsWA5i",
        "timestamp": 1571252444,
    }


def test_meter_event_summaries(pages_server: Served) -> None:
    meter = "mtr_test_61Q8nQMqIFK9fRQmr41CMAXJrFdZ5MnA"
    answer = ask(pages_server, f"/v1/billing/meters/{meter}/event_summaries")
    assert answer["has_more"] is False
    assert answer["url"] == f"/v1/billing/meters/{meter}/event_summaries"
    shown = [
        (row["start_time"], row["end_time"], row["aggregated_value"]) for row in answer["data"]
    ]
    assert shown == [(1711659600, 1711663200, 15), (1711656000, 1711659600, 10)]


def test_upcoming_lines(pages_server: Served) -> None:
    answer = ask(pages_server, "/v1/invoices/upcoming/lines")
    line = answer["data"][0]
    assert line["id"].startswith("il_tmp_")
    assert (line["amount"], line["invoice_item"]) == (1000, "ii_1NtH5qBHO5VeT9SUzhbifVXt")
    assert line["type"] == "invoiceitem"


def test_adding_updating_and_removing_lines(pages_server: Served) -> None:
    draft = "/v1/invoices/in_1NuhUa2eZvKYlo2CWYVhyvD9"
    added = ask(pages_server, f"{draft}/add_lines")
    assert added["total"] == 998 + 998
    assert {"test description", "Canned Coffee"} <= {
        line["description"] for line in added["lines"]["data"]
    }
    updated = ask(pages_server, f"{draft}/update_lines")
    changed = next(
        line for line in updated["lines"]["data"] if line["id"] == "il_1NuhUa2eZvKYlo2CC98Fg3Bo"
    )
    assert changed["description"] == "test description"
    assert updated["total"] == added["total"]
    removed = ask(pages_server, f"{draft}/remove_lines")
    assert removed["total"] == 998
    assert len(removed["lines"]["data"]) == 2
