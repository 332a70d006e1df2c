"""Units that tell something about one review, found over all layers and directions by stated measures.

Looking for a unit by what its curve does over a stretch of text is LSTMVis's idea (Strobelt et al. 2018); units that
hold something for long, or that switch at one word and back at another, are those of Karpathy, Johnson & Fei-Fei (2015,
"Visualizing and understanding recurrent networks"). A measure says what a unit does here, not what it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model.recurrence.ledger import ReadLedger
from model.recurrence.preactivations import state_before
from model.recurrence.replay import GateTrace, GateTraces
from model.recurrence.retention import measure_memory

KEEPS, JUMPS, SWITCHES, DECIDES = MEASURES = ("keeps", "jumps", "switches", "decides")
SIX = {KEEPS: 2, JUMPS: 1, SWITCHES: 1, DECIDES: 2}  # how many of each are shown first
SHOWS = 0.005  # the least absolute value of a hidden state that is not written as 0.00
HOLDS = 0.5  # the largest absolute value of a memory that counts as holding something


@dataclass(frozen=True, slots=True)
class TellingUnit:
    """A unit (from 0) of a layer (from 1) and direction, with what a measure says of it. Of `MEASURES`:

    - keeps: `value` is its half-life in tokens, as `Memory` has it; of units whose memory reaches `HOLDS` alone
    - jumps: `value` is the largest absolute change of its memory at one token, which is the place
    - switches: its memory changes by `value` or more at the first place, and the other way at the second, read later
    - decides: `value` is what was read off it, in logits, with its sign; the place is where most of it was read

    Others are told where they are taken, in `model.reading.stretch` and `model.reading.passing`.

    `memory` (tokens,) float32 is what it holds after each token, in reading order of the text. Places count from 0.
    """

    measure: str
    layer: int
    direction: str
    unit: int
    value: float
    places: tuple[int, ...]
    memory: np.ndarray


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of all units of a trace: how telling each is, and its value, both (units,); places (n, units)."""

    trace: GateTrace
    strength: np.ndarray
    value: np.ndarray
    places: np.ndarray


def telling_units(gates: GateTraces, read: ReadLedger, measure: str, count: int) -> tuple[TellingUnit, ...]:
    """The units of which one of `MEASURES` says most, the first one first, at most `count`; equal ones by their place.

    Of a cell without a forget gate none keeps anything. Raises `ValueError` for another measure.
    """
    return most_telling(measure, list(_measured(gates, read, measure)), count)


def most_telling(measure: str, measured: Sequence[Measured], count: int) -> tuple[TellingUnit, ...]:
    """The units of which a measure, taken of each trace, says most, at most `count`; equal ones by their place."""
    if not measured:
        return ()
    strength = np.concatenate([each.strength for each in measured])  # of all units, trace by trace
    order = np.argsort(-strength, kind="stable")[:count]
    hidden = len(measured[0].strength)
    found = ((measured[place // hidden], place % hidden) for place in order.tolist() if strength[place] > 0)
    return tuple(_telling(measure, each, unit) for each, unit in found)


def jumps_and_shows(trace: GateTrace) -> int:
    """The unit (from 0) of one layer and direction whose memory changes most at one token, of those that show something
    at every token, |h| at least `SHOWS`; of all, where none does.
    """
    shows = (np.abs(trace.h) >= SHOWS).all(axis=0)  # (H,)
    return int(np.where(shows | ~shows.any(), _jumps(trace).strength, -1).argmax())


def six_units(gates: GateTraces, read: ReadLedger) -> tuple[TellingUnit, ...]:
    """The most telling ones of each measure, none twice: as many of each as `SIX` says, as far as there are."""
    chosen: list[TellingUnit] = []
    for measure, count in SIX.items():
        there = {(each.layer, each.direction, each.unit) for each in chosen}
        found = telling_units(gates, read, measure, count + len(chosen))
        others = [each for each in found if (each.layer, each.direction, each.unit) not in there]
        chosen += others[:count]
    return tuple(chosen)


def _telling(measure: str, each: Measured, unit: int) -> TellingUnit:
    trace = each.trace
    places = tuple(each.places[:, unit].tolist())
    value = float(each.value[unit])
    return TellingUnit(measure, trace.layer, trace.direction, unit, value, places, trace.memory[:, unit])


def _measured(gates: GateTraces, read: ReadLedger, measure: str) -> Iterator[Measured]:
    if measure not in MEASURES:
        raise ValueError(f"there is no measure '{measure}'")
    if measure == DECIDES:
        yield from _decides(gates, read)
        return
    for trace in gates.traces:
        if measure == JUMPS:
            yield _jumps(trace)
        elif measure == SWITCHES:
            yield _switches(trace)
        elif trace.cell.forget_gates:
            yield _keeps(trace)


def _keeps(trace: GateTrace) -> Measured:
    half_life = measure_memory(trace).half_life
    holds = np.abs(trace.memory).max(axis=0) >= HOLDS
    return Measured(trace, np.where(holds, half_life, 0), half_life, _none(trace))


def _jumps(trace: GateTrace) -> Measured:
    changes = np.abs(_changes(trace))
    steps = changes.argmax(axis=0)
    largest = changes.max(axis=0)
    return Measured(trace, largest, largest, _places(trace, [steps]))


def _switches(trace: GateTrace) -> Measured:
    """Of all pairs of changes the other way the one whose smaller one is largest."""
    changes = _changes(trace)  # (T, H)
    units = np.arange(changes.shape[1])
    best = np.zeros(changes.shape[1])
    first, second = np.zeros((2, changes.shape[1]), dtype=np.int64)
    for sign in (1, -1):
        there, back = np.maximum(sign * changes, 0), np.maximum(-sign * changes, 0)
        before = np.maximum.accumulate(there, axis=0)[:-1]  # the largest one so far, (T - 1, H)
        both = np.minimum(before, back[1:])
        if not len(both):
            break
        step = both.argmax(axis=0)
        value = both[step, units]
        better = value > best
        begun = np.array([there[: at + 1, unit].argmax() for at, unit in zip(step, units, strict=True)])
        best = np.where(better, value, best)
        first, second = np.where(better, begun, first), np.where(better, step + 1, second)
    return Measured(trace, best, best, _places(trace, [first, second]))


def _decides(gates: GateTraces, read: ReadLedger) -> Iterator[Measured]:
    """Of the last layer, which alone is read."""
    for direction, parts in zip(gates.directions, np.split(read.read, len(gates.directions), axis=1), strict=True):
        value = parts.sum(axis=0)  # (H,) logits
        trace = gates.of(gates.layers, direction)
        yield Measured(trace, np.abs(value), value, np.abs(parts).argmax(axis=0)[None])


def _changes(trace: GateTrace) -> np.ndarray:
    """Of the memory at each token (tokens, units) float64, in the order in which the direction reads; from 0 on."""
    memory = trace.memory.astype(np.float64)
    changes = memory - state_before(memory, trace.direction)
    return changes if trace.direction == "forward" else changes[::-1]


def _places(trace: GateTrace, steps: Sequence[np.ndarray]) -> np.ndarray:
    """Steps of reading (units,) each as places in the text, (steps, units)."""
    found = np.stack(steps)
    return found if trace.direction == "forward" else len(trace.h) - 1 - found


def _none(trace: GateTrace) -> np.ndarray:
    return np.zeros((0, trace.h.shape[1]), dtype=np.int64)
