"""How the rows of a file are sorted: by the traits of `model.traits`, by stars, by what the forget gates did, and by
every column of a person's own that sorts them.

A column of a person's own is one of categories (few values, or some that come often), of numbers, which are cut into
quarters, or of dates, which are sorted by year. What tells almost every row apart, an id say, sorts nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.language import gettext, marked, ngettext
from model.tables.table import ReviewTable
from model.traits import (
    BUCKETS,
    CAPITALS,
    CONTRAST,
    DIMENSIONS,
    FORGET,
    NEGATION,
    QUESTIONS,
    RATING,
    SATURATED,
    UNKNOWN_WORDS,
)
from model.workbench.scoring import Scores

MAX_STARS = 11  # different ratings of which each is a slice: 0 to 10, or 0 to 5 by halves; more are cut into quarters
MAX_VALUES = 30  # of a column of categories: the commonest ones have a slice each
FEW = 10  # rows that a value must have to be a slice of its own, where there are more values than that
OWN = marked("column '{name}'")  # the dimension of a person's own column, as a pick names it; translated where shown
EMPTY, OTHERS = marked("(empty)"), marked("(all other values)")

_YEAR = re.compile(
    r"""(?P<year>\d{4})-\d{1,2}(-\d{1,2})?([T\s].*)?$      # 2024-01-02, 2024-01, with a time
    |\d{1,2}[./-]\d{1,2}[./-](?P<last>\d{4})(\s.*)?$       # 2.1.2024, 01/02/2024
    |(?:\d{1,2}\.?\s+)?[A-Za-z]{3,9}\.?\s+(?:\d{1,2},?\s+)?(?P<told>\d{4})$   # 2 January 2024, January 2, 2024
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Partition:
    """`places` (rows,) says in which of `names` a row is: in just one."""

    names: tuple[str, ...]
    places: np.ndarray


def dimensions(table: ReviewTable) -> tuple[str, ...]:
    """What the rows of a table may be sorted by: traits first, then the person's own columns in the file's order."""
    return (*DIMENSIONS, *(OWN.format(name=name) for name in table.own))


def idle_columns(table: ReviewTable) -> tuple[str, ...]:
    """The person's own columns that sort nothing: in them almost every row has a value of its own, or all the same."""
    return tuple(name for name, values in table.own.items() if len(set(values)) < 2 or _by_value(values) is None)


def partition(table: ReviewTable, scores: Scores, dimension: str) -> Partition | None:
    """How a dimension sorts the rows; None where there is nothing to sort them by, or no such dimension."""
    for name, values in table.own.items():
        if dimension == OWN.format(name=name):
            return _by_value(values)
    return _by_trait(table, scores, dimension) if dimension in DIMENSIONS else None


def _by_trait(table: ReviewTable, scores: Scores, dimension: str) -> Partition | None:
    if dimension == RATING:
        return _by_rating(table.ratings)
    if dimension in (FORGET, SATURATED):
        values = (scores.forget if dimension == FORGET else scores.saturated).astype(np.float64)
        return _by_quarter(values) if len(values) and np.isfinite(values).all() else None
    buckets = BUCKETS[dimension]
    values = _values(scores, dimension)
    places = np.searchsorted([bucket.most for bucket in buckets[:-1]], values)  # value <= most, as in a bucket
    return Partition(tuple(bucket.name for bucket in buckets), places)


def _values(scores: Scores, dimension: str) -> np.ndarray:
    """What the buckets of a dimension are of, (rows,)."""
    per_100 = {NEGATION: scores.negations, UNKNOWN_WORDS: scores.unknown}
    if dimension in per_100:
        return 100 * per_100[dimension].astype(np.int64) / np.maximum(scores.tokens, 1)
    plain = {CONTRAST: scores.contrasts, CAPITALS: scores.capitals, QUESTIONS: scores.questions}
    return plain[dimension] if dimension in plain else scores.tokens + scores.omitted


