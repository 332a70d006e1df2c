"""Every gate of every unit at every token: a replay of the recurrence from the network's own weights.

PyTorch's modules do not hand their gates out, so the equations of the network's `Cell` are computed once more.
`trace_gates` lets the modules read and repeats each of their steps from the hidden state that they had before it: one
product gives what all steps add up. `parity` says how far what comes out is from what `nn.LSTM` (or whichever module it
is) made of the same step. `replay` goes step by step on its own states, so that it can also hold a gate or a state at a
value (`Clamp`), and let gradients through to every state (`Nudge`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from model.network.cells.cell import EXACT, Cell
from model.network.cells.packing import StepWeights
from model.network.network import DIRECTIONS, RecurrentLayer, RecurrentNetwork, reorder, reversed_places
from model.recurrence.clamps import Clamp, PreparedClamp, prepare_clamps, settle_clamps

NEARLY_SHUT, NEARLY_OPEN = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class GateTrace:
    """The replay of one layer (from 1) and direction: what its cell computed, in reading order of the text.

    `arrays` has (tokens, units) float32 for each of the cell's quantities, by symbol; their ranges are the cell's.
    """

    layer: int
    direction: str
    cell: Cell
    arrays: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        if set(self.arrays) != set(self.cell.symbols):
            raise ValueError(f"a {self.cell.name} has {self.cell.symbols}, not {tuple(self.arrays)}")
        object.__setattr__(self, "arrays", MappingProxyType(dict(self.arrays)))

    @property
    def name(self) -> str:
        """As in tables and answers: "layer1.forward"."""
        return f"layer{self.layer}.{self.direction}"

    @property
    def quantities(self) -> tuple[str, ...]:
        """The symbols of the quantities that there are, in the order of the page."""
        return self.cell.symbols

    @property
    def h(self) -> np.ndarray:
        """The hidden states (tokens, units), which every cell has."""
        return self.arrays["h"]

    @property
    def memory(self) -> np.ndarray:
        """The state (tokens, units) that carries the cell's memory."""
        return self.arrays[self.cell.memory]

    def values(self, symbol: str) -> np.ndarray:
        """The array (tokens, units) of a quantity. Raises `KeyError` if there is none of that symbol."""
        return self.arrays[symbol]


@dataclass(frozen=True, slots=True)
class GateTraces:
    """All traces of one review: layer 1 forward, layer 1 backward, layer 2 forward, …"""

    traces: tuple[GateTrace, ...]

    @property
    def cell(self) -> Cell:
        """The kind of recurrence of all of them."""
        return self.traces[0].cell

    @property
    def directions(self) -> tuple[str, ...]:
        """Which ways each layer reads: forward, or forward and backward."""
        return tuple(trace.direction for trace in self.traces if trace.layer == 1)

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return self.traces[-1].layer

    def nearest(self, layer: int, direction: str) -> GateTrace:
        """The trace of a layer (from 1) and direction; of the last layer, and forward, where there is no such one."""
        return self.of(min(layer, self.layers), direction if direction in self.directions else self.directions[0])

    def of(self, layer: int, direction: str) -> GateTrace:
        """The trace of a layer (from 1) and direction. Raises `KeyError` if there is none."""
        for trace in self.traces:
            if (trace.layer, trace.direction) == (layer, direction):
                return trace
        raise KeyError(layer, direction)


@dataclass(frozen=True, slots=True)
class CheckedTraces(GateTraces):
    """Traces that were compared with what PyTorch's own modules compute.

    `logit` is what the network itself makes of the review: unbounded, positive if above 0. `parity` is the largest
    difference between a replayed state and the one of `nn.LSTM` (or `nn.RNN`): hidden states at every token, and the
    other states at the last one read. Of a state beyond 1 it is the relative difference, since that is what float32
    can hold: cells that count tokens reach some hundred.
    """

    logit: float
    parity: float


@dataclass(frozen=True, slots=True)
class LayerReplay:
    """All directions of a layer in reading order: each quantity (directions, batch, tokens, hidden), forward first."""

    quantities: Mapping[str, Tensor]

    @property
    def h(self) -> Tensor:
        """The hidden states (directions, batch, tokens, hidden), which every cell has."""
        return self.quantities["h"]

    @property
    def joined(self) -> Tensor:
        """The hidden states (batch, tokens, directions * hidden), forward ones first: what is read above."""
        return torch.cat([*self.h], dim=-1)

    def values(self, symbol: str) -> Tensor:
        """A quantity (directions, batch, tokens, hidden). Raises `KeyError` if there is none of that symbol."""
        return self.quantities[symbol]


