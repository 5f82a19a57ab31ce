"""Runs that follow each other, and what is called when one has ended."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Final

from foundation.errors import UsageError
from meterhouse._nightly_summary import RunSummary

__all__ = ["call_on_finish", "keep_running", "parse_interval"]

_INTERVAL: Final = re.compile(r"([1-9][0-9]{0,5})(s|m|h)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_LONGEST_CALL: Final = timedelta(minutes=5)


def parse_interval(text: str, *, option: str) -> timedelta:
    """Return the interval that `text` writes: a whole number and s, m or h, such as 60s.

    Raises:
        UsageError: it writes none; the message names `option`.
    """
    found = _INTERVAL.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{option} {text!r} is not an interval; allowed are whole seconds, minutes and hours.",
            next_command=f"{option} 60s",
        )
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def keep_running(run: Callable[[], None], interval: timedelta) -> None:
    """Call `run` again and again, `interval` after it began or at once where it took longer.

    Returns after SIGTERM or SIGINT: at once between two runs, else when the one under way has
    ended. A second SIGINT interrupts that too.
    """
    stopped = threading.Event()
    with _stopping(stopped):
        while not stopped.is_set():
            due = time.monotonic() + interval.total_seconds()
            run()
            stopped.wait(max(0, due - time.monotonic()))


def call_on_finish(command: str, summary: RunSummary) -> str | None:
    """Run a shell command with the summary on its standard input; return what went wrong, if so."""
    try:
        done = subprocess.run(
            command,
            shell=True,
            input=summary.line() + "\n",
            # Whatever bytes it says, the run it is told of has ended well.
            encoding="utf-8",
            errors="replace",
            capture_output=True,
            check=False,
            timeout=_LONGEST_CALL.total_seconds(),
        )
    except subprocess.TimeoutExpired:
        return f"--on-finish took longer than {_LONGEST_CALL} and was ended: {command}"
    except OSError as error:
        return f"--on-finish could not be run ({error}): {command}"
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        return f"--on-finish ended with {done.returncode}: {command}{said and f': {said}'}"
    return None


@contextmanager
def _stopping(stopped: threading.Event) -> Generator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
