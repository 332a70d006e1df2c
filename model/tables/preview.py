"""What a file will be read as, before it is scored: its columns, its first rows, and what each label counts as.

One pass over the file in bounded memory: what may hold labels is counted in all rows, since only the whole column says
what a label means; texts are brought into their one form in the first rows alone, which is most of the work of reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from model.errors import DataError
from model.language import gettext
from model.normalization import normalize
from model.tables.columns import SAMPLE, Columns, checked_columns, guessed_text
from model.tables.declared import declared_names
from model.tables.dialect import LIST, Answers, Dialect
from model.tables.files import open_file
from model.tables.guesses import candidates, guessed_columns
from model.tables.hints import Role, hint_of
from model.tables.label_reading import Read, read_labels
from model.tables.labels import NO_LABEL, CountsAs, LabelReading
from model.tables.readers.base import MAX_ROWS, Row, Source
from model.tables.reasons import too_many, why_not
from model.tables.survey import Values
from model.tables.table import BadRow, label_names, pasted_source
from model.tables.words import Said, said_by

SHOWN = 10  # rows
SHOWN_BAD = 20  # skipped rows that are kept with their reason


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it will be read: its text in the one form, its label as the file writes it and what that counts as.

    `meaning`: 1, 0, `NO_LABEL`, or `UNKNOWN_LABEL` where the row will be skipped. `stars`: NaN where there are none.
    """

    line: int
    text: str
    label: str
    meaning: int
    stars: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file will be read as.

    `rows`: the first that can be read, at most `SHOWN`. `reading`: how the labels are read; None without a column of
    labels or stars. `read` and `skipped` count all rows of the file, as far as this look can tell: a row without a
    text, or of the wrong width, is skipped; whether a text is too long is seen when the file is read. `bad`: the first
    of those that are skipped. `notes`: sentences about what else was found. `questions`: sentences about what has to be
    said of labels before the file can be scored; empty where all is clear. `dialect`: how the file is written; what is
    assumed of that is told in its `notes`.
    """

    name: str
    columns: Columns
    rows: tuple[PreviewRow, ...]
    reading: LabelReading | None
    read: int
    skipped: int
    bad: tuple[BadRow, ...]
    notes: tuple[str, ...]
    questions: tuple[str, ...]
    dialect: Dialect


def preview(
    path: Path,
    columns: Columns | None = None,
    name: str | None = None,
    limited: bool = True,
    counts_as: CountsAs | None = None,
    answers: Answers | None = None,
) -> Preview:
    """Look at a file as `model.tables.table.read_table` will read it, with the same arguments.

    Raises `DataError` for a file that cannot be read, and for a choice of columns that it does not have.
    """
    source = open_file(path, name, limited, answers)
    try:
        return _look(source, columns, counts_as or {})
    except OSError as error:
        sentence = gettext("'{title}' could not be read to its end: choose it again.")
        raise DataError(sentence.format(title=source.file.title)) from error


def preview_pasted(
    text: str, columns: Columns | None = None, counts_as: CountsAs | None = None, answers: Answers | None = None
) -> Preview:
    """Look at what was pasted as `model.tables.table.paste_table` will read it. Raises `DataError` as that does."""
    return _look(pasted_source(text, answers), columns, counts_as or {})


def _look(source: Source, columns: Columns | None, counts_as: CountsAs) -> Preview:
    names, title = source.names, source.file.title
    chosen = checked_columns(columns, title, names, source.texts) if columns else None
    if chosen is None and source.dialect.format == LIST:
        chosen = Columns(names, names[0])
    with closing(source.rows(names)) as rows:
        first = list(islice(rows, SAMPLE))
        sample = [row.values for row in first if not row.reason]
        text = chosen.text if chosen else guessed_text(sample, title, names, source.texts)
        wanted = _wanted(chosen) if chosen else candidates(names, text, sample)
        seen = _Seen(names, text, wanted)
        for row in _both(first, rows):
            seen.add(row)
            if source.file.limited and seen.read + seen.skipped > MAX_ROWS:
                raise too_many(title, MAX_ROWS)
    declared = declared_names(source)
    chosen = chosen or guessed_columns(names, text, seen.values, counts_as, declared)
    reads = _reads(source, chosen, seen.values, counts_as)
    first_read = reads.get(chosen.label or chosen.rating or "")
    reading = first_read.reading if first_read else None
    questions = (reading.question,) if reading and reading.question else ()
    notes = (*(reading.notes if reading else ()), *_notes(names, chosen, sample))
    shown = tuple(islice(_shown(first, names, chosen, reads), SHOWN))
    return Preview(
        title, chosen, shown, reading, seen.read, seen.skipped, tuple(seen.bad), notes, questions, source.dialect
    )


def _both(first: Sequence[Row], others: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from others


def _wanted(columns: Columns) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (columns.label, columns.rating) if name is not None))


@dataclass(slots=True)
class _Seen:
    """What went by: values of the columns that may hold labels, rows read and skipped."""

    names: Sequence[str]
    text: str
    wanted: Sequence[str]
    values: dict[str, Values] = field(init=False)
    read: int = 0
    skipped: int = 0
    bad: list[BadRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing yet."""
        self.values = {name: Values() for name in self.wanted}
        self._places = [(self.values[name], self.names.index(name)) for name in self.wanted]
        self._text = self.names.index(self.text)

    _places: list[tuple[Values, int]] = field(init=False)
    _text: int = field(init=False)

    def add(self, row: Row) -> None:
        """Count a row."""
        if not row.reason:
            for values, place in self._places:
                values.add(row.values[place])
        if reason := row.reason or self._without_text(row.values[self._text]):
            self.skipped += 1
            if len(self.bad) < SHOWN_BAD:
                self.bad.append(BadRow(row.line, reason))
        else:
            self.read += 1

    def _without_text(self, text: object) -> str:
        """Why a text cannot be read, thoroughly in the first rows, in the others as far as it costs nothing."""
        if self.read + self.skipped < SAMPLE or not isinstance(text, str) or not text.strip():
            return why_not(text)
        return ""


