"""Lines of JSON objects as Arrow columns in which every number keeps its digits.

Arrow's JSON reader is a hundred times faster than ours and exact for texts, whole numbers and
columns declared as decimals, but it makes a double of any other number, and fails where a key holds
a text here and a number there. Where that happens, the numbers under that key are put between
quotes, in the text of the whole block at once, and are texts from then on. Which keys need it is
learnt from the first blocks.

A number of 10^26 or more, which does not fit a column declared as a decimal, is not refused by that
reader, or not always: it multiplies past 128 bits and gives what is left. So such a column is
vouched for only where no number in the text of the block could be that large.

A match cannot begin inside a text, since a quote there has a backslash before it; at worst it
begins inside a longer key that has such a quote in it, and makes a text of that key's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from ingest._columns import mask_of, pc
from ingest._rows import Positions

__all__ = ["ArrowJson", "columns_of", "line_ends", "reads_as_text"]

# Arrow's reader descends by recursion and would overrun its stack: no line may nest deeper.
_DEEPEST: Final = 64
# A line this short cannot nest deep enough to matter.
_SHORT_LINE: Final = 4096
_MOST_KEYS: Final = 64

_VALUE: Final = r"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)([ \t\r\n]*[,}])"
_CONFLICT: Final = re.compile(
    r"Column\(/(?:.*/)?([^/]+)\) changed from (?:string|number|boolean) to"
    r" (?:string|number|boolean) in row"
)


# What could be read as 10^26 or more: digits, or an exponent that is not negative.
_LARGE: Final = r'[ \t\r\n]*:[ \t\r\n]*"?[+-]?(?:[0-9]{27}|[0-9.]+[eE][+0-9])'
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_. -]*")
# Escapes of letters, digits and signs, by which a key or a number can be written in other words.
_IN_OTHER_WORDS: Final = r"\\u00(?:2[bBdDeE]|3[0-9]|[4-7])"


class ArrowJson:
    """Reads blocks of one source, and learns which keys' values must be texts.

    `kept` are keys whose numbers and texts differ for whoever takes the columns: their values are
    never put between quotes.
    """

    def __init__(self, kept: Iterable[str] = ()) -> None:
        self._kept: Final = frozenset(kept)
        self._quoted: Final[dict[str, None]] = {}

    def learn(self, key: str) -> bool:
        """Make texts of the numbers and truths under this key; return whether that is new."""
        if key in self._kept or key in self._quoted or len(self._quoted) >= _MOST_KEYS:
            return False
        self._quoted[key] = None
        return True

    def read(self, content: bytes, rows: int, schema: Callable[[], pa.Schema]) -> pa.Table | None:
        """Return the lines as a table of `rows` rows, None where that cannot be vouched for.

        `schema` is asked anew after each key that is learnt.
        """
        while True:
            declared = schema()
            if _may_overflow(content, _decimals_of(declared)):
                return None
            try:
                table = _parsed(self._with_texts(content), declared)
            except pa.ArrowNotImplementedError:
                return None
            except pa.ArrowInvalid as error:
                found = _CONFLICT.search(str(error))
                if found is None or not self.learn(found[1]):
                    return None
                continue
            return table if table.num_rows == rows and table.num_columns <= _MOST_KEYS else None

    def _with_texts(self, content: bytes) -> Any:
        if not self._quoted:
            return content
        keys = "|".join(
            re.escape(json.dumps(key, ensure_ascii=False)) for key in list(self._quoted)
        )
        held: Any = pc.replace_substring_regex(
            pa.array([content], pa.binary()),
            rf"((?:{keys})[ \t\r\n]*:[ \t\r\n]*){_VALUE}",
            r'\1"\2"\3',
        )
        return held[0].as_buffer()


def _parsed(content: Any, schema: pa.Schema) -> pa.Table:
    source: Any = pa.BufferReader(content)
    return pj.read_json(
        source,
        read_options=pj.ReadOptions(use_threads=False, block_size=len(memoryview(content)) + 1),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
    )


def _decimals_of(fields: Iterable[pa.Field[Any]]) -> list[str]:
    """Return the keys that are declared as decimals, at any depth."""
    found: list[str] = []
    for field in fields:
        kind: Any = field.type
        if pa.types.is_decimal(kind):
            found.append(field.name)
        elif pa.types.is_struct(kind):
            found.extend(_decimals_of(kind.field(place) for place in range(kind.num_fields)))
    return found


def _may_overflow(content: bytes, keys: Iterable[str]) -> bool:
    keys = list(keys)
    if not keys:
        return False
    # A key that can be written in several ways is not looked for where it may have been.
    if b"\\" in content and not all(_PLAIN_KEY.fullmatch(key) for key in keys):
        return True
    named = "|".join(re.escape(json.dumps(key, ensure_ascii=False)) for key in keys)
    pattern = f"(?:{named}){_LARGE}"
    if b"\\u00" in content:
        pattern = f"{pattern}|{_IN_OTHER_WORDS}"
    held: Any = pc.match_substring_regex(pa.array([content], pa.binary()), pattern)
    return bool(held[0].as_py())


def columns_of(table: pa.Table) -> dict[str, pa.Array[Any]]:
    """Return the columns of a table by name, each in one piece."""
    combined = table.combine_chunks()
    held: dict[str, Any] = {}
    for name in combined.schema.names:
        column: Any = combined.column(name)
        held[name] = column.chunk(0) if column.num_chunks else pa.array([], type=column.type)
    return held


def reads_as_text(values: pa.Array[Any], content: bytes) -> bool:
    """Whether the values of a column, cast to text, are what the source wrote."""
    if values.type == pa.int64():
        # "-0" is a number of its own.
        return b"-0" not in content or not mask_of(pc.equal(values, 0)).any()
    return values.type in (pa.string(), pa.null(), pa.bool_())


def line_ends(content: bytes) -> Positions | None:
    """Return where each line ends; None unless each holds exactly one object, of modest depth."""
    if not content.isascii():
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return None
    if not content.startswith(b"{"):
        return None
    data = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(data == 10)
    if not content.endswith(b"\n"):
        ends = np.append(ends, len(content))
    # A line that ends with } before one that starts with { ends its object too: inside an object
    # or an array a comma would have to stand between the two.
    borders = content.count(b"}\n{") + content.count(b"}\r\n{")
    if borders != len(ends) - 1 or not content.rstrip().endswith(b"}"):
        return None
    if int(np.diff(ends, prepend=-1).max()) > _SHORT_LINE:
        opened = np.flatnonzero((data == ord("{")) | (data == ord("[")))
        counts = np.bincount(np.searchsorted(ends, opened))
        if int(counts.max()) > _DEEPEST:
            return None
    return ends
