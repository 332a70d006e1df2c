"""A gain over the distance, and the line that fits it best: what every curve of vanishing gradients is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

RISES = 1.1  # by this factor a line must go up before one speaks of it


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a gain rises most: from distance `start` to distance `end`, in tokens, by `factor`, above 1."""

    start: int
    end: int
    factor: float


@dataclass(frozen=True, slots=True)
class Third:
    """A third of the distances, from `first` to `last` in tokens, both inclusive, with the median log10 gain there."""

    first: int
    last: int
    log10_gain: float


@dataclass(frozen=True, slots=True)
class Decay:
    """A gain over the distance: `distances` (D,) whole tokens, rising, and `log10_gain` (D,) float64.

    -inf stands for a gain of exactly 0. Both are empty for a review of one token.
    """

    distances: np.ndarray
    log10_gain: np.ndarray

    @property
    def rate(self) -> float | None:
        """The factor per token that fits best: 10 to the slope of the least-squares line through all finite points.

        None if there are fewer than three of them: through two there is always a line.
        """
        finite = np.isfinite(self.log10_gain)
        if finite.sum() < 3:
            return None
        distances, gains = self.distances[finite], self.log10_gain[finite]
        away = distances - distances.mean()
        return float(10 ** (away @ (gains - gains.mean()) / (away @ away)))

    @property
    def fitted(self) -> np.ndarray:
        """The least-squares line itself at each distance, (D,) log10; empty where there is no rate."""
        if self.rate is None:
            return np.empty(0)
        finite = np.isfinite(self.log10_gain)
        middle = self.log10_gain[finite].mean()
        return middle + np.log10(self.rate) * (self.distances - self.distances[finite].mean())

    @property
    def climb(self) -> Climb | None:
        """The largest rise from one distance to a longer one; None where there is none by at least `RISES`."""
        finite = np.isfinite(self.log10_gain)
        gains, distances = self.log10_gain[finite], self.distances[finite]
        rises = gains - np.minimum.accumulate(gains)
        if not len(gains) or rises.max() < math.log10(RISES):
            return None
        end = int(rises.argmax())
        return Climb(int(distances[gains[:end].argmin()]), int(distances[end]), float(10 ** rises[end]))

    @property
    def thirds(self) -> tuple[Third, ...]:
        """The distances in three parts of equal length within one, the nearest first; fewer where there are fewer.

        The median over many tokens says more than the gain at a single one, since words differ.
        """
        parts = np.array_split(np.arange(len(self.distances)), 3)
        return tuple(
            Third(int(self.distances[part[0]]), int(self.distances[part[-1]]), float(np.median(self.log10_gain[part])))
            for part in parts
            if len(part)
        )

    @property
    def in_thirds(self) -> Decay:
        """The medians alone, each at the last distance of its third."""
        thirds = self.thirds
        return Decay(np.array([each.last for each in thirds]), np.array([each.log10_gain for each in thirds]))

    @property
    def log10_by_thirds(self) -> float:
        """log10 of the gain over the farthest third in parts of that over the nearest one, by their medians.

        0 where there is one distance at most, -inf where nothing is left in the farthest third.
        """
        thirds = self.thirds
        if len(thirds) < 2:
            return 0.0
        near, far = thirds[0].log10_gain, thirds[-1].log10_gain
        return far - near if np.isfinite(far) else -math.inf

    @property
    def above_one(self) -> bool:
        """Whether it is above 1 at some distance."""
        return bool((self.log10_gain > 0).any())

    def log10_at(self, distance: float) -> float:
        """The log10 gain at the largest distance there is that is no larger than `distance`.

        0, the gain of no step at all, if there is none.
        """
        place = int(np.searchsorted(self.distances, distance, side="right")) - 1
        return float(self.log10_gain[place]) if place >= 0 else 0.0

    def at(self, distance: float) -> float:
        """The gain itself, see `log10_at`; 0 or infinite where a float holds it no more."""
        with np.errstate(over="ignore", under="ignore"):
            return float(np.power(10.0, self.log10_at(distance)))


def log10(size: float) -> float:
    """-inf for 0."""
    return math.log10(size) if size > 0 else -math.inf
