"""The command line: `meterhouse COMMAND`, one module of this folder a command.

A command's module has a function named as the command; its parameters are the options, its
docstring the help, and what it returns the exit code (None is 0). Only the modules of the commands
that are typed are imported, so a module may import what it needs; what takes long to import belongs
inside the function, because `meterhouse --help` imports all of them.

Exit codes: 0 all is well; 1 it ran, and found something (rejected rows, differences); 2 wrong usage
or unusable input, nothing was changed; 3 a run failed, nothing was published. What is data goes to
standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from foundation.errors import MeterhouseError
from meterhouse.cli import _home

__all__ = ["COMMANDS", "main"]

# In the order in which a newcomer needs them; `--help` lists them so.
COMMANDS: Final = (
    "demo",
    "land",
    "build",
    "nightly",
    "status",
    "get",
    "post",
    "query",
    "serve",
    "builds",
    "rollback",
    "verify",
    "compact",
)

_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; errors are one line on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = _app(words)(args=words, prog_name="meterhouse", standalone_mode=False)
        sys.stdout.flush()
    except MeterhouseError as error:
        return _say(str(error), error.exit_code)
    except typer.TyperException as error:
        return _say(f"{error.format_message().rstrip('.')}. Next: {_help_command(words)}", 2)
    except (BrokenPipeError, SystemExit) as error:
        # typer makes the first into the second.
        if not isinstance(error.__context__ or error, BrokenPipeError):
            raise
        # The reader of our output (`| head`) has seen enough; Python's own flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted; nothing was published.", _INTERRUPTED)
    except Exception:
        traceback.print_exc()
        return _say("this is a fault of the program, not of your input; please report it.", 3)
    return code if isinstance(code, int) else 0


def _app(words: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        help="A warehouse for usage-based billing: land usage, build invoices, read them.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name in [name for name in COMMANDS if name in words] or COMMANDS:
        module = f"meterhouse.cli.{name}"
        if find_spec(module) is not None:
            command: Callable[..., int | None] = getattr(import_module(module), name)
            app.command(name)(command)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"meterhouse {version('meterhouse')}")
        raise typer.Exit


def _options(
    home: Annotated[Path | None, typer.Option(help="The home every command works in.")] = None,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Say the version."),
    ] = False,
) -> None:
    _home.remember(home)


def _help_command(words: Sequence[str]) -> str:
    command = next((word for word in words if word in COMMANDS), None)
    return f"meterhouse {command} --help" if command else "meterhouse --help"


def _say(message: str, code: int) -> int:
    print(f"meterhouse: {message}", file=sys.stderr)
    return code
