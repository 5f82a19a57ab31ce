"""The demo: everything it prints is there, true, and the commands it names run as printed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import duckdb

from foundation import project_dir
from tests.conftest import CommandLine, Demo, Said

Run = Callable[..., Said]

HEADINGS = (
    "What landed",
    "What was rejected, and why",
    "What was built",
    "One subscription item by billing period: si_BorealisMessages",
    "One meter by hour, one customer, one day: mtr_sample_GpuSeconds001",
    "One draft invoice: Borealis Mail, 2026-02-28 to 2026-03-31",
    "Where it is",
    "Five commands to try next",
)


def section(demo: Demo, heading: str) -> list[str]:
    text = demo.said.stdout.split(f"\n{heading}\n", maxsplit=1)[1]
    following = HEADINGS[HEADINGS.index(heading) + 1 :]
    return text.split(f"\n{following[0]}\n" if following else "\0")[0].strip("\n").splitlines()


def test_every_page_is_shown_in_its_order_and_nothing_on_standard_error(demo: Demo) -> None:
    assert demo.said.exit_code == 0
    assert demo.said.stderr == ""
    shown = [line for line in demo.said.stdout.splitlines() if line in HEADINGS]
    assert tuple(shown) == HEADINGS


def test_what_landed_is_accounted_for_by_stream(demo: Demo) -> None:
    rows = [line.split() for line in section(demo, "What landed")[2:]]
    counts = {row[0]: tuple(map(int, (text.replace(",", "") for text in row[1:]))) for row in rows}
    assert counts["usage_records"] == (2, 148, 145, 3)
    assert counts["meter_events"] == (4, 1235, 1228, 7)
    streams = {path.name for path in (project_dir() / "sample").iterdir() if path.is_dir()}
    assert counts.keys() == streams
    assert all(read == accepted + rejected for _, read, accepted, rejected in counts.values())


def test_every_rejected_row_is_shown_with_its_line_and_reason(demo: Demo) -> None:
    rows = section(demo, "What was rejected, and why")[2:]
    assert len(rows) == 10
    assert rows[0].split()[:2] == ["2026-q1.csv", "124"]
    assert all(len(row.split(maxsplit=2)[2]) > 20 for row in rows)


def test_the_pages_show_what_the_published_file_holds(demo: Demo) -> None:
    periods = [line.split() for line in section(demo, HEADINGS[3])[2:]]
    assert [row[4] for row in periods] == ["567", "10,976", "1,647"]
    assert periods[0][-2:] == ["still", "open"]

    hours = [line.split() for line in section(demo, HEADINGS[4])[2:]]
    assert [int(row[2]) for row in hours] == [77, 82, 470, 659, 247, 786, 157]
    assert max(len(row[4]) for row in hours) == 30
    assert [len(row[4]) for row in hours] == [3, 3, 18, 25, 9, 30, 6]

    lines = section(demo, HEADINGS[5])
    assert lines[-1].split() == ["Total", "$134.74"]
    cents = [int(re.sub(r"\D", "", line.split()[-1])) for line in lines[2:-2] if line.strip()]
    assert sum(cents) == 13474


def test_the_file_it_names_opens_in_plain_duckdb(demo: Demo) -> None:
    (line,) = section(demo, "Where it is")
    with duckdb.connect(line.strip(), read_only=True) as connection:
        assert connection.execute("select count(*) from customers").fetchone() == (5,)


def test_the_five_commands_run_as_printed(demo: Demo, cli: CommandLine, sample_copy: Path) -> None:
    commands = [shlex.split(line) for line in section(demo, "Five commands to try next")]
    assert len(commands) == 5
    for words in commands:
        assert words[1:4] == ["-m", "meterhouse", "--home"]
        said = cli("--home", sample_copy, *words[5:])
        assert said.exit_code == 0, (words, said)
        assert said.stdout.strip() != ""


def test_a_second_run_changes_nothing(run: Run, sample_copy: Path) -> None:
    before = (sample_copy / "current").readlink()
    said = run("demo", "--home", sample_copy)
    assert said.exit_code == 0
    assert "It had landed before, so this time nothing changed." in said.stdout
    assert "published as it was" in said.stdout
    assert (sample_copy / "current").readlink() == before
    # What was rejected is still shown, from where it is kept.
    assert said.stdout.count("bad_rows.ndjson") == 7


def test_generated_events_land_build_and_are_the_same_every_time(run: Run, tmp_path: Path) -> None:
    said = run("demo", "--scale", "3000", "--home", tmp_path / "scale")
    assert said.exit_code == 0
    assert said.stdout.startswith("Published ")
    digest = "select count(*), sum(aggregated_value) from meter_event_summaries"
    asked = run("query", digest, "--home", tmp_path / "scale", "--format", "csv").stdout
    assert asked.splitlines()[1] != "0,"

    assert run("demo", "--home", tmp_path / "scale").exit_code == 2
