"""Which columns of a file hold the text, the label and the stars: chosen by a person, or guessed.

The text column is guessed by name, and where that fails by the first rows: it is the one with the longest mean text.
Label and stars are guessed by name (`model.tables.hints`) and by all their values: a column of words that say what they
mean goes before one of numbers. A column without a telling name holds labels only where all its values are words for
it. A flag of something else, such as `is_spoiler`, is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from model.errors import DataError
from model.language import gettext, ngettext
from model.tables.hints import LABEL_NAMES as LABEL_NAMES
from model.tables.hints import RATING_NAMES as RATING_NAMES
from model.tables.hints import TEXT_NAMES as TEXT_NAMES
from model.tables.words import is_label, number_of

MAX_COLUMNS = 200
SAMPLE = 200  # rows that the column of the text is guessed from
SHORT, MAX_NAME = 40, 100  # characters of a file's own words in a message, and of a column's name

SURROGATE = re.compile(r"[\ud800-\udfff]")


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file has, and which of its columns are read."""

    names: tuple[str, ...]
    text: str
    label: str | None = None
    rating: str | None = None

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are read: text, label, stars, as far as they are named."""
        return tuple(name for name in (self.text, self.label, self.rating) if name is not None)


def checked_columns(columns: Columns, title: str, names: tuple[str, ...], texts: Sequence[str]) -> Columns:
    """The chosen columns of the file `title`, which has the columns `names`; those in `texts` may hold text.

    Raises `DataError` for a choice that the file does not have.
    """
    for name in columns.read:
        if name not in names:
            sentence = gettext("'{title}' has no column '{name}'; its columns are {columns}.")
            raise DataError(sentence.format(title=title, name=short(name), columns=_listed(names)))
    if columns.text in (columns.label, columns.rating):
        sentence = gettext("The column '{name}' cannot be both the text and its label or rating: choose another.")
        raise DataError(sentence.format(name=columns.text))
    if columns.text not in texts:
        sentence = gettext("The column '{name}' of '{title}' does not hold text: choose another.")
        raise DataError(sentence.format(name=columns.text, title=title))
    return Columns(names, columns.text, columns.label, columns.rating)


def guessed_text(sample: Sequence[Sequence[object]], title: str, names: tuple[str, ...], texts: Sequence[str]) -> str:
    """The column of text of the file `title`, guessed from its first rows; `names` and `texts` as in `checked_columns`.

    Raises `DataError` if there is none.
    """
    filled = {name: [row[place] for row in sample if row[place] not in (None, "")] for place, name in enumerate(names)}
    text = named(TEXT_NAMES, texts, lambda name: not filled[name] or not _all_numbers(filled[name]))
    text = text or _longest({name: filled[name] for name in texts})
    if text is None:
        sentence = gettext(
            "'{title}' has no column of text; its columns are {columns}: name the one with the reviews 'text'."
        )
        raise DataError(sentence.format(title=title, columns=_listed(names)))
    return text


def named(known: Sequence[str], names: Sequence[str], fits: Callable[[str], bool]) -> str | None:
    """The first of `known` that is a column's name, in any case, and whose values fit."""
    keys = {re.sub(r"[\W_]+", "_", name.lower()).strip("_"): name for name in reversed(names)}
    return next((keys[each] for each in known if each in keys and fits(keys[each])), None)


def _longest(filled: Mapping[str, Sequence[object]]) -> str | None:
    """The column with the longest mean text, of those in which words stand."""
    means = {
        name: sum(map(len, texts)) / len(texts)
        for name, values in filled.items()
        if (texts := [each for each in values if isinstance(each, str)])
        and len(texts) == len(values)
        and _mostly(texts, lambda each: any(map(str.isalpha, str(each)[:1_000])))
        and not all(map(is_label, values))
    }
    return max(means, key=lambda name: means[name], default=None)


def _all_numbers(values: Sequence[object]) -> bool:
    return all(not isinstance(each, str) or number_of(each) is not None for each in values)


def share_of(values: Sequence[Value], fits: Callable[[Value], bool]) -> float:
    """The share of values that fit; 1 where there are none."""
    return sum(map(fits, values)) / len(values) if values else 1.0


def _mostly(values: Sequence[object], fits: Callable[[object], bool]) -> bool:
    return share_of(values, fits) >= 0.5


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{short(name)}'" for name in names[:10])
    more = len(names) - 10
    if more <= 0:
        return shown
    return ngettext("{shown} and {count} more", "{shown} and {count} more", more).format(shown=shown, count=more)


def column_names(cells: Sequence[object], title: str) -> tuple[str, ...]:
    """Names to be shown and chosen by, each once: of one line, cut, numbered where they are empty or repeated."""
    if len(cells) > MAX_COLUMNS:
        sentence = gettext("'{title}' has {count:,} columns; at most {most} can be read: keep those of text and label.")
        raise DataError(sentence.format(title=title, count=len(cells), most=MAX_COLUMNS))
    names: dict[str, None] = {}
    for place, cell in enumerate(cells, start=1):
        name = short(str(cell), MAX_NAME) or f"column {place}"  # in no language: notes are bound to columns by name
        repeated = (f"{name} ({number})" for number in count(2))
        names[name if name not in names else next(each for each in repeated if each not in names)] = None
    return tuple(names)


def short(words: str, limit: int = SHORT) -> str:
    """A file's own words for a message: one line, without control characters, cut to `limit` characters."""
    kept = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in words[: 2 * limit]
    )
    line = SURROGATE.sub("\ufffd", " ".join(kept.split()))
    return line if len(line) <= limit and len(words) <= 2 * limit else line[: limit - 1].rstrip() + "…"
