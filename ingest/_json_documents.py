"""JSON that is one document rather than one row a line: arrays and list objects of any size.

The document is read in pieces and its elements are handed on one by one, so that an export of a
whole account needs no more memory than its largest object.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from foundation import JsonTextError, json_end
from foundation.errors import UsageError
from ingest._json_rows import JsonRow, Unreadable, text_rows
from ingest._rows import RawRow
from ingest._sources import Readable

__all__ = ["document_rows"]

_PIECE: Final = 1 << 20
_LARGEST_VALUE: Final = 64 << 20
# How far before the end of what is read so far a reader may stop and yet only lack the rest.
_NEAR_END: Final = 16
_SPACE: Final = " \t\r\n"


def document_rows(source: Readable, name: str) -> Iterator[JsonRow | Unreadable]:
    """Return the rows of one or more JSON documents, one after the other in `source`.

    Raises:
        UsageError: the text stops being JSON, after which no row could be told from the next.
    """
    yield from _Reader(source, name).rows()


class _Reader:
    def __init__(self, source: Readable, name: str) -> None:
        self._source: Final = source
        self._name: Final = name
        # A byte that is not UTF-8 becomes a lone surrogate, so that only its own row is refused.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def rows(self) -> Iterator[JsonRow | Unreadable]:
        while self._peek():
            mark = self._peek()
            if mark == "[":
                self._skip("[")
                yield from self._elements()
            elif mark == "{":
                yield from self._object()
            else:
                yield from self._value_rows()

    def _elements(self) -> Iterator[JsonRow | Unreadable]:
        if self._peek() == "]":
            self._skip("]")
            return
        while True:
            yield from self._value_rows()
            if self._peek() == "]":
                self._skip("]")
                return
            self._skip(",")

    def _object(self) -> Iterator[JsonRow | Unreadable]:
        """Read an object; where it is a list object, hand on its elements as they come."""
        start, line = self._at, self._line
        is_list = False
        self._skip("{")
        while self._peek() != "}":
            key = self._value()
            self._skip(":")
            if key == '"data"' and self._peek() == "[":
                is_list = True
                self._skip("[")
                yield from self._elements()
            else:
                self._value()
            if self._peek() != "}":
                self._skip(",")
        self._skip("}")
        if not is_list:
            yield from _rows_of(self._text[start : self._at], line)
        self._drop()

    def _value_rows(self) -> Iterator[JsonRow | Unreadable]:
        self._peek()
        line = self._line
        yield from _rows_of(self._value(), line)
        self._drop()

    def _value(self) -> str:
        """Return the text of the value that starts here, fetching more until it is whole."""
        self._peek()
        while True:
            try:
                end = json_end(self._text, self._at)
            except JsonTextError as error:
                if self._ended or not self._may_be_cut(error):
                    raise self._broken(str(error)) from error
            else:
                # A number at the very end may have more digits to come.
                if end < len(self._text) or self._ended:
                    text = self._text[self._at : end]
                    self._line += text.count("\n")
                    self._at = end
                    return text
            if len(self._text) - self._at > _LARGEST_VALUE:
                raise self._broken(f"one value is longer than {_LARGEST_VALUE >> 20} MiB")
            self._fetch()

    def _may_be_cut(self, error: JsonTextError) -> bool:
        if error.position is None:
            return False
        is_open_text = "Unterminated string" in str(error)
        return is_open_text or error.position >= len(self._text) - _NEAR_END

    def _peek(self) -> str:
        """Return the next character that is not space, the empty text at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fetch()

    def _skip(self, wanted: str) -> None:
        found = self._peek()
        if found != wanted:
            raise self._broken(f"{wanted} is missing" if found else "it ends too early")
        self._at += 1

    def _drop(self) -> None:
        if self._at > _PIECE:
            self._text = self._text[self._at :]
            self._at = 0

    def _fetch(self) -> None:
        # Doubling what is read at once keeps a long value from being parsed again and again.
        piece = self._source.read(max(_PIECE, len(self._text) - self._at))
        self._ended = not piece
        self._text += self._decoder.decode(piece, final=self._ended)

    def _broken(self, why: str) -> UsageError:
        return UsageError(
            f"{self._name} stops being JSON at line {self._line}: {why}. Nothing was landed.",
            next_command="mend the file, or write one JSON object a line, and land it again",
        )


def _rows_of(text: str, line: int) -> Iterator[JsonRow | Unreadable]:
    try:
        text.encode()
    except UnicodeEncodeError:
        content = text.encode("utf-8", "surrogateescape")
        yield Unreadable(RawRow(line, content), "invalid_encoding", "The row is not UTF-8.")
    else:
        yield from text_rows(text, line)
