"""Every gate of every unit at every token: a replay of the recurrence from the network's own weights.

`nn.LSTM` does not hand its gates out, so its equations (Hochreiter & Schmidhuber 1997; Gers et al. 2000) are computed
once more, step by step:

    i, f, o = sigmoid(W x_t + b + U h_(t-1) + b')    g = tanh(…)
    c_t = f * c_(t-1) + i * g                        h_t = o * tanh(c_t)

`parity` says how far the replayed states are from those of `nn.LSTM` itself. Since every step is at hand here, a replay
can also hold a gate or a state at a value (`Clamp`), and let gradients through to every state (`Nudge`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.network.network import DIRECTIONS, RecurrentNetwork, reorder, reversed_places

NEARLY_SHUT, NEARLY_OPEN = 0.1, 0.9

QUANTITIES = ("i", "f", "o", "g", "c", "h")
QUANTITY_NAMES = ("input gate", "forget gate", "output gate", "candidate", "cell state", "hidden state")


@dataclass(frozen=True, slots=True)
class GateTrace:
    """The replay of one layer (from 1) and direction. Each array (tokens, units) float32, in reading order.

    i, f, o lie in [0, 1]; g and h in [-1, 1]; c has no bound. A plain RNN has no gates: all but h are None.
    """

    layer: int
    direction: str
    h: np.ndarray
    i: np.ndarray | None = None
    f: np.ndarray | None = None
    g: np.ndarray | None = None
    o: np.ndarray | None = None
    c: np.ndarray | None = None

    @property
    def name(self) -> str:
        """As in tables and answers: "layer1.forward"."""
        return f"layer{self.layer}.{self.direction}"

    @property
    def quantities(self) -> tuple[str, ...]:
        """The symbols of the quantities that there are."""
        return tuple(symbol for symbol in QUANTITIES if getattr(self, symbol) is not None)

    def values(self, symbol: str) -> np.ndarray:
        """The array (tokens, units) of a quantity. Raises `KeyError` if there is none of that symbol."""
        if symbol not in self.quantities:
            raise KeyError(symbol)
        return getattr(self, symbol)


@dataclass(frozen=True, slots=True)
class GateTraces:
    """All traces of one review: layer 1 forward, layer 1 backward, layer 2 forward, …"""

    traces: tuple[GateTrace, ...]

    def of(self, layer: int, direction: str) -> GateTrace:
        """The trace of a layer (from 1) and direction. Raises `KeyError` if there is none."""
        for trace in self.traces:
            if (trace.layer, trace.direction) == (layer, direction):
                return trace
        raise KeyError(layer, direction)


@dataclass(frozen=True, slots=True)
class CheckedTraces(GateTraces):
    """Traces that were compared with what PyTorch's own modules compute.

    `parity` is the largest difference between a replayed state and the one of `nn.LSTM` (or `nn.RNN`): hidden states
    at every token, and the cell state at the last one read. Of a state beyond 1 it is the relative difference, since
    that is what float32 can hold: cells that count tokens reach some hundred.
    """

    parity: float


@dataclass(frozen=True, slots=True)
class LayerReplay:
    """Both directions of one layer in reading order: each (2, batch, tokens, hidden), forward first."""

    h: Tensor
    i: Tensor | None = None
    f: Tensor | None = None
    g: Tensor | None = None
    o: Tensor | None = None
    c: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Clamp:
    """Hold a quantity at a value while the network reads; None means all layers, both directions, all units, no end.

    `symbol` is one of i, f, g, o, c, h (a plain RNN has h alone); h held at 0 switches a unit, a direction or a layer
    off. `layer` counts from 1; tokens from `start` inclusive to `end` exclusive, in reading order of the text.
    """

    symbol: str
    value: float
    layer: int | None = None
    direction: str | None = None
    unit: int | None = None
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Nudge:
    """What is added to the states of one layer as they arise, each (2, batch, tokens, hidden) in reading order.

    Zeros change nothing, and the gradient that reaches them is that of the states, along all paths.
    """

    h: Tensor
    c: Tensor | None = None


@torch.no_grad()
def trace_gates(network: RecurrentNetwork, embedded: Tensor) -> CheckedTraces:
    """Replay one review of word vectors (1, tokens, embedding) and compare the replay with the network's modules."""
    lengths = torch.tensor([embedded.shape[1]], device=embedded.device)
    replays = replay(network, embedded, lengths)
    return CheckedTraces(traces_of(replays), _parity(network, embedded, lengths, replays))


