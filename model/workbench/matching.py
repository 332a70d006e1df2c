"""A control for a slice: as many rows from outside it, alike in label and length, to which the same can be done.

What a rewrite does to the rows of a slice says little by itself: it may do so to any row. Each row of the slice is
matched with the row outside that is nearest to it in length, among those of the same label, no row twice (nearest
neighbours without replacement, in random order; Rubin 1973).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOLERANCE = 0.25  # of its length that a match may be longer or shorter
TOKENS = 10  # or so many, for short ones


@dataclass(frozen=True, slots=True)
class Matched:
    """Rows and their matches, both (pairs,) int64; `unmatched` counts the rows that have none."""

    rows: np.ndarray
    matches: np.ndarray
    unmatched: int


def match(
    rows: np.ndarray, pool: np.ndarray, labels: np.ndarray, lengths: np.ndarray, rng: np.random.Generator
) -> Matched:
    """Match `rows` (n,) with rows of `pool` (m,), numbers of rows both; `labels` and `lengths` are of all rows.

    Of those that are as near the one that `rng` draws first is taken.
    """
    drawn = rng.permutation(pool)
    left = {label: drawn[labels[drawn] == label] for label in np.unique(labels[drawn]).tolist()}
    pairs: list[tuple[int, int]] = []
    for row in rng.permutation(rows).tolist():
        candidates = left.get(int(labels[row]), np.empty(0, dtype=np.int64))
        if len(candidates):
            apart = np.abs(lengths[candidates].astype(np.int64) - int(lengths[row]))
            place = int(apart.argmin())
            if apart[place] <= max(TOKENS, TOLERANCE * lengths[row]):
                pairs.append((row, int(candidates[place])))
                left[int(labels[row])] = np.delete(candidates, place)
    paired = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return Matched(paired[:, 0], paired[:, 1], len(rows) - len(pairs))
