"""One step of one unit, taken apart: what a cell adds up, what its gates make of it, what it keeps and what it shows.

For each gate the three terms under the sigmoid (or tanh) are told apart: W_x x_t from below, W_h h_(t-1) from the
step before, and the bias. The equations are those of the network's `Cell`. Which of the many units is worth a look
says `rank_units`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network.cells.cell import Cell
from model.network.cells.formula import Formula, Value, evaluate
from model.recurrence.choices import place_of, unit_of
from model.recurrence.preactivations import Preactivations
from model.recurrence.replay import GateTrace


@dataclass(frozen=True, slots=True)
class Part:
    """One gate of one unit at one token: `total` = from_input + passes * from_state + bias, `value` = its sigmoid or
    tanh. `passes` is 1 but where the cell has a gate between.
    """

    symbol: str
    from_input: float
    from_state: float
    bias: float
    total: float
    value: float
    passes: float = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """One state of one unit at one token, and at the one read before; `largest` is the largest there is of its absolute
    values in the whole review, so that the steps of a unit can be drawn on one scale.
    """

    symbol: str
    before: float
    value: float
    largest: float

    @property
    def squashed(self) -> float:
        """tanh of its value: what a gate may let out of it."""
        return float(np.tanh(self.value))


@dataclass(frozen=True, slots=True)
class CellStep:
    """One unit at one token. `place` and `unit` count from 0, `layer` from 1; `tokens`, `units`, `layers`: how many.

    `parts` are those of the cell's pre-activations, `states` what it hands on. "Before" means at the token that this
    direction read before, `place_before`; None at the first one read, where all states before are 0. The ranges of the
    values are those of the cell's quantities.
    """

    cell: Cell
    layer: int
    direction: str
    place: int
    unit: int
    tokens: int
    units: int
    layers: int
    parts: tuple[Part, ...]
    states: tuple[State, ...]
    place_before: int | None

    @property
    def first(self) -> bool:
        """Whether this direction had read no token before."""
        return self.place_before is None

    @property
    def last(self) -> bool:
        """Whether this direction reads no token after."""
        return self.place == (self.tokens - 1 if self.direction == "forward" else 0)

    @property
    def h(self) -> float:
        """The hidden state, which every cell has."""
        return self.state("h").value

    @property
    def h_before(self) -> float:
        """The hidden state before."""
        return self.state("h").before

    def value(self, symbol: str) -> float:
        """That of a quantity at this token. Raises `KeyError` if there is none of that symbol."""
        return self.number(Value(symbol))

    def number(self, formula: Formula) -> float:
        """What a formula comes to. Raises `KeyError` for a symbol that the cell has not."""
        now = {state.symbol: state.value for state in self.states} | {part.symbol: part.value for part in self.parts}
        return float(evaluate(formula, now, {state.symbol: state.before for state in self.states}))

    def state(self, symbol: str) -> State:
        """The state of that symbol. Raises `KeyError` if there is none."""
        for state in self.states:
            if state.symbol == symbol:
                return state
        raise KeyError(symbol)

    def part(self, symbol: str) -> Part:
        """The gate of that symbol. Raises `KeyError` if there is none."""
        for part in self.parts:
            if part.symbol == symbol:
                return part
        raise KeyError(symbol)


def cell_step(preactivations: Preactivations, trace: GateTrace, place: float, unit: float) -> CellStep:
    """One unit at one token, both counted from 0; whole numbers, though they may come as floats.

    `trace` is of the same layer, direction and review (`ValueError` if not). Raises `ReviewError` if the review has no
    such token, or the layer no such unit.
    """
    tokens, units = trace.h.shape
    about = (preactivations.layer, preactivations.direction, len(preactivations.from_input))
    if about != (trace.layer, trace.direction, tokens):
        raise ValueError("these gates and pre-activations are not of one layer, direction and review")
    place, unit = place_of(place, tokens), unit_of(unit, units)
    before = _place_before(place, tokens, trace.direction)
    return CellStep(
        cell=trace.cell,
        layer=trace.layer,
        direction=trace.direction,
        place=place,
        unit=unit,
        tokens=tokens,
        units=units,
        layers=preactivations.layers,
        parts=tuple(_part(preactivations, trace, symbol, place, unit) for symbol in preactivations.symbols),
        states=tuple(_state(trace, symbol, place, before, unit) for symbol in trace.cell.states),
        place_before=before,
    )


def _part(preactivations: Preactivations, trace: GateTrace, symbol: str, place: int, unit: int) -> Part:
    gate = preactivations.symbols.index(symbol)
    from_input = preactivations.from_input[place, gate, unit]
    from_state = preactivations.from_state[place, gate, unit]
    bias = preactivations.bias[gate, unit]
    passes = preactivations.passes[place, gate, unit]
    return Part(
        symbol=symbol,
        from_input=float(from_input),
        from_state=float(from_state),
        bias=float(bias),
        total=float(from_input + passes * from_state + bias),
        value=float(trace.values(symbol)[place, unit]),
        passes=float(passes),
    )


def _place_before(place: int, tokens: int, direction: str) -> int | None:
    before = place - 1 if direction == "forward" else place + 1
    return before if 0 <= before < tokens else None


def _state(trace: GateTrace, symbol: str, place: int, before: int | None, unit: int) -> State:
    values = trace.values(symbol)[:, unit]  # (T,)
    return State(
        symbol=symbol,
        before=0.0 if before is None else float(values[before]),
        value=float(values[place]),
        largest=float(np.abs(values).max()),
    )