def traces_of(replays: Sequence[LayerReplay]) -> tuple[GateTrace, ...]:
    """The traces of the review in a replay of one review alone."""
    traces = []
    for number, layer in enumerate(replays, start=1):
        for index, direction in enumerate(DIRECTIONS):
            arrays = {
                symbol: values[index, 0].float().cpu().numpy()
                for symbol in QUANTITIES
                if (values := getattr(layer, symbol)) is not None
            }
            traces.append(GateTrace(number, direction, **arrays))
    return tuple(traces)


def replay(
    network: RecurrentNetwork,
    embedded: Tensor,
    lengths: Tensor,
    clamps: Sequence[Clamp] = (),
    nudges: Sequence[Nudge] | None = None,
) -> list[LayerReplay]:
    """Replay all layers on padded word vectors (batch, tokens, embedding) with lengths (batch,).

    The network must be in evaluation mode, since dropout is no part of the recurrence. Places beyond a review's length
    hold numbers without meaning. Of several clamps of one quantity the last counts; `nudges` has one for each layer.
    """
    tokens = embedded.shape[1]
    reversal = reversed_places(lengths, tokens)
    inputs, replays = embedded, []
    for number, layer in enumerate(network.layers, start=1):
        both = torch.stack([inputs, reorder(inputs, reversal)])  # (2, B, T, in)
        modules = [layer.recurrence(direction) for direction in DIRECTIONS]
        holds = [
            _hold(clamp, reversal, network.config.hidden_size) for clamp in clamps if clamp.layer in (None, number)
        ]
        nudge = _in_steps(nudges[number - 1], reversal) if nudges else {}
        steps = (_replay_lstm if network.config.cell == "lstm" else _replay_rnn)(modules, both, holds, nudge)
        layer_replay = LayerReplay(
            **{symbol: torch.stack([values[0], reorder(values[1], reversal)]) for symbol, values in steps.items()}
        )
        replays.append(layer_replay)
        inputs = torch.cat([layer_replay.h[0], layer_replay.h[1]], dim=-1)  # (B, T, 2H)
    return replays


@dataclass(frozen=True, slots=True)
class _Hold:
    """A clamp of one layer, ready for the steps: `places` (tokens, 2, batch, 1) in the order in which each direction
    reads, `units` (2, 1, hidden); both boolean.
    """

    symbol: str
    value: float
    places: Tensor
    units: Tensor

    def apply(self, values: Tensor, step: int) -> Tensor:
        """`values` (2, batch, hidden) of one step, with what is held put in its place."""
        return values.masked_fill(self.places[step] & self.units, self.value)


def _hold(clamp: Clamp, reversal: Tensor, hidden: int) -> _Hold:
    batch, tokens = reversal.shape
    held = torch.zeros(batch, tokens, dtype=torch.bool, device=reversal.device)
    held[:, clamp.start : clamp.end] = True
    places = torch.stack([held, held.gather(1, reversal)])  # (2, B, T)
    units = torch.zeros(2, 1, hidden, dtype=torch.bool, device=reversal.device)
    directions = slice(None) if clamp.direction is None else DIRECTIONS.index(clamp.direction)
    units[directions, :, slice(None) if clamp.unit is None else clamp.unit] = True
    return _Hold(clamp.symbol, clamp.value, places.permute(2, 0, 1).unsqueeze(-1), units)


def _in_steps(nudge: Nudge, reversal: Tensor) -> dict[str, Tensor]:
    """What is added at each step, (tokens, 2, batch, hidden), in the order in which each direction reads."""
    return {
        symbol: torch.stack([values[0], reorder(values[1], reversal)]).permute(2, 0, 1, 3)
        for symbol, values in (("h", nudge.h), ("c", nudge.c))
        if values is not None
    }


