"""What a person says about one row: a category, a note, a corrected label; and what of it can be kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, with_config

from model.errors import DataError
from model.language import gettext, marked
from model.parsing import Fault, Says, parse, said
from model.tables.labels import NO_LABEL

CATEGORIES = (
    marked("negation"),
    marked("irony"),
    marked("contrast"),
    marked("mixed"),
    marked("plot summary"),
    marked("names"),
    marked("unknown words"),
    marked("wrong label"),
    marked("not a review"),
)
UNCLEAR = -2  # a corrected label that says: neither, nobody can tell
VERSION = 1  # of the database and of the file that is taken away
MAX_CATEGORY = 60  # characters
MAX_NOTE = 5_000  # characters
MAX_NUMBER = 2**53 - 1  # of a row or line: the largest that JSON readers keep exact
SURROGATE = re.compile(r"[\ud800-\udfff]")

_NOT_IN_NAMES = ("Cc", "Zl", "Zp")  # control characters, separators of lines and paragraphs


def _without_halves(text: object) -> object:
    """Halves of an emoji (lone surrogates), which UTF-8 cannot hold, become the replacement character."""
    return SURROGATE.sub("\ufffd", text) if isinstance(text, str) else text


def _plain(number: object) -> object:
    """SQLite would keep numpy's integers as bytes."""
    return int(number) if isinstance(number, np.integer) else number


def _category(name: str) -> str:
    name = name.strip()
    if len(name) > MAX_CATEGORY:
        sentence = gettext("This category has {length:,} characters; at most {most} can be kept.")
        raise said(sentence.format(length=len(name), most=MAX_CATEGORY))
    if any(unicodedata.category(character) in _NOT_IN_NAMES for character in name):
        raise said(gettext("A category is one line of plain text, without control characters."))
    return {known.casefold(): known for known in CATEGORIES}.get(name.casefold(), name)


_NO_ROW = marked("There is no row of that number.")
_NO_LINE = marked("A note needs the line of the file on which its row begins.")
_NO_SUCH_LABEL = marked("A corrected label is 1 for positive, 0 for negative, -2 for unclear, or -1 for none.")

RowNumber = Annotated[
    int,
    Field(strict=True, ge=0, le=MAX_NUMBER),
    BeforeValidator(_plain),
    Says(marked("A note's row must be a whole number."), {"greater_than_equal": _NO_ROW, "less_than_equal": _NO_ROW}),
]
Category = Annotated[
    str,
    Field(strict=True),
    BeforeValidator(_without_halves),
    AfterValidator(_category),
    Says(marked("A category must be text.")),
]
NoteText = Annotated[
    str,
    Field(strict=True, max_length=MAX_NOTE),
    BeforeValidator(_without_halves),
    Says(
        marked("A note must be text."),
        {"string_too_long": marked("This note has {length:,} characters; at most {most:,} can be kept.")},
    ),
]
CorrectedLabel = Annotated[
    int,
    Field(strict=True, ge=UNCLEAR, le=1),
    BeforeValidator(_plain),
    Says(
        marked("A note's label must be a whole number."),
        {"greater_than_equal": _NO_SUCH_LABEL, "less_than_equal": _NO_SUCH_LABEL},
    ),
]
LineNumber = Annotated[
    int,
    Field(strict=True, ge=0, le=MAX_NUMBER),
    BeforeValidator(_plain),
    Says(
        marked("A note's line must be a whole number."), {"greater_than_equal": _NO_LINE, "less_than_equal": _NO_LINE}
    ),
]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Note:
    """What is said about one row: `row` from 0 as in `ReviewTable`, `line` where it begins in the file.

    `category` is "" where there is none; `label` is the corrected one: 1 positive, 0 negative, -2 unclear, -1 where
    nothing is said of it. The label of the file itself says that it was looked at and is right.
    """

    row: RowNumber
    category: Category
    text: NoteText
    label: CorrectedLabel
    line: LineNumber

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not self.category and not self.text and self.label == NO_LABEL


NAMES = tuple(each.name for each in fields(Note))
STORED = TypeAdapter(Note)  # from a dictionary, checked
_ROW = TypeAdapter(RowNumber)


def check_note(note: Note) -> Note:
    """A note as it is kept: its category stripped, and a starting one in its own spelling; lone surrogates replaced.

    Raises `DataError` with one sentence if it cannot be kept.
    """
    return parse(STORED, {name: getattr(note, name) for name in NAMES}, _refusal)


def check_row(row: object) -> int:
    """The number of a row. Raises `DataError` where it is none."""
    return parse(_ROW, row, _refusal)


def _refusal(fault: Fault) -> DataError:
    return DataError(fault.sentence)
