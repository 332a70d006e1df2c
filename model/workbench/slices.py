"""Where a network errs on a file that somebody brings: its errors on reviews that are alike in one respect.

Rows are sorted by the traits of `model.traits`, by stars, and by what the forget gates did. Each slice is compared with
all rows that are not in it, by Fisher's exact test (Fisher 1922; exact for small counts, and fast enough for large
ones); since dozens are compared, those that stand out are chosen at a false discovery rate of 5 % (Benjamini & Hochberg
1995). Intervals are Wilson's (1927), which hold for few rows and for rates near 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from model.errors import ReviewError
from model.language import gettext, ngettext
from model.tables.labels import NO_LABEL
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

LEVEL = 0.05  # a slice stands out where its q is below this
MAX_STARS = 11  # different ratings of which each is a slice: 0 to 10, or 0 to 5 by halves; more are cut into quarters


@dataclass(frozen=True, slots=True)
class SliceFinding:
    """How often a network errs on the rows that are alike in one respect, `dimension`, by `name`.

    `rows` counts all rows of the slice, `labelled` those with a label, `errors` the mistakes among these. `rate` =
    errors / labelled, with its 95 % Wilson interval from `low` to `high`; `rest_rate` is that of all labelled rows
    outside; `difference` = rate - rest_rate; all fractions. `p` is of Fisher's exact test, two-sided, that both rates
    are one; `q` is p adjusted for all slices that were compared. What cannot be had is None: all of these without a
    labelled row inside, the comparison without one outside.
    """

    dimension: str
    name: str
    rows: int
    labelled: int
    errors: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    rest_rate: float | None = None
    difference: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def stands_out(self) -> bool:
        """Whether the network errs more often here than elsewhere, or less often, beyond what chance explains."""
        return self.q is not None and self.q < LEVEL


@dataclass(frozen=True, slots=True)
class _Partition:
    """`places` (rows,) says in which of `names` a row is: in just one."""

    names: tuple[str, ...]
    places: np.ndarray


def find_slices(table: ReviewTable, scores: Scores) -> tuple[SliceFinding, ...]:
    """All slices that have rows, those that stand out first, the worst of them first of all.

    Cut reviews count whole in their length; words are counted among the tokens that the network read. A dimension in
    which all rows are alike, or that the file or the network lacks, is left out. The rest follow by dimension.
    """
    labelled = table.labels != NO_LABEL
    wrong = labelled & ((scores.logits > 0) != (table.labels == 1))
    found = []
    for dimension in DIMENSIONS:
        if partition := _partition(table, scores, dimension):
            slices = _count(dimension, partition, labelled, wrong)
            found += slices if len(slices) > 1 else []
    found = _test([_rate(each, int(labelled.sum()), int(wrong.sum())) for each in found])
    return tuple(sorted(found, key=_worst_first))


def _worst_first(found: SliceFinding) -> tuple[bool, float]:
    return not found.stands_out, -(found.difference or 0) if found.stands_out else 0


def slice_rows(table: ReviewTable, scores: Scores, dimension: str, name: str) -> np.ndarray:
    """Whether each row is in a slice, (rows,) bool. Raises `ReviewError` where there is no such slice."""
    partition = _partition(table, scores, dimension) if dimension in DIMENSIONS else None
    if partition is None or name not in partition.names:
        raise ReviewError(gettext("There is no such slice of this file by this checkpoint: choose one from the list."))
    return partition.places == partition.names.index(name)


def _count(dimension: str, partition: _Partition, labelled: np.ndarray, wrong: np.ndarray) -> list[SliceFinding]:
    """The slices that have rows; `labelled` and `wrong` (rows,) bool."""
    rows, inside, errors = (
        np.bincount(partition.places[chosen], minlength=len(partition.names)).tolist()
        for chosen in (slice(None), labelled, wrong)
    )
    filled = (place for place, count in enumerate(rows) if count)
    return [
        SliceFinding(dimension, partition.names[place], rows[place], inside[place], errors[place]) for place in filled
    ]


def _rate(found: SliceFinding, labelled: int, wrong: int) -> SliceFinding:
    """With rates, in a file with so many labelled rows and so many wrong ones."""
    inside, outside = found.labelled, labelled - found.labelled
    rate = found.errors / inside if inside else None
    low, high = wilson(found.errors, inside) if inside else (None, None)
    rest = (wrong - found.errors) / outside if outside else None
    difference = None if rate is None or rest is None else rate - rest
    p = _fisher(found.errors, inside, wrong - found.errors, outside) if inside and outside else None
    return replace(found, rate=rate, low=low, high=high, rest_rate=rest, difference=difference, p=p)


def _fisher(errors: int, rows: int, other_errors: int, other_rows: int) -> float:
    from scipy.stats import fisher_exact  # not at the top: it takes most of a second, and the app starts without it

    table = np.array([[errors, rows - errors], [other_errors, other_rows - other_errors]])
    return float(fisher_exact(table).pvalue)


def _test(found: list[SliceFinding]) -> list[SliceFinding]:
    """With q, by Benjamini and Hochberg, over all slices that have a p."""
    from scipy.stats import false_discovery_control  # as above

    tested = [each.p for each in found if each.p is not None]
    adjusted = iter(false_discovery_control(tested).tolist() if tested else ())
    return [each if each.p is None else replace(each, q=next(adjusted)) for each in found]


def wilson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, hits / trials, within [0, 1]; `trials` is at least 1.

    As `scipy.stats.binomtest(hits, trials).proportion_ci(level, "wilson")`, without the test of which it is a part.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, shrink = hits / trials, 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / shrink
    half = z / shrink * (share * (1 - share) / trials + (z / (2 * trials)) ** 2) ** 0.5
    return (max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < trials else 1.0)


def _partition(table: ReviewTable, scores: Scores, dimension: str) -> _Partition | None:
    """How a dimension sorts the rows; None where there is nothing to sort them by."""
    if dimension == RATING:
        return _by_rating(table.ratings)
    if dimension in (FORGET, SATURATED):
        values = (scores.forget if dimension == FORGET else scores.saturated).astype(np.float64)
        return _by_quarter(values) if len(values) and np.isfinite(values).all() else None
    buckets = BUCKETS[dimension]
    values = _values(scores, dimension)
    places = np.searchsorted([bucket.most for bucket in buckets[:-1]], values)  # value <= most, as in a bucket
    return _Partition(tuple(bucket.name for bucket in buckets), places)


def _values(scores: Scores, dimension: str) -> np.ndarray:
    """What the buckets of a dimension are of, (rows,)."""
    per_100 = {NEGATION: scores.negations, UNKNOWN_WORDS: scores.unknown}
    if dimension in per_100:
        return 100 * per_100[dimension].astype(np.int64) / np.maximum(scores.tokens, 1)
    plain = {CONTRAST: scores.contrasts, CAPITALS: scores.capitals, QUESTIONS: scores.questions}
    return plain[dimension] if dimension in plain else scores.tokens + scores.omitted


def _by_rating(ratings: np.ndarray) -> _Partition | None:
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
    return _Partition((*names, gettext("no rating")), places)


def _stars(rating: float) -> str:
    written = f"{rating:,.2f}".rstrip("0").rstrip(".")
    return ngettext("{stars} star", "{stars} stars", 1 if rating == 1 else 2).format(stars=written)


def _by_quarter(values: np.ndarray) -> _Partition:
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
    return _Partition(names, np.searchsorted(edges, values))
