"""The home a command works in: its own --home, else the one before it, else the settings'."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

from foundation.settings import Settings

__all__ = ["HomeOption", "chosen_home", "remember"]

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home to work in; else METERHOUSE_HOME, else ./data."),
]

_before_the_command: ContextVar[Path | None] = ContextVar("home", default=None)


def remember(home: Path | None) -> None:
    """Keep the home given before the command's name: `meterhouse --home FOLDER build`."""
    _before_the_command.set(home)


def chosen_home(option: Path | None) -> Path:
    """Return the home that the command line and the environment choose; it need not exist."""
    return option or _before_the_command.get() or Settings().home
