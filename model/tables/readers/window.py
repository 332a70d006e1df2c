"""The lines of a text, read through a window, each with its number: a line that is too long is never held whole."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import NamedTuple

from model.tables.readers import base
from model.tables.readers.base import counted, not_utf16, too_long
from model.tables.readers.content import Text

_EMPTY = re.compile(r"[\r\n]*")


class Line(NamedTuple):
    """A line without its end, its number from 1, or why it cannot be read; `share` of the file was read by then."""

    number: int
    text: str
    reason: str = ""
    share: float = 1.0


class Window:
    """A piece of a text: `text` is what was read and not let go. `ended` once there is no more."""

    def __init__(self, source: Text) -> None:
        """Nothing is read yet."""
        self.source = source
        self.text = ""
        self.ended = False

    def more(self) -> bool:
        """Read on, twice as much as there is, so that it is rarely done; False at the end."""
        if self.ended:
            return False
        piece = self.source.read(max(base.SNIFFED, len(self.text)))
        if piece.endswith("\r"):  # its line feed may be the next character
            piece += self.source.read(1)
        self.ended = not piece
        self.text += piece
        return not self.ended

    def line_end(self, at: int) -> tuple[int, int]:
        """Where the line that goes on at `at` ends, before and after its line feed; -1 twice if it is too long."""
        seen = at
        while (found := self._feed(seen)) < 0:
            if len(self.text) - at > base.MAX_RECORD:
                return -1, -1
            seen = len(self.text)
            if not self.more():
                return seen, seen
        if found - at > base.MAX_RECORD:
            return -1, -1
        return found, self._beyond(found)

    def _beyond(self, feed: int) -> int:
        return feed + (2 if self.text.startswith("\r\n", feed) else 1)

    def _feed(self, at: int) -> int:
        """Where the next line feed or carriage return is; -1 if there is none."""
        line_feed = self.text.find("\n", at)
        carriage = self.text.find("\r", at, line_feed if line_feed >= 0 else len(self.text))
        return carriage if carriage >= 0 else line_feed

    def empty_lines(self, at: int) -> int:
        """Where the empty lines end that go on at `at`, as far as they were read."""
        found = _EMPTY.match(self.text, at)
        return found.end() if found else at

    def drop(self, length: int) -> None:
        """Let go what was read of it."""
        self.text = self.text[length:]

    def skip_line(self) -> int:
        """Let go a line of any length, without holding it; gives back its length."""
        length = 0
        while self._feed(0) < 0:
            length += len(self.text)
            self.text = ""
            if not self.more():
                return length
        end = self._beyond(self._feed(0))
        self.drop(end)
        return length + end


def line_count(text: str) -> int:
    """How many lines end in a text."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def filled_lines(source: Text) -> Generator[Line]:
    """The lines that are not empty. `DataError` where too many are."""
    window = Window(source)
    empty = at = 0
    number = 1
    told = False
    while at < len(window.text) or window.more():
        start, end = window.line_end(at)
        if start < 0:
            window.drop(at)
            length = window.skip_line()
            yield Line(number, "", too_long(length, base.MAX_RECORD), source.share)
            number, at = number + 1, 0
            continue
        text = window.text[at:start]
        if source.damaged and end == len(window.text) and start == end:
            told = True
            yield Line(number, "", not_utf16(), source.share)
        elif text.strip():
            yield Line(number, text, share=source.share)
        else:
            end = window.empty_lines(start)
            lines = max(1, line_count(window.text[at:end]))
            empty, number = counted(empty, lines), number + lines - 1
        number, at = number + 1, end
        if at > base.SNIFFED:
            window.drop(at)
            at = 0
    if source.damaged and not told:
        yield Line(number, "", not_utf16(), source.share)
