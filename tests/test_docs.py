"""Every command that the documentation shows runs, and prints what the documentation says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CommandLine

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """One command of a page, and what the page says it prints (None: it does not say)."""

    command: str
    prints: str | None


def commands_of(page: Path) -> Iterator[Shown]:
    """The commands of a page in order; a `text` block says what the command before it prints."""
    blocks = [(match["kind"], match["body"]) for match in _BLOCK.finditer(page.read_text("utf-8"))]
    for place, (kind, body) in enumerate(blocks):
        if kind != "sh":
            continue
        commands = body.strip().splitlines()
        following = blocks[place + 1] if place + 1 < len(blocks) else ("", "")
        for command in commands:
            is_last = command is commands[-1]
            yield Shown(command, following[1] if is_last and following[0] == "text" else None)


def words_of_table(text: str) -> list[list[str]]:
    """A printed table without its layout: a rule line is dropped, white space is folded."""
    return [line.split() for line in text.strip().splitlines() if set(line.strip()) != {"─"}]


@pytest.mark.shared
@pytest.mark.skipif(not DATA.is_dir(), reason="the Azure traces are not beside the checkout")
def test_the_tutorial_runs_as_written_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METERHOUSE_HOME", str(tmp_path / "data"))
    line = CommandLine(ROOT)
    shown = list(commands_of(ROOT / "docs" / "tutorial.md"))
    assert len(shown) >= 12
    for step in shown:
        words = shlex.split(step.command)
        assert words[0] == "meterhouse", step.command
        said = line(*words[1:])
        assert said.exit_code == 0, f"{step.command}\n{said.stdout}{said.stderr}"
        if step.prints is not None:
            # `land` tells people what landed on stderr; stdout is for data.
            printed = said.stdout or said.stderr
            assert words_of_table(printed) == words_of_table(step.prints), step.command


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "DECISIONS.md", *sorted((ROOT / "docs").glob("*.md"))]
    missing = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_a_decision_says_each_of_its_parts_once() -> None:
    decisions = re.split(r"^### ", (ROOT / "DECISIONS.md").read_text("utf-8"), flags=re.MULTILINE)
    twice = [
        (decision.splitlines()[0], part)
        for decision in decisions[1:]
        for part in ("Rule", "Why", "What", "Example", "Evidence", "What differs")
        if decision.count(f"**{part}.**") > 1
    ]
    assert twice == []
