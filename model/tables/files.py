"""Files of reviews, each read as a stream, row by row: CSV and TSV, JSON lines and arrays, Parquet, plain text.

What is wrong with one row is noted with its line, what is wrong with the file is a `DataError` in one sentence. No
archive that was renamed is unpacked, no pickle loaded, no encoding guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, TextIO

from model.errors import DataError
from model.tables.columns import (
    LABEL_NAMES,
    MAX_NAME,
    RATING_NAMES,
    SAMPLE,
    TEXT_NAMES,
    column_names,
    named,
    share_of,
    short,
)

if TYPE_CHECKING:
    import pyarrow

MAX_ROWS = 100_000
MAX_BYTES = 100 * 1024**2  # of a file: 100 MB is taken as 104,857,600 bytes
MAX_UNPACKED = 1024**3  # bytes of a Parquet file's columns before compression
MAX_RECORD = 8_000_000  # characters of a cell, a line or a JSON object, which may need twenty times as much memory
MAX_EMPTY = 1_000_000  # lines
SNIFFED = 65_536  # characters that the delimiter is guessed from
WINDOW = 1 << 20  # characters of a JSON array, or bytes of a Parquet file, that are read at once
BATCH = 256  # rows of a Parquet file that are in memory at once

_BETWEEN = re.compile(r"[\s,]*")

_MAGIC = {
    b"PK\x03\x04": "a zip archive or an Office file",
    **dict.fromkeys((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), "a pickle, which is never loaded"),
    b"\x1f\x8b": "a gzip archive",
    b"BZh91AY&SY": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!\x1a": "a RAR archive",
    b"%PDF-": "a PDF",
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"), "a picture"),
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "text in UTF-32"),
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Row(NamedTuple):
    """A row of a file: the values that were asked for, or why there are none; `share` of the file was read by then."""

    line: int
    values: tuple[object, ...]
    reason: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class _Broken:
    """Stands for a row or value that cannot be read, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that passed the first look. `title` is its name to be shown; `encoding` what its first bytes say."""

    path: Path
    title: str
    ending: str
    size: int
    encoding: str
    limited: bool = True

    def stream(self, newline: str | None = None) -> TextIO:
        """Its text. What is wrongly encoded comes as lone surrogates; UTF-16 that ends in half a character raises."""
        errors = "surrogatepass" if self.encoding == "utf-16" else "surrogateescape"
        return self.path.open(encoding=self.encoding, errors=errors, newline=newline)

    def share(self, stream: TextIO) -> float:
        """How much of it was read, in [0, 1]."""
        return stream.buffer.tell() / self.size


@dataclass(frozen=True, slots=True)
class Source(ABC):
    """A file that can be read: the names of its columns, those of them that may hold text, and its rows."""

    file: File
    names: tuple[str, ...]
    texts: tuple[str, ...]

    @abstractmethod
    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """The rows, with the values of the columns that are wanted, in their order."""


def open_file(path: Path, name: str | None, limited: bool = True) -> Source:
    """Look at a file without reading it whole. Raises `DataError` if it is too large, or not what its ending says.

    `limited`: whether it may have `MAX_ROWS`, `MAX_BYTES` and `MAX_UNPACKED` at most.
    """
    own = PurePath(name or path.name)
    title, ending = short(own.name, MAX_NAME), own.suffix.lower()
    if ending not in _KINDS:
        raise DataError(f"'{title}' cannot be read by its ending; there are {', '.join(_KINDS)}.")
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            raise DataError(f"There is no file '{title}': choose another.")
        if size == 0:
            raise DataError(f"'{title}' is empty: choose a file with a review in each row.")
        if limited and size > MAX_BYTES:
            raise DataError(
                f"'{title}' has {size / 1024**2:,.0f} MB; at most {MAX_BYTES // 1024**2} MB can be read: split it."
            )
        with path.open("rb") as raw:
            head = raw.read(8_192)
        _check_head(head, title, ending)
        encoding = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        return _KINDS[ending](File(path, title, ending, size, encoding, limited))
    except OSError as error:
        raise DataError(f"'{title}' cannot be read: choose it again.") from error


def _check_head(head: bytes, title: str, ending: str) -> None:
    """Refuse what is not text, or not Parquet, by its first bytes."""
    parquet = ending == ".parquet"
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and not parquet and not head.startswith(_UTF16) and b"\0" in head:
        found = "binary data"
    if found and not (parquet and head.startswith(b"PAR1")):
        raise DataError(
            f"'{title}' is not what its ending says but {found}: save the table as CSV in UTF-8, or as Parquet."
        )


@dataclass(frozen=True, slots=True)
class _Delimited(Source):
    """CSV, TSV and their like. Without `header` it is a plain list, and its only column is called text."""

    delimiter: str
    header: bool

    @classmethod
    def open(cls, file: File) -> _Delimited:
        with file.path.open(encoding=file.encoding, errors="replace", newline="") as stream:
            sample = stream.read(SNIFFED)
        delimiter = _delimiter(sample, "\t" if file.ending == ".tsv" else ",")
        with file.stream(newline="") as stream, closing(_records(stream, delimiter)) as records:
            _, cells = next(records, (1, None))
        if not isinstance(cells, list):
            raise DataError(f"'{file.title}' is empty or begins with a line that cannot be read: mend its first line.")
        header = len(cells) > 1 or not _is_sentence(cells[0])
        names = column_names(cells, file.title) if header else ("text",)
        return cls(file, names, names, delimiter, header)

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        places = [self.names.index(name) for name in wanted]
        with self.file.stream(newline="") as stream:
            for line, cells in islice(_records(stream, self.delimiter), int(self.header), None):
                share = self.file.share(stream)
                if reason := self._why_not(cells):
                    yield Row(line, (), reason, share)
                else:
                    yield Row(line, tuple([cells[place] for place in places]), share=share)

    def _why_not(self, cells: Sequence[str] | _Broken) -> str:
        if isinstance(cells, _Broken):
            return cells.reason
        found, wanted = len(cells), len(self.names)
        return "" if found == wanted else f"the number of cells is {found:,}, that of columns {wanted}"


class _Bounded:
    """The lines of a file, of one over `MAX_RECORD` characters only the beginning.

    `cut` is the length of a line that was cut, or 0. If an odd number of quotation marks is cut off, one is put in
    their place, so that a cell ends where it did. `ended` once a line was asked for that is not there.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.cut = 0
        self.ended = False

    def __iter__(self) -> _Bounded:
        return self

    def __next__(self) -> str:
        line = piece = self._stream.readline(MAX_RECORD)
        if not line:
            self.ended = True
            raise StopIteration
        length = marks = 0
        while len(piece) == MAX_RECORD and not piece.endswith(("\n", "\r")):
            piece = self._stream.readline(MAX_RECORD)
            length, marks = length + len(piece), marks + piece.count('"')
        if not length:
            return line
        self.cut = len(line) + length
        return line + '"' * (marks % 2) + "\n"