@dataclass(frozen=True, slots=True)
class Nudge:
    """What is added to the states of one layer as they arise, by symbol, (directions, batch, tokens, hidden) in reading
    order.

    Zeros change nothing, and the gradient that reaches them is that of the states, along all paths.
    """

    states: Mapping[str, Tensor]


@torch.inference_mode()
def trace_gates(network: RecurrentNetwork, embedded: Tensor) -> CheckedTraces:
    """Let the network read one review of word vectors (1, tokens, embedding), and repeat each of its steps.

    The network must be in evaluation mode, since dropout is no part of the recurrence.
    """
    lengths = torch.tensor([embedded.shape[1]], device=embedded.device)
    reversal = reversed_places(lengths, embedded.shape[1])
    inputs, replays, parity = embedded, [], 0.0
    for layer in network.layers:
        ordered = _for_each(layer, inputs, reversal)  # (D, 1, T, in)
        read = [layer.recurrence(direction)(each) for direction, each in zip(layer.directions, ordered, strict=True)]
        hidden = torch.stack([states for states, _ in read])  # (D, 1, T, H)
        found = _repeat(network.cell, _weights(layer), ordered, hidden)
        parity = max(parity, _parity(network.cell, found, hidden, [last for _, last in read]))
        replays.append(_reading_order(found, reversal))
        inputs = torch.cat([*_turned(hidden, reversal)], dim=-1)  # (1, T, D * H)
    logit = float(network.decide(inputs, lengths))
    return CheckedTraces(traces_of(network.cell, replays), logit, parity)


def traces_of(cell: Cell, replays: Sequence[LayerReplay]) -> tuple[GateTrace, ...]:
    """The traces of the review in a replay of one review alone."""
    return tuple(
        GateTrace(
            number,
            direction,
            cell,
            {symbol: layer.values(symbol)[index, 0].float().cpu().numpy() for symbol in cell.symbols},
        )
        for number, layer in enumerate(replays, start=1)
        for index, direction in enumerate(DIRECTIONS[: len(layer.h)])
    )


def shown(gates: GateTraces, layer: int, like: Tensor) -> Tensor:
    """What is read above a layer (from 1): (1, tokens, directions * hidden), of `like`'s type and on its device."""
    traces = [trace for trace in gates.traces if trace.layer == layer]
    return torch.cat([torch.as_tensor(trace.h).to(like) for trace in traces], dim=-1)[None]


def shown_with(gates: GateTraces, changed: GateTrace, hidden: Tensor) -> Tensor:
    """What is read above the layer of one of the traces, (readings, tokens, directions * hidden), where its hidden
    states are others, (readings, tokens, hidden).
    """
    traces = [trace for trace in gates.traces if trace.layer == changed.layer]
    parts = [hidden if trace is changed else torch.as_tensor(trace.h).to(hidden).expand_as(hidden) for trace in traces]
    return torch.cat(parts, dim=-1)


def replay(
    network: RecurrentNetwork,
    embedded: Tensor,
    lengths: Tensor,
    clamps: Sequence[Clamp] = (),
    nudges: Sequence[Nudge] = (),
) -> list[LayerReplay]:
    """Replay all layers on padded word vectors (batch, tokens, embedding) with lengths (batch,).

    The network must be in evaluation mode, since dropout is no part of the recurrence. Places beyond a review's length
    hold numbers without meaning. Of several clamps of one quantity the last counts; `nudges` has one for each layer, or
    none.
    """
    reversal = reversed_places(lengths, embedded.shape[1])
    ahead = torch.arange(embedded.shape[1], device=lengths.device).expand_as(reversal)
    order = {"forward": ahead.T, "backward": reversal.T}  # (T, B) each
    places = {direction: order[direction] for direction in network.config.directions}
    inputs, replays = embedded, []
    for number, layer in enumerate(network.layers, start=1):
        ordered = _for_each(layer, inputs, reversal)  # (D, B, T, in)
        held = prepare_clamps(clamps, number, places, network.config.hidden_size)
        nudge = _in_steps(nudges[number - 1], reversal) if nudges else {}
        found = _read(network.cell, _weights(layer), ordered, held, nudge)
        replays.append(_reading_order(found, reversal))
        inputs = replays[-1].joined  # (B, T, D * H)
    return replays


def _in_steps(nudge: Nudge, reversal: Tensor) -> dict[str, Tensor]:
    """What is added at each step, (tokens, directions, batch, hidden), in the order in which each direction reads."""
    return {symbol: _turned(values, reversal).permute(2, 0, 1, 3) for symbol, values in nudge.states.items()}


