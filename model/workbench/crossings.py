"""Where two slices meet and a network errs more often than in either: irony in long reviews, say.

With dozens of slices there are hundreds of crossings, so each is tested in one direction only, that the network errs
more often inside than elsewhere, by Fisher's exact test (the tail of the hypergeometric distribution), and those that
stand out are chosen at a false discovery rate of 5 % among them (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from model.tables.labels import NO_LABEL
from model.tables.table import ReviewTable
from model.workbench.partitions import Partition, dimensions, partition
from model.workbench.scoring import Scores
from model.workbench.slices import SliceFinding, chances_of_more, rated, tested, worst_first

SUPPORT = 20  # labelled rows that a crossing must have to be compared
MOST = 20  # crossings that are given, the worst ones


def find_crossings(table: ReviewTable, scores: Scores) -> tuple[SliceFinding, ...]:
    """The crossings of two slices of different dimensions that stand out, the worst first, at most `MOST`.

    Compared are all that have at least `SUPPORT` labelled rows, fewer than either slice; given are those in which the
    network errs more often than in either. `p` is one-sided, `q` adjusted for all that were compared.
    """
    labelled = table.labels != NO_LABEL
    wrong = labelled & ((scores.logits > 0) != (table.labels == 1))
    sorted_by = [(name, part) for name in dimensions(table) if (part := partition(table, scores, name))]
    crossed = [each for pair in combinations(sorted_by, 2) for each in _crossings(*pair[0], *pair[1], labelled, wrong)]
    found = tested(_one_sided([each for each, _ in crossed], int(labelled.sum()), int(wrong.sum())))
    worse = [each for each, (_, rate) in zip(found, crossed, strict=True) if each.stands_out and _rate_of(each) > rate]
    return tuple(sorted(worse, key=worst_first)[:MOST])


def _crossings(
    dimension: str, one: Partition, other_dimension: str, other: Partition, labelled: np.ndarray, wrong: np.ndarray
) -> Iterator[tuple[SliceFinding, float]]:
    """Each crossing that is compared, with the higher rate of its two slices; `labelled` and `wrong` (rows,) bool."""
    shape = (len(one.names), len(other.names))
    places = one.places * shape[1] + other.places
    rows, inside, errors = (
        np.bincount(places[chosen], minlength=shape[0] * shape[1]).reshape(shape)
        for chosen in (slice(None), labelled, wrong)
    )
    for row, column in np.argwhere(inside >= SUPPORT).tolist():
        whole = [(inside[row].sum(), errors[row].sum()), (inside[:, column].sum(), errors[:, column].sum())]
        if inside[row, column] < min(count for count, _ in whole):
            counted, compared, missed = (int(each[row, column]) for each in (rows, inside, errors))
            also = (other_dimension, other.names[column])
            rate = max(float(wrong_ / count) for count, wrong_ in whole)
            yield SliceFinding(dimension, one.names[row], counted, compared, missed, also=also), rate


def _one_sided(found: list[SliceFinding], labelled: int, wrong: int) -> list[SliceFinding]:
    """With rates, and the p of erring more often than elsewhere, in a file with so many labelled and wrong rows."""
    errors, inside = (np.array([getattr(each, name) for each in found]) for name in ("errors", "labelled"))
    tails = chances_of_more(errors, inside, wrong, labelled).tolist() if found else []
    return [replace(rated(each, labelled, wrong), p=p) for each, p in zip(found, tails, strict=True)]


def _rate_of(found: SliceFinding) -> float:
    return found.errors / found.labelled
