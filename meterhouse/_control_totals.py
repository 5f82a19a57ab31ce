"""What a build's own control totals say, read before it may be published.

The mart `control_totals` holds both sides of every control (see models/reconciliation); here they
are only read: all of them for the manifest, and those rows that do not agree for whoever has to
find out why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb

from foundation import decimal_text
from foundation.errors import RunError
from meterhouse._manifest import ControlTotal

__all__ = ["read_control_totals", "reasons_of_runs"]

_SHOWN: Final = 3

_BY_CONTROL: Final = """
    select
        control,
        any_value(unit),
        cast(count(*) as bigint),
        {source_total},
        {result_total},
        cast(count(*) filter (where not is_balanced) as bigint)
    from control_totals
    group by control
    order by control
"""

# A total of totals is shown only where each of them fits and so does their sum.
_SUM: Final = "case when count({total}) = count(*) then sum({total}) end"

_UNBALANCED: Final = """
    select
        control,
        concat_ws(' ', stream, batch_id, day, customer_id, meter_id, currency) as named,
        source_total,
        result_total,
        count(*) over ()
    from control_totals
    where not is_balanced
    order by control, named
    limit ?
"""


def read_control_totals(database: Path) -> list[ControlTotal]:
    """Return every control of a finished build, in the order of their names.

    Raises:
        RunError: the two sides of a control do not agree; the message names it and both totals.
    """
    with duckdb.connect(database, read_only=True) as connection:
        controls = [
            ControlTotal(control, unit, rows, _text(source), _text(result), unbalanced)
            for control, unit, rows, source, result, unbalanced in _rows_that_fit(connection)
        ]
        shown = connection.execute(_UNBALANCED, [_SHOWN]).fetchall()
    if shown:
        count = shown[0][-1]
        rows = "; ".join(
            f"{control} ({named}): {_text(source)} against {_text(result)}"
            for control, named, source, result, _ in shown
        )
        raise RunError(
            f"{count} control totals do not agree: {rows}"
            + (" and more" if count > len(shown) else "")
        )
    return controls


def reasons_of_runs(database: Path) -> dict[str, str]:
    """Return why groups of models were made anew, by the name of the table that says so.

    Models that add to what a seed brought keep one row a build in `intermediate.<group>_run`; its
    `reason` is null where they added.
    """
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.columns "
            "where table_schema = 'intermediate' and column_name = 'reason' "
            "and table_name like '%\\_run' escape '\\' order by table_name"
        ).fetchall()
        found = {
            name: connection.execute(
                f'select reason from intermediate."{name}" where reason is not null'
            ).fetchone()
            for (name,) in tables
        }
    return {name.removesuffix("_run"): row[0] for name, row in found.items() if row}


def _rows_that_fit(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    source, result = (_SUM.format(total=total) for total in ("source_total", "result_total"))
    try:
        query = _BY_CONTROL.format(source_total=source, result_total=result)
        return connection.execute(query).fetchall()
    except duckdb.OutOfRangeException:
        query = _BY_CONTROL.format(source_total="null", result_total="null")
        return connection.execute(query).fetchall()


def _text(total: Any) -> str | None:
    return None if total is None else decimal_text(total)
