"""How a gradient flows through a recurrence: step by step, over any distance, and what of it really arrives.

In a plain RNN each step back multiplies the gradient by diag(1 - h_t²) W_hh, so that over many steps it shrinks or
grows exponentially (Hochreiter 1991; Bengio, Simard & Frasconi 1994, "Learning long-term dependencies with gradient
descent is difficult"; Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks"). In an
LSTM the cell state hands it on through the forget gate, with no weights in between (Hochreiter & Schmidhuber 1997; the
gate itself is that of Gers, Schmidhuber & Cummins 2000):

    dC_t/dC_(t-1) = diag(f_t)                                          the cell keeps what it had
                  + diag(c_(t-1) f_t (1 - f_t)) W_hf D                 the state moves the forget gate,
                  + diag(g_t i_t (1 - i_t)) W_hi D                     the input gate,
                  + diag(i_t (1 - g_t²)) W_hg D                        the candidate
    D = dh_(t-1)/dC_(t-1) = diag(o_(t-1) (1 - tanh²(c_(t-1))))         with o_(t-1) held

`gradient_flow` measures these matrices and their product, `arriving_gradients` the gradient of the logit itself along
all paths. The difference between them is real: a product is what a gradient could be multiplied by, at most or on
average, while what arrives depends on where the logit looks.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence.replay import GateTrace, LayerReplay, Nudge, replay

BOUNDS = 25  # distances at which the largest gain is computed; each takes an eigenvalue decomposition

KEEPS = "keeps (f)"
PATHS = {"lstm": ("through f", "through i", "through g"), "rnn": ("through h",)}


@dataclass(frozen=True, slots=True)
class Decay:
    """A gain over the distance: `distances` (D,) whole tokens, rising, and `log10_gain` (D,) float64.

    -inf stands for a gain of exactly 0. Both are empty for a review of one token.
    """

    distances: np.ndarray
    log10_gain: np.ndarray

    @property
    def rate(self) -> float | None:
        """The factor per token that fits best: 10 to the slope of the least-squares line through all finite points.

        None if there are fewer than two of them.
        """
        finite = np.isfinite(self.log10_gain)
        if finite.sum() < 2:
            return None
        distances, gains = self.distances[finite], self.log10_gain[finite]
        away = distances - distances.mean()
        return float(10 ** (away @ (gains - gains.mean()) / (away @ away)))

    def log10_at(self, distance: float) -> float:
        """The log10 gain at the largest distance there is that is no larger than `distance`.

        0, the gain of no step at all, if there is none.
        """
        place = int(np.searchsorted(self.distances, distance, side="right")) - 1
        return float(self.log10_gain[place]) if place >= 0 else 0.0

    def at(self, distance: float) -> float:
        """The gain itself, see `log10_at`; 0 or infinite where a float holds it no more."""
        with np.errstate(over="ignore", under="ignore"):
            return float(np.power(10.0, self.log10_at(distance)))


@dataclass(frozen=True, slots=True)
class Term:
    """One of the matrices that a step's Jacobian is the sum of.

    `norms` (tokens,) float64, at least 0, in reading order of the text: the average factor (see `GradientFlow`), NaN at
    the token that is read first.
    """

    name: str
    norms: np.ndarray


@dataclass(frozen=True, slots=True)
class GradientFlow:
    """The Jacobians of one layer (from 1) and direction on one review. The state is C for "lstm", h for "rnn".

    All norms are average factors: the Frobenius norm over the square root of the number of units, which is the root
    mean square of the gain over all directions. The identity has 1.

    `terms` has "keeps (f)", "through f", "through i" and "through g" for the LSTM, "through h" alone for the RNN.
    `step_norms` (tokens,) float64 are those of their sum, d state / d state one token before, in reading order of the
    text; NaN at the token that is read first. Terms can cancel: the sum's norm is no sum of norms.

    `gain` is that of the product: d(state at the token read last) / d(state k tokens before), for each k from 1 to
    tokens - 1. `bound` is its spectral norm, the largest gain that any gradient can meet, at a few of the distances: it
    is at most the product of the steps' spectral norms, of which Pascanu et al. (2013) speak.

    For the RNN the product is the whole derivative of h. For the LSTM it follows the state from C_(t-1) to C_t through
    f_t, i_t and g_t, each of which reads h_(t-1) = o_(t-1) tanh(C_(t-1)) with o_(t-1) held. It leaves out the path
    through the output gate: o_(t-1) itself reads h_(t-2), so C_(t-2) also reaches C_t past C_(t-1).
    """

    layer: int
    direction: str
    cell: str
    terms: tuple[Term, ...]
    step_norms: np.ndarray
    gain: Decay
    bound: Decay


@dataclass(frozen=True, slots=True)
class StateGradients:
    """What arrives at the states of one layer (from 1) and direction.

    `h` and `c` (tokens,) float64, at least 0, in reading order: the Euclidean norm over the units of d logit / d h_t
    and d logit / d c_t. A plain RNN has no c.
    """

    layer: int
    direction: str
    h: np.ndarray
    c: np.ndarray | None = None


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


@torch.no_grad()
def gradient_flow(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> GradientFlow:
    """The Jacobians of a layer (from 1) and direction on one review of word vectors (1, tokens, embedding).

    States are those of the network in its own precision, matrices and products float64, on the CPU. Raises `KeyError`
    if there is no such layer or direction. Where the gate trace is there already, `flow_of_trace` spares the replay.
    """
    _check(network, layer, direction)
    states = replay(network, embedded, _length(embedded))[layer - 1]
    return _flow(network, layer, direction, states)


@torch.no_grad()
def flow_of_trace(network: RecurrentNetwork, trace: GateTrace) -> GradientFlow:
    """As `gradient_flow`, from a gate trace (float32) made by this very network. Raises `KeyError` likewise."""
    _check(network, trace.layer, trace.direction)
    arrays = {symbol: torch.tensor(trace.values(symbol)) for symbol in trace.quantities}
    states = LayerReplay(**{symbol: values.expand(2, 1, -1, -1) for symbol, values in arrays.items()})
    return _flow(network, trace.layer, trace.direction, states)


def arriving_gradients(network: RecurrentNetwork, embedded: Tensor) -> ArrivingGradients:
    """The gradient of the logit at every state and word vector of one review (1, tokens, embedding).

    One backward pass for all. The network is only read: no gradient is left on its weights.
    """
    with torch.inference_mode(False), torch.enable_grad():
        read = embedded.detach().clone().requires_grad_()
        nudges = [_zeros(network, read) for _ in network.layers]
        lengths = _length(read)
        last = replay(network, read, lengths, nudges=nudges)[-1].h
        logit = network.decide(torch.cat([last[0], last[1]], dim=-1), lengths)[0]
        watched = [values for nudge in nudges for values in (nudge.h, nudge.c) if values is not None]
        *found, at_words = torch.autograd.grad(logit, [*watched, read])
    return ArrivingGradients(_by_layer(found, with_c=network.config.cell == "lstm"), _norms(at_words[0]))


def untrained(network: RecurrentNetwork, seed: int = 0) -> RecurrentNetwork:
    """A network of the same sizes that has learned nothing but the word vectors, in evaluation mode.

    Recurrent and output weights are drawn as PyTorch draws them: evenly from ± 1 / sqrt(units) and from
    ± 1 / sqrt(inputs of the output). A seed gives the same weights on each device, and the global random number
    generators are neither read nor changed, so two threads do not disturb one another.
    """
    fresh = copy.deepcopy(network).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for layer in fresh.layers:
        for direction in DIRECTIONS:
            _draw(layer.recurrence(direction), network.config.hidden_size, generator)
    _draw(fresh.output, fresh.output.in_features, generator)
    return fresh


def _draw(module: nn.Module, features: int, generator: torch.Generator) -> None:
    bound = 1 / math.sqrt(features)
    for weights in module.parameters():
        weights.copy_(torch.empty(weights.shape).uniform_(-bound, bound, generator=generator))


@dataclass(frozen=True, slots=True)
class _Steps:
    """The Jacobians of all S = tokens - 1 steps in the order in which the direction reads, float64, by their factors:
    diag(keeps) + sum over the K paths of diag(rows) weights diag(columns).
    """

    paths: tuple[str, ...]  # K names
    keeps: Tensor | None  # (S, H)
    rows: Tensor  # (K, S, H)
    weights: Tensor  # (K, H, H)
    columns: Tensor  # (S, H)

    def matrix(self, step: int) -> Tensor:
        """The Jacobian (units, units) of a step: d state after it (rows) / d state before it (columns)."""
        matrix = self.rows[0, step, :, None] * self.weights[0]
        for rows, weights in zip(self.rows[1:], self.weights[1:], strict=True):
            matrix.addcmul_(rows[step, :, None], weights)
        matrix *= self.columns[step]
        if self.keeps is not None:
            matrix.diagonal().add_(self.keeps[step])
        return matrix

    def term_norms(self) -> list[tuple[str, Tensor]]:
        """Each term's name and Frobenius norms (S,): of diag(a) W diag(d) the square is a² · W² · d²."""
        squares = (self.rows.square() @ self.weights.square() * self.columns.square()).sum(dim=-1)  # (K, S)
        found = list(zip(self.paths, squares.sqrt(), strict=True))
        return found if self.keeps is None else [(KEEPS, self.keeps.norm(dim=-1)), *found]


