"""Small questions about whole Arrow columns at once."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from ingest._rows import Mask

__all__ = [
    "as_numpy",
    "filled",
    "has_only",
    "lengths",
    "mask_of",
    "matches",
    "nulls",
    "pc",
    "without",
]

# The stubs know a few of the combinations of arguments that the functions take.
pc: Final[Any] = pyarrow.compute
_nulls: Final[Any] = pa.nulls


def nulls(rows: int, kind: pa.DataType) -> pa.Array[Any]:
    """Return a column of nulls."""
    return _nulls(rows, kind)


def mask_of(booleans: pa.Array[Any]) -> Mask:
    """Return a column of booleans as a mask; a null is false."""
    return as_numpy(filled(booleans, False), np.bool_)


def filled(values: pa.Array[Any], value: Any) -> pa.Array[Any]:
    """Return the column with its nulls replaced."""
    return values if values.null_count == 0 else pc.fill_null(values, value)


def as_numpy(values: pa.Array[Any], kind: type[Any]) -> npt.NDArray[Any]:
    """Return a column without nulls as a numpy array."""
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=kind)


def matches(texts: pa.Array[Any], pattern: str) -> Mask:
    """Return which texts the pattern matches from their first to their last character."""
    return mask_of(pc.match_substring_regex(texts, rf"^(?:{pattern})\z"))


def lengths(texts: pa.Array[Any]) -> npt.NDArray[np.int64]:
    """Return the length of every text in bytes; a null has 0."""
    return as_numpy(filled(pc.binary_length(texts), 0), np.int64)


def has_only(texts: pa.Array[Any], allowed: bytes, *, shortest: int, longest: int) -> bool:
    """Whether every text consists of these bytes alone and its length lies in these bounds.

    One pass over the bytes of the whole column: far cheaper than a pattern for each text, and true
    for most columns of numbers. Nulls do not matter.
    """
    if len(texts) == texts.null_count:
        return True
    sizes = lengths(texts)
    if texts.null_count:
        sizes = sizes[mask_of(texts.is_valid())]
    if int(sizes.min()) < shortest or int(sizes.max()) > longest:
        return False
    table = np.zeros(256, np.bool_)
    table[list(allowed)] = True
    return bool(table[_bytes_of(texts)].all())


def _bytes_of(texts: pa.Array[Any]) -> npt.NDArray[np.uint8]:
    # The stubs do not know that a buffer of Arrow's is one of Python's.
    buffers: list[Any] = texts.buffers()
    _, offsets, data = buffers
    if offsets is None or data is None:
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)
    first, last = bounds[texts.offset], bounds[texts.offset + len(texts)]
    return np.frombuffer(data, np.uint8)[first:last]


def without(values: pa.Array[Any], rows: Mask) -> pa.Array[Any]:
    """Return the column with null where the mask is true."""
    if not rows.any():
        return values
    return pc.if_else(pa.array(rows), pa.scalar(None, values.type), values)
