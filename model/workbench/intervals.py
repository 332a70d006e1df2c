"""Shares with their 95 % intervals: of one sample, and of a whole that is put together from samples of its parts.

Of one sample it is Wilson's (1927). Of several, weighted by the sizes of the parts, the Wilson limits of each are put
together: lower = share - sqrt(sum (w (p - l))²), upper likewise (Newcombe 1998; Zou & Donner 2008, "MOVER"). Unlike
the usual variance, sum w² p (1 - p) / n, this is not 0 where a sample found no exception, and it is not alike on both
sides. A part that was gone through whole adds nothing to the width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from model.workbench.slices import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval from `low` to `high`, all in [0, 1]; `counted`: all were looked at, so it is no
    estimate, and `low` and `high` are the share itself.
    """

    value: float
    low: float
    high: float
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """`hits` among the `judged` rows, at least one, of a part that has `rows` of them."""

    hits: int
    judged: int
    rows: int

    @property
    def whole(self) -> bool:
        """Whether each of its rows was judged."""
        return self.judged >= self.rows


def share(hits: int, trials: int) -> Share | None:
    """hits / trials with Wilson's interval; None without a trial."""
    return Share(hits / trials, *wilson(hits, trials)) if trials else None


def weighted(parts: Sequence[Part]) -> Share:
    """The share of the whole that parts, at least one, make together, each weighted by its rows."""
    total = sum(part.rows for part in parts)
    value = below = above = 0.0
    for part in parts:
        weight, rate = part.rows / total, part.hits / part.judged
        low, high = (rate, rate) if part.whole else wilson(part.hits, part.judged)
        value += weight * rate
        below += (weight * (rate - low)) ** 2
        above += (weight * (high - rate)) ** 2
    low, high = max(0.0, value - sqrt(below)), min(1.0, value + sqrt(above))
    return Share(value, low, high, all(part.whole for part in parts))