def _reads(source: Source, columns: Columns, seen: Mapping[str, Values], counts_as: CountsAs) -> dict[str, Read]:
    """How the columns of label and stars are read, by their names."""
    found = {}
    for name in _wanted(columns):
        first = name == (columns.label or columns.rating)
        names = label_names(source, columns) if first else {}
        found[name] = read_labels(name, seen[name], counts_as if first else {}, names, columns.names)
    return found


def _shown(
    rows: Iterable[Row], names: Sequence[str], columns: Columns, reads: Mapping[str, Read]
) -> Iterator[PreviewRow]:
    label, rating = columns.label or columns.rating, columns.rating or columns.label
    for row in rows:
        text = row.values[names.index(columns.text)] if not row.reason else None
        if row.reason or not isinstance(text, str) or why_not(text):
            continue
        said = _said(row, names, label)
        meaning = reads[label].rule.meaning(said) if label else NO_LABEL
        stars = reads[rating].rule.rating(_said(row, names, rating)) if rating else float("nan")
        yield PreviewRow(row.line, normalize(text), said.shown, meaning, stars)


def _said(row: Row, names: Sequence[str], column: str | None) -> Said:
    return said_by(row.values[names.index(column)] if column else None)


def _notes(names: Sequence[str], columns: Columns, sample: Sequence[Sequence[object]]) -> Iterator[str]:
    """What else looks like a label, and why it is not taken for one."""
    for place, name in enumerate(names):
        if name in (columns.text, columns.label, columns.rating):
            continue
        role, said = hint_of(name).role, {said_by(row[place]) for row in sample}
        flag = all(each.flag is not None or each.number in (0, 1) or not each.key for each in said)
        if role in (Role.LABEL, Role.YES, Role.NO, Role.RATING):
            yield gettext("The column '{name}' may hold labels, too; another one is read.").format(name=name)
        elif flag and any(each.key for each in said):
            sentence = gettext("The column '{name}' is taken for a flag of something else, and for no label.")
            yield sentence.format(name=name)
