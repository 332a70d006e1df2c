"""What of a comparison is worth a look: the quantity that both networks have, the largest changes, what stayed quiet.

All arrays are parallel to the pairs of the comparison; changes are right - left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model.reading.comparison import Comparison, Means

QUIET = 0.05  # of the scale: smaller changes of a token that stayed may be folded away
AROUND = 2  # pairs beside what changed that are never folded away
SHORTEST = 4  # pairs: a shorter stretch is not worth folding
NOTHING = 0.005  # logits, or logits per unit: what two digits do not show


@dataclass(frozen=True, slots=True)
class GateChange:
    """A quantity of one layer (from 1) and direction on both sides.

    `change` is that of the means over the units, (pairs,) float64; `distance` is how far the units moved, (pairs,)
    float64; either is NaN where it is not defined.
    """

    symbol: str
    layer: int
    direction: str
    means: Means
    change: np.ndarray
    distance: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """The larger of the mean's change and the units' distance, (pairs,) float64, 0 where there is neither."""
        return np.maximum(np.nan_to_num(self.distance), np.abs(np.nan_to_num(self.change)))

    @property
    def farthest(self) -> int | None:
        """The pair at which the units moved most; None where none moved by what three digits show."""
        moved = np.nan_to_num(self.distance)
        return int(moved.argmax()) if len(moved) and moved.max() >= 0.0005 else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of pairs, from `start` (inclusive) to `end` (exclusive)."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many pairs it has."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shares:
    """What the change of the sum of the scores comes from: the tokens that differ, and those that stayed, in logits.

    `felt`: whether a token that stayed changed by more than two digits show.
    """

    differing: float
    staying: float
    felt: bool


def gate_change(compared: Comparison, symbol: str, layer: int, direction: str) -> GateChange | None:
    """What became of a quantity (i, f, o, g, c, h), or of the hidden state where a side lacks it.

    None where a network has no such layer.
    """
    shown = symbol if symbol in compared.common_quantities else "h"
    try:
        means = compared.means(shown, layer, direction)
    except KeyError:
        return None
    distance = compared.distance(shown, layer, direction)
    return GateChange(shown, layer, direction, means, means.right - means.left, distance)


def largest(shift: np.ndarray, count: int) -> list[int]:
    """The places of the largest changes of (pairs,) float64, the largest first, at most `count`."""
    return np.argsort(-np.abs(shift), kind="stable")[:count].tolist()


def method_error(compared: Comparison) -> float | None:
    """What of the change of the logit neither the tokens nor the two baselines explain; None without a baseline."""
    baseline = compared.baseline_change
    if compared.left.attribution.delta is None or baseline is None:
        return None
    return compared.logit_change - float(compared.shift.sum()) - baseline


def shares(compared: Comparison) -> Shares | None:
    """Which tokens the change of the sum comes from; None where all of them differ, or none does."""
    shift, same = compared.shift, compared.same
    if same.all() or not same.any():
        return None
    felt = bool(np.abs(shift[same]).max() > NOTHING)
    return Shares(float(shift[~same].sum()), float(shift[same].sum()), felt)


def quiet_pairs(
    compared: Comparison, score_limit: float, gate: GateChange | None = None, gate_limit: float = 1.0
) -> np.ndarray:
    """Which pairs may be folded away, (pairs,) boolean: nothing to see, and nothing beside them.

    The limits are what a full bar stands for: of a score in logits, of the quantity in its own unit.
    """
    loud = ~compared.same | (np.abs(compared.shift) >= QUIET * score_limit)
    if gate is not None:
        loud |= gate.size >= 2 * QUIET * gate_limit
    return away_from(loud)


def away_from(loud: np.ndarray) -> np.ndarray:
    """What of (pairs,) booleans lies farther than `AROUND` from anything loud, in runs of at least `SHORTEST`."""
    reach = np.convolve(loud, np.ones(2 * AROUND + 1), mode="full")[AROUND : AROUND + len(loud)]
    quiet = reach < 0.5
    for stretch in stretches(quiet):
        if stretch.length < SHORTEST:
            quiet[stretch.start : stretch.end] = False
    return quiet


def stretches(marked: np.ndarray) -> Iterator[Stretch]:
    """Each run of True in (pairs,) booleans."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(int)))
    yield from (Stretch(int(start), int(end)) for start, end in edges.reshape(-1, 2))
