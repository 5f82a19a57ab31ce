"""`meterhouse serve`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from foundation.errors import UsageError
from meterhouse.cli._home import HomeOption, chosen_home
from meterhouse.cli._output import notices

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8790,
    keys_file: Annotated[
        Path | None,
        typer.Option(help="API keys, one a line; only its owner may read the file."),
    ] = None,
    insecure_loopback: Annotated[
        bool, typer.Option(help="Answer everyone on this machine where there is no key.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option(help="A test clock for writes: what counts as now.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="DuckDB's memory limit, such as 2GB.")
    ] = None,
    rate_limit: Annotated[
        int | None, typer.Option(min=1, help="Requests one key may send a second.")
    ] = None,
    home: HomeOption = None,
) -> int:
    """Answer Stripe's API over HTTP from the published build, until stopped.

    API keys come from METERHOUSE_API_KEYS, METERHOUSE_API_KEYS_FILE or --keys-file: sk_test_… keys
    see and write test rows, sk_live_… keys live ones.
    """
    for module in ("starlette", "uvicorn"):
        if find_spec(module) is None:
            raise UsageError(
                f"The server needs {module}, which is not installed.",
                next_command="pip install 'meterhouse[server]'",
            )
    from meterhouse._instants import parse_instant
    from meterhouse._warehouse_clock import Clock
    from meterhouse.server._limits import Limits
    from meterhouse.server._run import ServerOptions, run_server

    options = ServerOptions(
        home=chosen_home(home),
        host=host,
        port=port,
        keys_file=keys_file,
        insecure_loopback=insecure_loopback,
        clock=Clock(None if as_of is None else parse_instant(as_of, option="--as-of")),
        memory_limit=memory_limit,
        limits=Limits(per_second=rate_limit),
    )
    run_server(options, os.environ, lambda text: notices().print(text))
    return 0
