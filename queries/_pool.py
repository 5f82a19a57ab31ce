"""Connections to the published file: read-only, locked, and following each new build.

A build is attached to an in-memory session of its own, so its settings never meet those of another
connection of the same process to the same file. A request borrows one cursor and keeps its build
to the end, also while a new build is published; the build before is closed once nobody reads it.
"""

from __future__ import annotations

import itertools
import re
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from queries._build import Build, current_target, locate
from queries._reader import BuildCache, Reader

_counter = itertools.count()
_RECENT_SECONDS = 0.1
_KEPT_PATH = re.compile(r"'(/[^']+)/(?:events|inputs)/")


class _Opened:
    """One attached build and its idle cursors."""

    def __init__(self, build: Build, threads: int | None, memory_limit: str | None) -> None:
        self.build = build
        self.borrowed = 0
        self.is_retired = False
        self.idle: list[duckdb.DuckDBPyConnection] = []
        self.cache = BuildCache()
        self.connection = _attach(build, threads, memory_limit)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        if self.idle:
            return self.idle.pop()
        cursor = self.connection.cursor()
        cursor.execute("use warehouse")
        return cursor

    def close(self) -> None:
        for cursor in self.idle:
            cursor.close()
        self.idle.clear()
        self.cache.close()
        self.connection.close()


class BuildPool:
    """Lend readers of the current build of a home, of a named build, or of a single file."""

    def __init__(
        self,
        place: Path,
        *,
        build_id: str | None = None,
        threads: int | None = None,
        memory_limit: str | None = None,
        timeout_seconds: float | None = None,
    ) -> None:
        self._place = place
        self._build_id = build_id
        self._threads = threads
        self._memory_limit = memory_limit
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._target = current_target(place)
        self._opened: _Opened | None = self._open()
        self._seen: tuple[Build | None, float] = (None, 0.0)
        self._deadlines: dict[Reader, float] = {}
        self._closing = threading.Event()
        if timeout_seconds is not None:
            threading.Thread(target=self._watch, name="query-deadlines", daemon=True).start()

    @property
    def build(self) -> Build:
        """The build that the next request reads."""
        with self._lock:
            return self._follow().build

    @property
    def recent_build(self) -> Build:
        """The build that was current within the last tenth of a second, for who reads nothing.

        Looking where ``current`` points costs a write more than all else it does before the disk.
        """
        now = time.monotonic()
        build, until = self._seen
        if build is None or now >= until or self._closing.is_set():
            build = self.build
            self._seen = (build, now + _RECENT_SECONDS)
        return build

    @contextmanager
    def reader(self) -> Generator[Reader]:
        """Lend a reader of the current build for the length of one request."""
        with self._lock:
            opened = self._follow()
            opened.borrowed += 1
            cursor = opened.cursor()
        reader = Reader(cursor, opened.build, opened.cache)
        if self._timeout_seconds is not None:
            self._deadlines[reader] = time.monotonic() + self._timeout_seconds
        try:
            yield reader
        finally:
            self._deadlines.pop(reader, None)
            reader.release()
            self._give_back(opened, cursor, is_spoiled=reader.is_overdue)

    def close(self) -> None:
        """Close every connection; requests that are running end first where they can."""
        self._closing.set()
        with self._lock:
            if self._opened is not None:
                self._retire(self._opened)
            self._opened = None

    def _open(self) -> _Opened:
        return _Opened(locate(self._place, self._build_id), self._threads, self._memory_limit)

    def _follow(self) -> _Opened:
        """Open the build that ``current`` points to now; called with the lock held."""
        if self._closing.is_set() or self._opened is None:
            raise RuntimeError("This warehouse is closed.")
        if self._build_id is not None:
            return self._opened
        target = current_target(self._place)
        if target != self._target:
            opened = self._open()
            self._retire(self._opened)
            self._opened, self._target = opened, target
        return self._opened

    def _retire(self, opened: _Opened) -> None:
        opened.is_retired = True
        if not opened.borrowed:
            opened.close()

    def _give_back(
        self, opened: _Opened, cursor: duckdb.DuckDBPyConnection, *, is_spoiled: bool
    ) -> None:
        with self._lock:
            opened.borrowed -= 1
            if is_spoiled:
                # An interrupt may still be on its way to this cursor.
                cursor.close()
            else:
                opened.idle.append(cursor)
            if opened.is_retired and not opened.borrowed:
                opened.close()

    def _watch(self) -> None:
        while not self._closing.wait(0.25):
            now = time.monotonic()
            for reader, deadline in list(self._deadlines.items()):
                if now > deadline:
                    with suppress(duckdb.Error):
                        reader.interrupt()


def _attach(
    build: Build, threads: int | None, memory_limit: str | None
) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(
            Path(tempfile.gettempdir()) / f"meterhouse-{time.time_ns():x}-{next(_counter)}"
        ),
    }
    if threads is not None:
        config["threads"] = threads
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    connection = duckdb.connect(":memory:", config=config)
    connection.execute(f"attach {_quoted(str(build.database))} as warehouse (read_only)")
    connection.execute("set global timezone = 'UTC'")
    # Only now that the file is attached: some functions read Parquet under the build.
    folders = ", ".join(map(_quoted, _names_of_folder(connection, build)))
    connection.execute(f"set allowed_directories = [{folders}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _names_of_folder(connection: duckdb.DuckDBPyConnection, build: Build) -> list[str]:
    """Give the build's folder by every name that its own functions have for it.

    They hold the path under which the build was made; a link on the way to the home, or a copy of
    the home, gives it another name today.
    """
    rows = connection.execute(
        "select distinct macro_definition from duckdb_functions() "
        "where database_name = 'warehouse' and macro_definition is not null"
    ).fetchall()
    named = {path for (text,) in rows for path in _KEPT_PATH.findall(text)}
    return [str(build.folder), *sorted(path for path in named if Path(path).name == build.id)]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
