"""Names for the columns of an answer, where a query gives several the same one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["distinct_names"]


def distinct_names(names: Iterable[str]) -> list[str]:
    """Tell columns of the same name apart as DuckDB does in its own frames: id, id_1, id_2.

    A join gives such columns; a frame or a JSON object would lose all but one, or refuse them.
    """
    asked = list(names)
    given: dict[str, None] = {}
    for name in asked:
        candidate, number = name, 0
        while candidate in given or (number and candidate in asked):
            number += 1
            candidate = f"{name}_{number}"
        given[candidate] = None
    return list(given)
