"""What a gate trace says at a glance: units that moved, the band of all, units near their ends, the largest change.

Means over units of i, f and o look much alike, those of signed quantities cancel out, and bands of all units differ
little from token to token. What differs is how many units are far from where each of them mostly is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network.cells.registry import QUANTITIES
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT, GateTrace, GateTraces

ORDERS = ("number", "peak")
MOVED = 0.3  # from a unit's own median over the review: what counts as having moved
BANDS = (0.1, 0.25, 0.5, 0.75, 0.9)  # quantiles over the units: eight of ten, half of them, and the middle one


@dataclass(frozen=True, slots=True)
class Saturation:
    """Shares of units, (tokens,) in [0, 1]: near the lower end and near the upper end of a quantity."""

    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True)
class Summary:
    """One quantity at each token, over the `units`.

    - `up`, `down`: how many units are farther than `MOVED` above, and below, their own median over the review
    - `bands`: the quantiles `BANDS` over the units, (5, tokens)
    - `low`, `high`: how many units are near the quantity's lower and upper end, as `saturation` has them

    Counts are (tokens,) int64.
    """

    symbol: str
    units: int
    up: np.ndarray
    down: np.ndarray
    bands: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def median(self) -> np.ndarray:
        """The middle unit's value at each token, (tokens,)."""
        return np.asarray(self.bands[BANDS.index(0.5)])


@dataclass(frozen=True, slots=True)
class Changes:
    """At each token the unit whose state changes most when it is read: its number, its state before and after.

    Each (tokens,), in reading order of the text; the state is the cell's memory: c of an LSTM, h of a plain RNN.
    """

    units: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True, slots=True)
class MeanTrace:
    """The means over units of a trace's quantities: `name` is the trace's, `means` (quantities, tokens) float32."""

    name: str
    symbols: tuple[str, ...]
    means: np.ndarray


def saturation(values: np.ndarray, symbol: str) -> Saturation:
    """Of values (tokens, units): gates below 0.1 and above 0.9; g, h beyond ∓0.9; c, which has no bound, beyond ∓1."""
    quantity = QUANTITIES[symbol]
    end = NEARLY_OPEN if quantity.bounded else 1.0
    low, high = (NEARLY_SHUT, NEARLY_OPEN) if quantity.gate else (-end, end)
    return Saturation((values < low).mean(axis=1), (values > high).mean(axis=1))


def summarise(trace: GateTrace, symbol: str) -> Summary:
    """A quantity of a trace over its units. Raises `KeyError` if there is none of that symbol."""
    values = trace.values(symbol)
    away = values - np.median(values, axis=0)  # (T, H)
    ends, units = saturation(values, symbol), values.shape[1]
    low, high = (np.rint(share * units).astype(np.int64) for share in (ends.low, ends.high))
    up, down = (away > MOVED).sum(axis=1), (away < -MOVED).sum(axis=1)
    return Summary(symbol, units, up, down, np.quantile(values, BANDS, axis=1), low, high)


def largest_changes(trace: GateTrace) -> Changes:
    """The largest change of a state at each token; before the first token that is read, all states are 0."""
    state = trace.memory
    read = state if trace.direction == "forward" else state[::-1]  # (tokens, units), in the order in which it is read
    before = np.concatenate([np.zeros_like(read[:1]), read[:-1]])
    units = np.abs(read - before).argmax(axis=1)
    places = np.arange(len(read))
    found = (units, before[places, units], read[places, units])
    return Changes(*(found if trace.direction == "forward" else (each[::-1] for each in found)))


def unit_order(trace: GateTrace, symbol: str, order: str) -> np.ndarray:
    """The units (units,) from top to bottom: by number, or by the token at which each is farthest from its mean."""
    values = trace.values(symbol)
    if order == "number":
        return np.arange(values.shape[1])
    return np.argsort(np.abs(values - values.mean(axis=0)).argmax(axis=0), kind="stable")


def mean_traces(gates: GateTraces) -> tuple[MeanTrace, ...]:
    """The means over units of all traces of a review, in their order."""
    return tuple(
        MeanTrace(
            trace.name,
            trace.quantities,
            np.stack([trace.values(symbol).mean(axis=1) for symbol in trace.quantities]),
        )
        for trace in gates.traces
    )