def _reading_order(found: Mapping[str, Tensor], reversal: Tensor) -> LayerReplay:
    """Quantities (directions, batch, tokens, hidden), each direction in the order in which it reads, as a layer's
    replay.
    """
    return LayerReplay({symbol: _turned(values, reversal) for symbol, values in found.items()})


def _for_each(layer: RecurrentLayer, inputs: Tensor, reversal: Tensor) -> Tensor:
    """Inputs (batch, tokens, in) for each direction in the order in which it reads: (directions, batch, tokens, in)."""
    return _turned(inputs.expand(len(layer.directions), *inputs.shape), reversal)


def _turned(values: Tensor, reversal: Tensor) -> Tensor:
    """Values (directions, batch, tokens, features), the backward ones turned round: to reading order, or from it."""
    return torch.stack([values[0], *(reorder(each, reversal) for each in values[1:])])


def _weights(layer: RecurrentLayer) -> StepWeights:
    """Those of its directions, stacked: (directions, …) each."""
    weights = [layer.cell.weights(layer.recurrence(direction)) for direction in layer.directions]
    return StepWeights(
        torch.stack([each.inputs for each in weights]),
        torch.stack([each.states for each in weights]),
        torch.stack([each.bias for each in weights]),
    )


def _drive(weights: StepWeights, inputs: Tensor) -> Tensor:
    """W x_t + b for all steps at once: (tokens, directions, batch, rows)."""
    return torch.einsum("dbti,dgi->tdbg", inputs, weights.inputs) + weights.bias[:, None]


def _read(
    cell: Cell,
    weights: StepWeights,
    inputs: Tensor,
    clamps: Sequence[PreparedClamp],
    nudge: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """All directions step by step, each in the order in which it reads: each quantity (directions, batch, tokens,
    hidden).
    """
    drive = _drive(weights, inputs)  # (T, D, B, rows)
    recurrent = weights.states.transpose(1, 2).contiguous()  # (D, H, rows)
    nothing = drive.new_zeros(*drive.shape[1:3], recurrent.shape[1])
    states: Mapping[str, Tensor] = dict.fromkeys(cell.states, nothing)
    steps: list[dict[str, Tensor]] = []
    for place, step in enumerate(drive):

        def settle(symbol: str, values: Tensor, place: int = place) -> Tensor:
            values = settle_clamps(clamps, place, symbol, values)
            return values + nudge[symbol][place] if symbol in nudge else values

        steps.append(cell.step(torch.baddbmm(step, states["h"], recurrent), states, settle, EXACT))
        states = steps[-1]
    return _stacked(cell, steps)


def _stacked(cell: Cell, steps: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """What each step computed (directions, batch, hidden), in the order of reading, as (directions, batch, tokens,
    hidden).
    """
    return {symbol: torch.stack([values[symbol] for values in steps], dim=2) for symbol in cell.symbols}


def _repeat(cell: Cell, weights: StepWeights, inputs: Tensor, hidden: Tensor) -> dict[str, Tensor]:
    """Each step of each direction from the hidden state that the module had before it, in the order in which each
    reads: each quantity (directions, 1, tokens, hidden), of inputs (directions, 1, tokens, in) and hidden states like
    what is found.
    """
    before = hidden.roll(1, dims=2)
    before[:, :, 0] = 0
    preactivations = _drive(weights, inputs) + torch.einsum("dbth,dgh->tdbg", before, weights.states)
    states = dict.fromkeys(cell.states, torch.zeros_like(hidden[:, :, 0]))
    steps: list[dict[str, Tensor]] = []
    for place, step in enumerate(preactivations):
        steps.append(cell.step(step, states | {"h": before[:, :, place]}, lambda symbol, value: value, EXACT))
        states = steps[-1]
    return _stacked(cell, steps)


def _parity(
    cell: Cell, found: Mapping[str, Tensor], hidden: Tensor, lasts: Sequence[Tensor | tuple[Tensor, ...]]
) -> float:
    """Largest difference of a layer's quantities to PyTorch's own: hidden states (directions, 1, tokens, hidden), and
    for each direction its last states.
    """
    worst = _difference(hidden, found["h"])
    for index, last in enumerate(lasts):
        for symbol, states in zip(cell.states, last if isinstance(last, tuple) else (last,), strict=True):
            worst = max(worst, _difference(states[0], found[symbol][index][:, -1]))
    return worst


def _difference(left: Tensor, right: Tensor) -> float:
    return float(((left - right).abs() / right.abs().clamp(min=1)).max())
