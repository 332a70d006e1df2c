"""Where a network is right on the test split and where not: its measures on reviews that are alike in one respect.

Of the traits of `model.traits`, those that a prepared file has: length, negation, unknown words.
"""

from __future__ import annotations

import numpy as np

from model.metrics import Slice, calibration_bins, ece_by_chance, expected_calibration_error
from model.text import UNKNOWN_ID
from model.training.data import PreparedData
from model.traits import BUCKETS, LENGTH, NEGATION, NEGATIONS, UNKNOWN_WORDS


def measure_slices(
    data: PreparedData, rows: np.ndarray, vocabulary_size: int, logits: np.ndarray, temperature: float
) -> tuple[Slice, ...]:
    """Accuracy and calibration of logits (rows,), not yet divided by the temperature, in each bucket that has reviews.

    `vocabulary_size` is the network's: ids from there on are unknown to it.
    """
    positive = data.labels[rows] == 1
    found = []
    for kind, values in traits(data, rows, vocabulary_size).items():
        for bucket in BUCKETS[kind]:
            chosen = (values > bucket.over) & (values <= bucket.most)
            if chosen.any():
                found.append(_measure(kind, bucket.name, logits[chosen], temperature, positive[chosen]))
    return tuple(found)


def _measure(kind: str, name: str, logits: np.ndarray, temperature: float, positive: np.ndarray) -> Slice:
    divided = logits / temperature
    after, before = (expected_calibration_error(calibration_bins(each, positive)) for each in (divided, logits))
    right = int(np.count_nonzero((logits > 0) == positive))
    return Slice(kind, name, len(logits), right / len(logits), after, before, ece_by_chance(divided))


def traits(data: PreparedData, rows: np.ndarray, vocabulary_size: int) -> dict[str, np.ndarray]:
    """What reviews are sorted by, each (rows,): tokens of the whole review; negation and unknown words per 100."""
    lengths = data.offsets[rows + 1] - data.offsets[rows]
    negation = np.zeros(len(data.vocabulary) + 2, dtype=bool)
    negation[[id_ for id_, word in enumerate(data.vocabulary, start=2) if word in NEGATIONS]] = True
    unknown = np.arange(len(negation)) >= vocabulary_size
    unknown[UNKNOWN_ID] = True
    counts = {LENGTH: lengths}
    for kind, of_kind in ((NEGATION, negation), (UNKNOWN_WORDS, unknown)):
        words = [data.ids[data.offsets[row] : data.offsets[row + 1]] for row in rows]
        counted = np.array([np.count_nonzero(of_kind[ids]) for ids in words])
        counts[kind] = 100 * counted / np.maximum(lengths, 1)
    return counts
