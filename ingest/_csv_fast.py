"""Records of CSV, a whole block at once, wherever that loses nothing.

Arrow's CSV reader is taken for a block in which quotes only ever enclose fields and every record
has as many fields as the header; otherwise None is returned and the exact reader decides row by
row. That both readers agree is held by a test.
"""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from foundation import encode_json
from ingest._csv_rows import Header, csv_block
from ingest._line_blocks import TextBlock, quotes_only_fields
from ingest._rows import Block, RawRow

__all__ = ["FastCsv"]


class FastCsv:
    """Reads blocks of one source; `wanted` names the columns that anything asks for."""

    def __init__(self, header: Header, wanted: list[str]) -> None:
        self._header: Final = header
        self._wanted: Final = wanted

    def __call__(self, text: TextBlock) -> Block | None:
        """Return the block's records as columns of text; None when it cannot vouch for them."""
        content, header = text.content, self._header
        has_quotes = b'"' in content
        if has_quotes and not quotes_only_fields(content, header.delimiter):
            return None
        try:
            table = pv.read_csv(
                io.BytesIO(content),
                read_options=pv.ReadOptions(
                    use_threads=False, block_size=len(content) + 1, column_names=header.names
                ),
                parse_options=pv.ParseOptions(
                    delimiter=header.delimiter, newlines_in_values=has_quotes
                ),
                convert_options=pv.ConvertOptions(
                    include_columns=self._wanted,
                    column_types={name: pa.string() for name in header.names},
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        lines = content.count(b"\n") + (not content.endswith(b"\n"))
        is_plain = not has_quotes and lines == table.num_rows and not _has_lone_return(content)
        columns = {name: _one_chunk(table, name) for name in table.schema.names}
        if not is_plain:
            return self._with_lines(text, table.num_rows, columns)

        ends: list[Any] = []

        def raw(position: int) -> RawRow:
            if not ends:
                data = np.frombuffer(content, np.uint8)
                ends.append(np.append(np.flatnonzero(data == 10), len(content)))
            start = int(ends[0][position - 1]) + 1 if position else 0
            line = content[start : int(ends[0][position])].rstrip(b"\r\n").decode("utf-8")
            cells = line.split(header.delimiter)
            row = dict(zip(header.names, cells, strict=True))
            return RawRow(text.first_line + position, encode_json(row))

        return Block(
            rows=table.num_rows,
            columns=columns,
            raw=raw,
            line=lambda position: text.first_line + position,
            size=len(content),
        )

    def _with_lines(
        self, text: TextBlock, rows: int, columns: dict[str, pa.Array[Any]]
    ) -> Block | None:
        """Let the exact reader say where each record stands, should anyone ask."""
        exact: list[Block] = []

        def read() -> Block:
            if not exact:
                exact.append(csv_block(self._header, text))
            return exact[0]

        return Block(
            rows=rows,
            columns=columns,
            raw=lambda position: read().raw(position),
            line=lambda position: read().line(position),
            size=len(text.content),
        )


def _has_lone_return(content: bytes) -> bool:
    return content.count(b"\r") != content.count(b"\r\n")


def _one_chunk(table: pa.Table, name: str) -> pa.Array[Any]:
    column: Any = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
