"""The API over HTTP: keys, envelopes, headers, limits."""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import json
import re
import socket
import time
from collections.abc import Generator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import CommandLine
from tests.meterhouse._server import LIVE_KEY, TEST_KEY, Served, serving

ITEM = "si_BorealisMessages"
SUMMARIES = f"/v1/subscription_items/{ITEM}/usage_record_summaries"
RECORDS = f"/v1/subscription_items/{ITEM}/usage_records"
DRAFT = "/v1/invoices/in_EmberManualDraft"


@pytest.fixture(scope="module")
def http(served: Served) -> Generator[httpx.Client]:
    with served.client() as client:
        yield client


def error_of(response: httpx.Response) -> dict[str, str]:
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"type", "code", "message", "param", "doc_url"}
    assert "Traceback" not in response.text
    return body["error"]


def test_basic_and_bearer_keys_are_taken(served: Served) -> None:
    basic = base64.b64encode(f"{TEST_KEY}:".encode()).decode()
    for authorization in (f"Bearer {TEST_KEY}", f"bearer {TEST_KEY}", f"Basic {basic}"):
        answer = httpx.get(
            served.url + SUMMARIES, headers={"Authorization": authorization}, timeout=60
        )
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer sk_test_wrong", "Basic !!!", "Digest x", f"Bearer {TEST_KEY}x"],
)
def test_anyone_else_is_401_in_the_envelope(served: Served, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.get(served.url + SUMMARIES, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert error_of(answer)["type"] == "invalid_request_error"
    assert TEST_KEY not in answer.text


def test_a_live_key_sees_no_test_object(served: Served) -> None:
    with served.client(LIVE_KEY) as live:
        assert live.get("/v1/customers").json()["data"] == []
        assert live.get("/v1/customers/cus_AuroraLabs0001").status_code == 404
        assert live.get(SUMMARIES).status_code == 404
        assert live.get(DRAFT).status_code == 404
        assert live.get(f"{DRAFT}/lines").status_code == 404
        assert live.post(RECORDS, data={"quantity": "1"}).status_code == 404
        event = {"event_name": "x", "payload[value]": "1"}
        assert live.post("/v1/billing/meter_events", data=event).json()["livemode"] is True


def test_every_answer_says_which_build_and_version_it_is_from(http: httpx.Client) -> None:
    headers = http.get(SUMMARIES).headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == "2025-02-24.acacia"
    assert headers["Meterhouse-As-Of"] == "2026-04-15T00:00:00Z"
    assert headers["Meterhouse-Build"]
    assert headers["Content-Type"] == "application/json"


def test_an_unknown_path_is_404_and_another_method_405(http: httpx.Client) -> None:
    unknown = http.get("/v1/refunds")
    assert unknown.status_code == 404
    assert "Unrecognized request URL (GET: /v1/refunds)" in error_of(unknown)["message"]
    wrong = http.delete("/v1/customers/cus_AuroraLabs0001")
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "GET"
    assert "allowed: GET" in error_of(wrong)["message"]
    for path in ("/", "/v1", "//", "/v1//customers", "/v1/customers/"):
        assert http.get(path).status_code == 404


def test_a_body_too_long_is_413_and_of_another_type_415(http: httpx.Client) -> None:
    long = http.post(RECORDS, content=b"a=" + b"x" * (3 * 2**20), headers=_form())
    assert long.status_code == 413
    assert "too long" in error_of(long)["message"]
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        other = http.post(RECORDS, content=b"{}", headers={"Content-Type": content_type})
        assert other.status_code == 415
        error_of(other)
    packed = http.post(RECORDS, content=b"x", headers={**_form(), "Content-Encoding": "gzip"})
    assert packed.status_code == 415


def _form() -> dict[str, str]:
    return {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_query_too_long_is_414_and_too_many_parameters_400(http: httpx.Client) -> None:
    assert http.get(f"{SUMMARIES}?limit={'1' * 40_000}").status_code == 414
    many = "&".join(f"a{at}=1" for at in range(6000))
    answer = http.post(RECORDS, content=many.encode(), headers=_form())
    assert answer.status_code == 400
    assert "Too many parameters" in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=ten", "limit"),
        ("limit[gt]=1", "limit"),
        ("limit=1&limit[gt]=1", "limit"),
        ("%5D=1", "]"),
        ("a[b=1", "a[b"),
        ("expand[0][1]=a", "expand[0]"),
        ("expand[]=" + "a." * 6 + "b", "expand[0]"),
        ("expand[]=data.customer", "expand[0]"),
        ("starting_after=", "starting_after"),
    ],
)
def test_a_malformed_parameter_is_400_and_named(http: httpx.Client, query: str, param: str) -> None:
    answer = http.get(f"{SUMMARIES}?{query}")
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param


def test_text_that_is_not_utf_8_is_400(http: httpx.Client) -> None:
    for path in (f"{SUMMARIES}?limit=%ff", "/v1/customers/%ff"):
        answer = http.get(path)
        assert answer.status_code == 400
        error_of(answer)


def test_an_escaped_slash_stays_within_an_id(http: httpx.Client) -> None:
    answer = http.get("/v1/customers/a%2Fb%20c")
    assert answer.status_code == 404
    assert error_of(answer)["message"] == "No such customer: 'a/b c'"


def test_a_post_under_one_key_is_done_once_and_answered_alike(http: httpx.Client) -> None:
    key = {"Idempotency-Key": "http-once"}
    first = http.post(RECORDS, data={"quantity": "3"}, headers=key)
    second = http.post(RECORDS, data={"quantity": "3"}, headers=key)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    other = http.post(RECORDS, data={"quantity": "4"}, headers=key)
    assert other.status_code == 400
    assert error_of(other)["type"] == "idempotency_error"
    refused = http.post(RECORDS, data={"quantity": "-1"}, headers={"Idempotency-Key": "free"})
    assert refused.status_code == 400
    assert http.post(
        RECORDS, data={"quantity": "1"}, headers={"Idempotency-Key": "free"}
    ).is_success
    long = http.post(RECORDS, data={"quantity": "1"}, headers={"Idempotency-Key": "k" * 256})
    assert long.status_code == 400


def test_each_mode_has_event_identifiers_of_its_own(served: Served) -> None:
    event = {
        "event_name": "api_requests",
        "identifier": "the_same_in_both_modes",
        "payload[stripe_customer_id]": "cus_AuroraLabs0001",
        "payload[value]": "1",
    }
    for key in (TEST_KEY, LIVE_KEY):
        with served.client(key) as http:
            assert http.post("/v1/billing/meter_events", data=event).status_code == 200
            again = http.post("/v1/billing/meter_events", data=event)
            assert again.status_code == 400
            assert again.json()["error"]["message"] == (
                "An event already exists with identifier the_same_in_both_modes."
            )


def test_each_mode_has_idempotency_keys_of_its_own(served: Served) -> None:
    key = {"Idempotency-Key": "of-both-modes"}
    event = {"event_name": "api_requests", "payload[stripe_customer_id]": "cus_AuroraLabs0001"}
    for mode, is_live in ((TEST_KEY, False), (LIVE_KEY, True)):
        with served.client(mode) as client:
            first, second = (
                client.post("/v1/billing/meter_events", data=event, headers=key) for _ in range(2)
            )
            assert first.status_code == 200, first.text
            assert first.json()["livemode"] is is_live
            assert second.content == first.content
            other = client.post(
                "/v1/billing/meter_events", data={**event, "timestamp": "1"}, headers=key
            )
            assert error_of(other)["type"] == "idempotency_error"
            assert "'of-both-modes'" in error_of(other)["message"]


def test_many_calls_at_once_are_each_taken_once(served: Served) -> None:
    def create(at: int) -> str:
        with served.client() as client:
            answer = client.post(
                RECORDS, data={"quantity": str(at)}, headers={"Idempotency-Key": f"at-once-{at}"}
            )
            assert answer.status_code in (200, 409), answer.text
            return answer.json().get("id", "")

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(create, [at % 20 for at in range(60)]))
    assert len({each for each in ids if each}) == 20


