"""Where a network is right and where not: its measures on reviews that are alike in one respect.

By length, since a text of any length is read into one state of fixed size; by negation, since a bag of words would
miss it; by unknown words, since the network cannot read them. The buckets are fixed, so that networks compare; their
edges were set on the lengths and counts of the training split.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.data import PreparedData
from model.metrics import Slice, calibration_bins, expected_calibration_error
from model.text import UNKNOWN_ID

LENGTH, NEGATION, UNKNOWN_WORDS = "tokens", "negation words per 100 tokens", "unknown words"

# As spaCy cuts them: "didn't" is "did" and "n't", "cannot" is "can" and "not".
NEGATIONS = ("not", "n't", "n’t", "nt", "no", "never", "none", "nothing", "nobody", "nowhere", "neither", "nor",
             "without", "hardly", "barely", "scarcely")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """Reviews with more than `over` and at most `most` of something."""

    name: str
    over: float
    most: float


BUCKETS = {
    LENGTH: (
        Bucket("up to 100", -1, 100),
        Bucket("101 to 200", 100, 200),
        Bucket("201 to 400", 200, 400),
        Bucket("401 to 1,000", 400, 1_000),
        Bucket("over 1,000 (cut)", 1_000, np.inf),
    ),
    NEGATION: (
        Bucket("none", -1, 0),
        Bucket("up to 1", 0, 1),
        Bucket("over 1, up to 2", 1, 2),
        Bucket("over 2", 2, np.inf),
    ),
    UNKNOWN_WORDS: (
        Bucket("up to 2 %", -1, 2),
        Bucket("over 2 %, up to 5 %", 2, 5),
        Bucket("over 5 %, up to 10 %", 5, 10),
        Bucket("over 10 %", 10, np.inf),
    ),
}


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
    errors = [expected_calibration_error(calibration_bins(logits / each, positive)) for each in (temperature, 1.0)]
    right = int(np.count_nonzero((logits > 0) == positive))
    return Slice(kind, name, len(logits), right / len(logits), *errors)


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
