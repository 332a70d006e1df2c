"""What a file will be read as, before it is scored: drawn from a `Preview`, and what a person says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from model.errors import DataError
from model.language import gettext
from model.tables.columns import Columns
from model.tables.dialect import Answers
from model.tables.labels import ANSWERS, MEANING_NAMES, UNKNOWN_LABEL, CountsAs
from model.tables.preview import Preview, preview, preview_pasted
from model.tables.table import ReviewTable, paste_table, read_table
from views.drawing.template import render

LONGEST = 400  # characters of a text that are shown


@dataclass(frozen=True, slots=True)
class Brought:
    """What a person brought: a file that was uploaded, where it lies and its own name, or a text that was pasted."""

    name: str
    path: Path | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of it; what is not said is decided by its content."""

    columns: Columns | None = None
    counts_as: CountsAs = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the preview, its text cut to what is shown; `words`: what its label counts as."""

    line: int
    text: str
    label: str
    words: str


def look_at(brought: Brought, said: Said) -> Preview:
    """How it will be read. Raises `DataError` for what cannot be."""
    if brought.path is None:
        return preview_pasted(brought.text, said.columns, said.counts_as, said.answers)
    return preview(brought.path, said.columns, brought.name, counts_as=said.counts_as, answers=said.answers)


def read(brought: Brought | None, said: Said) -> ReviewTable:
    """Read it. Raises `DataError` where nothing was brought, or it cannot be read as was said."""
    if brought is None:
        raise DataError(gettext("Choose a file first."))
    if brought.path is None:
        return paste_table(brought.text, said.counts_as, said.answers, said.columns)
    return read_table(brought.path, said.columns, brought.name, counts_as=said.counts_as, answers=said.answers)


def preview_card(found: Preview) -> Markup:
    """The first rows, what each label counts as, what was assumed, and what has to be said."""
    return render(
        "errors/preview.html",
        found=found,
        notes=(*found.dialect.notes, *found.notes),
        rows=[Row(row.line, _cut(row.text), row.label, gettext(MEANING_NAMES[row.meaning])) for row in found.rows],
        meanings=[(meaning, gettext(MEANING_NAMES[meaning])) for meaning in ANSWERS.values()],
        unknown=UNKNOWN_LABEL,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
