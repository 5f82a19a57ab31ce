"""Inputs: what they are, by their content, and their bytes as UTF-8 text without a mark."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import pyarrow as pa

from foundation import JsonTextError, json_end
from foundation.errors import InputChangedError, UsageError

__all__ = [
    "FileState",
    "Format",
    "Readable",
    "Source",
    "examine",
    "file_state",
    "open_source",
    "require_unchanged",
]

Format = Literal["json lines", "json document", "csv", "parquet", "arrow"]

_HEAD: Final = 1 << 20
_PIECE: Final = 4 << 20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_JSON_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson"})
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


# Inode, size, and the nanosecond of the last write.
FileState = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Source:
    """One input file, examined. `content_hash` is the SHA-256 of its decompressed bytes.

    `name` is what reports call it and `file_name` what a mapping may take values from. `size` is
    the size of the file itself, which is what progress counts. `state` tells the file from what is
    written to it later; None where nobody else writes to it.
    """

    name: str
    file_name: str
    path: Path
    format: Format
    compression: Literal["gzip", "zstd"] | None
    encoding: str
    content_hash: str
    size: int
    state: FileState | None = None


def examine(
    path: Path, name: str, *, file_name: str | None = None, wanted: Format | None = None
) -> Source:
    """Find out what a file is; `wanted` overrules what its content says of the format.

    Raises:
        UsageError: it cannot be read, or is nothing that can be landed.
    """
    try:
        state = file_state(path)
        with path.open("rb") as opened:
            magic = opened.read(8)
        compression: Literal["gzip", "zstd"] | None = None
        if magic.startswith(_GZIP):
            compression = "gzip"
        elif magic.startswith(_ZSTD):
            compression = "zstd"
        digest = hashlib.sha256()
        with _decompressed(path, compression, name) as stream:
            head = stream.read(_HEAD)
            piece = head
            while piece:
                digest.update(piece)
                piece = stream.read(_PIECE)
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no file {name}.", next_command="meterhouse land STREAM FILE"
        ) from error
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}.") from error
    encoding = _encoding(head, name)
    kind = wanted or _format(_text_head(head, encoding), Path(file_name or path.name))
    return Source(
        name=name,
        file_name=file_name or path.name,
        path=path,
        format=kind,
        compression=compression,
        encoding=encoding,
        content_hash=digest.hexdigest(),
        size=state[1],
        state=state,
    )


def file_state(path: Path) -> FileState:
    """Return what changes when a file is replaced or written to."""
    held = path.stat()
    return held.st_ino, held.st_size, held.st_mtime_ns


def require_unchanged(source: Source) -> None:
    """Refuse a file that is not what was examined: its rows would be of one, its hash of another.

    Raises:
        InputChangedError: it was replaced or written to since.
    """
    if source.state is None:
        return
    try:
        is_same = file_state(source.path) == source.state
    except FileNotFoundError:
        is_same = False
    if not is_same:
        raise InputChangedError(
            f"{source.name} changed while it was read; nothing of it was landed.",
            next_command="meterhouse land STREAM FILE, once nobody writes to it",
        )


def _encoding(head: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if head.startswith((b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")):
        return "binary"
    start = head[:4096]
    if b"\0" not in start:
        return "utf-8"
    wide = "UTF-16LE" if start[1::2].count(0) > start[::2].count(0) else "UTF-16BE"
    if start.count(0) * 3 > len(start):
        raise UsageError(
            f"{name} looks like {wide} without a byte order mark.",
            next_command=f"iconv -f {wide} -t UTF-8 {name} > utf8.csv",
        )
    raise UsageError(f"{name} is neither text nor Parquet nor Arrow; it holds NUL bytes.")


def _text_head(head: bytes, encoding: str) -> bytes:
    if encoding == "binary":
        return head
    for mark, named in _BOMS:
        if named == encoding:
            head = head.removeprefix(mark)
    if encoding == "utf-8":
        return head
    return head.decode(encoding, "replace").encode()


def _format(head: bytes, path: Path) -> Format:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    text = head.lstrip()
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if not text or text[:1] in b"{[" or suffixes & _JSON_SUFFIXES:
        return _json_format(text, is_whole=len(head) < _HEAD)
    return "csv"


def _json_format(text: bytes, *, is_whole: bool) -> Format:
    """Tell rows on lines from one document over many lines.

    A line that is a whole object settles it. A document's own lines are never whole objects unless
    they are indented or follow a bracket.
    """
    lines = text.split(b"\n")
    complete = lines if is_whole else lines[:-1]
    first = complete[0].strip() if complete else b""
    if not first:
        return "json document" if text else "json lines"
    if first[:1] == b"[":
        return "json lines" if len(complete) > 1 and _is_json(first) else "json document"
    for line in complete[:50]:
        if line[:1] == b"{" and _is_json(line):
            return "json lines"
    is_cut = first.endswith((b":", b",", b"[", b"{"))
    return "json document" if is_cut else "json lines"


def _is_json(line: bytes) -> bool:
    # Only the shape matters here: the reader will say what is wrong inside.
    text = line.decode("utf-8", "replace").strip()
    try:
        return json_end(text, 0) == len(text)
    except JsonTextError:
        return False


class Readable(Protocol):
    """What readers need of an input: its bytes, from the first to the last."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


@contextmanager
def open_source(source: Source) -> Generator[Readable]:
    """Open a source's text, decompressed, as UTF-8 without a byte order mark.

    Reading raises UsageError where the compressed data is cut short or damaged.
    """
    with _decompressed(source.path, source.compression, source.name) as stream:
        if source.encoding.startswith("utf-16"):
            yield _Transcoded(stream, source)
        elif source.encoding == "utf-8":
            yield _WithoutMark(stream)
        else:
            yield stream


@contextmanager
def _decompressed(path: Path, compression: str | None, name: str) -> Generator[Readable]:
    with path.open("rb", buffering=0) as file:
        if compression == "gzip":
            yield _Whole(gzip.GzipFile(fileobj=file, mode="rb"), name)
        elif compression == "zstd":
            yield _Whole(pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"), name)
        else:
            yield _Whole(file, name)


class _Whole:
    """Reads as much as was asked for, and says what is wrong with a damaged file."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream = stream
        self._name = name

    def read(self, size: int, /) -> bytes:
        try:
            piece: bytes = self._stream.read(size)
            while piece and len(piece) < size:
                more: bytes = self._stream.read(size - len(piece))
                if not more:
                    break
                piece += more
        except (EOFError, OSError, zlib.error) as error:
            raise UsageError(
                f"{self._name} is damaged or cut short: {error}. Nothing was landed.",
                next_command="fetch the file again and land it",
            ) from error
        return piece


class _WithoutMark:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._is_first = True

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        if self._is_first:
            self._is_first = False
            piece = piece.removeprefix(codecs.BOM_UTF8)
        return piece


class _Transcoded:
    def __init__(self, stream: Readable, source: Source) -> None:
        self._stream = stream
        self._name = source.name
        self._decoder = codecs.getincrementaldecoder(source.encoding)()
        self._is_first = True

    def read(self, size: int, /) -> bytes:
        while True:
            piece = self._stream.read(size)
            try:
                text = self._decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                raise UsageError(
                    f"{self._name} is marked as UTF-16 and is not: {error.reason}.",
                    next_command="write the file as UTF-8 and land it",
                ) from error
            if self._is_first:
                self._is_first = not text
                text = text.removeprefix("\ufeff")
            if text or not piece:
                return text.encode()
