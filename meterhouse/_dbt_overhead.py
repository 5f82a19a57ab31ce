"""Work that dbt does for every node and then throws away, left out of the process that runs it.

A build in which nothing lands is almost all dbt's own work, and a third of that is four things:

    events      a line is written of every event, for each of two logs, before its level is looked
                at; nine of ten are `debug`, which neither log takes
    macros      each node is given a thousand macros of its own twice, put one by one into their
                packages and looked up one by one again
    answers     the parsers of dates that tell the types of a result's columns are made anew for
                every statement that answers something
    manifest    it is written when it is read, and again at the end with what was compiled since

What dbt runs, logs and returns stays the same. tests/meterhouse/test_dbt_overhead.py holds each of
these against dbt's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from dbt.cli import requires
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt_common.clients import agate_helper
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager

__all__ = ["spare_overhead"]


def spare_overhead() -> None:
    """Put the four in place of dbt's own, in this process."""
    _spare_events()
    _spare_macros()
    _spare_answers()
    _spare_first_manifest()


def _spare_events() -> None:
    make, get, put = BaseEvent.__init__, BaseEvent.__getattr__, BaseEvent.__setattr__
    fire = EventManager.fire_event

    # An event's message is made when something asks for it.
    def keep(self: BaseEvent, *args: Any, **fields: Any) -> None:
        self.__dict__["_given"] = (args, fields)

    def get_or_make(self: BaseEvent, key: str) -> Any:
        given = self.__dict__.pop("_given", None)
        if given is None:
            return get(self, key)
        make(self, *given[0], **given[1])
        return getattr(self, key)

    def put_once_made(self: BaseEvent, key: str, value: Any) -> None:
        given = self.__dict__.pop("_given", None)
        if given is not None:
            make(self, *given[0], **given[1])
        put(self, key, value)

    def fire_if_heard(
        self: EventManager, e: BaseEvent, level: EventLevel | None = None, *args: Any, **more: Any
    ) -> None:
        is_debug = (level or e.level_tag()) is EventLevel.DEBUG
        if not is_debug or any(logger.level is EventLevel.DEBUG for logger in self.loggers):
            fire(self, e, level, *args, **more)

    BaseEvent.__init__ = keep
    BaseEvent.__getattr__ = get_or_make
    BaseEvent.__setattr__ = put_once_made
    EventManager.fire_event = fire_if_heard


class _Macro(MacroGenerator):
    """One of dbt's, made in one step: there are a thousand for each context."""

    def __init__(self, macro: Any, context: dict[str, Any], node: Any, stack: Any) -> None:
        self.macro, self.context, self.node, self.stack = macro, context, node, stack


class _FlatNamespace(MacroNamespace):
    """The macros of a context; what each name means is settled once."""

    _members: dict[str, Any]

    def settle(self) -> None:
        """Fill in the members; those of the places searched first win."""
        self._members = {}
        for place in reversed([*self._search_order()]):
            self._members.update(place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, key: str) -> Any:
        return self._members[key]


def _spare_macros() -> None:
    def build_namespace(
        self: MacroNamespaceBuilder,
        macros_by_package: Mapping[str, Mapping[str, Any]],
        ctx: dict[str, Any],
    ) -> MacroNamespace:
        node, stack = self.node, self.thread_ctx
        made: dict[str, dict[str, MacroGenerator]] = {
            package: {name: _Macro(macro, ctx, node, stack) for name, macro in own.items()}
            for package, own in macros_by_package.items()
        }
        internal = self.internal_package_names_order
        of_dbt: dict[str, Any] = {}
        for package in reversed(internal):
            of_dbt.update(made.get(package, {}))
        is_local = self.search_package not in self.internal_package_names
        is_root_apart = self.root_package not in {*internal, self.search_package}
        namespace = _FlatNamespace(
            global_namespace=made.get(self.root_package, {}) if is_root_apart else {},
            local_namespace=made.get(self.search_package, {}) if is_local else {},
            global_project_namespace=of_dbt,
            packages={name: own for name, own in made.items() if name not in internal},
        )
        namespace.settle()
        return namespace

    MacroNamespaceBuilder.build_namespace = build_namespace


def _spare_answers() -> None:
    make = lru_cache(maxsize=None)(agate_helper.build_type_tester)

    def type_tester(
        text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")
    ) -> Any:
        nulls = None if string_null_values is None else tuple(string_null_values)
        return make(tuple(sorted(text_columns)), nulls)

    agate_helper.build_type_tester = type_tester


def _spare_first_manifest() -> None:
    # Called by the name that it has there.
    parse = requires.parse_manifest  # pyright: ignore[reportPrivateImportUsage]

    def parse_only(config: Any, write_perf_info: bool, write: bool, *more: Any) -> Any:
        del write
        return parse(config, write_perf_info, False, *more)

    requires.parse_manifest = parse_only  # pyright: ignore[reportPrivateImportUsage]
