"""API keys: where they come from, and whose a request is.

Keys are Stripe's in form: ``sk_test_…`` sees and writes test rows, ``sk_live_…`` live ones. They
come from METERHOUSE_API_KEYS (separated by commas or spaces) or from a file, one a line, that
nobody but its owner may read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foundation.errors import UsageError
from queries import AuthenticationError

_FORM: Final = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]{16,}")
_LOOSE: Final = re.compile(r"(sk|rk)_(test|live)_")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the mode that may be seen (None: both), and the key's end for the log."""

    livemode: bool | None
    key: str = ""


class Keys:
    """The keys of a server. Without any, everyone may ask."""

    def __init__(self, keys: Sequence[str]) -> None:
        for key in keys:
            if not _FORM.fullmatch(key):
                raise UsageError(
                    f"The API key {shown(key)} is not usable: keys are sk_test_ or sk_live_ and at "
                    "least 16 letters and digits.",
                    next_command="python -c \"import secrets; print('sk_test_' + "
                    'secrets.token_hex(16))"',
                )
        self._callers = {_digest(key): Caller(_is_live(key), shown(key)) for key in keys}

    def __bool__(self) -> bool:
        return bool(self._callers)

    def secret(self) -> bytes | None:
        """Give a secret that all servers with these keys share."""
        if not self._callers:
            return None
        return hashlib.sha256(b"meter event sessions" + b"".join(sorted(self._callers))).digest()

    def caller(self, token: str | None) -> Caller:
        """Find whose a token is.

        Raises:
            AuthenticationError: there is no token, or it is none of ours.
        """
        if not self._callers:
            mode = _LOOSE.match(token or "")
            return Caller(None if mode is None else mode[2] == "live", shown(token or ""))
        if not token:
            raise AuthenticationError(
                "You did not provide an API key. Send it in the Authorization header: "
                "'Authorization: Bearer YOUR_SECRET_KEY', or as the user name of basic auth."
            )
        asked = _digest(token)
        found: Caller | None = None
        # Every key is compared, whichever matches, so that time tells nothing.
        for digest, caller in self._callers.items():
            if hmac.compare_digest(digest, asked):
                found = caller
        if found is None:
            raise AuthenticationError(f"Invalid API Key provided: {shown(token)}")
        return found


def token_of(authorization: str | None) -> str | None:
    """Take the token out of an Authorization header: bearer, or basic with the key as the name."""
    if not authorization:
        return None
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def read_keys(environment: Mapping[str, str], file: Path | None) -> Keys:
    """Read the keys of the environment and of a file.

    Raises:
        UsageError: a key is malformed, or others may read the file.
    """
    texts = re.split(r"[,\s]+", environment.get("METERHOUSE_API_KEYS", ""))
    named = file or (Path(path) if (path := environment.get("METERHOUSE_API_KEYS_FILE")) else None)
    if named is not None:
        texts += _keys_in(named)
    return Keys([text for text in texts if text])


def _keys_in(file: Path) -> list[str]:
    try:
        status = file.stat()
    except OSError as error:
        raise UsageError(f"The key file {file} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"The key file {file} is not a file.")
    if status.st_mode & 0o077 or status.st_uid not in (0, os.geteuid()):
        raise UsageError(
            f"Others may read or replace the key file {file}.",
            next_command=f"chmod 600 {file} && chown {os.geteuid()} {file}",
        )
    lines = file.read_text("utf-8").splitlines()
    return [line.split("#", 1)[0].strip() for line in lines]


def shown(key: str) -> str:
    """Show a key without telling it: its kind and its last four characters."""
    mode = _LOOSE.match(key)
    return f"{mode[0] if mode else ''}****{key[-4:] if len(key) >= 12 else ''}"


def _is_live(key: str) -> bool:
    return key.split("_")[1] == "live"


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
