"""Maps of text, built from columns and taken apart again, without a loop over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ingest._columns import mask_of, pc
from ingest._rows import Positions

__all__ = ["MAP", "as_text", "empty_maps", "map_of_columns", "split_map"]

MAP: Final = pa.map_(pa.string(), pa.string())
_from_arrays: Final[Any] = pa.MapArray.from_arrays


def empty_maps(rows: int) -> pa.Array[Any]:
    """Return a column of maps without entries."""
    nothing = pa.array([], type=pa.string())
    return _from_arrays(pa.array(np.zeros(rows + 1, np.int32)), nothing, nothing)


def as_text(values: pa.Array[Any]) -> pa.Array[Any]:
    """Return a scalar column as text; numbers with every digit, instants as ISO 8601."""
    return values if pa.types.is_string(values.type) else pc.cast(values, pa.string())


def map_of_columns(columns: Mapping[str, pa.Array[Any]], rows: int) -> pa.Array[Any]:
    """Return one map a row with the columns' names as keys, by key; a null makes no entry."""
    used = {name: as_text(values) for name, values in sorted(columns.items())}
    used = {name: values for name, values in used.items() if values.null_count < rows}
    if not used:
        return empty_maps(rows)
    names = list(used)
    if all(values.null_count == 0 for values in used.values()):
        entries = rows * len(names)
        offsets = np.arange(0, entries + 1, len(names), dtype=np.int32)
        which = np.tile(np.arange(len(names), dtype=np.int32), rows)
        where = np.repeat(np.arange(rows, dtype=np.int64), len(names))
    else:
        present = np.column_stack([mask_of(values.is_valid()) for values in used.values()])
        offsets = np.concatenate(([0], np.cumsum(present.sum(axis=1)))).astype(np.int32)
        where, keyed = np.nonzero(present)
        which = keyed.astype(np.int32)
    indices: Any = pa.array(which)
    keys: Any = pa.DictionaryArray.from_arrays(indices, pa.array(names, type=pa.string()))
    if len(names) == 1:
        (only,) = used.values()
        items = only if only.null_count == 0 else only.drop_null()
    else:
        # One column after the other, then picked row by row.
        end_to_end: Any = pa.concat_arrays(list(used.values()))
        items = end_to_end.take(pa.array(which.astype(np.int64) * rows + where))
    return _from_arrays(pa.array(offsets), keys.cast(pa.string()), items)


def split_map(
    maps: pa.Array[Any], wanted: Sequence[str]
) -> tuple[dict[str, pa.Array[Any]], pa.Array[Any]]:
    """Return the values of the wanted keys, each as a column, and the maps without them.

    A null map counts as an empty one; entries whose value is null are left out. What remains is
    ordered by key, so that equal maps are equal columns.
    """
    source: Any = maps
    rows = len(source)
    bounds = np.asarray(source.offsets, dtype=np.int64)
    owner = np.repeat(np.arange(rows, dtype=np.int64), np.diff(bounds))
    # A slice of a column keeps the whole column's entries.
    keys = source.keys.slice(bounds[0], len(owner))
    items = source.items.slice(bounds[0], len(owner))
    rest = mask_of(items.is_valid())
    if source.null_count:
        rest &= mask_of(source.is_valid())[owner]
    found: dict[str, pa.Array[Any]] = {}
    for name in wanted:
        here = mask_of(pc.equal(keys, name))
        index = np.full(rows, -1, np.int64)
        at = np.flatnonzero(here)
        index[owner[at]] = at
        found[name] = items.take(pa.array(index, mask=index < 0))
        rest &= ~here
    kept = pa.array(rest)
    owner = owner[rest]
    offsets = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=rows)))).astype(np.int32)
    keys, items = _by_key(owner, keys.filter(kept), items.filter(kept))
    return found, _from_arrays(pa.array(offsets), keys, items)


def _by_key(owner: Positions, keys: Any, items: Any) -> tuple[Any, Any]:
    follows = np.diff(owner) > 0
    if follows.all():
        return keys, items
    follows |= mask_of(pc.less_equal(keys[:-1], keys[1:]))
    if follows.all():
        return keys, items
    entries: Any = {"owner": pa.array(owner), "key": keys}
    order = pc.sort_indices(
        pa.table(entries), sort_keys=[("owner", "ascending"), ("key", "ascending")]
    )
    return keys.take(order), items.take(order)
