"""The log of one run: on standard error as it goes, and whole in the folder of the run's build."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["LOG_NAME", "RunLog", "run_log"]

LOG_NAME: Final = "nightly.log"
_FORMAT: Final = "%(asctime)sZ %(levelname)s %(message)s"
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S"


class RunLog(logging.Handler):
    """Keeps what was said until the run has a build, and writes it into the build's folder then.

    A run lands files before it has a build; one that finds nothing new never has one.
    """

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(formatter)
        self._said: list[logging.LogRecord] = []
        self._file: logging.FileHandler | None = None

    def open(self, build: Path) -> None:
        """Write the log into `build`/logs from here on, what was said before it first."""
        self._close_file()
        (build / "logs").mkdir(exist_ok=True)
        self._file = logging.FileHandler(build / "logs" / LOG_NAME, encoding="utf-8")
        self._file.setFormatter(self.formatter)
        for record in self._said:
            self._file.emit(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, and write it where there is a file."""
        self._said.append(record)
        if self._file is not None:
            self._file.emit(record)

    def close(self) -> None:
        """Close the file; nothing more will be said."""
        self._close_file()
        super().close()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def run_log() -> Generator[tuple[logging.Logger, RunLog]]:
    """Give one run its logger, and the log that is to be opened once there is a build."""
    formatter = logging.Formatter(_FORMAT, _INSTANT)
    formatter.converter = time.gmtime
    said = RunLog(formatter)
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(formatter)
    logger = logging.getLogger("meterhouse.nightly")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(shown)
    logger.addHandler(said)
    try:
        yield logger, said
    finally:
        logger.removeHandler(shown)
        logger.removeHandler(said)
        said.close()
