"""A log handler that writes many lines at once.

A line a request, written and flushed by itself, would cost a request more than its checks do.
"""

from __future__ import annotations

import atexit
import logging
import threading
from typing import Final, TextIO

_SECONDS: Final = 0.1


class SoonWritten(logging.Handler):
    """Writes what is logged within a tenth of a second; warnings and errors at once.

    Nothing is lost when the process ends or is asked to; killed, it loses that tenth of a second.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []
        self._arrived = threading.Event()
        threading.Thread(target=self._write_now_and_then, name="log", daemon=True).start()
        atexit.register(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        try:
            self._lines.append(self.format(record) + "\n")
        except Exception:
            self.handleError(record)
            return
        if record.levelno >= logging.WARNING:
            self.flush()
        elif not self._arrived.is_set():
            self._arrived.set()

    def flush(self) -> None:
        """Write what was taken so far."""
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            self._stream.write("".join(lines))
            self._stream.flush()
        except (OSError, ValueError):
            # Whoever read the log has gone; the server goes on without.
            return
        finally:
            self.release()

    def _write_now_and_then(self) -> None:
        pause = threading.Event()
        while True:
            self._arrived.wait()
            pause.wait(_SECONDS)
            self._arrived.clear()
            self.flush()
