"""What a build's numbers depend on besides what landed: models, macros, settings, schemas, tools.

Two builds with the same digest and the same inputs hold the same rows. Where only some parts
differ, the parts say which, so that what lies downstream of them can be rebuilt and nothing else.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from foundation import STREAMS, Settings, project_dir

__all__ = ["Fingerprint", "changes_since", "fingerprint", "tool_versions"]

_FOLDERS: Final = ("models", "macros", "tests/dbt")
_FILES: Final = ("dbt_project.yml", "profiles.yml")
_SUFFIXES: Final = (".sql", ".yml", ".csv")
# These decide how fast and where a build runs, not what it says.
_MACHINE: Final = frozenset(
    {"home", "threads", "memory_limit", "keep", "build_niceness", "parsed_folder"}
)
_NAMED: Final = 3
_TOOLS: Final = ("duckdb", "dbt-core", "dbt-duckdb", "pyarrow")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hash of each part, and the digest over all of them.

    `files` maps a path of the dbt project, `schemas` a stream, to a SHA-256; `settings` maps those
    settings that could change a number to their value, `tools` a tool to its version.
    """

    files: dict[str, str]
    settings: dict[str, str]
    schemas: dict[str, str]
    tools: dict[str, str]

    @property
    def digest(self) -> str:
        """One SHA-256 over every part."""
        return _hash(repr(_sorted(asdict(self))).encode())

    def to_json(self) -> dict[str, Any]:
        """Return the fingerprint as a manifest holds it."""
        return {"digest": self.digest, **asdict(self)}


def fingerprint() -> Fingerprint:
    """Return the fingerprint of what a build started now would run."""
    project = project_dir()
    return Fingerprint(
        files={
            path.relative_to(project).as_posix(): _hash(path.read_bytes())
            for path in _project_files(project)
        },
        settings={
            name: str(value)
            for name, value in Settings().model_dump().items()
            if name not in _MACHINE
        },
        schemas={
            name: _hash(declared.schema.to_string(show_field_metadata=False).encode())
            for name, declared in STREAMS.items()
        },
        tools={name: version(name) for name in _TOOLS},
    )


def changes_since(former: Mapping[str, Any], made: Fingerprint) -> list[str]:
    """Return one line for each part that changes numbers and is not what `former` says.

    `former` is a fingerprint as a manifest holds it. Data tests change no number, so they are left
    out.
    """
    now = made.to_json()
    before_files, files = _numbers_files(former.get("files", {})), _numbers_files(now["files"])
    parts = [
        ("models", _under(before_files, "models/"), _under(files, "models/")),
        ("macros", _under(before_files, "macros/"), _under(files, "macros/")),
        ("project files", _beside(before_files), _beside(files)),
        ("settings", former.get("settings", {}), now["settings"]),
        ("schemas", former.get("schemas", {}), now["schemas"]),
        ("tool versions", former.get("tools", {}), now["tools"]),
    ]
    return [
        f"{part} changed: {_named(different)}"
        for part, before, after in parts
        if (different := _different(before, after))
    ]


def tool_versions() -> dict[str, str]:
    """Return the versions of everything that takes part in a build, Python included."""
    tools = {name: version(name) for name in ("meterhouse", *_TOOLS)}
    return {**tools, "python": platform.python_version()}


def _numbers_files(files: Mapping[str, str]) -> dict[str, str]:
    return {name: held for name, held in files.items() if not name.startswith("tests/")}


def _under(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {name: held for name, held in files.items() if name.startswith(folder)}


def _beside(files: Mapping[str, str]) -> dict[str, str]:
    return {name: held for name, held in files.items() if "/" not in name}


def _different(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _project_files(project: Path) -> Iterator[Path]:
    for name in _FILES:
        yield project / name
    for folder in _FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                yield path


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    return value


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
