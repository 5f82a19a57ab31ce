"""The memory limit of a build, in words that every DuckDB from 1.5 on understands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import duckdb

__all__ = ["limit_in_bytes", "limit_understood"]

_SHARE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")
_UNITS: Final = {"bytes": 0, "KiB": 1, "MiB": 2, "GiB": 3, "TiB": 4}
# Without a limit DuckDB takes four fifths of what it may use, a container's bounds included.
_TAKEN_BY_DEFAULT: Final = Decimal("0.8")


def limit_understood(limit: str) -> str:
    """Return `limit`, a share of the machine as a size where DuckDB knows sizes only (before 2)."""
    if _SHARE.fullmatch(limit) is None or not duckdb.__version__.startswith("1."):
        return limit
    return f"{limit_in_bytes(limit)}B"


def limit_in_bytes(share: str) -> int:
    """Return a share such as ``60%`` of the memory that DuckDB sees, in bytes.

    As exactly as DuckDB says what it sees: to one digit behind the point.
    """
    percent = _SHARE.fullmatch(share)
    if percent is None:
        raise ValueError(f"{share!r} is no share; a share is written 60%.")
    with duckdb.connect() as connection:
        (said,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
    number, unit = said.split()
    seen = Decimal(number) * 1024 ** _UNITS[unit] / _TAKEN_BY_DEFAULT
    return int(seen * Decimal(percent[1]) / 100)
