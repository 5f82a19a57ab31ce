"""What is left out of dbt's own work changes nothing that dbt logs, answers or runs."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.events.types import SQLQuery
from dbt.cli import requires
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.events.types import LogHookStartLine
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LineFormat, LoggerConfig

from meterhouse._dbt_overhead import spare_overhead

_PACKAGES = ("ours", "other", "dbt", "dbt_duckdb")
_INTERNAL = ["dbt_duckdb", "dbt"]


@pytest.fixture
def spared(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Make dbt's own come back at the end of the test, whatever is put in its place."""
    for owner, name in (
        (BaseEvent, "__init__"),
        (BaseEvent, "__getattr__"),
        (BaseEvent, "__setattr__"),
        (EventManager, "fire_event"),
        (MacroNamespaceBuilder, "build_namespace"),
        (agate_helper, "build_type_tester"),
        (requires, "parse_manifest"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    return monkeypatch


def _logged(level: EventLevel) -> list[str]:
    stream, manager = StringIO(), EventManager()
    manager.add_logger(
        LoggerConfig(
            name=f"log of {level}",
            line_format=LineFormat.PlainText,
            level=level,
            output_stream=stream,
        )
    )
    node = {"node_name": "meters", "unique_id": "model.meters"}
    manager.fire_event(SQLQuery(conn_name="master", sql="select 1", node_info=node))
    manager.fire_event(LogHookStartLine(statement="on-run-start", index=1, total=2, node_info=node))
    manager.fire_event(SQLQuery(conn_name="it", sql="select 2"), level=EventLevel.INFO)
    manager.flush()
    # The time comes first on each line.
    return [line.split("  ", 1)[-1] for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("level", [EventLevel.DEBUG, EventLevel.INFO, EventLevel.ERROR])
def test_a_log_of_any_level_holds_the_lines_that_dbt_writes(
    spared: pytest.MonkeyPatch, level: EventLevel
) -> None:
    expected = _logged(level)
    spare_overhead()
    assert _logged(level) == expected
    assert bool(expected) is (level is not EventLevel.ERROR)


def test_what_is_changed_of_an_event_stays_changed(spared: pytest.MonkeyPatch) -> None:
    spare_overhead()
    event = SQLQuery(conn_name="it", sql="select 1")
    event.sql = "select 2"
    assert event.to_dict()["sql"] == "select 2"
    assert event.conn_name == "it"


def _names(namespace: MacroNamespace) -> dict[tuple[str | None, str], Any]:
    """Return what each name stands for, alone (None) and behind its package."""
    named = {(None, name): namespace[name] for name in namespace}
    for package in ("ours", "other", "dbt"):
        for name in "abcdefg":
            named[package, name] = namespace.get_from_package(package, name)
    return {place: _shown(found) for place, found in named.items()}


def _shown(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _shown(member) for name, member in found.items()}
    return found and vars(found)


@pytest.mark.parametrize("search_package", _PACKAGES)
def test_a_name_means_the_macro_that_dbt_takes(
    spared: pytest.MonkeyPatch, search_package: str
) -> None:
    macros = {
        package: {
            name: SimpleNamespace(name=name, package_name=package, unique_id=f"{package}.{name}")
            for name in names
        }
        for package, names in zip(_PACKAGES, ("abd", "bce", "abcf", "ag"), strict=True)
    }

    def built() -> MacroNamespace:
        builder = MacroNamespaceBuilder("ours", search_package, "stack", _INTERNAL, "node")
        return builder.build_namespace(macros, {"the": "context"})

    expected = _names(built())
    spare_overhead()
    assert _names(built()) == expected
    assert len(built()) == len(set(built()))
    with pytest.raises(KeyError):
        built()["nothing"]


@pytest.mark.parametrize(
    "values",
    [["1", "null", ""], [1, None, 2], ["2026-01-01", "2026-01-02", None], [1.5, 2, None]],
)
def test_an_answer_has_the_types_that_dbt_gives_it(
    spared: pytest.MonkeyPatch, values: list[Any]
) -> None:
    def answered() -> tuple[list[str], list[tuple[Any, ...]]]:
        rows = [{"one": value, "two": [1]} for value in values]
        table = agate_helper.table_from_data_flat(rows, ["one", "two"])
        kinds = [type(kind).__name__ for kind in table.column_types]
        return kinds, [tuple(row) for row in table.rows]

    expected = answered()
    spare_overhead()
    assert answered() == expected
    assert answered() == expected
