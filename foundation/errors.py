"""The errors a person meets, and the exit code each of them means.

    MeterhouseError            something a person can act on
    ├── UsageError             wrong usage or unusable input; nothing was changed (exit 2)
    │   ├── UnknownStreamError no stream of that name
    │   ├── NotAHomeError      the folder named as home is not one
    │   └── InputChangedError  a file changed while it was read
    └── RunError               a run failed; nothing was published (exit 3)

The message names the value and what is allowed; `next_command` is what to type next.
"""

from __future__ import annotations

__all__ = [
    "InputChangedError",
    "MeterhouseError",
    "NotAHomeError",
    "RunError",
    "UnknownStreamError",
    "UsageError",
]


class MeterhouseError(Exception):
    """Something went wrong that a person can act on.

    `message` is one line. `next_command`, where there is one, is a command line to type next.
    """

    exit_code: int = 3

    def __init__(self, message: str, *, next_command: str | None = None) -> None:
        super().__init__(message, next_command)
        self.message: str = message
        self.next_command: str | None = next_command

    def __str__(self) -> str:
        if self.next_command is None:
            return self.message
        return f"{self.message} Next: {self.next_command}"

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in worker processes too, so it must survive pickling with its keyword argument.
        return (_rebuild, (type(self), self.message, self.next_command))


def _rebuild(
    kind: type[MeterhouseError], message: str, next_command: str | None
) -> MeterhouseError:
    error = kind.__new__(kind)
    MeterhouseError.__init__(error, message, next_command=next_command)
    return error


class UsageError(MeterhouseError):
    """The command or its input cannot be used; nothing was changed."""

    exit_code: int = 2


class UnknownStreamError(UsageError):
    """No stream has this name."""


class NotAHomeError(UsageError):
    """The folder named as home holds no lake of ours."""


class InputChangedError(UsageError):
    """A file was written to or replaced while it was read."""


class RunError(MeterhouseError):
    """A run failed; what was published before it still stands."""

    exit_code: int = 3
