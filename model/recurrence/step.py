"""One step of one unit, taken apart: what a cell adds up, what its gates make of it, what it keeps and what it shows.

For each gate the three terms under the sigmoid (or tanh) are told apart: W_x x_t from below, W_h h_(t-1) from the
step before, and the bias. The equations are those of the replay (Hochreiter & Schmidhuber 1997; Gers
et al. 2000; for the plain RNN Elman 1990). Which of the many units is worth a look says `remarkable_units`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from model.errors import ReviewError
from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence.replay import NEARLY_OPEN, NEARLY_SHUT, GateTrace, GateTraces

PACKED = {"lstm": ("i", "f", "g", "o"), "rnn": ("h",)}  # the rows of PyTorch's weights, from top to bottom
UNIT_PICKS = ("largest change", "most saturated", "largest weight")
LARGEST_NUMBER = 10**9  # a token or unit beyond it is no slip of somebody who counts


@dataclass(frozen=True, slots=True)
class Preactivations:
    """What one layer (from 1) and direction adds up before its gates, float32, in reading order of the text.

    `from_input` = W_x x_t and `from_state` = W_h h_(t-1), each (tokens, gates, units); `bias` (gates, units) is the sum
    of PyTorch's two. The gates are `symbols`: i, f, g, o, or h alone of a plain RNN. `layers`: how many there are.
    """

    layer: int
    direction: str
    layers: int
    symbols: tuple[str, ...]
    from_input: np.ndarray
    from_state: np.ndarray
    bias: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """What goes into each sigmoid or tanh: (tokens, gates, units), without bounds."""
        return self.from_input + self.from_state + self.bias

    def of(self, symbol: str) -> np.ndarray:
        """The totals (tokens, units) of one gate. Raises `KeyError` if there is none of that symbol."""
        if symbol not in self.symbols:
            raise KeyError(symbol)
        gate = self.symbols.index(symbol)
        return self.from_input[:, gate] + self.from_state[:, gate] + self.bias[gate]


@dataclass(frozen=True, slots=True)
class Part:
    """One gate of one unit at one token: `total` = from_input + from_state + bias, `value` = its sigmoid or tanh."""

    symbol: str
    from_input: float
    from_state: float
    bias: float
    total: float
    value: float


@dataclass(frozen=True, slots=True)
class CellStep:
    """One unit at one token. `place` and `unit` count from 0, `layer` from 1; `tokens`, `units`, `layers`: how many.

    `parts` are i, f, g, o, or h alone of a plain RNN, which has no cell state: all about c is None there.
    "Before" means at the token that this direction read before, `place_before`; None at the first one read, where both
    states before are 0. i, f, o lie in [0, 1]; g, h, tanh_c in [-1, 1]; c has no bound. `c_largest` is the largest |c|
    of this unit in the whole review, so that its steps can be drawn on one scale.
    """

    layer: int
    direction: str
    place: int
    unit: int
    tokens: int
    units: int
    layers: int
    parts: tuple[Part, ...]
    h_before: float
    h: float
    c_before: float | None
    c: float | None
    tanh_c: float | None
    c_largest: float | None
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
    def plain(self) -> bool:
        """Whether this is a step of a plain RNN: no gates, no cell state."""
        return self.c is None

    def part(self, symbol: str) -> Part:
        """The gate of that symbol. Raises `KeyError` if there is none."""
        for part in self.parts:
            if part.symbol == symbol:
                return part
        raise KeyError(symbol)


def preactivations(
    network: RecurrentNetwork, embedded: Tensor, traces: GateTraces, layer: int, direction: str
) -> Preactivations:
    """Take one layer (from 1) and direction apart, for word vectors (1, tokens, embedding) and their traces.

    Raises `ReviewError` if the network has no such layer or direction.
    """
    layer = _whole(layer, "layer")
    if not 1 <= layer <= len(network.layers):
        raise ReviewError(f"There is no layer {layer}: this network has {len(network.layers)}.")
    if direction not in DIRECTIONS:
        raise ReviewError("A direction is 'forward' or 'backward': choose one of them.")
    module = network.layers[layer - 1].recurrence(direction)
    inputs = _array(embedded[0]) if layer == 1 else _states_below(traces, layer)  # (T, in)
    before = _before(traces.of(layer, direction).h, direction)  # (T, H)
    symbols = PACKED[network.config.cell]
    shape = (-1, len(symbols), before.shape[1])  # (T, gates, H)
    return Preactivations(
        layer=layer,
        direction=direction,
        layers=len(network.layers),
        symbols=symbols,
        from_input=(inputs @ _weights(module, "weight_ih").T).reshape(shape),
        from_state=(before @ _weights(module, "weight_hh").T).reshape(shape),
        bias=(_weights(module, "bias_ih") + _weights(module, "bias_hh")).reshape(shape[1:]),
    )


def cell_step(preactivations: Preactivations, trace: GateTrace, place: float, unit: float) -> CellStep:
    """One unit at one token, both counted from 0; whole numbers, though they may come as floats.

    `trace` is of the same layer, direction and review (`ValueError` if not). Raises `ReviewError` if the review has no
    such token, or the layer no such unit.
    """
    tokens, units = trace.h.shape
    about = (preactivations.layer, preactivations.direction, len(preactivations.from_input))
    if about != (trace.layer, trace.direction, tokens):
        raise ValueError("these gates and sums are not of one layer, direction and review")
    place, unit = _place(place, tokens), _unit(unit, units)
    before = _place_before(place, tokens, trace.direction)
    plain = trace.c is None
    c = None if plain else float(trace.c[place, unit])
    return CellStep(
        layer=trace.layer,
        direction=trace.direction,
        place=place,
        unit=unit,
        tokens=tokens,
        units=units,
        layers=preactivations.layers,
        parts=tuple(_part(preactivations, trace, symbol, place, unit) for symbol in preactivations.symbols),
        h_before=_state_at(trace.h, before, unit),
        h=float(trace.h[place, unit]),
        c_before=None if plain else _state_at(trace.c, before, unit),
        c=c,
        tanh_c=None if plain else float(np.tanh(c)),
        c_largest=None if plain else float(np.abs(trace.c[:, unit]).max()),
        place_before=before,
    )


def remarkable_units(network: RecurrentNetwork, trace: GateTrace, place: float, how: str) -> np.ndarray:
    """All units (units,) of a trace, the most remarkable first; equal ones by number. `how` is one of `UNIT_PICKS`.

    - largest change: |c_t - c_(t-1)| at this token (h of a plain RNN)
    - most saturated: the share of the review's tokens and of i, f, o where the gate is below 0.1 or above 0.9 (of a
      plain RNN: where |h| is above 0.9)
    - largest weight: how strongly the unit's h is read above: |weight| on the output of the last layer (of maximum and
      mean both, added up, where the network reads those); the length of the weights in the layer above of any other

    Raises `ReviewError` if the review has no such token, or nothing of the name `how` is known.
    """
    place = _place(place, len(trace.h))
    if how == "largest change":
        score = _change(trace, place)
    elif how == "most saturated":
        score = _saturation(trace)
    elif how == "largest weight":
        score = _weight_above(network, trace.layer, trace.direction)
    else:
        raise ReviewError(f"Units can be picked by {', '.join(UNIT_PICKS)}: choose one of them.")
    return np.argsort(-score, kind="stable")


def _part(sums: Preactivations, trace: GateTrace, symbol: str, place: int, unit: int) -> Part:
    gate = sums.symbols.index(symbol)
    return Part(
        symbol=symbol,
        from_input=float(sums.from_input[place, gate, unit]),
        from_state=float(sums.from_state[place, gate, unit]),
        bias=float(sums.bias[gate, unit]),
        total=float(sums.from_input[place, gate, unit] + sums.from_state[place, gate, unit] + sums.bias[gate, unit]),
        value=float(trace.values(symbol)[place, unit]),
    )


def _states_below(traces: GateTraces, layer: int) -> np.ndarray:
    """What a layer above the first reads: (tokens, 2 * hidden), forward states first."""
    return np.concatenate([traces.of(layer - 1, direction).h for direction in DIRECTIONS], axis=1)


def _before(states: np.ndarray, direction: str) -> np.ndarray:
    """The state (tokens, units) that each token meets: that of the token read before, zeros at the first."""
    none = np.zeros_like(states[:1])
    return np.concatenate([none, states[:-1]] if direction == "forward" else [states[1:], none])


def _place_before(place: int, tokens: int, direction: str) -> int | None:
    before = place - 1 if direction == "forward" else place + 1
    return before if 0 <= before < tokens else None


def _state_at(states: np.ndarray, place: int | None, unit: int) -> float:
    return 0.0 if place is None else float(states[place, unit])


def _change(trace: GateTrace, place: int) -> np.ndarray:
    state = trace.h if trace.c is None else trace.c
    return np.abs(state - _before(state, trace.direction))[place]  # (H,)


def _saturation(trace: GateTrace) -> np.ndarray:
    if trace.c is None:
        return (np.abs(trace.h) > NEARLY_OPEN).mean(axis=0)
    gates = np.stack([trace.i, trace.f, trace.o])  # (3, T, H)
    return ((gates < NEARLY_SHUT) | (gates > NEARLY_OPEN)).mean(axis=(0, 1))


def _weight_above(network: RecurrentNetwork, layer: int, direction: str) -> np.ndarray:
    """How strongly each unit (units,) of a layer and direction is read above; 0 or more."""
    hidden = network.config.hidden_size
    units = slice(DIRECTIONS.index(direction) * hidden, (DIRECTIONS.index(direction) + 1) * hidden)
    if layer == len(network.layers):
        read = _array(network.output.weight).reshape(-1, 2 * hidden)  # one row, or two: maximum and mean
        return np.abs(read[:, units]).sum(axis=0)
    above = network.layers[layer]
    weights = np.concatenate([_weights(above.recurrence(each), "weight_ih") for each in DIRECTIONS])
    return np.linalg.norm(weights[:, units], axis=0)


def _weights(module: nn.RNNBase, name: str) -> np.ndarray:
    return _array(getattr(module, f"{name}_l0"))


def _array(values: Tensor) -> np.ndarray:
    return values.detach().float().cpu().numpy()


def _place(place: object, tokens: int) -> int:
    number = _whole(place, "token")
    if not 0 <= number < tokens:
        raise ReviewError(f"There is no token {number + 1} in this review any more: it has {tokens}.")
    return number


def _unit(unit: object, units: int) -> int:
    number = _whole(unit, "unit")
    if not 0 <= number < units:
        raise ReviewError(f"There is no unit {number}: this layer has {units}, numbered from 0.")
    return number


def _whole(number: object, what: str) -> int:
    """A whole number that a page sent, 3.0 for 3 included; no bool, since True is not 1 to a person."""
    kinds = (int, float, np.integer, np.floating)
    fits = isinstance(number, kinds) and not isinstance(number, bool) and abs(number) <= LARGEST_NUMBER
    if not fits or number != int(number):
        raise ReviewError(f"The number of a {what} is a whole one: choose one that the page offers.")
    return int(number)
