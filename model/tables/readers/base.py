"""What the readers of all formats share: a file that passed the first look, its rows, and what is wrong with one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from model.errors import DataError
from model.language import gettext
from model.tables.dialect import Dialect
from model.tables.readers.content import Content, Pasted, Text

MAX_ROWS = 100_000
MAX_RECORD = 8_000_000  # characters of a cell, a line or a JSON object, which may need twenty times as much memory
MAX_EMPTY = 1_000_000  # lines
SNIFFED = 65_536  # characters that the format is guessed from
WINDOW = 1 << 20  # characters of a JSON array, or bytes of a Parquet file, that are read at once


class Row(NamedTuple):
    """A row of a file: the values that were asked for, or why there are none; `share` of the file was read by then."""

    line: int
    values: tuple[object, ...]
    reason: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a row or value that cannot be read, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that passed the first look, or, where `path` is None, `pasted` text.

    `title` is its name to be shown, `encoding` that of its text, `packed` whether it is a gzip archive.
    """

    path: Path | None
    title: str
    encoding: str = ""
    limited: bool = True
    packed: bool = False
    pasted: str = ""

    def content(self) -> Content:
        """Its bytes, unpacked. Raises `OSError`."""
        if self.path is None:
            raise FileNotFoundError(self.title)
        return Content(self.path, self.title, self.packed, self.limited)

    def text(self) -> Text:
        """Its text. Raises `OSError`."""
        if self.path is None:
            return Pasted(self.pasted)
        return Text(self.content(), "utf-8-sig" if self.encoding == "utf-8" else self.encoding)


@dataclass(frozen=True, slots=True)
class Source(ABC):
    """A file that can be read: how it is written, its columns' names, those of them that may hold text, its rows."""

    file: File
    dialect: Dialect
    names: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns whose values can be given back as text."""
        return self.names

    @abstractmethod
    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """The rows, with the values of the columns that are wanted, in their order."""


def too_long(length: int, most: int) -> str:
    """Why a line of so many characters cannot be read."""
    sentence = gettext("the line has {length:,} characters; at most {most:,} can be read")
    return sentence.format(length=length, most=most)


def not_utf16() -> str:
    """Why the last line of a text that ends in half a character cannot be read."""
    return gettext("not UTF-16")


def counted(empty: int, more: int = 1) -> int:
    """So many empty lines more; `DataError` where there are over `MAX_EMPTY` then."""
    if empty + more > MAX_EMPTY:
        sentence = gettext("The file has more than {most:,} empty lines: take them out.")
        raise DataError(sentence.format(most=MAX_EMPTY))
    return empty + more