def _by_rating(ratings: np.ndarray) -> Partition | None:
    """One slice for each rating, or quarters where there are too many; rows without one are a slice, too."""
    ratings = np.round(ratings.astype(np.float64), 2)
    rated = np.isfinite(ratings)
    if not rated.any():
        return None
    stars, found = np.unique(ratings[rated], return_inverse=True)
    if len(stars) > MAX_STARS:
        quarters = _by_quarter(ratings[rated])
        names, found = quarters.names, quarters.places
    else:
        names = tuple(map(_stars, stars.tolist()))
    places = np.full(len(ratings), len(names))
    places[rated] = found
    return Partition((*names, gettext("no rating")), places)


def _stars(rating: float) -> str:
    written = f"{rating:,.2f}".rstrip("0").rstrip(".")
    return ngettext("{stars} star", "{stars} stars", 1 if rating == 1 else 2).format(stars=written)


def _by_quarter(values: np.ndarray) -> Partition:
    """Quarters of these values, at least one, all finite; equal values stay together, so there may be fewer than four.

    Edges are written with as many digits as tell them apart.
    """
    edges = np.unique(np.quantile(values, (0.25, 0.5, 0.75)))
    digits = next(
        (digits for digits in range(3, 17) if len({f"{edge:.{digits}f}" for edge in edges}) == len(edges)), 17
    )
    written = [f"{edge:,.{digits}f}" for edge in edges]
    between = [gettext("over {low}, up to {high}").format(low=low, high=high) for low, high in pairwise(written)]
    first, last = gettext("up to {high}").format(high=written[0]), gettext("over {low}").format(low=written[-1])
    names = (first, *between, last)
    return Partition(names, np.searchsorted(edges, values))


def _by_value(values: Sequence[str]) -> Partition | None:
    """A column of a person's own: by category, by number, by year; None where it sorts nothing."""
    counts = Counter(values)
    counts.pop("", None)
    if len(counts) > 1 and (years := _years(counts)):
        return _by_category([years.get(value, "") for value in values])
    if len(counts) > MAX_STARS and (numbers := numbers_of(counts)):
        return _by_number(np.array([numbers.get(value, math.nan) for value in values]))
    return _by_category(values)


def _years(counts: Counter[str]) -> dict[str, str] | None:
    """The year of each value; None where not all of them are dates."""
    found = {value: _YEAR.match(value.strip()) for value in counts}
    if not all(found.values()):
        return None
    return {value: match["year"] or match["last"] or match["told"] for value, match in found.items() if match}


def numbers_of(values: Iterable[str]) -> dict[str, float] | None:
    """Each value as a number; None where not all of them are finite ones."""
    try:
        found = {value: float(value) for value in values}
    except ValueError:
        return None
    return found if all(map(math.isfinite, found.values())) else None


def _by_number(numbers: np.ndarray) -> Partition:
    """Quarters; what is empty, NaN, is a slice of its own."""
    filled = np.isfinite(numbers)
    quarters = _by_quarter(numbers[filled])
    places = np.full(len(numbers), len(quarters.names))
    places[filled] = quarters.places
    return Partition((*quarters.names, EMPTY), places)


def _by_category(values: Sequence[str]) -> Partition | None:
    """The commonest values, all others, and what is empty; None where no value comes often enough."""
    counts = Counter(values)
    filled = [(value, count) for value, count in counts.most_common() if value]
    if len(filled) > MAX_VALUES:
        filled = [(value, count) for value, count in filled[:MAX_VALUES] if count >= FEW]
    elif len(filled) > 1 and filled[0][1] == 1:
        return None
    if not filled:
        return None
    names = tuple(sorted(value for value, _ in filled))
    place = {value: number for number, value in enumerate(names)} | {"": len(names) + 1}
    return Partition((*names, OTHERS, EMPTY), np.array([place.get(value, len(names)) for value in values]))
