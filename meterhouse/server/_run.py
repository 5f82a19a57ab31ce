"""Starting a server: which home, which address, which keys, which log."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from foundation import Home
from foundation.errors import UsageError
from meterhouse._sessions import Sessions
from meterhouse._warehouse_clock import Clock
from meterhouse._warehouse_kernel import Kernel
from meterhouse.server._app import create_app
from meterhouse.server._keys import Keys, read_keys
from meterhouse.server._limits import Limits
from meterhouse.server._log_handler import SoonWritten
from meterhouse.server._protocol import BoundedProtocol
from queries import BuildPool


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What a server is started with."""

    home: Path
    host: str = "127.0.0.1"
    port: int = 8790
    keys_file: Path | None = None
    insecure_loopback: bool = False
    clock: Clock = field(default_factory=Clock)
    memory_limit: str | None = None
    limits: Limits = field(default_factory=Limits)


def run_server(
    options: ServerOptions, environment: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Serve until stopped. ``say`` is told the address once requests are taken.

    Raises:
        UsageError: there is nothing published, no key, or the address is not free.
    """
    keys = read_keys(environment, options.keys_file)
    _require_keys(keys, options)
    home = Home.open(options.home)
    pool = BuildPool(
        home.root,
        threads=1,
        memory_limit=options.memory_limit,
        timeout_seconds=options.limits.query_seconds,
    )
    kernel = Kernel(pool, home, options.clock, Sessions(keys.secret()))
    app = create_app(kernel, keys, options.limits)
    listener = _listener(options)
    _log_to_stderr()
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    say(f"Serving build {pool.build.id} at http://{shown}:{port}")
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
    )
    # A request leaves nothing behind that only the collector can free; looking for it after every
    # few of them took a tenth of their time.
    gc.set_threshold(10_000, 20, 20)
    uvicorn.Server(config).run(sockets=[listener])


def _require_keys(keys: Keys, options: ServerOptions) -> None:
    if keys:
        return
    if not _is_loopback(options.host):
        raise UsageError(
            f"A server on {options.host} needs an API key: anyone who reaches it could read and "
            "write.",
            next_command="METERHOUSE_API_KEYS=sk_test_… meterhouse serve",
        )
    if not options.insecure_loopback:
        raise UsageError(
            "There is no API key: set METERHOUSE_API_KEYS, or say that everyone on this machine "
            "may ask.",
            next_command="meterhouse serve --insecure-loopback",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listener(options: ServerOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        why = os.strerror(error.errno or 0)
        raise UsageError(
            f"{options.host}:{options.port} cannot be listened on: {why}.",
            next_command="meterhouse serve --port 0",
        ) from error
    return listener


def _log_to_stderr() -> None:
    handler = SoonWritten(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    for name in ("meterhouse", "uvicorn.error"):
        log = logging.getLogger(name)
        log.setLevel(logging.INFO if name == "meterhouse" else logging.WARNING)
        log.addHandler(handler)
        log.propagate = False
