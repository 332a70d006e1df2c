"""Which columns hold the label and the stars, by their names and all their values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from model.tables.columns import SAMPLE, Columns, checked_columns, guessed_text
from model.tables.declared import Names, declared_names
from model.tables.dialect import LIST
from model.tables.hints import Hint, Role, hint_of, plain_name
from model.tables.label_reading import Read, read_labels
from model.tables.labels import LABEL_NAMES, LISTED, CountsAs
from model.tables.readers.base import Row, Source
from model.tables.values import Values
from model.tables.words import is_label

NAMED = (Role.LABEL, Role.YES, Role.NO, Role.RATING)
UNNAMED = (Role.UNNAMED, Role.UNKNOWN)
CLASSES = 10  # the highest number of a class, in a column that may hold something else


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may hold labels or stars."""

    name: str
    hint: Hint
    values: Values
    read: Read

    @property
    def filled(self) -> int:
        """Rows in which something stands."""
        return self.values.rows - self.values.empty

    @property
    def sparse(self) -> bool:
        """Whether it is empty in most rows."""
        return 2 * self.filled < self.values.rows

    @property
    def worded(self) -> bool:
        """Whether words, or names that the file gives its numbers, say that reviews are positive or negative."""
        rule = self.read.rule
        return any(rule.named(each.said).meaning in LABEL_NAMES for each in self.values)

    @property
    def known(self) -> bool:
        """Whether at least half of what stands there is a label or a rating, or could be one."""
        reading = self.read.reading
        return self.filled == 0 or 2 * reading.skipped <= self.filled

    @property
    def clear(self) -> bool:
        """Whether nothing has to be asked."""
        return not self.read.reading.question

    @property
    def stars(self) -> bool:
        """Whether at least half of what stands there are stars."""
        rated = sum(each.count for each in self.values if not math.isnan(self.read.rule.rating(each.said)))
        return 2 * rated >= self.filled


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A file that went by once: its columns, its first rows, and what stands in the columns that may hold labels."""

    columns: Columns
    first: Sequence[Row]
    values: Mapping[str, Values]


def survey(
    source: Source,
    columns: Columns | None = None,
    counts_as: CountsAs | None = None,
    see: Callable[[Row, object], None] = lambda row, text: None,
) -> Surveyed:
    """Look at all rows, and guess the columns where none are chosen; `see` is told each row and what its text is.

    Raises `DataError` for a choice that the file does not have, and for a file without a column of text.
    """
    names = source.names
    chosen = given_columns(source, columns)
    with closing(source.rows(names)) as rows:
        first = list(islice(rows, SAMPLE))
        sample = [row.values for row in first if not row.reason]
        text = chosen.text if chosen else guessed_text(sample, source.file.title, names, source.texts)
        wanted = label_columns(chosen) if chosen else candidates(names, text, sample)
        values = {name: Values() for name in wanted}
        places = [(values[name], names.index(name)) for name in wanted]
        text_at = names.index(text)
        for row in _both(first, rows):
            found = None if row.reason else row.values[text_at]
            see(row, found)
            if has_words(found):
                for each, place in places:
                    each.add(row.values[place])
    chosen = chosen or guessed_columns(names, text, values, counts_as or {}, declared_names(source))
    return Surveyed(chosen, first, values)


def given_columns(source: Source, columns: Columns | None) -> Columns | None:
    """The columns that are chosen, or that a list has; None where they have to be guessed.

    Raises `DataError` for a choice that the file does not have.
    """
    if columns is not None:
        return checked_columns(columns, source.file.title, source.names, source.texts)
    return Columns(source.names, source.names[0]) if source.dialect.format == LIST else None


def _both(first: Sequence[Row], others: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from others


def has_words(text: object) -> bool:
    """Whether something stands in the column of the text; all else is seen when it is read."""
    return isinstance(text, str) and bool(text) and not text.isspace()  # which stops at the first letter


def label_columns(columns: Columns) -> tuple[str, ...]:
    """The columns of label and stars, as far as there are any."""
    return tuple(dict.fromkeys(name for name in (columns.label, columns.rating) if name is not None))


def candidates(names: Sequence[str], text: str, sample: Sequence[Sequence[object]]) -> tuple[str, ...]:
    """The columns that may hold labels or stars: all with such a name, and those whose first rows are all labels."""
    found = []
    for place, name in enumerate(names):
        hint = hint_of(name)
        first = [row[place] for row in sample]
        if name != text and (hint.role in NAMED or (hint.role in UNNAMED and first and all(map(is_label, first)))):
            found.append(name)
    return tuple(found)


def guessed_columns(
    names: tuple[str, ...],
    text: str,
    surveyed: Mapping[str, Values],
    counts_as: CountsAs,
    declared: Mapping[str, Names],
) -> Columns:
    """The columns of a file whose text is known, from what stands in those that may hold labels or stars."""
    guesses = [
        Guess(name, hint_of(name), values, read_labels(name, values, counts_as, declared.get(name), names))
        for name, values in surveyed.items()
    ]
    labels = [each for each in guesses if each.hint.role in (Role.LABEL, Role.YES, Role.NO) and _may_be_label(each)]
    ratings = [each for each in guesses if each.hint.role is Role.RATING and _may_be_rating(each)]
    best = min(labels, key=_rank, default=None)
    stars = min((each for each in ratings if each.stars), key=_rank, default=None)
    if best and not best.known and stars:
        best = None
    if not best and not stars:
        named = (each for each in guesses if each.hint.role is Role.RATING and each.hint.strong and _is_short(each))
        ratings = ratings or list(named)
        best = min(ratings, key=_rank, default=None) or next(filter(_is_label, guesses), None)
    return Columns(names, text, best.name if best else None, stars.name if stars else None)


def _may_be_label(guess: Guess) -> bool:
    """Whether a column with the name of a label holds labels: one that may as well hold topics has to show it."""
    if guess.hint.strong or guess.filled == 0:
        return True
    scales = guess.read.rule.scales
    return guess.known and (guess.worded or not scales or scales[0].most <= CLASSES)


def _may_be_rating(guess: Guess) -> bool:
    """Whether a column with the name of a rating holds one, or labels."""
    scaled = guess.read.rule.scales or guess.worded or guess.stars
    return guess.filled == 0 or bool(guess.known and scaled)


def _is_short(guess: Guess) -> bool:
    """Whether a few values stand there again and again, which can be asked one by one."""
    return len(list(guess.values)) <= LISTED and 2 * len(list(guess.values)) <= guess.filled


def _rank(guess: Guess) -> tuple[int, int]:
    """Words go before numbers, what is clear before what is not, a usual name before others."""
    tiers = (guess.known, not guess.sparse, guess.clear, guess.worded, guess.hint.role not in (Role.YES, Role.NO))
    first = sum(2**place for place, tier in enumerate(reversed(tiers)) if not tier)
    return first, _USUAL.get(plain_name(guess.name), len(_USUAL))


_USUAL = {name: place for place, name in enumerate((
    "label", "labels", "sentiment", "label_text", "airline_sentiment", "compound", "class", "target", "polarity", "y",
    "gold", "positive", "is_positive", "rating", "ratings", "stars", "star_rating", "star", "score", "overall",
    "category"))}  # fmt: skip


def _is_label(guess: Guess) -> bool:
    """Whether a column without a telling name holds labels beyond doubt: words, or few numbers in a nameless one."""
    if guess.hint.role not in UNNAMED or guess.filled == 0 or guess.read.reading.skipped or not guess.clear:
        return False
    if guess.worded:
        return True
    known = [each.said for each in guess.values if each.said.key]
    few = guess.filled > len(known) <= CLASSES and guess.hint.role is Role.UNNAMED
    return few and all(each.number is not None and each.number % 1 == 0 for each in known)
