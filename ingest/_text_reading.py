"""A block of text to rows: fast where that loses nothing, exact where it might.

A block that the fast reader cannot vouch for is cut into pieces and each is tried again, so that
one odd row costs its neighbours little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ingest._line_blocks import TextBlock
from ingest._rows import Block

__all__ = ["TextReader"]

_PIECES: Final = 16
_SMALLEST: Final = 32 << 10

Fast = Callable[[TextBlock], Block | None]
Exact = Callable[[TextBlock], Block]
End = Callable[[bytes], int]


class TextReader:
    """Reads the blocks of one source; `end_of` tells where the last whole row of a text ends."""

    def __init__(self, fast: Fast | None, exact: Exact, end_of: End) -> None:
        self._fast: Final = fast
        self._exact: Final = exact
        self._end_of: Final = end_of

    def __call__(self, text: TextBlock) -> Iterator[Block]:
        """Return the rows of a block of whole rows, in one block or in several."""
        block = None if self._fast is None else self._fast(text)
        if block is not None:
            yield block
        elif self._fast is None or len(text.content) <= _SMALLEST:
            yield self._exact(text)
        else:
            yield from self._in_pieces(text, self._fast)

    def _in_pieces(self, text: TextBlock, fast: Fast) -> Iterator[Block]:
        pieces = list(self._cut(text))
        vouched = [fast(piece) for piece in pieces] if len(pieces) > 1 else []
        if all(block is None for block in vouched):
            # Odd rows all over the block: the next one may be of another kind.
            yield self._exact(text)
            return
        for piece, block in zip(pieces, vouched, strict=True):
            if block is not None:
                yield block
            elif len(piece.content) <= _SMALLEST:
                yield self._exact(piece)
            else:
                yield from self._in_pieces(piece, fast)

    def _cut(self, text: TextBlock) -> Iterator[TextBlock]:
        size = max(len(text.content) // _PIECES, _SMALLEST)
        content, line = text.content, text.first_line
        wanted = size
        while len(content) > wanted:
            end = self._end_of(content[:wanted])
            if end == 0:
                wanted += size
                continue
            yield TextBlock(content[:end], line)
            line += content.count(b"\n", 0, end)
            content, wanted = content[end:], size
        if content:
            yield TextBlock(content, line)
