"""What a file will be read as, before it is scored: its columns, its first rows, and what each label counts as.

One pass over the file in bounded memory: what may hold labels is counted in all rows, since only the whole column says
what a label means; texts are brought into their one form in the first rows alone, which is most of the work of reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import DataError
from model.language import gettext
from model.normalization import normalize
from model.tables.columns import SAMPLE, Columns
from model.tables.dialect import Answers, Dialect
from model.tables.files import open_file
from model.tables.guesses import Surveyed, has_words, label_columns, survey
from model.tables.hints import Role, hint_of
from model.tables.label_reading import Read, read_labels
from model.tables.labels import NO_LABEL, UNKNOWN_LABEL, CountsAs, LabelReading
from model.tables.readers.base import MAX_ROWS, File, Row, Source
from model.tables.reasons import no_label, too_many, why_not
from model.tables.table import BadRow, label_names, nothing_to_read, pasted_source
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
    text, of the wrong width, or whose label is not known is skipped; whether a text is too long is seen when the file
    is read. `bad`: the first of those that are skipped. `notes`: sentences about what else was found. `questions`:
    sentences about what has to be said of labels before the file can be scored; empty where all is clear. `dialect`:
    how the file is written; what is assumed of that is told in its `notes`.
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

    @property
    def is_asking(self) -> bool:
        """Whether something has to be said of the labels first."""
        return self.reading is not None and self.reading.must

    @property
    def can_be_scored(self) -> bool:
        """Whether there is a row to read, and nothing left to be said."""
        return self.read > 0 and not self.is_asking

    @property
    def nothing(self) -> str:
        """Why there is nothing to read, whatever is answered; "" where there is something."""
        return "" if self.read or self.is_asking else nothing_to_read(self.name, self.columns, self.bad)


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
    seen = _Seen(source.file)
    found = survey(source, columns, counts_as, seen.see)
    reads = _reads(source, found, counts_as)
    first = reads.get(found.columns.label or found.columns.rating or "")
    reading = first.reading if first else None
    rows = list(_first_rows(source.names, found, reads))
    unknown = [BadRow(row.line, no_label(said)) for row, said in rows if row.meaning == UNKNOWN_LABEL]
    skipped = reading.skipped if reading else 0
    return Preview(
        source.file.title,
        found.columns,
        tuple(row for row, _ in rows[:SHOWN]),
        reading,
        seen.read - skipped,
        seen.skipped + skipped,
        tuple(sorted([*seen.bad, *unknown], key=lambda each: each.line)[:SHOWN_BAD]),
        (*(reading.notes if reading else ()), *_notes(source.names, found)),
        (reading.question,) if reading and reading.question else (),
        source.dialect,
    )


@dataclass(slots=True)
class _Seen:
    """What went by: rows with a text and without, the first of the latter with their reason."""

    file: File
    read: int = 0
    skipped: int = 0
    bad: list[BadRow] = field(default_factory=list)

    def see(self, row: Row, text: object) -> None:
        """Count a row. Raises `DataError` where there are too many."""
        if reason := row.reason or self._without_text(text):
            self.skipped += 1
            if len(self.bad) < SHOWN_BAD:
                self.bad.append(BadRow(row.line, reason))
        else:
            self.read += 1
        if self.file.limited and self.read + self.skipped > MAX_ROWS:
            raise too_many(self.file.title, MAX_ROWS)

    def _without_text(self, text: object) -> str:
        """Why a text cannot be read, thoroughly in the first rows, in the others as far as it costs nothing."""
        return why_not(text) if self.read + self.skipped < SAMPLE or not has_words(text) else ""


def _reads(source: Source, found: Surveyed, counts_as: CountsAs) -> dict[str, Read]:
    """How the columns of label and stars are read, by their names."""
    columns, reads = found.columns, {}
    for name in label_columns(columns):
        first = name == (columns.label or columns.rating)
        names = label_names(source, columns) if first else {}
        reads[name] = read_labels(name, found.values[name], counts_as if first else {}, names, columns.names)
    return reads


def _first_rows(names: Sequence[str], found: Surveyed, reads: Mapping[str, Read]) -> Iterator[tuple[PreviewRow, Said]]:
    """Those of the first rows whose text can be read, with what their label says."""
    columns = found.columns
    label, rating = columns.label or columns.rating, columns.rating or columns.label
    for row in found.first:
        text = row.values[names.index(columns.text)] if not row.reason else None
        if not isinstance(text, str) or why_not(text):
            continue
        said = _said(row, names, label)
        meaning = reads[label].rule.meaning(said) if label else NO_LABEL
        stars = reads[rating].rule.rating(_said(row, names, rating)) if rating else float("nan")
        yield PreviewRow(row.line, normalize(text), said.shown, meaning, stars), said


def _said(row: Row, names: Sequence[str], column: str | None) -> Said:
    return said_by(row.values[names.index(column)] if column else None)


def _notes(names: Sequence[str], found: Surveyed) -> Iterator[str]:
    """What else looks like a label, and why it is not taken for one."""
    columns = found.columns
    sample = [row.values for row in found.first if not row.reason]
    for place, name in enumerate(names):
        if name in columns.read:
            continue
        role, said = hint_of(name).role, {said_by(row[place]) for row in sample}
        flag = all(each.flag is not None or each.number in (0, 1) or not each.key for each in said)
        if role in (Role.LABEL, Role.YES, Role.NO, Role.RATING):
            yield _not_taken(name, columns)
        elif flag and any(each.key for each in said):
            sentence = gettext("The column '{name}' is taken for a flag of something else, and for no label.")
            yield sentence.format(name=name)


def _not_taken(name: str, columns: Columns) -> str:
    if columns.label or columns.rating:
        return gettext("The column '{name}' may hold labels, too; another one is read.").format(name=name)
    sentence = gettext(
        "The column '{name}' may hold labels, but its values are not known: if it does, choose it as the column of the "
        "label, and say what they count as."
    )
    return sentence.format(name=name)