def _records(stream: TextIO, delimiter: str) -> Generator[tuple[int, list[str] | _Broken]]:
    """The line where each record begins, from 1, and its cells; lines that are empty are none.

    After a cell of more than `MAX_RECORD` characters, which no quotation mark closed, a new record begins.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))  # of the whole process, so it is never lowered
    lines = _Bounded(stream)
    reader = csv.reader(lines, delimiter=delimiter)
    empty = 0
    while True:
        line, lines.cut = reader.line_num + 1, 0
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, _Broken(f"a cell of over {MAX_RECORD:,} characters: perhaps a quotation mark is not closed")
            continue
        except UnicodeDecodeError:
            yield line, _Broken("not UTF-16")
            return
        if cells is None:
            return
        if lines.cut or lines.ended:  # the end is looked for only in a cell that goes on
            yield line, _Broken(_too_long(lines.cut) if lines.cut else "a quotation mark is not closed to the very end")
        elif cells:
            yield line, cells
        else:
            empty = _counted(empty)


def _too_long(length: int) -> str:
    return f"the line has {length:,} characters; at most {MAX_RECORD:,} can be read"


def _counted(empty: int) -> int:
    if empty == MAX_EMPTY:
        raise DataError(f"The file has more than {MAX_EMPTY:,} empty lines: take them out.")
    return empty + 1


def _delimiter(sample: str, usual: str) -> str:
    """The one of comma, semicolon and tab that cuts a sample best: into known names, then into rows of one width."""

    def fit(delimiter: str) -> tuple[bool, bool, float, bool]:
        rows = [cells for _, cells in _records(io.StringIO(sample, newline=""), delimiter) if isinstance(cells, list)]
        rows = rows[:-1] if len(sample) == SNIFFED and len(rows) > 1 else rows
        if not rows:
            return False, False, 0.0, delimiter == usual
        known = named((*TEXT_NAMES, *LABEL_NAMES, *RATING_NAMES), rows[0], lambda name: True) is not None
        same = share_of(rows[1:], lambda cells: len(cells) == len(rows[0]))
        return known, len(rows[0]) > 1 and same >= 0.5, same, delimiter == usual

    return max(",;\t", key=fit)


def _is_sentence(cell: str) -> bool:
    """Whether the first cell of a single column is a review already, and not the column's name."""
    words = cell.split()
    return len(words) > 5 or (len(words) > 1 and words[-1][-1] in ".!?…")


