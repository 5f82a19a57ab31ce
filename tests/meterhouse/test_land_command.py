"""`meterhouse land`: what it prints, and how it ends."""

from __future__ import annotations

import json

from foundation import project_dir

_SAMPLE = project_dir() / "sample"
_BAD = _SAMPLE / "meter_events" / "bad_rows.ndjson"
_GOOD = _SAMPLE / "meter_events" / "2026-03.ndjson"


def test_rows_that_land_end_with_0_and_say_so_once(run):
    said = run("land", "meter_events", _GOOD)
    assert (said.exit_code, said.stdout) == (0, "")
    assert "418" in said.stderr
    again = run("land", "meter_events", _GOOD)
    assert again.exit_code == 0
    assert "nothing was changed" in again.stderr


def test_rejected_rows_end_with_1_and_say_why(run):
    said = run("land", "meter_events", _BAD)
    assert said.exit_code == 1
    assert "1 rejected as not_a_timestamp" in said.stderr
    assert "line 4: event_at is 'yesterday'" in said.stderr
    assert run("land", "--rejected").exit_code == 1


def test_json_on_standard_output(run):
    said = run("land", "meter_events", _BAD, "--format", "json")
    (batch,) = json.loads(said.stdout)
    assert (batch["read"], batch["accepted"], sum(batch["rejected"].values())) == (7, 0, 7)


def test_a_dry_run_makes_no_home(run, tmp_path):
    said = run("land", "meter_events", _GOOD, "--dry-run")
    assert said.exit_code == 0
    assert '"event_name":' in said.stderr
    assert not (tmp_path / "data").exists()


def test_wrong_usage_ends_with_2_and_names_the_next_command(run):
    for words, message in (
        (("land", "meter_event", _GOOD), "There is no stream 'meter_event'"),
        (("land", "meter_events", "absent.csv"), "There is no file absent.csv"),
        (("land", "meter_events"), "at least one file"),
        (("land", "meter_events", _GOOD, "--map", "absent.toml"), "no mapping file absent.toml"),
        (("land", "meter_events", _GOOD, "--rejected"), "name no files with it"),
        (("land", "customers", _GOOD, "--effective-at", "soon"), "--effective-at 'soon'"),
    ):
        said = run(*words)
        assert (said.exit_code, message in said.stderr) == (2, True), said.stderr


def test_nothing_rejected_is_said(run):
    run("land", "meter_events", _GOOD)
    said = run("land", "--rejected")
    assert (said.exit_code, said.stderr.strip()) == (0, "No rejected rows are open.")
