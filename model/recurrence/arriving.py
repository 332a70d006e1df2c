"""What of a gradient really arrives: the derivative of the logit at every state and word vector, along all paths.

What a chain of steps alone would bring is measured by `model.recurrence.jacobians`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.network.cells.cell import Cell
from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence.decay import Decay
from model.recurrence.jacobians import GradientFlow, length_of
from model.recurrence.replay import Nudge, replay

NOTHING = -400.0  # stands for log10 of a gradient of exactly 0


@dataclass(frozen=True, slots=True)
class StateGradients:
    """What arrives at the states of one layer (from 1) and direction.

    `norms` has for each of the cell's states, by symbol, (tokens,) float64, at least 0, in reading order: the Euclidean
    norm over the units of d logit / d state.
    """

    layer: int
    direction: str
    norms: Mapping[str, np.ndarray]

    @property
    def h(self) -> np.ndarray:
        """At the hidden states (tokens,), which every cell has."""
        return self.norms["h"]

    def values(self, symbol: str) -> np.ndarray:
        """At a state (tokens,). Raises `KeyError` if a step hands on none of that symbol."""
        return self.norms[symbol]


@dataclass(frozen=True, slots=True)
class ArrivingGradients:
    """What really arrives: the total derivative of the logit along all paths, layers above and output gates included.

    `states` has layer 1 forward, layer 1 backward, layer 2 forward, …; `embedding` (tokens,) float64 is the norm of
    d logit / d word vector. In logits per unit of the state.
    """

    states: tuple[StateGradients, ...]
    embedding: np.ndarray

    def of(self, layer: int, direction: str) -> StateGradients:
        """The gradients of a layer (from 1) and direction. Raises `KeyError` if there is none."""
        for gradients in self.states:
            if (gradients.layer, gradients.direction) == (layer, direction):
                return gradients
        raise KeyError(layer, direction)


def arriving_gradients(network: RecurrentNetwork, embedded: Tensor) -> ArrivingGradients:
    """The gradient of the logit at every state and word vector of one review (1, tokens, embedding).

    One backward pass for all. The network is only read: no gradient is left on its weights.
    """
    found, at_words = _gradients(network, embedded)
    return ArrivingGradients(_by_layer(found, network.cell), _norms(at_words[0]))


def hidden_gradients(network: RecurrentNetwork, embedded: Tensor) -> tuple[np.ndarray, ...]:
    """d logit / d h along all paths, for each layer (directions, tokens, units) float64, in reading order of the text.

    Of one review (1, tokens, embedding); in logits per unit of h.
    """
    found, _ = _gradients(network, embedded)
    states = network.cell.states
    return tuple(gradient[:, 0].double().cpu().numpy() for gradient in found[states.index("h") :: len(states)])


def chain_alone(flow: GradientFlow, arriving: ArrivingGradients) -> np.ndarray:
    """log10 of what a chain of average factors would bring to each token from the one read last, (tokens,)."""
    values = arriving.of(flow.layer, flow.direction).values(flow.cell.memory)
    backward = flow.direction == "backward"
    last = float(values[0 if backward else -1])
    start = math.log10(last) if last > 0 else NOTHING
    chain = start + np.concatenate([[0.0], flow.gain.log10_gain])  # by distance from the token read last
    return chain if backward else chain[::-1]


def _gradients(network: RecurrentNetwork, embedded: Tensor) -> tuple[list[Tensor], Tensor]:
    """Those of each layer's states, in the order of the cell's, and those of the word vectors."""
    with torch.inference_mode(False), torch.enable_grad():
        read = embedded.detach().clone().requires_grad_()
        nudges = [_zeros(network, read) for _ in network.layers]
        lengths = length_of(read)
        last = replay(network, read, lengths, nudges=nudges)[-1].joined
        logit = network.decide(last, lengths)[0]
        watched = [nudge.states[symbol] for nudge in nudges for symbol in network.cell.states]
        *found, at_words = torch.autograd.grad(logit, [*watched, read])
    return found, at_words


def reach(norms: np.ndarray, directions: Sequence[str] = DIRECTIONS) -> Decay:
    """How much of a gradient gets back over a distance, for the norms (tokens,) at each token of a review.

    The distance is that from where the verdict reads the last states of those directions, which is the last token
    forward and the first one backward; with both, that from the nearer end, with the root mean square of the two tokens
    there. Distances are from 0, and gains relative to that at 0.
    """
    ends = [norms[::-1] if direction == "forward" else norms for direction in directions]
    longest = -(-len(norms) // len(ends))
    mean = np.sqrt(np.mean([end[:longest] ** 2 for end in ends], axis=0))
    with np.errstate(divide="ignore"):
        logs = np.log10(mean)
    return Decay(np.arange(longest), logs - np.maximum(logs[0], NOTHING))


def _zeros(network: RecurrentNetwork, read: Tensor) -> Nudge:
    """A nudge of nothing, whose gradient is that of the states of a layer."""
    shape = (len(network.config.directions), 1, read.shape[1], network.config.hidden_size)
    return Nudge({symbol: read.new_zeros(shape, requires_grad=True) for symbol in network.cell.states})


def _by_layer(found: list[Tensor], cell: Cell) -> tuple[StateGradients, ...]:
    """`found`: the gradients of each layer's states, in the order of the cell's."""
    each = len(cell.states)
    return tuple(
        StateGradients(
            place // each + 1,
            direction,
            {
                symbol: _norms(gradient[index, 0])
                for symbol, gradient in zip(cell.states, found[place : place + each], strict=True)
            },
        )
        for place in range(0, len(found), each)
        for index, direction in enumerate(DIRECTIONS[: len(found[place])])
    )


def _norms(gradient: Tensor) -> np.ndarray:
    """The Euclidean norm of each row of (tokens, features)."""
    return gradient.cpu().double().norm(dim=-1).numpy()
