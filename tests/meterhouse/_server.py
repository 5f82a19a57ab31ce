"""`meterhouse serve` in a process of its own, as the tests talk to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from foundation import project_dir

TEST_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
LIVE_KEY = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"


@dataclass
class Served:
    """A running server: its address, its process, and what it has logged."""

    url: str
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    def client(self, key: str | None = TEST_KEY) -> httpx.Client:
        """A client that sends a key, or none."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)


@contextmanager
def serving(
    home: Path, *options: str, keys: str | None = f"{TEST_KEY},{LIVE_KEY}"
) -> Generator[Served]:
    """Serve a home on a free port of the loopback for the length of the block."""
    environment = {**os.environ, "PYTHONPATH": str(project_dir())}
    if keys is not None:
        environment["METERHOUSE_API_KEYS"] = keys
    words = ["--home", str(home), "serve", "--port", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "meterhouse", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if match := re.search(r"at (http://\S+)", line):
            break
    else:
        process.wait()
        raise AssertionError(f"the server did not start: {''.join(said)}")
    served = Served(match[1], process)
    reader = threading.Thread(target=lambda: served.log.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        yield served
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join(timeout=30)
        process.stderr.close()
