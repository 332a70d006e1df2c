"""What a layer adds up before its gates: W_x x_t from below, W_h h_(t-1) from the step before, and the bias."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from model.errors import ReviewError
from model.language import gettext
from model.network.cells.packing import Packed
from model.network.network import RecurrentNetwork
from model.recurrence.choices import NO_WHOLE_LAYER, whole_number
from model.recurrence.replay import GateTrace, GateTraces

CURVES_END = 8  # pre-activations beyond count at the ends: there both curves are flat
BIN_EDGES = np.linspace(-CURVES_END, CURVES_END, 4 * CURVES_END + 1)  # bins of half a unit
FLAT = 0.1  # of a curve's steepest slope: flatter than that, hardly any gradient gets through


@dataclass(frozen=True, slots=True)
class Preactivations:
    """What one layer (from 1) and direction adds up before its gates, float32, in reading order of the text.

    `from_input` = W_x x_t and `from_state` = W_h h_(t-1), each (tokens, gates, units); `bias` (gates, units) is the sum
    of PyTorch's two. The gates are the quantities that the cell has `packed` weights for. `layers`: how many there are.

    `passes` (tokens, gates, units) is the share of `from_state` that is added up: all of it, 1, but where the cell has
    a gate between; then PyTorch's bias of the states passes with it and is in `from_state`, not in `bias`.
    """

    layer: int
    direction: str
    layers: int
    packed: tuple[Packed, ...]
    from_input: np.ndarray
    from_state: np.ndarray
    passes: np.ndarray
    bias: np.ndarray

    @property
    def symbols(self) -> tuple[str, ...]:
        """Of the gates, in the order of the arrays."""
        return tuple(packed.symbol for packed in self.packed)

    @property
    def total(self) -> np.ndarray:
        """What goes into each sigmoid or tanh: (tokens, gates, units), without bounds."""
        return self.from_input + self.passes * self.from_state + self.bias

    def of(self, symbol: str) -> np.ndarray:
        """The totals (tokens, units) of one gate. Raises `KeyError` if there is none of that symbol."""
        if symbol not in self.symbols:
            raise KeyError(symbol)
        gate = self.symbols.index(symbol)
        return self.from_input[:, gate] + self.passes[:, gate] * self.from_state[:, gate] + self.bias[gate]

    def bin_counts(self, symbol: str) -> np.ndarray:
        """How many values of one gate lie between two of `BIN_EDGES`, (bins,); the outermost hold all beyond.

        Raises `KeyError` if there is none of that symbol.
        """
        return np.histogram(np.clip(self.of(symbol), -CURVES_END, CURVES_END), bins=BIN_EDGES)[0]

    def flat_share(self, symbol: str) -> float:
        """The share in [0, 1] of one gate's values where its curve is flatter than `FLAT` of its steepest slope.

        Raises `KeyError` if there is none of that symbol.
        """
        values = self.of(symbol).astype(np.float64)
        curve = self.packed[self.symbols.index(symbol)].curve
        return float((curve.slope(values) / curve.slope(np.zeros(1)) < FLAT).mean())


def preactivations(
    network: RecurrentNetwork, embedded: Tensor, traces: GateTraces, layer: int, direction: str
) -> Preactivations:
    """Take one layer (from 1) and direction apart, for word vectors (1, tokens, embedding) and their traces.

    Raises `ReviewError` if the network has no such layer or direction.
    """
    layer = whole_number(layer, NO_WHOLE_LAYER)
    if not 1 <= layer <= len(network.layers):
        sentence = gettext("There is no layer {layer}: this network has {layers}.")
        raise ReviewError(sentence.format(layer=layer, layers=len(network.layers)))
    if direction not in network.config.directions:
        ways = ", ".join(f"'{each}'" for each in network.config.directions)
        raise ReviewError(gettext("This network reads {ways}: choose a direction that there is.").format(ways=ways))
    module = network.layers[layer - 1].recurrence(direction)
    inputs = as_array(embedded[0]) if layer == 1 else _states_below(traces, layer)  # (T, in)
    trace = traces.of(layer, direction)
    before = state_before(trace.h, direction)  # (T, H)
    packed = network.cell.packed
    shape = (-1, len(packed), before.shape[1])  # (T, gates, H)
    apart = np.array([[bool(block.between)] for block in packed])  # (gates, 1)
    of_inputs, of_states = (weights_of(module, name).reshape(shape[1:]) for name in ("bias_ih", "bias_hh"))
    from_state = (before @ weights_of(module, "weight_hh").T).reshape(shape)
    return Preactivations(
        layer=layer,
        direction=direction,
        layers=len(network.layers),
        packed=packed,
        from_input=(inputs @ weights_of(module, "weight_ih").T).reshape(shape),
        from_state=np.where(apart, from_state + of_states, from_state),
        passes=_passes(trace, packed),
        bias=np.where(apart, of_inputs, of_inputs + of_states),
    )


def _passes(trace: GateTrace, packed: tuple[Packed, ...]) -> np.ndarray:
    """What a gate between lets through, 1 where there is none: (tokens, gates, units)."""
    gates = [trace.values(block.between) if block.between else np.ones_like(trace.h) for block in packed]
    return np.stack(gates, axis=1)


def _states_below(traces: GateTraces, layer: int) -> np.ndarray:
    """What a layer above the first reads: (tokens, directions * hidden), forward states first."""
    return np.concatenate([traces.of(layer - 1, direction).h for direction in traces.directions], axis=1)


def state_before(states: np.ndarray, direction: str) -> np.ndarray:
    """The state (tokens, units) that each token meets: that of the token read before, zeros at the first."""
    none = np.zeros_like(states[:1])
    return np.concatenate([none, states[:-1]] if direction == "forward" else [states[1:], none])


def weights_of(module: nn.RNNBase, name: str) -> np.ndarray:
    """PyTorch's weights of that name, "weight_ih" say, float32."""
    return as_array(getattr(module, f"{name}_l0"))


def as_array(values: Tensor) -> np.ndarray:
    """The same numbers, float32."""
    return values.detach().float().cpu().numpy()
