"""Lists of a review and its label a line: the label before or after a tab, or as fastText has it."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from model.tables.dialect import FASTTEXT, LABELLED_LIST, Dialect
from model.tables.readers.base import File, Row, Source
from model.tables.readers.layout import ROWS, Layout
from model.tables.readers.window import filled_lines
from model.tables.words import is_no_review

AFTER, BEFORE = "after", "before"  # the review, where its label stands
_FASTTEXT = re.compile(r"\ufeff?((?:__label__[^\s,;|]+(?:\s+|\Z))+)(.*)", re.DOTALL)
_PREFIX = "__label__"


@dataclass(frozen=True, slots=True)
class LabelledLines(Source):
    """A review a line, with its label: `side` is `AFTER`, `BEFORE`, or `_PREFIX` for fastText."""

    side: str

    @classmethod
    def open(cls, file: File, dialect: Dialect) -> LabelledLines | None:
        """The list, if at least half of its first lines have a label on the same side; None otherwise."""
        with closing(file.text()) as text, closing(filled_lines(text)) as every:
            lines = [each.text for each in islice(every, ROWS) if not each.reason]
        side = _side(lines)
        if side is None:
            return None
        dialect = replace(dialect, format=FASTTEXT if side == _PREFIX else LABELLED_LIST, delimiter="\t")
        dialect = replace(dialect, delimiter="") if side == _PREFIX else dialect
        return cls(file, dialect, ("text", "label"), ("text", "label"), side)

    def goes_before(self, table: Layout) -> bool:
        """Whether it is rather this than a table: fastText always, a tab between two cells unless there are names."""
        tabs = table.form.delimiter == "\t" and table.form.width == 2
        return self.side == _PREFIX or (tabs and not (table.header.found and table.header.sure))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a line without a label is a review without one."""
        places = [self.names.index(name) for name in wanted]
        with closing(self.file.text()) as text:
            for line in filled_lines(text):
                values = _parted(line.text, self.side)
                yield Row(line.number, tuple([values[place] for place in places]), line.reason, line.share)


def _side(lines: Sequence[str]) -> str | None:
    if lines and _FASTTEXT.match(lines[0]) and _mostly(lines, _PREFIX):
        return _PREFIX
    return next((side for side in (AFTER, BEFORE) if _mostly(lines, side)), None)


def _mostly(lines: Sequence[str], side: str) -> bool:
    """Whether half of the lines have a label on that side."""
    labels = [label for _, label in (_parted(line, side) for line in lines) if label]
    if side == _PREFIX:
        return 2 * len(labels) >= len(lines)
    return len(lines) > 0 and 2 * sum(map(is_no_review, labels)) >= len(lines)


def _parted(line: str, side: str) -> tuple[str, str | None]:
    """A line as its text and its label; None for no label."""
    if side == _PREFIX:
        found = _FASTTEXT.match(line)
        if found is None:
            return line, None
        return found.group(2), " ".join(each.removeprefix(_PREFIX) for each in found.group(1).split())
    if "\t" not in line:
        return line, None
    before, _, after = line.rpartition("\t") if side == AFTER else line.partition("\t")
    return (before, after) if side == AFTER else (after, before)
