"""Whether a unit stands for a concept: its ROC AUC on reviews that it was not chosen by, beside that of random units.

What a unit seems to mean on the texts that it was found by need not hold on others (Bolukbasi et al. 2021, "An
interpretability illusion for BERT"). So the reviews are parted in two halves: on the first the sign of each unit is
chosen, and which units are the best; on the second all are measured. Random units, their signs chosen alike, say what
AUC is to be had for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.metrics import roc_auc
from model.reading.concepts import Concept

RANDOM = 100  # units drawn to compare with, or all where there are fewer
HIGH = 0.95  # the share of random units that a claim must be above
CHOSEN = 5  # units, the best on the first half, of which a meaning may be claimed
LEAST = 0.7  # what a claim must reach, however little random units tell


@dataclass(frozen=True, slots=True)
class Tested:
    """How well all units tell a concept, a fraction of pairs each. Arrays (traces, units) float64 in the traces' order.

    `first_half`, 0.5 or more: the AUC on the reviews by which a unit and its sign are chosen. `held_out`: with that
    sign, on the others. `claimed`, bool: among the `CHOSEN` best of the first half, and held out above `random_high`
    and `LEAST`.
    Of `random_count` units drawn at random, half are below `random_median` and all but 5 % below `random_high`, held
    out.
    """

    concept: str
    first_half: np.ndarray
    held_out: np.ndarray
    claimed: np.ndarray
    random_count: int
    random_median: float
    random_high: float


def check_concept(
    concept: Concept,
    reviews: Sequence[Sequence[str]],
    directions: Sequence[str],
    memories: Sequence[np.ndarray],
    seed: int,
) -> Tested | None:
    """Test all units of some traces; None where a half of the reviews has only one kind of label.

    `reviews` are their words in lower case. Of each trace: the direction, and its memory (all tokens of all reviews,
    units). `seed` draws the halves and the random units.
    """
    rng = np.random.default_rng(seed)
    first = np.repeat(rng.permutation(len(reviews)) % 2 == 0, [len(words) for words in reviews])
    found = []
    for direction, memory in zip(directions, memories, strict=True):
        labels = np.concatenate([concept.labels(words, direction) for words in reviews])
        halves = [half & (labels >= 0) for half in (first, ~first)]
        if not all(0 < labels[half].sum() < np.count_nonzero(half) for half in halves):
            return None
        found.append([_aucs(memory[half], labels[half] == 1) for half in halves])
    on_first, held_out = np.moveaxis(np.array(found), 1, 0)  # (traces, H) each
    turned = on_first < 0.5
    on_first, held_out = (np.where(turned, 1 - each, each) for each in (on_first, held_out))
    drawn = rng.choice(held_out.ravel(), size=min(RANDOM, held_out.size), replace=False)
    median, high = np.quantile(drawn, (0.5, HIGH)).tolist()
    best = np.zeros(on_first.size, dtype=bool)
    best[np.argsort(-on_first.ravel(), kind="stable")[:CHOSEN]] = True
    claimed = best.reshape(on_first.shape) & (held_out > max(high, LEAST))
    return Tested(concept.name, on_first, held_out, claimed, len(drawn), median, high)


def _aucs(memory: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """That of each unit (units,) for memory (tokens, units)."""
    return np.array([roc_auc(column, positive) for column in memory.T])
