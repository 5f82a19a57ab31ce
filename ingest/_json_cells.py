"""Cells that hold a JSON object as text, a whole column at once, wherever that loses nothing."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from foundation import JsonTextError, decode_json_text
from ingest._columns import pc
from ingest._json_arrow import ArrowJson, columns_of, line_ends, reads_as_text

__all__ = ["cell_columns"]

# One text of Arrow's holds twice as much; quotes are still to be put in.
_MOST_BYTES: Final = 1 << 30


def cell_columns(texts: pa.Array[Any]) -> dict[str, pa.Array[Any]] | None:
    """Return a column of text for each key of the objects that the cells hold.

    An absent or empty cell holds no keys. None where the cells are not what this can vouch for, one
    object a cell, of values that are no objects and no lists.
    """
    if texts.nbytes > _MOST_BYTES:
        return None
    filled = pc.fill_null(pc.if_else(pc.equal(texts, ""), "{}", texts), "{}")
    content = _joined(filled)
    ends = line_ends(content)
    if ends is None or len(ends) != len(texts):
        return None
    arrow = ArrowJson()
    texts_at: dict[str, None] = _sampled(filled[0].as_py(), arrow)
    while True:
        table = arrow.read(
            content, len(ends), lambda: pa.schema([(key, pa.string()) for key in texts_at])
        )
        if table is None:
            return None
        held = columns_of(table)
        if any(pa.types.is_nested(values.type) for values in held.values()):
            return None
        learnt = [key for key, values in held.items() if not reads_as_text(values, content)]
        if not learnt:
            return held
        for key in learnt:
            texts_at[key] = None
            if not arrow.learn(key):
                return None


def _joined(texts: pa.Array[Any]) -> bytes:
    whole: Any = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return pc.binary_join(whole, "\n")[0].as_buffer().to_pybytes()


def _sampled(text: str, arrow: ArrowJson) -> dict[str, None]:
    """Return the keys of one cell; those whose values are no texts are learnt as such."""
    try:
        value: dict[str, Any] = decode_json_text(text)
    except JsonTextError:
        return {}
    for key, held in value.items():
        if type(held) is not str:
            arrow.learn(key)
    return dict.fromkeys(value)
