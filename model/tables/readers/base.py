"""What the readers of all formats share: a file that passed the first look, its rows, and what is wrong with one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

from model.errors import DataError
from model.language import gettext

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


def too_long(length: int, most: int) -> str:
    """Why a line of so many characters cannot be read."""
    sentence = gettext("the line has {length:,} characters; at most {most:,} can be read")
    return sentence.format(length=length, most=most)


def counted(empty: int) -> int:
    """One empty line more; `DataError` where there were `MAX_EMPTY`."""
    if empty == MAX_EMPTY:
        sentence = gettext("The file has more than {most:,} empty lines: take them out.")
        raise DataError(sentence.format(most=MAX_EMPTY))
    return empty + 1