def _lstm_steps(states: dict[str, Tensor], recurrent: Tensor) -> _Steps:
    """`states` (tokens, units) in the order of reading, `recurrent` (4 * units, units), packed as i, f, g, o."""
    i, f, g = (states[symbol][1:] for symbol in "ifg")  # (S, H)
    c, o = states["c"][:-1], states["o"][:-1]  # (S, H), those of the token before
    of_i, of_f, of_g, _ = recurrent.chunk(4)  # (H, H) each
    rows = torch.stack([c * f * (1 - f), g * i * (1 - i), i * (1 - g.square())])
    return _Steps(PATHS["lstm"], f, rows, torch.stack([of_f, of_i, of_g]), o * (1 - c.tanh().square()))


def _rnn_steps(states: dict[str, Tensor], recurrent: Tensor) -> _Steps:
    """As `_lstm_steps`, with `recurrent` (units, units)."""
    rows = 1 - states["h"][1:].square()
    return _Steps(PATHS["rnn"], None, rows[None], recurrent[None], torch.ones_like(rows))


def _flow(network: RecurrentNetwork, layer: int, direction: str, replayed: LayerReplay) -> GradientFlow:
    backward = direction == "backward"
    states = {}
    for symbol in ("i", "f", "g", "o", "c", "h"):
        if (values := getattr(replayed, symbol)) is not None:
            values = values[DIRECTIONS.index(direction), 0].cpu().double()  # (T, H)
            states[symbol] = values.flip(0) if backward else values
    recurrent = network.layers[layer - 1].recurrence(direction).weight_hh_l0.detach().cpu().double()
    cell = network.config.cell
    steps = (_lstm_steps if cell == "lstm" else _rnn_steps)(states, recurrent)
    terms = tuple(Term(name, _at_tokens(norms, steps, backward)) for name, norms in steps.term_norms())
    product = _multiply(steps)
    return GradientFlow(
        layer, direction, cell, terms, _at_tokens(product.step_norms, steps, backward), product.gain, product.bound
    )