def test_the_newest_version_has_the_newest_shape_of_lines(http: httpx.Client) -> None:
    basil = {"Stripe-Version": "2025-03-31.basil"}
    answer = http.get(DRAFT, headers=basil)
    assert answer.headers["Stripe-Version"] == "2025-03-31.basil"
    invoice = answer.json()
    line = invoice["lines"]["data"][0]
    assert line["parent"]["type"] == "invoice_item_details"
    assert line["taxes"] == []
    assert not {"price", "type", "proration", "tax_amounts", "amount_excluding_tax"} & set(line)
    assert "subscription" not in invoice
    assert invoice["parent"] is None
    listed = http.get(f"{DRAFT}/lines", headers=basil).json()["data"][0]
    assert listed == line
    old = http.get(DRAFT, headers={"Stripe-Version": "2023-08-16"}).json()["lines"]["data"][0]
    assert old["type"] == "invoiceitem"
    wrong = http.get(DRAFT, headers={"Stripe-Version": "newest"})
    assert error_of(wrong)["message"] == "Invalid Stripe API version: newest"


def test_the_second_api_takes_json_alone(http: httpx.Client) -> None:
    path = "/v2/billing/meter_events"
    event = {"event_name": "gpu_seconds", "payload": {"value": "1.50", "stripe_customer_id": "c"}}
    answer = http.post(path, json=event)
    assert answer.json()["payload"]["value"] == "1.5"
    assert answer.json()["timestamp"] == "2026-04-15T00:00:00.000Z"
    assert http.post(path, data={"event_name": "x"}).status_code == 415
    for text in (b"{", b"[]", b"\xff", b'{"event_name":"a","event_name":"b"}', b"[" * 5000):
        broken = http.post(path, content=text, headers={"Content-Type": "application/json"})
        assert broken.status_code == 400
        error_of(broken)
    early = {**event, "timestamp": "2026-01-01T00:00:00Z"}
    refused = error_of(http.post(path, json=early))
    assert refused["message"].startswith("The event timestamp cannot be more than 35 days in past.")


