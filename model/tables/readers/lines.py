"""Plain text, a review a line."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from model.language import gettext
from model.tables.readers.base import Broken, File, Row, Source, counted


@dataclass(frozen=True, slots=True)
class PlainText(Source):
    """Plain text, a review a line."""

    @classmethod
    def open(cls, file: File) -> PlainText:
        """Any file has lines."""
        return cls(file, ("text",), ("text",))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; lines that are empty are none."""
        with self.file.stream() as stream:
            for line, text in filled_lines(stream):
                share = self.file.share(stream)
                yield Row(line, (text,) * len(wanted), text.reason if isinstance(text, Broken) else "", share)


def filled_lines(stream: Iterable[str]) -> Generator[tuple[int, str | Broken]]:
    """The lines that are not empty, each with its number, from 1."""
    number = empty = 0
    try:
        for number, text in enumerate(stream, start=1):
            if text.strip():
                yield number, text.removesuffix("\n")
            else:
                empty = counted(empty)
    except UnicodeDecodeError:
        yield number + 1, Broken(gettext("not UTF-16"))