def _settle(symbol: str, values: Tensor, step: int, holds: Sequence[_Hold], nudge: dict[str, Tensor]) -> Tensor:
    """A quantity of one step, (2, batch, hidden), after what is held and what is added."""
    for hold in holds:
        if hold.symbol == symbol:
            values = hold.apply(values, step)
    return values + nudge[symbol][step] if symbol in nudge else values


def _weights(modules: list[nn.RNNBase], name: str) -> Tensor:
    return torch.stack([getattr(module, f"{name}_l0") for module in modules])


def _drive(modules: list[nn.RNNBase], inputs: Tensor) -> Tensor:
    """W x_t + b + b' for all steps at once: (tokens, 2, batch, gates * hidden)."""
    drive = torch.einsum("dbti,dgi->tdbg", inputs, _weights(modules, "weight_ih"))
    return drive + (_weights(modules, "bias_ih") + _weights(modules, "bias_hh"))[:, None]


def _replay_lstm(
    modules: list[nn.RNNBase], inputs: Tensor, holds: Sequence[_Hold], nudge: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Both directions step by step, each in the order in which it reads."""
    drive = _drive(modules, inputs)  # (T, 2, B, 4H)
    recurrent = _weights(modules, "weight_hh").transpose(1, 2).contiguous()  # (2, H, 4H)
    h = c = drive.new_zeros(2, inputs.shape[1], recurrent.shape[1])
    found: dict[str, list[Tensor]] = {symbol: [] for symbol in QUANTITIES}
    for place, step in enumerate(drive):
        i, f, g, o = torch.baddbmm(step, h, recurrent).chunk(4, dim=-1)  # (2, B, H) each, as PyTorch packs them
        gates = {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}
        i, f, g, o = (_settle(symbol, values, place, holds, nudge) for symbol, values in gates.items())
        c = _settle("c", f * c + i * g, place, holds, nudge)
        h = _settle("h", o * c.tanh(), place, holds, nudge)
        for symbol, values in (("i", i), ("f", f), ("g", g), ("o", o), ("c", c), ("h", h)):
            found[symbol].append(values)
    return {symbol: torch.stack(values, dim=2) for symbol, values in found.items()}  # (2, B, T, H) each


def _replay_rnn(
    modules: list[nn.RNNBase], inputs: Tensor, holds: Sequence[_Hold], nudge: dict[str, Tensor]
) -> dict[str, Tensor]:
    """h_t = tanh(W x_t + b + U h_(t-1) + b'), Elman's recurrence."""
    drive = _drive(modules, inputs)  # (T, 2, B, H)
    recurrent = _weights(modules, "weight_hh").transpose(1, 2).contiguous()  # (2, H, H)
    h = drive.new_zeros(drive.shape[1:])
    states = []
    for place, step in enumerate(drive):
        h = _settle("h", torch.baddbmm(step, h, recurrent).tanh(), place, holds, nudge)
        states.append(h)
    return {"h": torch.stack(states, dim=2)}


def _parity(network: RecurrentNetwork, embedded: Tensor, lengths: Tensor, replays: list[LayerReplay]) -> float:
    """Largest difference to PyTorch's own modules; for one review, or reviews of one length."""
    reversal = reversed_places(lengths, embedded.shape[1])
    inputs, worst = embedded, 0.0
    for layer, replayed in zip(network.layers, replays, strict=True):
        outputs = []
        for index, direction in enumerate(DIRECTIONS):
            read = inputs if direction == "forward" else reorder(inputs, reversal)
            output, final = layer.recurrence(direction)(read)
            output = output if direction == "forward" else reorder(output, reversal)
            worst = max(worst, _difference(output, replayed.h[index]))
            if replayed.c is not None:
                last = -1 if direction == "forward" else 0
                worst = max(worst, _difference(final[1][0], replayed.c[index][:, last]))
            outputs.append(output)
        inputs = torch.cat(outputs, dim=-1)
    return worst


def _difference(left: Tensor, right: Tensor) -> float:
    return float(((left - right).abs() / right.abs().clamp(min=1)).max())
