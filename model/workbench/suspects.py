"""Which labels of a file are likely to be wrong, the likeliest first, each with its reasons.

Confident learning (Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", and
their cleanlab): a row's self-confidence is the probability that the network gives to its label; of two classes the
normalised margin orders rows in the same way. A class's threshold is the mean self-confidence of the rows labelled so.
A label is disagreed with confidently where the other class, and not its own with a higher probability, reaches its
threshold. Two more reasons are looked for: the file's stars say the other thing, and the rows that the network holds
for most alike mostly carry the other label.

The network is taken at its word, so that where it errs surely it suspects labels that are right: irony, say. Of reviews
that it was trained on it would suspect too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.tables.labels import NO_LABEL
from model.tables.scales import FIVE, HUNDRED, TEN, TWENTY
from model.tables.table import ReviewTable
from model.workbench.neighbours import nearest_each
from model.workbench.scoring import Scores

NEIGHBOURS = 10  # labelled rows most like one
MOST_AGREEING = 3  # so many of them, or fewer, with its own label are a reason
MOST = 200  # rows that are given

CLASSES = (0, 1)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A row whose label is likely to be wrong.

    `self_confidence`: the probability, in [0, 1], that the network gives to its label. `confident`: the other class
    reaches its threshold. `stars` is its rating where that says the other thing, else None. `others` of its `near`
    nearest labelled rows carry the other label.
    """

    row: int
    self_confidence: float
    confident: bool
    stars: float | None
    others: int
    near: int

    @property
    def by_neighbours(self) -> bool:
        """Whether those that the network holds for alike speak against its label."""
        return self.near > 0 and (self.near - self.others) * NEIGHBOURS <= MOST_AGREEING * self.near


@dataclass(frozen=True, slots=True)
class Suspects:
    """The suspected rows, the lowest self-confidence first, at most `MOST`; `count` has all of them.

    `thresholds`: of negative and of positive, each a probability; None where no row is labelled so. `labelled` counts
    labelled rows, `confident` those that are disagreed with confidently, `expected` how many labels would be wrong by
    the confident joint, calibrated to the counts of the labels; 0 with one class only. `stars`: up to how many the
    file's ratings are read; None where they are not looked at.
    """

    rows: tuple[Suspect, ...]
    count: int
    labelled: int
    confident: int
    expected: float
    thresholds: tuple[float | None, float | None]
    stars: float | None

    def of(self, row: int) -> Suspect | None:
        """What is said of a row; None where its label is not suspected, or not among those given."""
        return next((each for each in self.rows if each.row == row), None)


def self_confidence(labels: np.ndarray, scores: Scores) -> np.ndarray:
    """The probability that each row's label has, (rows,) float64 in [0, 1]; NaN where there is no label."""
    logits = scores.logits.astype(np.float64)
    signed = np.where(labels == 1, logits, -logits)
    return np.where(labels == NO_LABEL, np.nan, np.exp(-np.logaddexp(0, -signed)))


def find_suspects(table: ReviewTable, scores: Scores) -> Suspects:
    """The labels of a table that are likely to be wrong, the likeliest first; equal ones stay as in the file."""
    own = self_confidence(table.labels, scores)
    thresholds = (_threshold(table.labels, own, 0), _threshold(table.labels, own, 1))
    confident, expected = _disagreements(table.labels, own, thresholds)
    most, starred = _by_stars(table)
    rows = np.flatnonzero(confident | starred)
    rows = rows[np.argsort(own[rows], kind="stable")]
    listed = rows[:MOST]
    near = nearest_each(scores, listed, NEIGHBOURS, table.labels != NO_LABEL)
    others = np.count_nonzero(table.labels[near] != table.labels[listed][:, None], axis=1)
    return Suspects(
        rows=tuple(
            Suspect(
                row=row,
                self_confidence=float(own[row]),
                confident=bool(confident[row]),
                stars=float(table.ratings[row]) if starred[row] else None,
                others=int(other),
                near=near.shape[1],
            )
            for row, other in zip(listed.tolist(), others.tolist(), strict=True)
        ),
        count=len(rows),
        labelled=int(np.count_nonzero(table.labels != NO_LABEL)),
        confident=int(np.count_nonzero(confident)),
        expected=expected,
        thresholds=thresholds,
        stars=most,
    )


def _threshold(labels: np.ndarray, own: np.ndarray, label: int) -> float | None:
    """The mean self-confidence of the rows that carry a label; None without one."""
    return float(own[labels == label].mean()) if (labels == label).any() else None


def _disagreements(labels: np.ndarray, own: np.ndarray, thresholds: Sequence[float | None]) -> tuple[np.ndarray, float]:
    """Whether each label is disagreed with confidently, (rows,) bool, and how many labels would be wrong by that."""
    nobody = np.zeros(len(labels), dtype=bool)
    if thresholds[0] is None or thresholds[1] is None:
        return nobody, 0.0
    bounds = np.array(thresholds)
    other = 1 - own  # NaN without a label, which reaches nothing
    agrees = own >= bounds[np.where(labels == 1, 1, 0)]
    reaches = other >= bounds[np.where(labels == 1, 0, 1)]
    confident = reaches & ~(agrees & (own >= other))
    expected = 0.0
    for label in CLASSES:
        carrying = labels == label
        off, on = np.count_nonzero(confident & carrying), np.count_nonzero(agrees & ~confident & carrying)
        expected += np.count_nonzero(carrying) * off / max(off + on, 1)
    return confident, float(expected)


def _by_stars(table: ReviewTable) -> tuple[float | None, np.ndarray]:
    """Up to how many stars a file's ratings are read, and whether those of each row contradict its label, (rows,) bool.

    Of labels that were read from the stars themselves, or without both, nothing is said.
    """
    contradicts = np.zeros(len(table.labels), dtype=bool)
    rated = np.isfinite(table.ratings)
    if not (table.columns.label and table.columns.rating and rated.any()):
        return None, contradicts
    highest = float(table.ratings[rated].max())
    scale = next((each for each in (FIVE, TEN, TWENTY, HUNDRED) if highest <= each.most), None)
    if scale is None:
        return None, contradicts
    for stars in np.unique(table.ratings[rated]).tolist():
        if (said := scale.meaning(stars)) in CLASSES:
            contradicts |= (table.ratings == stars) & (table.labels == 1 - said)
    return scale.most, contradicts
