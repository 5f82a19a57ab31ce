"""What differs between machines and runs, read from METERHOUSE_* in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """The settings of one process; every field is METERHOUSE_<NAME> in the environment."""

    model_config = SettingsConfigDict(env_prefix="METERHOUSE_", frozen=True, extra="ignore")

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