def _at_tokens(norms: Tensor, steps: _Steps, backward: bool) -> np.ndarray:
    """Frobenius norms (S,) of the steps as average factors at the tokens (S + 1,), in reading order of the text."""
    factors = norms.numpy() / math.sqrt(steps.columns.shape[1])
    factors = np.concatenate([[np.nan], factors])
    return factors[::-1].copy() if backward else factors


@dataclass(frozen=True, slots=True)
class _Product:
    """`step_norms` (S,): Frobenius norms of the single steps; gain and bound as in `GradientFlow`."""

    step_norms: Tensor
    gain: Decay
    bound: Decay


def _multiply(steps: _Steps) -> _Product:
    """The product of the Jacobians, from the last step backwards, brought back to norm 1 after each of them.

    One matrix at a time, so that a long review needs no more memory than a short one.
    """
    total, units = steps.columns.shape
    bounded = np.unique(np.linspace(1, total, min(total, BOUNDS)).round().astype(int))
    step_norms = torch.zeros(total, dtype=torch.float64)
    gains, bounds = np.empty(total), []
    product, log10_size = torch.eye(units, dtype=torch.float64), 0.0
    for distance in range(1, total + 1):
        matrix = steps.matrix(total - distance)
        step_norms[total - distance] = matrix.norm()
        product = product @ matrix
        size = float(product.norm())
        log10_size += _log10(size)
        if size > 0:
            product /= size
        gains[distance - 1] = log10_size - 0.5 * math.log10(units)
        if distance in bounded:
            bounds.append(log10_size + _log10(_largest_gain(product)))
    return _Product(step_norms, Decay(np.arange(1, total + 1), gains), Decay(bounded, np.array(bounds)))


def _largest_gain(matrix: Tensor) -> float:
    """The spectral norm of a matrix (H, H): the root of the largest eigenvalue of A Aᵀ, in half the time of an SVD.

    Squaring costs small singular values their digits, but not the largest one.
    """
    return math.sqrt(max(0.0, float(torch.linalg.eigvalsh(matrix @ matrix.T)[-1])))


def _log10(size: float) -> float:
    return math.log10(size) if size > 0 else -math.inf


def _length(embedded: Tensor) -> Tensor:
    return torch.tensor([embedded.shape[1]], device=embedded.device)


def _check(network: RecurrentNetwork, layer: int, direction: str) -> None:
    if direction not in DIRECTIONS or not 1 <= layer <= len(network.layers):
        raise KeyError(layer, direction)


def _zeros(network: RecurrentNetwork, read: Tensor) -> Nudge:
    """A nudge of nothing, whose gradient is that of the states of a layer."""
    shape = (2, 1, read.shape[1], network.config.hidden_size)
    h, c = (read.new_zeros(shape, requires_grad=True) for _ in range(2))
    return Nudge(h, c if network.config.cell == "lstm" else None)


def _by_layer(found: list[Tensor], with_c: bool) -> tuple[StateGradients, ...]:
    """`found`: the gradients of each layer's h, followed by those of its c if it has one."""
    each = 2 if with_c else 1
    states = []
    for place in range(0, len(found), each):
        for index, direction in enumerate(DIRECTIONS):
            norms = [_norms(gradient[index, 0]) for gradient in found[place : place + each]]
            states.append(StateGradients(place // each + 1, direction, *norms))
    return tuple(states)


def _norms(gradient: Tensor) -> np.ndarray:
    """The Euclidean norm of each row of (tokens, features)."""
    return gradient.cpu().double().norm(dim=-1).numpy()
