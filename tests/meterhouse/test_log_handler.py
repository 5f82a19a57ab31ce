"""What is logged is written: soon, whole, in its order."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import time
from collections.abc import Generator

import pytest

from foundation import project_dir
from meterhouse.server._log_handler import SoonWritten

_PROGRAM = """
import logging, sys
from meterhouse.server._log_handler import SoonWritten
log = logging.getLogger("meterhouse.test")
log.setLevel("INFO")
log.addHandler(SoonWritten(sys.stderr))
for number in range(1000):
    log.info("line %d", number)
"""


class Refusing(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.fixture
def log() -> Generator[logging.Logger]:
    logger = logging.getLogger("meterhouse.test_of_lines")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield logger
    logger.handlers.clear()


def test_lines_are_written_soon_and_in_their_order(log: logging.Logger) -> None:
    stream = io.StringIO()
    log.addHandler(SoonWritten(stream))
    for number in range(100):
        log.info("line %d", number)
    while stream.getvalue().count("\n") < 100:
        time.sleep(0.01)
    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(100)]


def test_a_warning_is_written_at_once_and_after_what_came_before(log: logging.Logger) -> None:
    stream = io.StringIO()
    log.addHandler(SoonWritten(stream))
    log.info("before")
    log.warning("now")
    assert stream.getvalue() == "before\nnow\n"


def test_a_log_that_nobody_reads_stops_nothing(log: logging.Logger) -> None:
    log.addHandler(SoonWritten(Refusing()))
    log.warning("lost")
    log.info("lost too")


def test_nothing_is_lost_when_the_process_ends() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=project_dir(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr.splitlines() == [f"line {number}" for number in range(1000)]
