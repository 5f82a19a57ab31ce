"""What the child process runs that runs dbt: `python -m meterhouse._dbt_child NICENESS ARGUMENT…`.

The pipe that is its standard input ends when the run does that started it, however that comes
about: a dbt that outlived a killed run would go on filling memory and disk beside the next one.
"""

from __future__ import annotations

import os
import sys
import threading

__all__ = ["main"]


def main() -> None:
    """Run dbt with the arguments of this process, as its own command does."""
    niceness, *arguments = sys.argv[1:]
    os.nice(int(niceness))
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    # dbt takes two seconds of processor to import: the thread above watches in the meantime.
    from dbt.cli.main import cli

    from meterhouse._dbt_overhead import spare_overhead

    spare_overhead()
    cli(arguments, prog_name="dbt")


def _end_with_the_run() -> None:
    os.read(0, 1)
    os._exit(143)


if __name__ == "__main__":
    main()
