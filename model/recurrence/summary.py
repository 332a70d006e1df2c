"""What a gate trace says at a glance: means over units, units near their ends, the largest change, an order of units.

Shares, not means alone: means over units of i, f and o look much alike, and those of signed quantities cancel out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network.cells.registry import QUANTITIES
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT, GateTrace, GateTraces

ORDERS = ("number", "peak")
MOVED = 0.3  # from a unit's own median over the review: what counts as having moved


@dataclass(frozen=True, slots=True)
class Saturation:
    """Shares of units, (tokens,) in [0, 1]: near the lower end and near the upper end of a quantity."""

    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True)
class Summary:
    """One quantity at each token, over the units: its mean, (tokens,) float32, and how many units are near its lower
    and near its upper end, (tokens,) int64.
    """

    symbol: str
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, slots=True)
class Moved:
    """How many units are farther than `MOVED` above, and below, their own median over the review: (tokens,) int64."""

    symbol: str
    up: np.ndarray
    down: np.ndarray


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
    ends, units = saturation(values, symbol), values.shape[1]
    low, high = (np.rint(share * units).astype(np.int64) for share in (ends.low, ends.high))
    return Summary(symbol, values.mean(axis=1), low, high)


def moved(trace: GateTrace, symbol: str) -> Moved:
    """The units that moved, at each token; see `Moved`. Raises `KeyError` if there is no quantity of that symbol."""
    values = trace.values(symbol)
    away = values - np.median(values, axis=0)  # (T, H)
    return Moved(symbol, (away > MOVED).sum(axis=1), (away < -MOVED).sum(axis=1))


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
