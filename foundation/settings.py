"""What differs between machines and runs, read from METERHOUSE_* in the environment."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.errors import UsageError

__all__ = ["Settings"]

_PREFIX: Final = "METERHOUSE_"
_LIMIT: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:%|bytes?|b|[kmgt](?:i?b)?)\s*", re.IGNORECASE)


class Settings(BaseSettings):
    """The settings of one process; every field is METERHOUSE_<NAME> in the environment.

    Raises:
        UsageError: one of them has a value that it cannot have.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            wrong = error.errors()[0]
            name = f"{_PREFIX}{wrong['loc'][0]}".upper()
            said = wrong["msg"].removeprefix("Value error, ")
            raise UsageError(
                f"{name}={wrong['input']!r} cannot be used: {said[0].lower()}{said[1:]}.",
                next_command=f"unset {name}",
            ) from error

    home: Path = Field(default=Path("data"), description="The folder that holds lake and builds.")
    threads: int = Field(default=2, ge=1, description="Threads a build or a landing may use.")
    memory_limit: str = Field(
        default="60%", description="DuckDB's memory limit in a build: a size or a share."
    )
    keep: int = Field(
        default=7, ge=1, description="Complete builds that a nightly run keeps, pinned ones aside."
    )
    build_niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="How far a build gives way to other processes, so that servers keep answering.",
    )
    build_log_level: Literal["info", "debug"] = Field(
        default="info",
        description="What a build's log holds: its steps, or each statement too, slower.",
    )
    parsed_folder: Path | None = Field(
        default=None,
        description="Where dbt's parse of the models is kept between builds; else in the home.",
    )

    @field_validator("memory_limit")
    @classmethod
    def _is_a_limit(cls, limit: str) -> str:
        found = _LIMIT.fullmatch(limit)
        if found is None or Decimal(found[1]) == 0:
            raise ValueError("it should be a size such as 4GB or a share such as 60%, above 0")
        return limit