def test_health_metrics_and_the_document_need_no_key(served: Served) -> None:
    with served.client(None) as client:
        health = client.get("/healthz")
        assert health.json()["status"] == "ok"
        metrics = client.get("/metrics")
        assert metrics.headers["Content-Type"].startswith("text/plain")
        assert "meterhouse_requests_total{" in metrics.text
        assert f'build="{health.json()["build"]}"' in metrics.text
        document = client.get("/openapi.json").json()
        assert document["openapi"] == "3.1.0"
        assert "/v1/invoices/{invoice}/add_lines" in document["paths"]


def test_the_access_log_is_json_and_tells_no_secret(served: Served, http: httpx.Client) -> None:
    request_id = http.get(f"{SUMMARIES}?limit=1").headers["Request-Id"]
    http.get(f"{SUMMARIES}?limit=1")
    while not (found := [each for each in list(served.log) if request_id in each]):
        # Lines are written many at once, a little after their requests.
        time.sleep(0.01)
    line = json.loads(found[0])
    assert line["route"] == "/v1/subscription_items/{subscription_item}/usage_record_summaries"
    assert line["status"] == 200
    assert line["key"] == "sk_test_****p7dc"
    assert TEST_KEY not in "".join(served.log)


def test_each_of_many_requests_at_once_has_its_line_in_the_access_log(served: Served) -> None:
    agent = "café/1"

    def ask(at: int) -> str:
        with served.client() as client:
            asked = client.get(f"/v1/nothing/{at}", headers={"User-Agent": agent.encode("latin-1")})
            return asked.headers["Request-Id"]

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(ask, range(40)))
    lines: list[dict[str, object]] = []
    while len(lines) < len(ids):
        time.sleep(0.01)
        logged = [json.loads(each) for each in list(served.log) if each.startswith("{")]
        lines = [line for line in logged if line["request_id"] in ids]
    assert sorted(str(line["request_id"]) for line in lines) == sorted(ids)
    assert {line["path"] for line in lines} == {f"/v1/nothing/{at}" for at in range(40)}
    assert {(line["status"], line["user_agent"]) for line in lines} == {(404, agent)}


def test_a_body_may_arrive_in_pieces_but_not_without_end(served: Served) -> None:
    address = urlsplit(served.url)
    event = b"event_name=calls&payload[value]=1"
    head = (
        f"POST /v1/billing/meter_events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {TEST_KEY}\r\nContent-Length: {len(event)}\r\n\r\n"
    ).encode()
    answers: list[bytes] = []
    for pieces in ([event[:9], event[9:]], [event[:9]]):
        with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
            raw.sendall(head)
            for piece in pieces:
                time.sleep(0.2)
                raw.sendall(piece)
            answers.append(raw.recv(2**16))
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 200", b"HTTP/1.1 408"]


def test_a_client_that_hangs_up_or_talks_nonsense_harms_nobody(
    served: Served, http: httpx.Client
) -> None:
    address = urlsplit(served.url)
    for sent in (
        b"nonsense\r\n\r\n",
        b"POST /v1/invoices HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"GET /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
    ):
        with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
            raw.sendall(sent)
    assert http.get("/healthz").status_code == 200


