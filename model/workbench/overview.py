"""How a network does on a file of reviews, in counts and measures that need no new run.

The measures are those of `model/metrics.py`, so that they equal those of a card on the same logits. Not every
file allows all of them: without labels there are none, and F1 and AUC compare two classes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from model import metrics
from model.language import gettext
from model.metrics import CalibrationBin
from model.tables.labels import NO_LABEL, LabelReading
from model.tables.table import ReviewTable
from model.workbench.scoring import Scores

HISTOGRAM_BINS = 10  # of the confidence, from 0.5 to 1: steps of 0.05


class Outcome(IntEnum):
    """What became of a row: the second word is the verdict, the first says whether it is right."""

    TRUE_POSITIVE = 0
    FALSE_POSITIVE = 1
    TRUE_NEGATIVE = 2
    FALSE_NEGATIVE = 3
    UNLABELLED = 4

    @property
    def words(self) -> str:
        """As a person reads it, "true positive"."""
        return self.name.lower().replace("_", " ")


OUTCOMES = tuple(outcome.words for outcome in Outcome)  # by code
HITS = (Outcome.TRUE_POSITIVE, Outcome.TRUE_NEGATIVE)
MISTAKES = (Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE)


@dataclass(frozen=True, slots=True)
class KnownMetrics:
    """`model.metrics.Metrics` as far as the labels allow; None where a measure is not defined.

    Each a fraction, but `log_loss`, which is in nats.
    """

    accuracy: float | None = None
    f1: float | None = None
    roc_auc: float | None = None
    log_loss: float | None = None
    ece: float | None = None


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """How many rows have a confidence of at least `low` and below `high` (1 itself is in the last bin), by outcome."""

    low: float
    high: float
    hits: int
    mistakes: int
    unlabelled: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A file of reviews as one network reads it.

    `positive` and `negative` count labels, `predicted_positive` and `predicted_negative` the verdicts on all rows.
    `missing` is a sentence on what the measures that are None would need, empty where there are all. `confusion` (2, 2)
    int64 counts labelled rows by label and verdict: `confusion[1, 0]` are positive ones that were taken for negative.
    `reliability` has no empty bins; `histogram` has all of its bins. `reading`: what the labels were read as; None
    where the file has none.
    """

    rows: int
    labelled: int
    positive: int
    negative: int
    predicted_positive: int
    predicted_negative: int
    metrics: KnownMetrics
    missing: str
    confusion: np.ndarray
    reliability: tuple[CalibrationBin, ...]
    histogram: tuple[ConfidenceBin, ...]
    reading: LabelReading | None = None


def confidence(scores: Scores) -> np.ndarray:
    """max(p, 1 - p) of each row, (rows,) float64 in [0.5, 1]."""
    return 1 / (1 + np.exp(-np.abs(scores.logits.astype(np.float64))))


def outcomes(table: ReviewTable, scores: Scores) -> np.ndarray:
    """The `Outcome` of each row, (rows,) int8."""
    right = (table.labels == 1) == scores.predicted
    positive = np.where(right, Outcome.TRUE_POSITIVE, Outcome.FALSE_POSITIVE)
    negative = np.where(right, Outcome.TRUE_NEGATIVE, Outcome.FALSE_NEGATIVE)
    found = np.where(scores.predicted, positive, negative)
    return np.where(table.labels == NO_LABEL, Outcome.UNLABELLED, found).astype(np.int8)


def overview(table: ReviewTable, scores: Scores) -> Overview:
    """Count and measure a file's rows, with the labels that there are."""
    labelled = table.labels != NO_LABEL
    logits, positive = scores.logits[labelled].astype(np.float64), table.labels[labelled] == 1
    taken = int(np.count_nonzero(scores.predicted))
    return Overview(
        rows=len(table.labels),
        labelled=len(positive),
        positive=int(np.count_nonzero(positive)),
        negative=int(np.count_nonzero(~positive)),
        predicted_positive=taken,
        predicted_negative=len(table.labels) - taken,
        metrics=_measure(logits, positive),
        missing=_missing(positive),
        confusion=np.bincount(2 * positive + (logits > 0), minlength=4).reshape(2, 2),
        reliability=metrics.calibration_bins(logits, positive),
        histogram=_histogram(confidence(scores), outcomes(table, scores)),
        reading=table.reading,
    )


def _measure(logits: np.ndarray, positive: np.ndarray) -> KnownMetrics:
    """All measures that logits (labelled,) against labels (labelled,) bool have."""
    if not len(positive):
        return KnownMetrics()
    if 0 < np.count_nonzero(positive) < len(positive):
        found = metrics.measure(logits, positive)
        return KnownMetrics(*(float(getattr(found, field.name)) for field in fields(KnownMetrics)))
    return KnownMetrics(
        accuracy=np.count_nonzero((logits > 0) == positive) / len(positive),
        log_loss=metrics.log_loss(logits, positive),
        ece=metrics.expected_calibration_error(metrics.calibration_bins(logits, positive)),
    )


def _missing(positive: np.ndarray) -> str:
    if not len(positive):
        return gettext("No row has a label: accuracy, F1, AUC, log loss and calibration need rows with labels.")
    if positive.all():
        return gettext("All labels are positive: F1 and AUC need rows of both classes.")
    if not positive.any():
        return gettext("All labels are negative: F1 and AUC need rows of both classes.")
    return ""


def _histogram(confidences: np.ndarray, found: np.ndarray) -> tuple[ConfidenceBin, ...]:
    edges = np.arange(HISTOGRAM_BINS, 2 * HISTOGRAM_BINS + 1) / (2 * HISTOGRAM_BINS)  # from 0.5 to 1
    place = np.searchsorted(edges[1:-1], confidences, side="right")
    counts = np.bincount(place * len(Outcome) + found, minlength=HISTOGRAM_BINS * len(Outcome))
    counts = counts.reshape(HISTOGRAM_BINS, len(Outcome))
    columns = [counts[:, list(side)].sum(axis=1).tolist() for side in (HITS, MISTAKES, (Outcome.UNLABELLED,))]
    return tuple(
        ConfidenceBin(*edge, *count)
        for edge, *count in zip(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True), *columns, strict=True)
    )
