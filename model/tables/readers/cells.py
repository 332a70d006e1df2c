"""Records of cells: where a quotation mark means something, where it is a character, and where it is damage (RFC 4180).

A mark at the beginning of a cell quotes it if a closing one is found: one that is not doubled, nor escaped, and after
which the cell ends. Within a line any such pair counts; over several lines only marks that are all in order do, and the
record must have as many cells as the others, so that a mark that is never closed swallows nothing: the record that it
begins is one line, and reading goes on with the next. In tab-separated files and lists a lone mark is a character.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from model.language import gettext
from model.tables.readers import base
from model.tables.readers.base import counted, not_utf16, too_long
from model.tables.readers.content import Text
from model.tables.readers.window import Window, line_count

_SPARE = 200  # cells beyond the width that a record may have, all empty
_ESCAPED = re.compile(r"""\\(["\\])|"(")""")
_LINE_END = re.compile(r"\r\n|\n|\r")
_OPEN, _IMPROPER = -1, -2  # where a closing quotation mark should be: there is none yet, and one that cannot be it


class Record(NamedTuple):
    """A record that begins on line `line`: its cells, or why there are none.

    `clean` unless it has a quotation mark that is out of order. `empty`: how many lines it stands for, if they are.
    """

    line: int
    cells: list[str]
    reason: str = ""
    share: float = 1.0
    clean: bool = True
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """How records are written. `delimiter` may be empty: then each has one cell.

    `quotes`: whether there are quoted cells at all. `sparing`: a cell that need not be quoted is not, so that marks
    around it are part of it, and a lone mark is a character. `escape`: whether a backslash keeps a mark from closing.
    `spaced`: a space follows each delimiter. `width`: of the records, 0 if it is not known. `values`: of some columns,
    the few values that they have, by their place.
    """

    delimiter: str
    quotes: bool = True
    sparing: bool = False
    escape: bool = False
    spaced: bool = False
    width: int = 0
    values: dict[int, frozenset[str]] = field(default_factory=dict)

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether a record has as many cells as it should, empty ones at its end aside."""
        return not self.width or len(self.trimmed(cells)) == self.width

    def trimmed(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells without empty ones beyond the width."""
        if self.width and len(cells) > self.width and not any(each.strip() for each in cells[self.width :]):
            return cells[: self.width]
        return cells


def records(source: Text, form: Form) -> Generator[Record]:
    """The records of a text; empty lines are none. `DataError` where too many are."""
    reader = _Reader(source, form)
    empty = 0
    for record in reader.records():
        if record.empty:
            empty = counted(empty, record.empty)
        else:
            yield record


class _Reader:
    """Reads records through a window that begins at or before the record at hand."""

    def __init__(self, source: Text, form: Form) -> None:
        self._window = Window(source)
        self._form = form
        stop = rf"{re.escape(form.delimiter)}|\Z" if form.delimiter else r"\Z"
        self._mark = re.compile(r'\\.|""|"' if form.escape else '""|"', re.DOTALL)
        self._begin = re.compile(r'\ufeff? *"')
        self._after = re.compile(rf" *(?={stop})")

    def records(self) -> Generator[Record]:
        window, source = self._window, self._window.source
        at, line, told = 0, 1, False
        while at < len(window.text) or window.more():
            start, end = window.line_end(at)
            if start < 0:
                window.drop(at)
                yield Record(line, [], too_long(window.skip_line(), base.MAX_RECORD), source.share)
                line, at = line + 1, 0
                continue
            if source.damaged and start == end == len(window.text):
                told = True
                yield Record(line, [], not_utf16(), source.share)
                break
            record, after = self._record(line, at, start, end)
            yield record
            line += 1 if after == end else line_count(window.text[at:after])
            at = after
            if at > base.SNIFFED:
                window.drop(at)
                at = 0
        if source.damaged and not told:
            yield Record(line, [], not_utf16(), source.share)

    def _record(self, line: int, at: int, start: int, end: int) -> tuple[Record, int]:
        """The record that begins at `at`, and where the next begins; its first line ends at `start`, then `end`."""
        text = self._window.text[at:start]
        share = self._window.source.share
        if self._is_empty(text):
            end = self._window.empty_lines(start)
            return Record(line, [], share=share, empty=max(1, line_count(self._window.text[at:end]))), end
        if not self._form.quotes or '"' not in text:
            return Record(line, self._plain(text), share=share), end
        inside = self._within(at, start)
        if inside is not None and self._form.fits(inside):
            return Record(line, inside, share=share), end
        over = self._over_lines(at) if inside is None else None
        if over is not None:
            return Record(line, over[0], share=share), over[1]
        return self._out_of_order(line, self._window.text[at:start], inside), end

    def _is_empty(self, text: str) -> bool:
        return not text.strip() and not (self._form.delimiter and self._form.delimiter in text)

    def _plain(self, text: str) -> list[str]:
        cells = text.split(self._form.delimiter) if self._form.delimiter else [text]
        return [each.removeprefix(" ") for each in cells] if self._form.spaced else cells

    def _within(self, at: int, end: int) -> list[str] | None:
        """The cells of the line that goes from `at` to `end`; None if a quoted one is not closed as it should be."""
        cells: list[str] = []
        while True:
            cell, after = self._cell(at, end, 0)
            if after < 0:
                return None
            cells.append(cell)
            if after >= end:
                return cells
            at = after + 1

    def _over_lines(self, at: int) -> tuple[list[str], int] | None:
        """The cells of the record that begins at `at`, over lines, and where the next begins; None if broken."""
        window, form = self._window, self._form
        begin, cells = at, list[str]()
        while not form.width or len(cells) < form.width + _SPARE:
            end = window.line_end(at)[0]
            cell, after = self._cell(at, end, begin + base.MAX_RECORD) if end >= 0 else ("", end)
            if after < 0:
                return None
            cells.append(cell)
            if form.delimiter and window.text.startswith(form.delimiter, after):
                at = after + 1
                continue
            following = window.line_end(after)[1]
            whole = following >= 0 and form.fits(cells) and not self._swallows(window.text[begin:following])
            return (cells, following) if whole else None
        return None

    def _cell(self, at: int, end: int, limit: int) -> tuple[str, int]:
        """The cell that begins at `at`, in a line that ends at `end`, and where it ends itself.

        A quoted one may go on over lines where there is a `limit`; where it is not closed, its end is below 0.
        """
        window, form = self._window, self._form
        opened = self._begin.match(window.text, at, end)
        if opened is None:
            after = window.text.find(form.delimiter, at, end) if form.delimiter else -1
            cell = window.text[at : after if after >= 0 else end]
            return cell.removeprefix(" ") if form.spaced else cell, after if after >= 0 else end
        inside = opened.end()
        close = self._close_beyond(inside, limit) if limit else self._close(inside, end)
        if close < 0:
            return "", close
        end = window.line_end(close)[0]
        found = self._after.match(window.text, close + 1, end)
        after = found.end() if found else end
        cell = window.text[inside:close]
        if form.sparing and not ('""' in cell or form.delimiter in cell or line_count(cell)):
            return window.text[at:after], after
        return self._unescaped(cell), after

    def _unescaped(self, cell: str) -> str:
        return _ESCAPED.sub(r"\1\2", cell) if self._form.escape else cell.replace('""', '"')

    def _close(self, at: int, end: int) -> int:
        """Where, before `end`, the mark is that closes a cell whose inside begins at `at`."""
        while found := self._mark.search(self._window.text, at, end):
            if found.group() == '"':
                return self._proper(found.start(), end)
            at = found.end()
        return _OPEN

    def _close_beyond(self, at: int, limit: int) -> int:
        """As `_close`, over as many lines as begin before `limit`."""
        window = self._window
        while at <= limit:
            found = self._mark.search(window.text, at)
            if found is None:
                at = max(at, len(window.text) - 1)  # the last one may be half of an escaped or doubled mark
                if not window.more():
                    return _OPEN
                continue
            end = window.line_end(found.start())[0]  # from here on its whole line is there
            found = self._mark.search(window.text, found.start())
            if end < 0 or found is None:
                return _OPEN
            if found.group() == '"':
                return self._proper(found.start(), end)
            at = found.end()
        return _OPEN

    def _proper(self, mark: int, end: int) -> int:
        return mark if self._after.match(self._window.text, mark + 1, end) else _IMPROPER

    def _swallows(self, text: str) -> bool:
        """Whether a quoted cell over several lines is rather a lone mark and the rows below it: each would be whole."""
        if not self._form.sparing or not self._form.width:
            return False
        whole = [self._is_whole(each) for each in _LINE_END.split(text.rstrip("\r\n"))]
        return len(whole) > 1 and whole[0] and whole[-1] and 2 * sum(whole) >= len(whole)

    def _is_whole(self, text: str) -> bool:
        cells = text.split(self._form.delimiter)
        return len(cells) == self._form.width and all(
            cells[place].strip() in values for place, values in self._form.values.items()
        )

    def _out_of_order(self, line: int, text: str, inside: list[str] | None) -> Record:
        """A line with a mark that is out of order: its cells all the same, where they are clear, or its damage."""
        share, plain = self._window.source.share, self._plain(text)
        if self._form.sparing:
            use_plain = inside is None or self._form.fits(plain)
            return Record(line, plain if use_plain else inside or plain, share=share, clean=False)
        loose = self._loosely(text)
        if loose is not None and self._form.fits(loose):
            return Record(line, loose, share=share, clean=False)
        if text.count('"') % 2 == 0 and self._form.fits(plain):
            return Record(line, plain, share=share, clean=False)
        if inside is not None:
            return Record(line, inside, share=share, clean=False)
        return Record(line, [], gettext("a quotation mark that opens here is never closed"), share, clean=False)

    def _loosely(self, text: str) -> list[str] | None:
        """Cells whose marks inside are neither doubled nor escaped; None if one is not closed."""
        cells: list[str] = []
        at = 0
        while True:
            opened = self._begin.match(text, at)
            if opened:
                close = self._closing(text, opened.end())
                if close is None:
                    return None
                after = close.end()
                cells.append(self._unescaped(text[opened.end() : close.start() - 1]))
            else:
                after = text.find(self._form.delimiter, at) if self._form.delimiter else -1
                after = len(text) if after < 0 else after
                cells.append(text[at:after])
            if after >= len(text):
                return cells
            at = after + 1

    def _closing(self, text: str, at: int) -> re.Match[str] | None:
        """What follows the first mark after which a cell may end."""
        while (at := text.find('"', at) + 1) > 0:
            if found := self._after.match(text, at):
                return found
        return None
