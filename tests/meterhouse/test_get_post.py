"""`meterhouse get` and `meterhouse post`: the API from the command line."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation import project_dir
from meterhouse import Warehouse
from tests.conftest import CommandLine, Said

ITEM = "/v1/subscription_items/si_BorealisMessages"
Run = Callable[..., Said]


def test_a_pipe_gets_the_very_json_of_the_api(
    run: Run, sample_home: Path, warehouse: Warehouse
) -> None:
    said = run("--home", sample_home, "get", f"{ITEM}/usage_record_summaries", "-d", "limit=2")
    expected = warehouse.request("GET", f"{ITEM}/usage_record_summaries", {"limit": "2"})
    assert (said.exit_code, said.stdout) == (0, expected.text + "\n")
    nested = run("--home", sample_home, "get", "/v1/customers?limit=2", "-d", "created[gte]=0")
    assert len(json.loads(nested.stdout)["data"]) == 2
    without = run("--home", sample_home, "get", "v1/customers", "-d", "limit=1")
    assert json.loads(without.stdout)["has_more"] is True


def test_a_table_shows_what_tells_most(run: Run, sample_home: Path) -> None:
    said = run("--home", sample_home, "get", f"{ITEM}/usage_record_summaries", "--format", "table")
    assert said.exit_code == 0
    assert said.stdout.split()[:3] == ["period.start", "period.end", "total_usage"]
    assert "2026-04-30 09:30:00" in said.stdout
    invoice = run(
        "--home",
        sample_home,
        *("get", "/v1/invoices/upcoming", "-d", "customer=cus_CedarReports03"),
        *("--format", "table"),
    )
    assert "8750" in invoice.stdout
    assert "On-site training" in invoice.stdout
    more = run("--home", sample_home, "get", "/v1/prices", "-d", "limit=1", "--format", "table")
    assert "More follow: -d starting_after=price_" in more.stderr
    before = ("-d", "limit=1", "-d", "ending_before=price_TrainingUsd", "--format", "table")
    newer = run("--home", sample_home, "get", "/v1/prices", *before)
    assert "More follow: -d ending_before=price_TrainingJpy" in newer.stderr
    empty = run("--home", sample_home, "get", "/v1/subscription_schedules", "--format", "table")
    assert (empty.stdout, empty.stderr) == ("", "No objects.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("get", "/v1/customers/nope"), "No such customer: 'nope' (param: id)"),
        (("get", "/v1/customers", "-d", "limit=0"), "greater than or equal to 1"),
        (("get", "/v1/nowhere"), "Unrecognized request URL"),
        (("post", "/v1/customers"), "not allowed for /v1/customers; allowed: GET"),
    ],
)
def test_a_refusal_is_the_envelope_and_a_line_and_exits_with_2(
    run: Run, sample_home: Path, words: tuple[str, ...], message: str
) -> None:
    said = run("--home", sample_home, *words)
    assert said.exit_code == 2
    assert message in json.loads(said.stdout)["error"]["message"] + " (param: id)"
    assert message in said.stderr
    assert said.stderr.count("\n") == 1
    table = run("--home", sample_home, *words, "--format", "table")
    assert table.stdout == ""
    assert message in table.stderr


def test_wrong_usage_is_one_line(run: Run, sample_home: Path, tmp_path: Path) -> None:
    said = run("--home", sample_home, "get", "/v1/customers", "-d", "limit")
    assert said.exit_code == 2
    assert "'limit' is not name=value" in said.stderr
    nowhere = run("--home", tmp_path / "nowhere", "get", "/v1/customers")
    assert nowhere.exit_code == 2
    assert "Next: meterhouse build" in nowhere.stderr
    build = run("--home", sample_home, "get", "/v1/customers", "--build", "nope")
    assert build.exit_code == 2


def test_a_post_is_durable_in_the_next_process(cli: CommandLine, sample_copy: Path) -> None:
    draft = "/v1/invoices/in_EmberManualDraft"
    words = ("-d", "lines[0][amount]=5", "-d", "lines[0][description]=One more")
    said = cli("--home", sample_copy, "post", f"{draft}/add_lines", *words)
    assert said.exit_code == 0, said.stderr
    assert json.loads(said.stdout)["total"] == 1003
    read = cli("--home", sample_copy, "get", draft)
    assert read.stdout == said.stdout
    once = ("--idempotency-key", "k", "--as-of", "2026-04-15")
    first = cli("--home", sample_copy, "post", f"{ITEM}/usage_records", "-d", "quantity=5", *once)
    again = cli("--home", sample_copy, "post", f"{ITEM}/usage_records", "-d", "quantity=5", *once)
    assert first.exit_code == again.exit_code == 0, first.stderr
    assert first.stdout == again.stdout
    assert json.loads(first.stdout)["timestamp"] == 1776211200


def test_a_narrow_terminal_gets_every_field_whole(sample_home: Path) -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "meterhouse",
            "--home",
            str(sample_home),
            "get",
            "/v1/prices?limit=3",
        ],
        env={**os.environ, "COLUMNS": "60", "TERM": "dumb", "PYTHONPATH": str(project_dir())},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    assert ran.returncode == 0
    words = shown.decode().split()
    assert "…" not in words
    assert {"price_ApiRequest", "prod_ApiRequests004", "price_DataMigration", "graduated"} <= set(
        words
    )
