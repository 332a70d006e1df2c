"""Where a network errs on a file that somebody brings: its errors on reviews that are alike in one respect.

Rows are sorted as `model.workbench.partitions` says. Each slice is compared with all rows that are not in it, by
Fisher's exact test (Fisher 1922; exact for small counts, and fast enough for large ones); since dozens are compared,
those that stand out are chosen at a false discovery rate of 5 % (Benjamini & Hochberg 1995). Intervals are Wilson's
(1927), which hold for few rows and for rates near 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.partitions import Partition, dimensions, partition
from model.workbench.scoring import Scores

LEVEL = 0.05  # a slice stands out where its q is below this


@dataclass(frozen=True, slots=True)
class SliceFinding:
    """How often a network errs on the rows that are alike in one respect, `dimension`, by `name`.

    `rows` counts all rows of the slice, `labelled` those with a label, `errors` the mistakes among these. `rate` =
    errors / labelled, with its 95 % Wilson interval from `low` to `high`; `rest_rate` is that of all labelled rows
    outside; `difference` = rate - rest_rate; all fractions. `p` is of Fisher's exact test, two-sided, that both rates
    are one; `q` is p adjusted for all slices that were compared. What cannot be had is None: all of these without a
    labelled row inside, the comparison without one outside. Of a crossing, `also` is the dimension and the name of the
    slice in which its rows are as well.
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
    also: tuple[str, str] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What `slice_rows` takes to find its rows."""
        return (self.dimension, self.name, *(self.also or ()))

    @property
    def stands_out(self) -> bool:
        """Whether the network errs more often here than elsewhere, or less often, beyond what chance explains."""
        return self.q is not None and self.q < LEVEL


def find_slices(table: ReviewTable, scores: Scores) -> tuple[SliceFinding, ...]:
    """All slices that have rows, those that stand out first, the worst of them first of all.

    Cut reviews count whole in their length; words are counted among the tokens that the network read. A dimension in
    which all rows are alike, or that the file or the network lacks, is left out. The rest follow by dimension.
    """
    labelled = table.labels != NO_LABEL
    wrong = labelled & ((scores.logits > 0) != (table.labels == 1))
    found = []
    for dimension in dimensions(table):
        if sorted_ := partition(table, scores, dimension):
            slices = _count(dimension, sorted_, labelled, wrong)
            found += slices if len(slices) > 1 else []
    found = tested([rated(each, int(labelled.sum()), int(wrong.sum())) for each in found])
    return tuple(sorted(found, key=worst_first))


def worst_first(found: SliceFinding) -> tuple[bool, float]:
    """The key by which those that stand out come first, the worst of them first; the rest stays in its order."""
    return not found.stands_out, -(found.difference or 0) if found.stands_out else 0


def slice_rows(table: ReviewTable, scores: Scores, dimension: str, name: str, *also: str) -> np.ndarray:
    """Whether each row is in a slice, (rows,) bool; `also` are dimension and name of one that it must be in as well.

    Raises `ReviewError` where there is no such slice.
    """
    found = partition(table, scores, dimension)
    if found is None or name not in found.names:
        raise ReviewError(gettext("There is no such slice of this file by this checkpoint: choose one from the list."))
    inside = found.places == found.names.index(name)
    return inside & slice_rows(table, scores, also[0], also[1]) if len(also) == 2 else inside


def _count(dimension: str, partition: Partition, labelled: np.ndarray, wrong: np.ndarray) -> list[SliceFinding]:
    """The slices that have rows; `labelled` and `wrong` (rows,) bool."""
    rows, inside, errors = (
        np.bincount(partition.places[chosen], minlength=len(partition.names)).tolist()
        for chosen in (slice(None), labelled, wrong)
    )
    filled = (place for place, count in enumerate(rows) if count)
    return [
        SliceFinding(dimension, partition.names[place], rows[place], inside[place], errors[place]) for place in filled
    ]


def rated(found: SliceFinding, labelled: int, wrong: int) -> SliceFinding:
    """The slice with rates, in a file with so many labelled rows and so many wrong ones."""
    inside, outside = found.labelled, labelled - found.labelled
    rate = found.errors / inside if inside else None
    low, high = wilson(found.errors, inside) if inside else (None, None)
    rest = (wrong - found.errors) / outside if outside else None
    difference = None if rate is None or rest is None else rate - rest
    p = _fisher(found.errors, inside, wrong - found.errors, outside) if inside and outside else None
    return replace(found, rate=rate, low=low, high=high, rest_rate=rest, difference=difference, p=p)


def chances_of_more(errors: np.ndarray, holding: np.ndarray, wrong: int, rows: int) -> np.ndarray:
    """Fisher's exact test in one direction: the chance of so many errors or more, (n,), among so many rows that hold
    something, if they were drawn from all `rows`, of which so many are `wrong`; `errors` and `holding` (n,).
    """
    from scipy.stats import hypergeom  # as below

    return np.atleast_1d(hypergeom.sf(errors - 1, rows, wrong, holding))


def _fisher(errors: int, rows: int, other_errors: int, other_rows: int) -> float:
    from scipy.stats import fisher_exact  # not at the top: it takes most of a second, and the app starts without it

    table = np.array([[errors, rows - errors], [other_errors, other_rows - other_errors]])
    return float(fisher_exact(table).pvalue)


def tested(found: list[SliceFinding]) -> list[SliceFinding]:
    """With q, by Benjamini and Hochberg, over all slices that have a p."""
    return [replace(each, q=q) for each, q in zip(found, corrected([each.p for each in found]), strict=True)]


def corrected(values: Sequence[float | None]) -> list[float | None]:
    """Each p as q, by Benjamini and Hochberg over all that are there."""
    from scipy.stats import false_discovery_control  # as above

    known = [each for each in values if each is not None]
    adjusted = iter(false_discovery_control(known).tolist() if known else ())
    return [None if each is None else next(adjusted) for each in values]


def wilson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, hits / trials, within [0, 1]; `trials` is at least 1.

    As `scipy.stats.binomtest(hits, trials).proportion_ci(level, "wilson")`, without the test of which it is a part.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, shrink = hits / trials, 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / shrink
    half = z / shrink * (share * (1 - share) / trials + (z / (2 * trials)) ** 2) ** 0.5
    return (max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < trials else 1.0)