@dataclass(frozen=True, slots=True)
class _Lines(Source):
    """Plain text, a review a line."""

    @classmethod
    def open(cls, file: File) -> _Lines:
        return cls(file, ("text",), ("text",))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        with self.file.stream() as stream:
            for line, text in filled_lines(stream):
                share = self.file.share(stream)
                yield Row(line, (text,) * len(wanted), text.reason if isinstance(text, _Broken) else "", share)


def filled_lines(stream: Iterable[str]) -> Generator[tuple[int, str | _Broken]]:
    """The lines that are not empty, each with its number, from 1."""
    number = empty = 0
    try:
        for number, text in enumerate(stream, start=1):
            if text.strip():
                yield number, text.removesuffix("\n")
            else:
                empty = _counted(empty)
    except UnicodeDecodeError:
        yield number + 1, _Broken("not UTF-16")


@dataclass(frozen=True, slots=True)
class _Json(Source):
    """JSON objects, one a line or all in one array. `keys` is parallel to `names`, and holds them as they are."""

    keys: tuple[str, ...]
    array: bool

    @classmethod
    def open(cls, file: File) -> _Json:
        with file.path.open(encoding=file.encoding, errors="replace") as stream:
            array = file.ending == ".json" and stream.read(SNIFFED).lstrip().startswith("[")
        keys: dict[str, None] = {}
        with file.stream() as stream, closing(_objects(stream, array)) as objects:
            for _, found in islice(objects, SAMPLE):
                keys |= dict.fromkeys(found if isinstance(found, dict) else ())
        if not keys:
            raise DataError(f'\'{file.title}\' holds no JSON objects: write one a line, such as {{"text": "…"}}.')
        names = column_names(tuple(keys), file.title)
        return cls(file, names, names, tuple(keys), array)

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        keys = [self.keys[self.names.index(name)] for name in wanted]
        with self.file.stream() as stream:
            for line, found in _objects(stream, self.array):
                share = self.file.share(stream)
                if isinstance(found, dict):
                    yield Row(line, tuple([found.get(key) for key in keys]), share=share)
                else:
                    yield Row(line, (), found.reason if isinstance(found, _Broken) else "not a JSON object", share)


def _objects(stream: TextIO, array: bool) -> Generator[tuple[int, object]]:
    """Each JSON value, an object or not, or `_Broken`, with the line where it begins."""
    return _elements(stream) if array else ((number, _parsed(line)) for number, line in filled_lines(stream))


def _parsed(line: str | _Broken) -> object:
    if isinstance(line, _Broken):
        return line
    if len(line) > MAX_RECORD:
        return _Broken(_too_long(len(line)))
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _Broken("not JSON")


