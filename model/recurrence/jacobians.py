"""How a gradient flows through a recurrence: step by step, and over any distance.

In a plain RNN each step back multiplies the gradient by diag(1 - h_t²) W_hh, so that over many steps it shrinks or
grows exponentially (Hochreiter 1991; Bengio, Simard & Frasconi 1994, "Learning long-term dependencies with gradient
descent is difficult"; Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks"). In an
LSTM the cell state hands it on through the forget gate, with no weights in between (Hochreiter & Schmidhuber 1997; the
gate itself is that of Gers, Schmidhuber & Cummins 2000). The Jacobian of one step is said by each `Cell` of itself.

`gradient_flow` measures these matrices and their product, and beside it the true derivative over the same distances
(`model.recurrence.total`). What of a gradient really arrives is measured in `model.recurrence.arriving`. The difference
is real: these matrices are what a gradient could be multiplied by, at most or on average, while what arrives depends on
where the logit looks.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.network.cells.cell import Cell, JacobianTerm, Recurrent, StepJacobians
from model.network.cells.packing import weights_of
from model.network.network import DIRECTIONS, RecurrentNetwork
from model.recurrence.decay import Decay, log10
from model.recurrence.replay import GateTrace, replay
from model.recurrence.retention import SMALLEST
from model.recurrence.total import total_gain

BOUNDS = 25  # distances at which the largest gain is computed; each takes an eigenvalue decomposition


@dataclass(frozen=True, slots=True)
class Term:
    """One of the matrices that a step's Jacobian is the sum of, which `about` names.

    `norms` (tokens,) float64, at least 0, in reading order of the text: the average factor (see `GradientFlow`), NaN at
    the token that is read first.
    """

    about: JacobianTerm
    norms: np.ndarray

    @property
    def name(self) -> str:
        """As in tables: "keeps (f)"."""
        return self.about.name


@dataclass(frozen=True, slots=True)
class LargestTerm:
    """The term that is the largest of all at most steps, and at how many of them."""

    term: Term
    count: int


@dataclass(frozen=True, slots=True)
class GradientFlow:
    """The Jacobians of one layer (from 1) and direction on one review: of the state that is the cell's memory.

    All norms are average factors: the Frobenius norm over the square root of the number of units, which is the root
    mean square of the gain over all directions. The identity has 1.

    `terms` are the cell's: "keeps (f)", "through f", "through i" and "through g" of an LSTM, "through h" alone of a
    plain RNN. `step_norms` (tokens,) float64 are those of their sum, d state / d state one token before, in reading
    order of the text; NaN at the token that is read first. Terms can cancel: the sum's norm is no sum of norms.

    `gain` is that of the product: d(state at the token read last) / d(state k tokens before), for each k from 1 to
    tokens - 1. `bound` is its spectral norm, the largest gain that any gradient can meet, at a few of the distances: it
    is at most the product of the steps' spectral norms, of which Pascanu et al. (2013) speak.

    `forget` is the part of the gain that needs no weights: the average factor of the product of the forget gates alone.
    It is empty for a cell that has none.

    For the RNN the product is the whole derivative of h. For the LSTM it follows the state from C_(t-1) to C_t through
    f_t, i_t and g_t, each of which reads h_(t-1) = o_(t-1) tanh(C_(t-1)) with o_(t-1) held. It leaves out the path
    through the output gate: o_(t-1) itself reads h_(t-2), so C_(t-2) also reaches C_t past C_(t-1).

    `total` is measured as `gain` is, of the true derivative along all paths, that one included. Where there is no other
    path it is `gain` itself.
    """

    layer: int
    direction: str
    cell: Cell
    terms: tuple[Term, ...]
    step_norms: np.ndarray
    units: int
    gain: Decay
    bound: Decay
    forget: Decay
    total: Decay

    @property
    def whole(self) -> bool:
        """Whether the product of the steps is the true derivative already."""
        return not self.cell.left_out

    @property
    def least_step(self) -> int:
        """The token (from 0) over which least of a gradient gets back. Raises `ValueError` for a single token."""
        return int(np.nanargmin(self.step_norms))

    @property
    def most_step(self) -> int:
        """The token over which most gets, likewise."""
        return int(np.nanargmax(self.step_norms))

    @property
    def largest_term(self) -> LargestTerm:
        """Which term is the largest at most steps; at none of them in a review of one token."""
        norms = np.stack([term.norms for term in self.terms])  # (terms, T), NaN at the token that is read first
        first = np.bincount(norms[:, ~np.isnan(norms[0])].argmax(axis=0), minlength=len(self.terms))
        return LargestTerm(self.terms[int(first.argmax())], int(first.max()))

    def in_one_direction(self, distance: float) -> float:
        """How much of the product's squared norm lies in the direction that keeps most, from 1 / units to 1.

        At the largest distance that `bound` has and that is no larger than `distance`. NaN where nothing is left, or
        there is no such distance.
        """
        place = int(np.searchsorted(self.bound.distances, distance, side="right")) - 1
        if place < 0:
            return math.nan
        largest = self.bound.log10_gain[place]
        average = self.gain.log10_at(float(self.bound.distances[place]))
        if not (math.isfinite(largest) and math.isfinite(average)):
            return math.nan
        return float(10 ** min(0.0, 2 * (largest - average) - math.log10(self.units)))


@torch.no_grad()
def gradient_flow(network: RecurrentNetwork, embedded: Tensor, layer: int, direction: str) -> GradientFlow:
    """The Jacobians of a layer (from 1) and direction on one review of word vectors (1, tokens, embedding).

    States are those of the network in its own precision, matrices and products float64, on the CPU. Raises `KeyError`
    if there is no such layer or direction. Where the gate trace is there already, `flow_of_trace` spares the replay.
    """
    _check(network, layer, direction)
    replayed = replay(network, embedded, length_of(embedded))[layer - 1].quantities
    index = DIRECTIONS.index(direction)
    values = {symbol: both[index, 0].cpu().double() for symbol, both in replayed.items()}  # (T, H) each
    return _flow(network, layer, direction, values)


@torch.no_grad()
def flow_of_trace(network: RecurrentNetwork, trace: GateTrace) -> GradientFlow:
    """As `gradient_flow`, from a gate trace (float32) made by this very network. Raises `KeyError` likewise."""
    _check(network, trace.layer, trace.direction)
    values = {symbol: torch.tensor(trace.values(symbol)).double() for symbol in trace.quantities}
    return _flow(network, trace.layer, trace.direction, values)


def untrained(network: RecurrentNetwork, seed: int = 0) -> RecurrentNetwork:
    """A network of the same sizes that has learned nothing but the word vectors, in evaluation mode.

    Recurrent and output weights are drawn as PyTorch draws them: evenly from ± 1 / sqrt(units) and from
    ± 1 / sqrt(inputs of the output). A seed gives the same weights on each device, and the global random number
    generators are neither read nor changed, so two threads do not disturb one another.
    """
    fresh = copy.deepcopy(network).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for layer in fresh.layers:
        for direction in layer.directions:
            _draw(layer.recurrence(direction), network.config.hidden_size, generator)
    _draw(fresh.output, fresh.output.in_features, generator)
    return fresh


def _draw(module: nn.Module, features: int, generator: torch.Generator) -> None:
    bound = 1 / math.sqrt(features)
    for weights in module.parameters():
        weights.copy_(torch.empty(weights.shape).uniform_(-bound, bound, generator=generator))


def _flow(network: RecurrentNetwork, layer: int, direction: str, values: dict[str, Tensor]) -> GradientFlow:
    """`values`: all quantities (tokens, units), float64, in reading order of the text."""
    backward, cell = direction == "backward", network.cell
    ordered = {symbol: each.flip(0) if backward else each for symbol, each in values.items()}
    module = network.layers[layer - 1].recurrence(direction)
    weights, bias = (weights_of(module, name).detach().cpu().double() for name in ("weight_hh", "bias_hh"))
    steps = cell.jacobians(ordered, Recurrent(weights, bias))
    product = _multiply(steps)
    terms = zip(cell.terms, _term_norms(steps), strict=True)
    return GradientFlow(
        layer=layer,
        direction=direction,
        cell=cell,
        terms=tuple(Term(about, _at_tokens(norms, steps, backward)) for about, norms in terms),
        step_norms=_at_tokens(product.step_norms, steps, backward),
        units=weights.shape[1],
        gain=product.gain,
        bound=product.bound,
        forget=_by_forget_gates(steps),
        total=total_gain(steps) if steps.aside else product.gain,
    )


def _by_forget_gates(steps: StepJacobians) -> Decay:
    """The average factor of the product of what no weights are part of, over the distance from the last step."""
    if len(steps.kept) != 1:
        return Decay(np.empty(0, dtype=int), np.empty(0))
    logs = steps.kept[0].clamp(min=SMALLEST).log().flip(0).cumsum(0)  # (S, H)
    squares = torch.logsumexp(2 * logs, dim=1) - math.log(logs.shape[1])
    return Decay(np.arange(1, len(logs) + 1), 0.5 * squares.numpy() / math.log(10))


def _matrix(steps: StepJacobians, step: int) -> Tensor:
    """The Jacobian (units, units) of a step: d state after it (rows) / d state before it (columns)."""
    matrix = steps.rows[0, step, :, None] * steps.weights[0]
    for rows, weights in zip(steps.rows[1:], steps.weights[1:], strict=True):
        matrix.addcmul_(rows[step, :, None], weights)
    matrix *= steps.columns[step]
    for kept in steps.kept:
        matrix.diagonal().add_(kept[step])
    return matrix


def _term_norms(steps: StepJacobians) -> list[Tensor]:
    """Each term's Frobenius norms (S,), in the order of the cell's: of diag(a) W diag(d) the square is a² · W² · d²."""
    squares = (steps.rows.square() @ steps.weights.square() * steps.columns.square()).sum(dim=-1)  # (K, S)
    return [*(kept.norm(dim=-1) for kept in steps.kept), *squares.sqrt()]


def _at_tokens(norms: Tensor, steps: StepJacobians, backward: bool) -> np.ndarray:
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


def _multiply(steps: StepJacobians) -> _Product:
    """The product of the Jacobians, from the last step backwards, brought back to norm 1 after each of them.

    One matrix at a time, so that a long review needs no more memory than a short one.
    """
    total, units = steps.columns.shape
    bounded = np.unique(np.linspace(1, total, min(total, BOUNDS)).round().astype(int))
    step_norms = torch.zeros(total, dtype=torch.float64)
    gains, bounds = np.empty(total), []
    product, log10_size = torch.eye(units, dtype=torch.float64), 0.0
    for distance in range(1, total + 1):
        matrix = _matrix(steps, total - distance)
        step_norms[total - distance] = matrix.norm()
        product = product @ matrix
        size = float(product.norm())
        log10_size += log10(size)
        if size > 0:
            product /= size
        gains[distance - 1] = log10_size - 0.5 * math.log10(units)
        if distance in bounded:
            bounds.append(log10_size + log10(_largest_gain(product)))
    return _Product(step_norms, Decay(np.arange(1, total + 1), gains), Decay(bounded, np.array(bounds)))


def _largest_gain(matrix: Tensor) -> float:
    """The spectral norm of a matrix (H, H): the root of the largest eigenvalue of A Aᵀ, in half the time of an SVD.

    Squaring costs small singular values their digits, but not the largest one.
    """
    return math.sqrt(max(0.0, float(torch.linalg.eigvalsh(matrix @ matrix.T)[-1])))


def length_of(embedded: Tensor) -> Tensor:
    """The length (1,) of one review of word vectors (1, tokens, embedding)."""
    return torch.tensor([embedded.shape[1]], device=embedded.device)


def _check(network: RecurrentNetwork, layer: int, direction: str) -> None:
    if direction not in network.config.directions or not 1 <= layer <= len(network.layers):
        raise KeyError(layer, direction)
