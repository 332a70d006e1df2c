"""Tables of cells, CSV, TSV and their like, and lists: read with the line on which each record begins."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from model.language import gettext
from model.tables.columns import column_names, short
from model.tables.dialect import DELIMITED, HEADER, LIST, Answers, Dialect
from model.tables.readers.base import File, Row, Source
from model.tables.readers.cells import Form, records
from model.tables.readers.layout import Layout, list_layout

MAX_TITLE = 100  # characters of a title that are said


@dataclass(frozen=True, slots=True)
class Delimited(Source):
    """A table of cells, or a list of one column. `begins`: the line of its first row below the names."""

    form: Form
    begins: int

    @classmethod
    def of_table(cls, file: File, dialect: Dialect, layout: Layout) -> Delimited:
        """A table that is laid out so. `DataError` for one of too many columns."""
        names = column_names([each.strip().removeprefix("\ufeff") for each in layout.names], file.title)
        unclear = () if layout.header.sure else (HEADER,)
        dialect = replace(
            dialect,
            format=DELIMITED if layout.form.delimiter or layout.header.found else LIST,
            delimiter=layout.form.delimiter,
            header=layout.header.found,
            title=tuple(short(each, MAX_TITLE) for each in layout.title),
            unclear=(*dialect.unclear, *unclear),
            notes=(*dialect.notes, *_notes(layout)),
        )
        return cls(file, dialect, names, names, replace(layout.form, width=len(names)), layout.begins)

    @classmethod
    def of_list(cls, file: File, dialect: Dialect, answers: Answers) -> Delimited:
        """A list, of one review a line, or of one a cell where it is quoted."""
        return cls.of_table(file, dialect, list_layout(file, answers))

    def rows(self, wanted: Sequence[str]) -> Generator[Row]:
        """As `Source.rows`; a record of another width than the names is a bad row."""
        places = [self.names.index(name) for name in wanted]
        with closing(self.file.text()) as text, closing(records(text, self.form)) as every:
            for record in every:
                if record.line < self.begins:
                    continue
                cells = self.form.trimmed(record.cells)
                if reason := record.reason or self._why_not(cells):
                    yield Row(record.line, (), reason, record.share)
                else:
                    yield Row(record.line, tuple([cells[place] for place in places]), share=record.share)

    def _why_not(self, cells: Sequence[str]) -> str:
        found, wanted = len(cells), len(self.names)
        if found != wanted:
            sentence = gettext("the number of cells is {found:,}, that of columns {wanted}")
            return sentence.format(found=found, wanted=wanted)
        if self.dialect.header and wanted > 1 and tuple(each.strip() for each in cells) == self.names:
            return gettext("the names of the columns once more")
        return ""


def _notes(layout: Layout) -> list[str]:
    notes = []
    if layout.parting:
        sentence = gettext("In most lines there is a “{sign}”: if it parts cells, say so.")
        notes.append(sentence.format(sign=layout.parting))
    if layout.separator:
        sentence = gettext("The first line says what parts the cells: '{delimiter}'.")
        notes.append(sentence.format(delimiter=layout.form.delimiter))
    if layout.title:
        sentence = gettext("What stands above the names of the columns was stepped over: '{title}'.")
        notes.append(sentence.format(title=short(" / ".join(layout.title), MAX_TITLE)))
    if layout.form.escape:
        notes.append(gettext("A quotation mark after a backslash is part of the text."))
    if layout.header.sure:
        if not layout.header.found and layout.form.delimiter:
            notes.append(gettext("There is no row of names: the first row is read as a review."))
    elif layout.header.found:
        notes.append(gettext("The first row is taken for the names of the columns: say so if it is a review."))
    else:
        notes.append(gettext("The first row is read as a review: say so if it holds the names of the columns."))
    return notes