def _elements(stream: TextIO) -> Generator[tuple[int, object]]:
    """The elements of a JSON array, each with the line where it begins, read through a window of the file.

    Where the array breaks off, or is not JSON any more, the last one is `_Broken`.
    """
    window = _read(stream, WINDOW)
    at = window.index("[") + 1
    line = 1 + window.count("\n", 0, at)
    ended = False
    while True:
        start = _BETWEEN.match(window, at).end()
        line, at = line + window.count("\n", at, start), start
        if window[at : at + 1] == "]":
            return
        found, end = _decoded(window, at)
        if at < end < len(window) or (ended and end > at):  # at the window's end it may go on beyond
            yield line, found
            line, at = line + window.count("\n", at, end), end
        elif ended or len(window) - at > MAX_RECORD:
            yield line, _Broken("not JSON from here to the end of the file")
            return
        else:
            piece = _read(stream, max(WINDOW, len(window) - at))  # twice as much, so that few are read again and again
            window, at, ended = window[at:] + piece, 0, not piece


def _decoded(window: str, at: int) -> tuple[object, int]:
    """The JSON value that begins at a place, and where it ends; its place itself if there is none."""
    try:
        return json.JSONDecoder().raw_decode(window, at)
    except (ValueError, RecursionError):
        return None, at


def _read(stream: TextIO, characters: int) -> str:
    try:
        return stream.read(characters)
    except UnicodeDecodeError:  # UTF-16 that ends in the middle of a character
        return ""


@dataclass(frozen=True, slots=True)
class _Parquet(Source):
    """A Parquet file; `keys` as in `_Json`. Only the footer is read before the rows are asked for."""

    keys: tuple[str, ...]

    @classmethod
    def open(cls, file: File) -> _Parquet:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(file.path) as opened:
                footer, schema = opened.metadata, opened.schema_arrow
            groups = [footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(file.title) from error
        if file.limited and footer.num_rows > MAX_ROWS:
            raise DataError(f"'{file.title}' has {footer.num_rows:,} rows; at most {MAX_ROWS:,} can be read: split it.")
        if min(groups, default=0) < 0:
            raise _damaged(file.title)
        if file.limited and sum(groups) > MAX_UNPACKED:
            raise DataError(
                f"'{file.title}' would unpack to {sum(groups) / 1024**3:,.1f} GB; at most {MAX_UNPACKED // 1024**3} GB"
                " can be read: split it."
            )
        names = column_names(schema.names, file.title)
        if len(set(schema.names)) < len(names):
            raise DataError(f"'{file.title}' has two columns of one name: rename one of them.")
        texts = tuple(name for name, field in zip(names, schema, strict=True) if _holds_text(field.type))
        return cls(file, names, texts, tuple(schema.names))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        keys = [self.keys[self.names.index(name)] for name in wanted]
        repeated = [key for name, key in zip(wanted, keys, strict=True) if name in self.texts]
        number = 0
        try:
            # As dictionaries, so that a text of megabytes that stands in each row is one text in memory.
            with pq.ParquetFile(
                self.file.path, read_dictionary=repeated, pre_buffer=False, buffer_size=WINDOW
            ) as opened:
                total = opened.metadata.num_rows
                for batch in opened.iter_batches(BATCH, columns=keys, use_threads=False):
                    for values in zip(*(_values(batch.column(key)) for key in keys), strict=True):
                        number += 1
                        yield Row(number, values, share=number / total)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.file.title) from error


def _damaged(title: str) -> DataError:
    return DataError(f"'{title}' is damaged, or no Parquet file: write it again.")


def _holds_text(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _values(column: pyarrow.Array) -> list[object]:
    """A column's values for Python. What is not UTF-8 comes as lone surrogates, as in the other kinds of files."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        indices = column.indices.to_pylist()
        used = sorted({each for each in indices if each is not None})
        words = dict(zip(used, _values(column.dictionary.take(pa.array(used, pa.int64()))), strict=True))
        return [words.get(each) for each in indices]
    if _holds_text(column.type):
        column = column.cast(pa.large_binary())
        return [None if each is None else each.decode("utf-8", "surrogateescape") for each in column.to_pylist()]
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    simple = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return column.to_pylist() if any(test(column.type) for test in simple) else [_OTHER] * len(column)


_OTHER = object()  # a value that is neither text nor number
_KINDS: Mapping[str, Callable[[File], Source]] = {
    ".csv": _Delimited.open,
    ".tsv": _Delimited.open,
    ".jsonl": _Json.open,
    ".ndjson": _Json.open,
    ".json": _Json.open,
    ".parquet": _Parquet.open,
    ".txt": _Lines.open,
}
