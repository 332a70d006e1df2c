"""Two readings of the same rows, or of the same rows once changed: what was fixed, what broke, and is it chance?

Only rows on which one reading is right and the other wrong tell the two apart. McNemar's test (1947) asks whether both
kinds are equally likely; it is computed exactly, from the binomial distribution, however few or many there are. The
difference of the two accuracies has Tango's score interval (1998, Statistics in Medicine 17), which inverts the score
test of a difference: it holds for few rows, and where nothing changed it still has a width. Two groups of rows that
have nothing to do with each other are compared by MOVER (Zou & Donner 2008, Statistics in Medicine 27), from the
interval of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist

import numpy as np

from model.language import marked
from model.tables.labels import NO_LABEL

STEPS = 60  # of a bisection of [-1, 1]: as fine as a float


class Change(IntEnum):
    """What became of a row's verdict from one reading to the other."""

    FIXED = 0
    BROKEN = 1
    BOTH_WRONG = 2
    BOTH_RIGHT = 3
    DIFFER = 4
    ALIKE = 5

    @property
    def words(self) -> str:
        """As a person reads it; the last two are of rows without a label."""
        return _WORDS[self]


_WORDS = {
    Change.FIXED: marked("fixed"),
    Change.BROKEN: marked("broken"),
    Change.BOTH_WRONG: marked("wrong both times"),
    Change.BOTH_RIGHT: marked("right both times"),
    Change.DIFFER: marked("another verdict, no label"),
    Change.ALIKE: marked("the same verdict, no label"),
}
TURNED = (Change.FIXED, Change.BROKEN, Change.DIFFER)  # the verdict is another one


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with its 95 % interval from `low` to `high`, all within [-2, 2]; of two shares within [-1, 1]."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """Verdicts of two readings on the same labelled rows, counted: wrong at first and then right is `fixed`.

    `before` and `after` are both accuracies, `net` = after - before = (fixed - broken) / rows with Tango's interval,
    all fractions; None without a row. `p` is of McNemar's exact test, two-sided; 1 where nothing is fixed or broken.
    """

    fixed: int
    broken: int
    both_wrong: int
    both_right: int
    before: float | None
    after: float | None
    net: Interval | None
    p: float | None

    @property
    def rows(self) -> int:
        """Labelled rows."""
        return self.fixed + self.broken + self.both_wrong + self.both_right


def changes(labels: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The `Change` of each row, (rows,) int8, of labels (rows,) and two readings' verdicts (rows,) bool."""
    positive = labels == 1
    right, then = before == positive, after == positive
    known = np.select([~right & then, right & ~then, right], [Change.FIXED, Change.BROKEN, Change.BOTH_RIGHT], 2)
    unlabelled = np.where(before == after, Change.ALIKE, Change.DIFFER)
    return np.where(labels == NO_LABEL, unlabelled, known).astype(np.int8)


def paired(found: np.ndarray) -> Paired:
    """Count the changes (rows,) of a group of rows; rows without a label do not count."""
    counts = np.bincount(found, minlength=len(Change)).tolist()
    return paired_of(*(counts[each] for each in (Change.FIXED, Change.BROKEN, Change.BOTH_WRONG, Change.BOTH_RIGHT)))


def paired_of(fixed: int, broken: int, both_wrong: int, both_right: int) -> Paired:
    """The same of four counts."""
    counts = (fixed, broken, both_wrong, both_right)
    if not (rows := sum(counts)):
        return Paired(*counts, None, None, None, None)
    before, after = (broken + both_right) / rows, (fixed + both_right) / rows
    return Paired(*counts, before, after, tango(fixed, broken, rows), exact_test(fixed, broken))


def exact_test(fixed: int, broken: int) -> float:
    """McNemar's exact test, two-sided: the chance of so uneven a split, or one more so, if both were equally likely."""
    from scipy.stats import binomtest  # not at the top: it takes most of a second, and the app starts without it

    return float(binomtest(fixed, fixed + broken).pvalue) if fixed + broken else 1.0


def tango(fixed: int, broken: int, rows: int, level: float = 0.95) -> Interval:
    """(fixed - broken) / rows with Tango's score interval; `rows` is at least 1 and at least fixed + broken."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    difference = (fixed - broken) / rows
    low = -1.0 if difference == -1 else _root(fixed, broken, rows, z, -1.0, difference)
    high = 1.0 if difference == 1 else _root(fixed, broken, rows, -z, difference, 1.0)
    return Interval(difference, low, high)


def _root(fixed: int, broken: int, rows: int, wanted: float, low: float, high: float) -> float:
    """Where the score statistic, which falls from `low` to `high`, is `wanted`; by bisection."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _score(fixed, broken, rows, middle) > wanted else (low, middle)
    return (low + high) / 2


def _score(fixed: int, broken: int, rows: int, delta: float) -> float:
    """Tango's statistic of the hypothesis that the true difference is `delta`, inside (-1, 1).

    The chance that a row breaks has its likeliest value under that hypothesis, the larger root of 2nq² + bq + c = 0.
    """
    b = -fixed - broken + (2 * rows - fixed + broken) * delta
    c = -broken * delta * (1 - delta)
    likeliest = ((b * b - 8 * rows * c) ** 0.5 - b) / (4 * rows)
    variance = rows * (2 * likeliest + delta * (1 - delta))
    beyond = fixed - broken - rows * delta
    if variance <= 0:
        return float("inf") if beyond > 0 else float("-inf") if beyond < 0 else 0.0
    return beyond / variance**0.5


def apart(one: Interval, other: Interval) -> Interval:
    """`one` less `other`, of two groups that are independent of each other, with the interval that MOVER makes of
    theirs.
    """
    difference = one.difference - other.difference
    below = ((one.difference - one.low) ** 2 + (other.high - other.difference) ** 2) ** 0.5
    above = ((one.high - one.difference) ** 2 + (other.difference - other.low) ** 2) ** 0.5
    return Interval(difference, difference - below, difference + above)
