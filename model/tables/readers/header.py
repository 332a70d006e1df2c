"""Whether the first row of a table holds the names of its columns, and which lines above it are a title.

Each column votes, by comparing its first cell with those below, as Python's `csv.Sniffer` does, but with the names that
columns of reviews have, with labels, and with the length of texts. What the votes leave open is said, to be asked.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from model.tables.columns import LABEL_NAMES, RATING_NAMES, TEXT_NAMES
from model.tables.labels import NEGATIVE, POSITIVE
from model.tables.words import is_no_review, number_of, said_by

TITLE_LINES = 10  # above the names, at most
SURE = 2  # votes that decide
_NAME = re.compile(r"[^\W\d][\w .\-/()#]*")
_MOST_NAME = 40  # characters
_NAMES = frozenset((*TEXT_NAMES, *LABEL_NAMES, *RATING_NAMES))
_SENTENCE_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Header:
    """Whether a first row holds names, and whether that is `sure`."""

    found: bool
    sure: bool


def header_of(rows: Sequence[Sequence[str]]) -> Header:
    """What the rows of a table, of one width, say about the first of them."""
    if len(rows) == 1:
        if any(_are_verdicts([each]) for each in rows[0]):
            return Header(found=False, sure=len(rows[0]) > 1)
        known = known_names(rows[0])
        return Header(found=known > 0 or all(map(is_name, rows[0])), sure=known > 0)
    rows = [rows[0], *(each for each in rows[1:] if each != rows[0])]  # they may stand again where files were joined
    votes = [
        _vote(column[0].strip(), [each.strip() for each in column[1:] if each.strip()])
        for column in zip(*rows, strict=False)
    ]
    names, reviews = sum(each for each in votes if each > 0), -sum(each for each in votes if each < 0)
    if names == reviews:
        return Header(found=all(is_name(each) for each in rows[0] if each.strip()), sure=False)
    return Header(found=names > reviews, sure=abs(names - reviews) >= SURE)


def known_names(cells: Sequence[str]) -> int:
    """How many cells are names that columns of reviews have; 0 if one of them is a sentence."""
    if any(_is_sentence(each) for each in cells):
        return 0
    return sum(is_known(each) for each in cells)


def is_known(cell: str) -> bool:
    """Whether a cell is a name that columns of reviews have, in any case."""
    return is_name(cell) and re.sub(r"[\W_]+", "_", cell.lower()).strip("_") in _NAMES


def is_name(cell: str) -> bool:
    """Whether a cell could be a column's name: a few words that begin with a letter."""
    cell = cell.strip().removeprefix("\ufeff")
    short = len(cell) <= _MOST_NAME and len(cell.split()) <= 3
    return short and not _is_sentence(cell) and _NAME.fullmatch(cell) is not None


def title_rows(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many rows above the names of a table of that width are a title: narrower or mostly empty ones."""
    for place, cells in enumerate(rows[: TITLE_LINES + 1]):
        filled = sum(bool(each.strip()) for each in cells)
        if len(cells) == width and (2 * filled > width or known_names(cells)):
            return place
        if len(cells) > width and known_names(cells) == 0 and 2 * filled > width:
            return 0
    return 0


def is_categorical(values: Sequence[str]) -> bool:
    """Whether values are a few short ones, again and again."""
    distinct = set(values)
    return (
        len(values) > len(distinct)
        and len(distinct) <= max(2, len(values) // 3)
        and max(map(len, distinct)) <= _MOST_NAME
    )


def are_numbers(values: Sequence[str]) -> bool:
    """Whether nine in ten values are numbers; False where there is none."""
    return 10 * sum(number_of(each.strip()) is not None for each in values) >= 9 * max(1, len(values))


def are_marks(values: Sequence[str]) -> bool:
    """Whether all values are labels, words or numbers; False where there is none."""
    return bool(values) and all(map(is_no_review, values))


def _are_verdicts(values: Sequence[str]) -> bool:
    """Whether all say positive or negative in words: "positive" may name a column of flags, but not one of these."""
    return all(said.number is None and said.meaning in (POSITIVE, NEGATIVE) for said in map(said_by, values))


def _vote(first: str, below: Sequence[str]) -> int:
    """What one column says: above 0 that its first cell is a name, below 0 that it is like the cells below."""
    if not first or not below:
        return int(is_known(first))
    if is_known(first):
        return -SURE if first in below or _are_verdicts([first, *below]) else 3
    if are_numbers(below):
        return SURE if number_of(first) is None else -SURE
    if first in below:
        return -SURE if is_categorical([first, *below]) else -1
    if are_marks(below):
        return -SURE if is_no_review(first) else SURE
    if is_categorical(below):
        return int(is_name(first))
    return _vote_of_text(first, below)


def _vote_of_text(first: str, below: Sequence[str]) -> int:
    words, usual = len(first.split()), statistics.median(len(each.split()) for each in below)
    if is_name(first) and usual >= 2 * words:
        return 1
    return -1 if _is_sentence(first) or (usual >= 2 and 2 * words >= usual) else 0


def _is_sentence(cell: str) -> bool:
    words = cell.split()
    return len(words) > 5 or (len(words) > 1 and words[-1][-1] in _SENTENCE_ENDS)
