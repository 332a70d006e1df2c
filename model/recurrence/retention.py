"""How long an LSTM remembers: what its forget gates alone do to what was written into a cell.

A cell is c_t = f_t * c_(t-1) + i_t * g_t, so of what was written at token s the share f_(s+1) * … * f_t is still there
at token t. The forget gate is that of Gers, Schmidhuber & Cummins (2000, "Learning to forget"); the counts of gates
that are nearly shut or nearly open follow Karpathy, Johnson & Fei-Fei (2015, "Visualizing and understanding recurrent
networks"). Everything here is read off a gate trace; the network is not needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.errors import ReviewError
from model.language import gettext
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT, GateTrace

QUARTILES = (25, 50, 75)  # percent
HALF_LIVES = 2.0 ** np.arange(-2, 10)  # tokens, from a quarter to 512: where the bars of a histogram end
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)  # 1.4e-45: below it float32 knows only 0


@dataclass(frozen=True, slots=True)
class Saturation:
    """How often one gate is at its ends: the share of the tokens, (units,) in [0, 1], for each unit.

    `symbol` is one of the cell's gates; `shut` counts values below `NEARLY_SHUT`, `open` those above `NEARLY_OPEN`.
    """

    symbol: str
    shut: np.ndarray
    open: np.ndarray

    def dots(self) -> tuple[UnitsAt, ...]:
        """How many units are at each place, in whole percent; by `shut`, then by `open`."""
        places, units = np.unique(np.round(100 * np.stack([self.shut, self.open])), axis=1, return_counts=True)
        return tuple(UnitsAt(*place) for place in zip(*places.tolist(), units.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class UnitsAt:
    """So many `units` have a gate nearly shut at `shut` % of the tokens, and nearly open at `open` %."""

    shut: float
    open: float
    units: int


@dataclass(frozen=True, slots=True)
class HalfLives:
    """So many `units` have a half-life from `low` inclusive to `high` exclusive, in tokens; the last bar has no end."""

    low: float
    high: float
    units: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What the forget gates of one layer (from 1) and direction keep.

    `log_kept` (tokens, units) float64, at most 0: the sum of ln f over all tokens read so far, this one included, in
    the order in which the direction reads, but stored in reading order of the text. Of what was written at token s the
    share exp(log_kept[t] - log_kept[s]) is still there at a token t that is read later.

    `half_life` (units,) float64, in tokens, above 0: after so many tokens half would be left if the gate were at its
    geometric mean over the review all the time; infinite where it is fully open throughout.

    A forget gate that float32 rounds to 0 counts as the smallest number above 0 (1.4e-45), so all sums are finite.
    """

    layer: int
    direction: str
    log_kept: np.ndarray
    half_life: np.ndarray
    saturation: tuple[Saturation, ...]

    def kept(self, place: int) -> np.ndarray:
        """The share (tokens, units) in [0, 1] of what was written at token `place` that is left at each token.

        It is 1 at `place` itself, and NaN at the tokens that the direction reads before. Raises `IndexError` if there
        is no such token (a negative place counts as none).
        """
        if not 0 <= place < len(self.log_kept):
            raise IndexError(place)
        later = slice(place, None) if self.direction == "forward" else slice(None, place + 1)
        shares = np.full(self.log_kept.shape, np.nan)
        shares[later] = np.exp(self.log_kept[later] - self.log_kept[place])
        return shares

    def quartiles(self, place: int) -> np.ndarray:
        """Of `kept`, what a quarter of the units, half and three quarters have at most: (3, tokens), NaN likewise."""
        kept = self.kept(place)
        read = ~np.isnan(kept[:, 0])
        bands = np.full((len(QUARTILES), len(kept)), np.nan)
        bands[:, read] = np.percentile(kept[read], QUARTILES, axis=1)
        return bands

    def left(self, place: int) -> np.ndarray:
        """The share (units,) of what was written at token `place` that is left at the token read last."""
        return self.kept(place)[-1 if self.direction == "forward" else 0]

    def half_gone(self, place: int) -> np.ndarray:
        """After how many tokens less than half is left of what was written at `place`, (units,) float64; infinite where
        more than half is left at the end. With the gates that are really there, unlike `half_life`.
        """
        kept = self.kept(place)
        read = kept[place:] if self.direction == "forward" else kept[place::-1]  # (n, units), as it is read
        gone = read < 0.5
        return np.where(gone.any(axis=0), gone.argmax(axis=0), np.inf)

    def read_after(self, place: int) -> int:
        """How many tokens the direction reads after token `place`."""
        return len(self.log_kept) - 1 - place if self.direction == "forward" else place

    @property
    def by_half_life(self) -> np.ndarray:
        """The units (units,), the longest memory first; equal ones by number."""
        return np.argsort(-self.half_life, kind="stable")

    @property
    def middle_half_life(self) -> float:
        """The half-life of the middle unit, in tokens."""
        return float(np.median(self.half_life))

    def half_lives(self) -> tuple[HalfLives, ...]:
        """How many units forget half within how many tokens; the outermost hold all that lasts less, and longer."""
        edges = [0.0, *HALF_LIVES.tolist(), np.inf]
        units = np.histogram(self.half_life, edges)[0].tolist()
        return tuple(HalfLives(*bar) for bar in zip(edges[:-1], edges[1:], units, strict=True))

    def saturation_of(self, symbol: str) -> Saturation:
        """The saturation of a gate. Raises `KeyError` for a symbol that is none's."""
        for saturation in self.saturation:
            if saturation.symbol == symbol:
                return saturation
        raise KeyError(symbol)


