"""What the process runs that runs dbt: `python -m meterhouse._dbt_child NICENESS`.

It loads dbt, then runs it with the arguments that come as one line of JSON on its standard input.
That is a pipe, which ends when the run does that started it, however that comes about: a dbt that
outlived a killed run would go on filling memory and disk beside the next one.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from queue import SimpleQueue

__all__ = ["main"]


def main() -> None:
    """Load dbt, wait for its arguments, and run it as its own command does."""
    os.nice(int(sys.argv[1]))
    asked: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    from dbt.cli.main import cli

    from meterhouse._dbt_overhead import spare_overhead

    spare_overhead()
    cli(asked.get(), prog_name="dbt")


def _listen(asked: SimpleQueue[list[str]]) -> None:
    with os.fdopen(0, "rb", closefd=False) as pipe:
        for line in pipe:
            asked.put(json.loads(line))
    os._exit(143)


if __name__ == "__main__":
    main()
