"""CSV, TSV and their like, read with the line on which each record begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from model.errors import DataError
from model.language import gettext
from model.tables.columns import LABEL_NAMES, RATING_NAMES, TEXT_NAMES, column_names, named, share_of
from model.tables.readers.base import MAX_RECORD, SNIFFED, Broken, File, Row, Source, counted, too_long


@dataclass(frozen=True, slots=True)
class Delimited(Source):
    """CSV, TSV and their like. Without `header` it is a plain list, and its only column is called text."""

    delimiter: str
    header: bool

    @classmethod
    def open(cls, file: File) -> Delimited:
        """Guess the delimiter, and whether the first line holds names. `DataError` where there is no first line."""
        with file.path.open(encoding=file.encoding, errors="replace", newline="") as first:
            sample = first.read(SNIFFED)
        delimiter = _delimiter(sample, "\t" if file.ending == ".tsv" else ",")
        with file.stream(newline="") as stream, closing(_records(stream, delimiter)) as records:
            _, cells = next(records, (1, None))
        if not isinstance(cells, list):
            sentence = gettext("'{title}' is empty or begins with a line that cannot be read: mend its first line.")
            raise DataError(sentence.format(title=file.title))
        header = len(cells) > 1 or not _is_sentence(cells[0])
        names = column_names(cells, file.title) if header else ("text",)
        return cls(file, names, names, delimiter, header)

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a record of another width than the first is a bad row."""
        places = [self.names.index(name) for name in wanted]
        with self.file.stream(newline="") as stream:
            for line, cells in islice(_records(stream, self.delimiter), int(self.header), None):
                share = self.file.share(stream)
                if isinstance(cells, Broken):
                    yield Row(line, (), cells.reason, share)
                elif reason := self._why_not(cells):
                    yield Row(line, (), reason, share)
                else:
                    yield Row(line, tuple([cells[place] for place in places]), share=share)

    def _why_not(self, cells: Sequence[str] | Broken) -> str:
        if isinstance(cells, Broken):
            return cells.reason
        found, wanted = len(cells), len(self.names)
        if found == wanted:
            return ""
        sentence = gettext("the number of cells is {found:,}, that of columns {wanted}")
        return sentence.format(found=found, wanted=wanted)


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


def _records(stream: TextIO, delimiter: str) -> Generator[tuple[int, list[str] | Broken]]:
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
            sentence = gettext("a cell of over {most:,} characters: perhaps a quotation mark is not closed")
            yield line, Broken(sentence.format(most=MAX_RECORD))
            continue
        except UnicodeDecodeError:
            yield line, Broken(gettext("not UTF-16"))
            return
        if cells is None:
            return
        if lines.cut or lines.ended:  # the end is looked for only in a cell that goes on
            open_mark = gettext("a quotation mark is not closed to the very end")
            yield line, Broken(too_long(lines.cut, MAX_RECORD) if lines.cut else open_mark)
        elif cells:
            yield line, cells
        else:
            empty = counted(empty)


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