def measure_memory(trace: GateTrace) -> Memory:
    """What the forget gates of a trace keep. Raises `ReviewError` for the trace of a cell that has none."""
    if not trace.cell.forget_gates:
        sentence = gettext("A {cell} has no forget gate to measure its memory by: choose an LSTM checkpoint.")
        raise ReviewError(sentence.format(cell=gettext(trace.cell.name)))
    (forget,) = trace.cell.forget_gates
    logs = np.log(np.maximum(trace.values(forget).astype(np.float64), SMALLEST))  # (T, H)
    ordered = logs if trace.direction == "forward" else logs[::-1]
    log_kept = np.cumsum(ordered, axis=0)
    half_life = _half_life(log_kept[-1] / len(log_kept))
    log_kept = log_kept if trace.direction == "forward" else log_kept[::-1].copy()
    saturation = tuple(_saturation(symbol, trace.values(symbol)) for symbol in trace.cell.gates)
    return Memory(trace.layer, trace.direction, log_kept, half_life, saturation)


@dataclass(frozen=True, slots=True)
class Keeper:
    """A unit (from 0) of a layer (from 1) and direction, with its half-life in tokens, see `Memory`."""

    layer: int
    direction: str
    unit: int
    half_life: float


def longest_keeper(memories: Iterable[Memory]) -> Keeper:
    """The unit with the longest half-life of all; of equal ones the first. Raises `ValueError` for no memory."""
    longest = max(memories, key=lambda each: float(each.half_life.max()))
    unit = int(longest.by_half_life[0])
    return Keeper(longest.layer, longest.direction, unit, float(longest.half_life[unit]))


def _half_life(mean_log: np.ndarray) -> np.ndarray:
    """ln 0.5 / mean ln f, (units,)."""
    forgets = mean_log < 0
    half_life = np.full(mean_log.shape, np.inf)
    half_life[forgets] = np.log(0.5) / mean_log[forgets]
    return half_life


def _saturation(symbol: str, values: np.ndarray) -> Saturation:
    return Saturation(symbol, (values < NEARLY_SHUT).mean(axis=0), (values > NEARLY_OPEN).mean(axis=0))