def test_requests_sent_without_waiting_are_answered_in_their_order(served: Served) -> None:
    address = urlsplit(served.url)
    head = f"Host: x\r\nAuthorization: Bearer {TEST_KEY}\r\n"
    event = "event_name=calls&payload[value]=many"
    sent = (
        f"GET /v1/customers?limit=1 HTTP/1.1\r\n{head}\r\n"
        f"HEAD /v1/customers HTTP/1.1\r\n{head}\r\n"
        f"POST /v1/billing/meter_events HTTP/1.1\r\n{head}Expect: 100-continue\r\n"
        f"Content-Length: {len(event)}\r\n\r\n{event}"
        f"GET /v1/nothing HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    )
    answer = b""
    with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
        raw.sendall(sent.encode())
        while piece := raw.recv(2**16):
            answer += piece
    heads = re.findall(r"HTTP/1.1 (\d+) [^{]*?\r\n\r\n", answer.decode())
    assert heads == ["200", "405", "100", "400", "404"]
    *others, last = answer.decode().split("HTTP/1.1 ")
    assert "connection: close\r\n" in last
    assert not any("connection:" in other for other in others)
    for each in (others[1], others[4], last):
        top, _, body = each.partition("\r\n\r\n")
        assert f"content-length: {len(body)}\r\n" in f"{top}\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /v1/customers HTTP/9.9\r\n\r\n", 400),
        (b"GET /v1/customers?email=%b HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 2**17), 414),
    ],
)
def test_what_is_not_http_is_refused_in_the_envelope(
    served: Served, sent: bytes, status: int
) -> None:
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
        raw.sendall(sent)
        answer = HTTPResponse(raw)
        answer.begin()
        error = json.loads(answer.read())["error"]
    assert (answer.status, error["type"]) == (status, "invalid_request_error")


def test_a_head_without_an_end_is_refused(served: Served, http: httpx.Client) -> None:
    address = urlsplit(served.url)
    answer = b""
    with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
        raw.sendall(b"GET /v1/customers HTTP/1.1\r\nHost: x\r\nX-Long: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(500):
                raw.sendall(b"x" * 2**17)
        with contextlib.suppress(ConnectionError):
            answer = raw.recv(100)
    assert answer[:12] in (b"HTTP/1.1 400", b"")
    long = http.get("/v1/customers", headers={"X-Long": "x" * 2**15})
    assert long.status_code == 200


def test_it_refuses_to_start_without_a_key(cli: CommandLine, sample_home: Path) -> None:
    said = cli("--home", sample_home, "serve", "--port", "0")
    assert said.exit_code == 2
    assert "There is no API key" in said.stderr
    everywhere = cli("--home", sample_home, "serve", "--host", "0.0.0.0", "--insecure-loopback")
    assert everywhere.exit_code == 2
    assert "needs an API key" in everywhere.stderr
    short = cli("--home", sample_home, "serve", METERHOUSE_API_KEYS="sk_test_short")
    assert short.exit_code == 2
    assert "sk_test_short" not in short.stderr


def test_a_key_file_that_others_may_read_is_refused(
    cli: CommandLine, sample_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{TEST_KEY}  # nightly\n")
    file.chmod(0o644)
    said = cli("--home", sample_home, "serve", "--port", "0", "--keys-file", file)
    assert said.exit_code == 2
    assert "chmod 600" in said.stderr
    file.chmod(0o600)
    with (
        serving(sample_home, "--keys-file", str(file), keys=None) as server,
        server.client() as client,
    ):
        assert client.get("/v1/customers").status_code == 200
        assert client.get("/v1/customers", headers={"Authorization": "x"}).status_code == 401


def test_an_open_server_answers_the_loopback_alone_and_limits_its_rate(
    sample_home: Path,
) -> None:
    options = ("--insecure-loopback", "--rate-limit", "3")
    with serving(sample_home, *options, keys=None) as server, server.client(None) as client:
        assert client.get("/v1/customers").status_code == 200
        foreign = client.get("/v1/customers", headers={"Host": "evil.example"})
        assert foreign.status_code == 403
        answers = [client.get("/v1/coupons") for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert refused[0].headers["Retry-After"] == "1"
        assert error_of(refused[0])["code"] == "rate_limit"
