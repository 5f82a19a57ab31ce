"""`meterhouse land --from-stripe`: an account pulled through the `stripe` package, as it stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest

from foundation import Home, decode_json_text
from ingest import batches, live_files
from meterhouse import Warehouse
from tests.conftest import CommandLine
from tests.meterhouse._server import TEST_KEY, serving

PULLED = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "meters": "billing.meter",
    "coupons": "coupon",
    "tax_rates": "tax_rate",
    "subscriptions": "subscription",
    "invoice_items": "invoiceitem",
    "credit_grants": "billing.credit_grant",
    "billed_invoices": "invoice",
}


def landed(home: Path, stream: str) -> dict[str, Any]:
    """What a stream holds of each object: its declared columns and the whole of it."""
    rows = [
        row
        for path in live_files(Home.open(home).lake, stream)
        for row in pq.read_table(path).to_pylist()
    ]
    found: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: (row["effective_at"], row["observed_at"])):
        for name in ("batch_id", "batch_row", "observed_at", "effective_at", "content_hash"):
            del row[name]
        del row["effective_at_is_assumed"]
        row["object_json"] = decode_json_text(row["object_json"])
        found[row["id"]] = row
    return found


def test_a_pull_from_our_own_server_gives_back_what_landed(
    sample_home: Path, warehouse: Warehouse, cli: CommandLine
) -> None:
    with serving(sample_home) as server:
        words = ("land", "--from-stripe", "--stripe-address", server.url)
        said = cli(*words, STRIPE_API_KEY=TEST_KEY)
        assert said.exit_code == 0, said.stderr
        again = cli(*words, STRIPE_API_KEY=TEST_KEY)
        whole = cli(*words, "--full-refresh", STRIPE_API_KEY=TEST_KEY)
    pulled = cli.folder / "data"
    for stream in PULLED:
        theirs, ours = landed(sample_home, stream), landed(pulled, stream)
        drafts = {each.id for each in warehouse.invoices.list(status="draft", limit=100)}
        computed = drafts - set(theirs) if stream == "billed_invoices" else set()
        assert set(ours) == set(theirs) | computed, stream
        for identifier, row in theirs.items():
            assert without_expansions(ours[identifier]) == without_expansions(row), identifier
    summaries = landed(pulled, "reported_usage_record_summaries")
    computed_ones = warehouse.sql("select id, total_usage, invoice_id from usage_record_summaries")
    assert {
        (each["id"], each["total_usage"], each["invoice"]) for each in summaries.values()
    } == set(computed_ones.iter_rows())
    # Asked again nothing is new, and what is as it was does not land a second time.
    assert "customers: 1 read, 0 new or changed, resumed" in again.stderr
    assert "customers: 5 read, 0 new or changed\n" in whole.stderr
    assert again.exit_code == whole.exit_code == 0
    for stream in (*PULLED, "reported_usage_record_summaries"):
        assert len(batches(Home.open(pulled).lake, stream)) <= 1, stream


def without_expansions(row: dict[str, Any]) -> dict[str, Any]:
    """A row, with the objects that a pull expands and a file may hold as ids folded."""

    def folded(value: Any, name: str = "") -> Any:
        if name == "discounts" and isinstance(value, list):
            return [each["id"] if isinstance(each, dict) else each for each in value]
        if isinstance(value, dict):
            return {key: folded(item, key) for key, item in value.items()}
        return [folded(item) for item in value] if isinstance(value, list) else value

    return folded(row)


class _Account(ThreadingHTTPServer):
    """A real HTTP server with an account of customers, that fails as often as it is told to."""

    def __init__(self, failures: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures = failures
        self.customers: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Account

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        self.server.asked.append((url.path, query))
        if self.server.failures:
            status = self.server.failures.pop(0)
            self._answer(status, {"error": {"type": "api_error", "message": f"failed {status}"}})
            return
        since = int(query.get("created[gte]", ["0"])[0])
        every = [each for each in self.server.customers if each["created"] >= since]
        every.sort(key=lambda each: -each["created"])
        after = query.get("starting_after", [""])[0]
        start = next((at + 1 for at, each in enumerate(every) if each.get("id") == after), 0)
        page = every[start : start + int(query["limit"][0])]
        self._answer(
            200,
            {
                "object": "list",
                "data": page,
                "has_more": start + len(page) < len(every),
                "url": url.path,
            },
        )

    def _answer(self, status: int, body: Any) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def account(failures: list[int]) -> Generator[tuple[_Account, str]]:
    with _Account(failures) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"cus_{number:04}",
        "object": "customer",
        "created": 1_700_000_000 + number,
        "livemode": False,
        **more,
    }


def test_a_pull_outlives_429_and_500_pages_through_and_resumes(cli: CommandLine) -> None:
    with account([429, 500, 503]) as (server, url):
        server.customers = [customer(number) for number in range(250)]
        words = ("land", "--from-stripe", "customers", "--stripe-address", url)
        said = cli(*words, STRIPE_API_KEY=TEST_KEY)
        assert said.exit_code == 0, said.stderr
        assert "customers: 250 read, 250 new or changed\n" in said.stderr
        assert len(server.asked) == 3 + 3
        server.asked.clear()
        server.customers += [customer(number) for number in (250, 251)]
        server.customers[3]["name"] = "Renamed"
        resumed = cli(*words, STRIPE_API_KEY=TEST_KEY)
        assert "customers: 3 read, 2 new or changed, resumed" in resumed.stderr
        assert server.asked[0][1]["created[gte]"] == [str(1_700_000_249)]
        whole = cli(*words, "--full-refresh", STRIPE_API_KEY=TEST_KEY)
        assert "customers: 252 read, 1 new or changed\n" in whole.stderr
    held = landed(cli.folder / "data", "customers")
    assert len(held) == 252
    assert held["cus_0003"]["name"] == "Renamed"


def test_an_interrupted_pull_leaves_nothing_of_the_list_it_was_at(cli: CommandLine) -> None:
    with account([]) as (server, url):
        server.customers = [customer(number) for number in range(150)]
        server.customers[20] = {"object": "customer", "created": 1_700_000_020}
        words = ("land", "--from-stripe", "customers", "--stripe-address", url)
        said = cli(*words, STRIPE_API_KEY=TEST_KEY)
        assert (said.exit_code, "answered no list of objects" in said.stderr) == (3, True)
        assert landed(cli.folder / "data", "customers") == {}
        server.customers[20] = customer(20)
        assert "150 new" in cli(*words, STRIPE_API_KEY=TEST_KEY).stderr


@pytest.mark.parametrize(
    ("words", "key", "message"),
    [
        ((), "", "STRIPE_API_KEY is not set"),
        ((), "pk_test_1", "begins with 'pk_'"),
        (("--stripe-address", "http://api.example.com"), TEST_KEY, "in the clear"),
        (("--stripe-address", "api.example.com"), TEST_KEY, "no address"),
        (("usage_records",), TEST_KEY, "usage_records is not pulled from Stripe"),
        (("customer",), TEST_KEY, "There is no stream 'customer'"),
        (("--effective-at", "2026-01-01"), TEST_KEY, "goes with --stripe-address"),
        (("--backfill",), TEST_KEY, "goes with --stripe-address and --full-refresh alone"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_next_command(
    cli: CommandLine, words: tuple[str, ...], key: str, message: str
) -> None:
    said = cli("land", "--from-stripe", *words, STRIPE_API_KEY=key)
    assert (said.exit_code, message in said.stderr) == (2, True), said.stderr
    assert "Next:" in said.stderr
    assert not (cli.folder / "data").exists()


def test_a_refused_key_is_named_but_not_shown(sample_home: Path, cli: CommandLine) -> None:
    wrong = "sk_test_0000000000000000000000WRNG"
    with serving(sample_home) as server:
        said = cli("land", "--from-stripe", "--stripe-address", server.url, STRIPE_API_KEY=wrong)
    assert (said.exit_code, "refused the key in STRIPE_API_KEY" in said.stderr) == (2, True)
    assert wrong not in said.stderr
