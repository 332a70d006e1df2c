"""A network that is small enough to see whole, reading one review: all units, the verdict so far, and its path.

The verdict so far is w · h_t + b of one and the same reading, so each unit's part in it is w_u h_u,t: no method is
needed to say who votes for what. The path is that of h_t in a plane: across the readout, up what else varies most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network.network import RecurrentNetwork
from model.recurrence.dynamics import Dynamics, Plane, plane_of, readout_of
from model.recurrence.replay import CheckedTraces, GateTrace
from model.recurrence.slow_points import SlowPoint

TELLING = 8  # words that are named along the path


@dataclass(frozen=True, slots=True)
class Path:
    """Places in a plane, of tokens or slow points: `across` in logits, the verdict so far; `up` in units of h."""

    across: np.ndarray
    up: np.ndarray


@dataclass(frozen=True, slots=True)
class Whole:
    """A review in a network that is seen whole. Arrays are parallel to the tokens.

    - `trace`: all quantities of all units
    - `readout` (units,): w, in logits per unit of a state; `bias`: b, in logits, the verdict before anything is read
    - `verdicts` (tokens,): w · h_t + b, logits
    - `path`, and the `plane` that it lies in, which is of this review alone where `dynamics` is None
    - `telling` (at most `TELLING`,): the places at which the verdict so far moved most, the largest first
    """

    trace: GateTrace
    readout: np.ndarray
    bias: float
    verdicts: np.ndarray
    path: Path
    plane: Plane
    telling: np.ndarray
    dynamics: Dynamics | None

    @property
    def order(self) -> np.ndarray:
        """The units (units,) from the one that votes most for positive to the one that votes most for negative, each
        where its h is above 0.
        """
        return np.argsort(-self.readout, kind="stable")

    @property
    def moves(self) -> np.ndarray:
        """By how much the verdict so far moved at each token, (tokens,) logits; from `bias` on."""
        return np.diff(self.verdicts, prepend=self.bias)

    def place_of(self, points: tuple[SlowPoint, ...]) -> Path:
        """Where slow points lie in the plane."""
        states = np.array([point.h for point in points]).reshape(-1, len(self.readout))
        return Path(states @ self.readout + self.bias, self.plane.up(states))


def see_whole(network: RecurrentNetwork, gates: CheckedTraces, dynamics: Dynamics | None) -> Whole:
    """What a review's traces say of a network that is `seen_whole`; in the plane of `dynamics`, or else its own."""
    trace = gates.of(1, "forward")
    states, readout = trace.h.astype(np.float64), readout_of(network)
    bias = float(network.output.bias.detach()) / network.config.temperature
    verdicts = states @ readout + bias
    plane = dynamics.plane if dynamics else plane_of(readout, states)
    moves = np.abs(np.diff(verdicts, prepend=bias))
    telling = np.argsort(-moves, kind="stable")[:TELLING]
    return Whole(trace, readout, bias, verdicts, Path(verdicts, plane.up(states)), plane, telling, dynamics)
