"""What dbt gives to every template, as far as linting needs it: sqlfluff puts these names in scope.

Our models are linted without starting dbt. Macros are expanded from their files; `adapter.dispatch`
finds DuckDB's variant where there is one, else the default, as dbt does.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


class _Adapter:
    @staticmethod
    @pass_context
    def dispatch(context: Context, name: str, package: str = "") -> Callable[..., Any]:
        variant = context.resolve(f"duckdb__{name}")
        return variant if callable(variant) else context.resolve(f"default__{name}")


def env_var(name: str, default: str = "") -> str:
    return default


def var(name: str, default: str = "") -> str:
    return default


adapter = _Adapter()
execute = False
flags = SimpleNamespace(WHICH="compile")
target = SimpleNamespace(schema="main", type="duckdb", name="duckdb")
run_started_at = datetime(2026, 1, 1, tzinfo=UTC)
exceptions = SimpleNamespace(raise_compiler_error=lambda message: message)
dbt = SimpleNamespace(date_trunc=lambda part, instant: f"date_trunc('{part}', {instant})")
