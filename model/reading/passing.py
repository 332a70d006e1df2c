"""Units below the last layer by their share in the verdict, which nothing reads off them directly.

The share of a unit is what changes if it says nothing in particular: its h is held, at every token, at its mean over
reviews, and the review is read once more. Morcos et al. (2018, "On the importance of single directions for
generalization") ablate units so; held at 0, a unit that is mostly far from it would say something of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from model.network.network import DIRECTIONS, RecurrentNetwork
from model.reading.telling import Measured, TellingUnit, most_telling
from model.recurrence.arriving import hidden_gradients
from model.recurrence.held_units import logits_with_units_held
from model.recurrence.replay import CheckedTraces, GateTrace

PASSES = "passes"
SPARE = 2  # times as many units are read as are wanted


@dataclass(frozen=True, slots=True)
class Means:
    """The mean of each unit's h over all tokens of so many `reviews`; 0 stands for the review itself that is read.

    `values` has (units,) float64 in [-1, 1], by layer (from 1) and direction.
    """

    reviews: int
    values: Mapping[tuple[int, str], np.ndarray]

    @classmethod
    def of_itself(cls, traces: Sequence[GateTrace]) -> Means:
        """Over the review that is read alone."""
        return cls(0, {(each.layer, each.direction): each.h.mean(axis=0, dtype=np.float64) for each in traces})


@dataclass(frozen=True, slots=True)
class PassingUnits:
    """The units that change most when held at their means, the first one first; `reviews` as in `Means`."""

    units: tuple[TellingUnit, ...]
    reviews: int


def units_that_pass_on(
    network: RecurrentNetwork, embedded: Tensor, gates: CheckedTraces, means: Means, count: int
) -> PassingUnits:
    """The units of the layers below the last that change the verdict most when held at their means, at most `count`.

    `value` of each is the change of the logit (of the calibrated network), exactly that of `intervene` with the clamp;
    there are no places. To read a review of 100 tokens for each of 512 units takes some 4 s on one core. So the units
    are ranked by a first-order estimate, the gradient of the logit at h along all paths times (mean - h), summed over
    the tokens; `SPARE` times `count` of them are read, and the first of those are given back. Of the shipped networks
    and reviews of 8 to 250 tokens, the 24 units with the largest change were always among the 48 that were read.
    """
    below = [trace for trace in gates.traces if trace.layer < gates.layers]
    if not below:
        return PassingUnits((), means.reviews)
    gradients = hidden_gradients(network, embedded)
    estimates = np.stack([_estimate(trace, gradients, means) for trace in below])  # (traces, H)
    hidden = estimates.shape[1]
    wanted = np.zeros(estimates.size, dtype=bool)
    wanted[np.argsort(-np.abs(estimates).ravel(), kind="stable")[: SPARE * count]] = True
    measured = []
    for trace, chosen in zip(below, wanted.reshape(-1, hidden), strict=True):
        units, mean = np.flatnonzero(chosen), means.values[trace.layer, trace.direction]
        change = np.zeros(hidden)
        held = logits_with_units_held(network, embedded, trace.layer, trace.direction, units.tolist(), mean[units])
        change[units] = held - gates.logit
        measured.append(Measured(trace, np.abs(change), change, np.zeros((0, hidden), dtype=np.int64)))
    return PassingUnits(most_telling(PASSES, measured, count), means.reviews)


def _estimate(trace: GateTrace, gradients: Sequence[np.ndarray], means: Means) -> np.ndarray:
    """What holding each unit (units,) at its mean would change, to first order, logits."""
    gradient = gradients[trace.layer - 1][DIRECTIONS.index(trace.direction)]  # (T, H)
    return (gradient * (means.values[trace.layer, trace.direction] - trace.h)).sum(axis=0)
